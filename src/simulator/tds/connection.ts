/**
 * One client's way through PRELOGIN, TLS and LOGIN7 (MS-TDS 3.3.5.1 to 3.3.5.4); after login its messages go to an Exchange.
 * Whether a login may come in is the handler's business.
 */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { LoginRequest } from '../estate-contract.ts';
import type { SqlToken } from '../sql-tokens.ts';
import { Exchange } from './exchange.ts';
import type { FaultHook, FaultStage } from './faults.ts';
import type { TdsHandler } from './handler.ts';
import { untrustedDomain, writeLoginAccepted, writeLoginRefused, writeSspiToken } from './login-answer.ts';
import type { LoginAccepted, ServerIdentity } from './login-answer.ts';
import { readLogin7, type Login7 } from './login7.ts';
import { MessageAssembler, packetType, type Message, type Packet } from './packets.ts';
import { chooseEncryption, readPreloginEncryption, writePrelogin } from './prelogin.ts';
import type { EncryptionMode, EncryptionScope } from './prelogin.ts';
import { TdsProtocolError } from './protocol-error.ts';
import { WindowsLogin, type WindowsDomain } from './windows-login.ts';
import { Wire } from './wire.ts';

export interface ConnectionSettings {
  readonly identity: ServerIdentity;
  readonly encryption: EncryptionMode;
  readonly secureContext: SecureContext | undefined;
  /** For clients of TDS 8; undefined: not served. */
  readonly strictContext: SecureContext | undefined;
  /** undefined: Windows credentials are refused. */
  readonly domain: WindowsDomain | undefined;
  readonly handler: TdsHandler;
  readonly fault: FaultHook;
  onProtocolError(connectionId: string, error: Error): void;
  onClosed(connectionId: string): void;
}

export type ConnectionStage = 'prelogin' | 'login' | 'sspi' | 'authenticating' | 'logged-in' | 'over';

/** Bytes of one message: MS-TDS 2.2.6.4 allows 128 KiB for LOGIN7; the second limit is ours. */
const loginLimit = 128 * 1024;
const requestLimit = 64 * 1024 * 1024;

export class TdsConnection {
  readonly id: string;
  readonly #settings: ConnectionSettings;
  readonly #wire: Wire;
  readonly #assembler = new MessageAssembler();
  #stage: ConnectionStage = 'prelogin';
  #encryptionScope: EncryptionScope = 'none';
  #login: Login7 | undefined;
  #windows: WindowsLogin | undefined;
  #exchange: Exchange | undefined;

  constructor(id: string, socket: Socket, settings: ConnectionSettings) {
    this.id = id;
    this.#settings = settings;
    this.#wire = new Wire(socket, {
      onTlsStart: () => void this.#isBroken('tls'),
      onStrictStart: () => this.#startStrict(),
      onPacket: (packet) => this.#onPacket(packet),
      onFailure: (error) => this.#fail(error),
      onClosed: () => this.#closed(),
    });
    this.#isBroken('connect');
  }

  get stage(): ConnectionStage {
    return this.#stage;
  }
  get login(): LoginRequest | undefined {
    return this.#login?.request;
  }

  acceptLogin(accepted: LoginAccepted): void {
    const login = this.#login;
    if (this.#stage !== 'authenticating' || login === undefined) return;
    if (this.#answerLogin(writeLoginAccepted(this.#settings.identity, login, accepted.database))) return;
    this.#wire.configure(login.packetSize, accepted.sessionId);
    this.#stage = 'logged-in';
    this.#exchange = new Exchange({
      id: this.id,
      serverName: this.#settings.identity.serverName,
      version: login.version,
      database: accepted.database,
      handler: this.#settings.handler,
      isBroken: (stage, half) => this.#isBroken(stage, half),
      write: (payload, endOfMessage) => this.#wire.send(payload, endOfMessage),
      drop: (how) => this.drop(how),
      fail: (error) => this.#fail(error),
    });
  }

  refuseLogin(errors: readonly SqlToken[]): void {
    if (this.#stage !== 'authenticating') return;
    if (!this.#answerLogin(writeLoginRefused(this.#settings.identity.serverName, errors))) this.drop('close');
  }

  /** Tokens for the request that runs; late ones, after an attention or the end, are dropped. 'close' always closes. */
  send(tokens: readonly SqlToken[]): void {
    if (this.#stage === 'over') return;
    if (this.#exchange !== undefined) this.#exchange.send(tokens);
    else if (tokens.some((said) => said.kind === 'close')) this.drop('close');
  }

  acknowledgeAttention(): void {
    if (this.#stage !== 'over') this.#exchange?.acknowledgeAttention();
  }

  /** As a hung server, from now on: what arrives is swallowed, nothing is said. */
  mute(): void {
    this.#wire.mute();
  }

  drop(how: 'reset' | 'close'): void {
    this.#stage = 'over';
    this.#wire.drop(how);
  }

  /** Encryption is not negotiated then: PRELOGIN comes inside TLS and its ENCRYPTION says nothing (MS-TDS 2.2.6.5). */
  #startStrict(): SecureContext | undefined {
    const context = this.#settings.strictContext;
    if (context !== undefined) this.#encryptionScope = 'all';
    return context;
  }

  #fail(thrown: unknown): void {
    if (this.#stage === 'over') return;
    const error = thrown instanceof Error ? thrown : new TdsProtocolError(String(thrown));
    this.#settings.onProtocolError(this.id, error);
    this.drop('reset');
  }

  #closed(): void {
    this.#stage = 'over';
    this.#settings.onClosed(this.id);
    if (this.#login !== undefined) this.#settings.handler.disconnect(this.id);
  }

  /** True when the stage's fault has ended or silenced this connection; `answer`: its first half still leaves. */
  #isBroken(stage: FaultStage, answer?: Uint8Array): boolean {
    const effect = this.#settings.fault(stage, this.id);
    if (effect === undefined) return false;
    if (answer !== undefined) this.#wire.send(answer.subarray(0, Math.ceil(answer.length / 2)), false);
    if (effect === 'silence') this.mute();
    else this.drop(effect);
    return true;
  }

  /** True when a fault cut it. */
  #answerLogin(answer: Uint8Array): boolean {
    if (this.#isBroken('login-half', answer)) return true;
    this.#wire.send(answer, true);
    return false;
  }

  /** Decoding is guarded: what a client sends ends at most its own connection. Errors of the handler are not caught. */
  #onPacket(packet: Packet): void {
    if (this.#stage === 'over') return;
    let act: () => void;
    try {
      act = this.#prepare(packet);
    } catch (error) {
      this.#fail(error);
      return;
    }
    act();
  }

  #prepare(packet: Packet): () => void {
    const exchange = this.#exchange;
    if (exchange !== undefined && packet.type === packetType.attention) {
      this.#assembler.discard();
      return () => exchange.onAttention();
    }
    const message = this.#assembler.add(packet, exchange === undefined ? loginLimit : requestLimit);
    if (message === undefined) return () => undefined;
    if (exchange !== undefined) return exchange.prepare(message);
    const type = message.type;
    if (this.#stage === 'prelogin' && type === packetType.prelogin) return this.#preparePrelogin(message);
    const mayLogIn = this.#stage === 'login' || this.#stage === 'prelogin';
    if (mayLogIn && type === packetType.login7) return this.#prepareLogin(message);
    if (this.#stage === 'sspi' && type === packetType.sspi) return this.#prepareSspi(message);
    throw new TdsProtocolError(`message 0x${type.toString(16)} at stage ${this.#stage}`);
  }

  #preparePrelogin(message: Message): () => void {
    const asked = readPreloginEncryption(message.payload);
    const isStrict = this.#encryptionScope === 'all';
    const choice = chooseEncryption(isStrict ? 'not-supported' : this.#settings.encryption, asked);
    return () => {
      if (this.#isBroken('prelogin')) return;
      this.#wire.send(writePrelogin(this.#settings.identity.version, choice.answer), true);
      this.#stage = 'login';
      if (choice.scope === 'none' || this.#settings.secureContext === undefined) return;
      this.#encryptionScope = choice.scope;
      this.#wire.startTls(this.#settings.secureContext);
    };
  }

  #prepareLogin(message: Message): () => void {
    // Old clients skip PRELOGIN; a client may not skip an encryption that is forced.
    if (this.#settings.encryption === 'required' && this.#encryptionScope !== 'all') {
      throw new TdsProtocolError('login without the required encryption');
    }
    const login = readLogin7(message.payload);
    return () => {
      if (this.#encryptionScope === 'login') this.#wire.leaveTls();
      this.#login = login;
      this.#stage = 'authenticating';
      if (this.#isBroken('login')) this.#login = undefined;
      else if (login.integrated) this.#challenge(login.sspi);
      else this.#settings.handler.login(this.id, login.request);
    };
  }

  #challenge(negotiate: Buffer): void {
    const { domain, identity } = this.#settings;
    this.#windows = domain === undefined ? undefined : new WindowsLogin(domain, identity.serverName);
    const challenge = this.#windows?.begin(negotiate);
    if (challenge === undefined) {
      this.refuseLogin([untrustedDomain]);
      return;
    }
    this.#stage = 'sspi';
    this.#wire.send(writeSspiToken(challenge), true);
  }

  #prepareSspi(message: Message): () => void {
    const name = this.#windows?.finish(message.payload);
    return () => {
      const login = this.#login;
      this.#stage = 'authenticating';
      if (login === undefined || name === undefined) this.refuseLogin([untrustedDomain]);
      else this.#settings.handler.login(this.id, { ...login.request, login: name, windows: true });
    };
  }
}
