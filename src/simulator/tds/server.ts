/**
 * A TDS 7.4 server on a TCP port: protocol only, no SQL. It announces logins and requests, and sends what it is told to.
 * Holds one real timer, at stop: a client that no longer reads must not keep a stopped instance's port.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { LoginRequest } from '../estate-contract.ts';
import type { SqlToken } from '../sql-tokens.ts';
import { TdsConnection, type ConnectionSettings, type ConnectionStage } from './connection.ts';
import type { FaultHook } from './faults.ts';
import type { TdsHandler } from './handler.ts';
import type { LoginAccepted } from './login-answer.ts';
import { parseServerVersion, type EncryptionMode } from './prelogin.ts';
import { createStrictContext, createTdsSecureContext, type TlsMaterial } from './tls-in-tds.ts';
import type { WindowsDomain } from './windows-login.ts';

export interface TdsServerOptions {
  /** As in ERROR tokens and @@SERVERNAME. */
  readonly serverName: string;
  /** ProductVersion, four numbers with dots. */
  readonly version: string;
  readonly tls: TlsMaterial | undefined;
  /** Without `tls` only 'not-supported'. */
  readonly encryption: EncryptionMode;
  /** Serves TDS 8 on the same port too. SQL Server 2022 and later do. Needs `tls`. */
  readonly strict?: boolean;
  readonly handler: TdsHandler;
  /** Left out: Windows credentials are refused. */
  readonly domain?: WindowsDomain;
  readonly fault?: FaultHook;
  /** A client broke the protocol; its connection has ended. */
  readonly onProtocolError?: (connectionId: string, error: Error) => void;
}

export interface TdsConnectionState {
  readonly id: string;
  readonly stage: ConnectionStage;
  readonly login: LoginRequest | undefined;
}

/** Calls for a connection that has gone do nothing: the answer of a model may always come too late. */
export interface TdsServer {
  /** Port 0 takes any free one. Resolves with the port. May be called again after stop. */
  listen(port: number, host?: string): Promise<number>;
  /** `reset` as after a crash, `close` as after a clean stop. Resolves when port and connections are free. */
  stop(how: 'reset' | 'close'): Promise<void>;
  connections(): readonly TdsConnectionState[];
  acceptLogin(connectionId: string, accepted: LoginAccepted): void;
  /** Sends the ERROR tokens and closes. */
  refuseLogin(connectionId: string, errors: readonly SqlToken[]): void;
  /**
   * Part of an answer, on the wire at once. An error of severity 20 and more ends the connection with the call that holds it,
   * so errors that belong together go in one call. A value that its column cannot hold is a RangeError.
   */
  send(connectionId: string, tokens: readonly SqlToken[]): void;
  acknowledgeAttention(connectionId: string): void;
  /** As a hung server: the connection stays open and says nothing more. */
  mute(connectionId: string): void;
  drop(connectionId: string, how: 'reset' | 'close'): void;
}

/** ms; time for clients to read what was sent before a clean stop. */
const stopGraceMs = 500;

export function createTdsServer(options: TdsServerOptions): TdsServer {
  if (options.tls === undefined && options.encryption !== 'not-supported') {
    throw new RangeError('encryption needs a key and a certificate');
  }
  return new SocketTdsServer(options);
}

class SocketTdsServer implements TdsServer {
  readonly #settings: ConnectionSettings;
  readonly #connections = new Map<string, TdsConnection>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #count = 0;

  constructor(options: TdsServerOptions) {
    this.#settings = {
      identity: { serverName: options.serverName, version: parseServerVersion(options.version) },
      encryption: options.encryption,
      secureContext: options.tls === undefined ? undefined : createTdsSecureContext(options.tls),
      strictContext:
        options.strict === true && options.tls !== undefined ? createStrictContext(options.tls) : undefined,
      handler: options.handler,
      domain: options.domain,
      fault: options.fault ?? (() => undefined),
      onProtocolError: options.onProtocolError ?? (() => undefined),
      onClosed: (id) => void this.#connections.delete(id),
    };
  }

  listen(port: number, host = '127.0.0.1'): Promise<number> {
    if (this.#server !== undefined) return Promise.reject(new Error('the server listens already'));
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => {
        this.#server = undefined;
        reject(error);
      });
      server.listen(port, host, () => {
        server.removeAllListeners('error');
        // Accept errors (too many files) concern the client that was not served.
        server.on('error', () => undefined);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  async stop(how: 'reset' | 'close'): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections.values()) connection.drop(how);
    // eslint-disable-next-line no-restricted-syntax -- see the header
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, stopGraceMs);
    await closed;
    clearTimeout(grace);
  }

  connections(): readonly TdsConnectionState[] {
    return [...this.#connections.values()].map(({ id, stage, login }) => ({ id, stage, login }));
  }

  acceptLogin(connectionId: string, accepted: LoginAccepted): void {
    this.#connections.get(connectionId)?.acceptLogin(accepted);
  }
  refuseLogin(connectionId: string, errors: readonly SqlToken[]): void {
    this.#connections.get(connectionId)?.refuseLogin(errors);
  }
  send(connectionId: string, tokens: readonly SqlToken[]): void {
    this.#connections.get(connectionId)?.send(tokens);
  }
  acknowledgeAttention(connectionId: string): void {
    this.#connections.get(connectionId)?.acknowledgeAttention();
  }
  mute(connectionId: string): void {
    this.#connections.get(connectionId)?.mute();
  }
  drop(connectionId: string, how: 'reset' | 'close'): void {
    this.#connections.get(connectionId)?.drop(how);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Numbers are never used twice, also not after a restart: a late answer must not reach another client.
    this.#count += 1;
    const connection = new TdsConnection(`c${this.#count}`, socket, this.#settings);
    this.#connections.set(connection.id, connection);
    if (connection.stage !== 'over') this.#settings.handler.connect?.(connection.id);
  }
}
