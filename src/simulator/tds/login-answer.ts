/** What a client reads after LOGIN7: the order of tokens after success, and a refusal (MS-TDS 2.2.7.14, 3.3.5.4). */
import type { SqlToken } from '../sql-tokens.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Login7 } from './login7.ts';
import { defaultPacketSize } from './packets.ts';
import type { ServerVersion } from './prelogin.ts';
import {
  doneStatus,
  environment,
  token,
  writeCollationChange,
  writeDone,
  writeLoginAck,
  writeMessage,
  writeNoFeatures,
  writeTextChange,
} from './tokens.ts';

export interface LoginAccepted {
  /** SPID; 1 to 32767. */
  readonly sessionId: number;
  /** Context database. */
  readonly database: string;
}

export interface ServerIdentity {
  readonly serverName: string;
  readonly version: ServerVersion;
}

export function writeLoginAccepted(identity: ServerIdentity, login: Login7, database: string): Buffer {
  const writer = new ByteWriter();
  const info = (number: number, message: string): void =>
    writeMessage(
      writer,
      { number, state: 1, class: 0, message, procedure: '', line: 1 },
      identity.serverName,
    );
  writeTextChange(writer, environment.database, database, 'master');
  info(5701, `Changed database context to '${database}'.`);
  writeCollationChange(writer);
  writeTextChange(writer, environment.language, 'us_english', '');
  info(5703, 'Changed language setting to us_english.');
  writeLoginAck(writer, login.acknowledged, identity.version);
  writeTextChange(writer, environment.packetSize, String(login.packetSize), String(defaultPacketSize));
  if (login.asksFeatures) writeNoFeatures(writer);
  writeDone(writer, { code: token.done, status: 0, command: 0, rows: 0 });
  return writer.take();
}

/** ERROR tokens and a failed DONE; the connection closes after it. */
export function writeLoginRefused(serverName: string, said: readonly SqlToken[]): Buffer {
  const writer = new ByteWriter();
  for (const message of said) {
    if (message.kind === 'error' || message.kind === 'info') writeMessage(writer, message, serverName);
  }
  writeDone(writer, { code: token.done, status: doneStatus.error, command: 0, rows: 0 });
  return writer.take();
}

/** The server's part of an SSPI exchange, a message of its own (MS-TDS 2.2.7.22). */
export function writeSspiToken(bytes: Uint8Array): Buffer {
  return new ByteWriter().u8(token.sspi).u16(bytes.length).bytes(bytes).take();
}

/**
 * Wrong password, unknown account and foreign domain alike: AcceptSecurityContext says no more (0x8009030C; recorded for each in
 * threads of tedious 1009, FreeTDS 221 and mssql-jdbc 1172). The text of SQL Server 2017 and later has `Integrated` for `Windows`.
 */
export const untrustedDomain: SqlToken = {
  kind: 'error',
  number: 18452,
  state: 1,
  class: 14,
  message:
    'Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.',
  procedure: '',
  line: 1,
};
