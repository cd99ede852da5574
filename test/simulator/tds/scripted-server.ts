/** A TDS server on a free port whose answers are scripted by text, and ready pools of the real `mssql` driver for it. */
import sql from 'mssql';
import { generate } from 'selfsigned';
import type { LoginRequest, SqlRequest } from '../../../src/simulator/estate-contract.ts';
import type { FaultHook } from '../../../src/simulator/tds/faults.ts';
import { createTdsServer, type TdsServer } from '../../../src/simulator/tds/server.ts';
import type { ColumnToken, MessageToken, SqlToken, SqlType } from '../../../src/simulator/sql-tokens.ts';
import type { EncryptionMode } from '../../../src/simulator/tds/prelogin.ts';
import type { TlsMaterial } from '../../../src/simulator/tds/tls-in-tds.ts';

export interface Scripted extends AsyncDisposable {
  readonly server: TdsServer;
  readonly port: number;
  /** Requests as they came up, without the driver's own SET batch. */
  readonly requests: readonly SqlRequest[];
  readonly logins: readonly LoginRequest[];
  readonly attentions: readonly string[];
  readonly disconnects: readonly string[];
  readonly resets: readonly string[];
  readonly protocolErrors: readonly Error[];
}

export interface Script {
  /** Tokens for a request; undefined: say nothing for now. */
  answer?(request: SqlRequest, connectionId: string, server: TdsServer): readonly SqlToken[] | undefined;
  refuse?(login: LoginRequest): readonly SqlToken[] | undefined;
  /** Given: the login waits until `accept` is called. */
  decideLogin?(accept: () => void): void;
  /** Undefined: acknowledge at once. */
  onAttention?(connectionId: string, server: TdsServer): void;
  readonly fault?: FaultHook;
  readonly tls?: TlsMaterial;
  readonly encryption?: EncryptionMode;
}

export async function startScripted(script: Script): Promise<Scripted> {
  const seen = {
    requests: [] as SqlRequest[],
    logins: [] as LoginRequest[],
    attentions: [] as string[],
    disconnects: [] as string[],
    resets: [] as string[],
    protocolErrors: [] as Error[],
  };
  const server: TdsServer = createTdsServer({
    serverName: 'HOMESQL1',
    version: '13.0.5108.50',
    tls: script.tls,
    encryption: script.encryption ?? (script.tls === undefined ? 'not-supported' : 'on'),
    ...(script.fault === undefined ? {} : { fault: script.fault }),
    onProtocolError: (_id, error) => seen.protocolErrors.push(error),
    handler: {
      login: (id, request) => {
        seen.logins.push(request);
        const errors = script.refuse?.(request);
        const database = request.database || 'master';
        const accept = (): void => server.acceptLogin(id, { sessionId: 51, database });
        if (errors !== undefined) server.refuseLogin(id, errors);
        else if (script.decideLogin === undefined) accept();
        else script.decideLogin(accept);
      },
      request: (id, request) => {
        if (request.kind === 'batch' && request.text.startsWith('set ')) {
          server.send(id, [done(), end()]);
          return;
        }
        seen.requests.push(request);
        const tokens = script.answer === undefined ? [done(), end()] : script.answer(request, id, server);
        if (tokens !== undefined) server.send(id, tokens);
      },
      attention: (id) => {
        seen.attentions.push(id);
        if (script.onAttention === undefined) server.acknowledgeAttention(id);
        else script.onAttention(id, server);
      },
      reset: (id) => seen.resets.push(id),
      disconnect: (id) => seen.disconnects.push(id),
    },
  });
  const port = await server.listen(0);
  return { server, port, ...seen, [Symbol.asyncDispose]: () => server.stop('reset') };
}

/** Connection settings for the driver; short deadlines, plain text unless the test says otherwise. */
export function settings(port: number, options: Partial<sql.config> = {}): sql.config {
  return {
    server: '127.0.0.1',
    port,
    user: 'pchat',
    password: 'p@ss-wörd',
    database: 'mgc',
    connectionTimeout: 1000,
    requestTimeout: 1000,
    // The driver otherwise sends `SELECT 1;` before every request.
    validateConnection: false,
    ...options,
    pool: { max: 1, min: 0, ...options.pool },
    options: {
      encrypt: false,
      cancelTimeout: 500,
      maxRetriesOnTransientErrors: 0,
      ...options.options,
    },
  };
}

export async function connect(
  port: number,
  options: Partial<sql.config> = {},
): Promise<sql.ConnectionPool & AsyncDisposable> {
  const pool = new sql.ConnectionPool(settings(port, options));
  pool.on('error', () => undefined);
  await pool.connect();
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

let material: Promise<TlsMaterial> | undefined;

/** One self-signed certificate for localhost; it is its own CA. */
export function localhostCertificate(): Promise<TlsMaterial> {
  material ??= generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  }).then(({ private: key, cert }) => ({ key, cert }));
  return material;
}

export const done = (rows?: number): SqlToken => ({ kind: 'done', rows, failed: false, inProcedure: false });
export const failedDone = (): SqlToken => ({
  kind: 'done',
  rows: undefined,
  failed: true,
  inProcedure: false,
});
export const end = (failed = false): SqlToken => ({ kind: 'end', failed });
export const columns = (...entries: readonly (readonly [string, SqlType])[]): SqlToken => ({
  kind: 'columns',
  columns: entries.map(([name, type]): ColumnToken => ({ name, type, nullable: true })),
});
export const row = (...values: Extract<SqlToken, { kind: 'row' }>['values'][number][]): SqlToken => ({
  kind: 'row',
  values,
});

const message = (number: number, severity: number, text: string): MessageToken => ({
  number,
  state: 1,
  class: severity,
  message: text,
  procedure: '',
  line: 1,
});
export const info = (number: number, text: string): SqlToken => ({
  kind: 'info',
  ...message(number, 0, text),
});
export const error = (number: number, severity: number, text: string): SqlToken => ({
  kind: 'error',
  ...message(number, severity, text),
});
export const int: SqlType = { name: 'int' };
export const text: SqlType = { name: 'nvarchar', length: 'max' };
