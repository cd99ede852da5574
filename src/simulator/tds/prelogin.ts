/** PRELOGIN (MS-TDS 2.2.6.5): reads the client's options, writes ours, and decides how the connection is encrypted. */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { TdsProtocolError } from './protocol-error.ts';

const option = {
  version: 0x00,
  encryption: 0x01,
  instance: 0x02,
  threadId: 0x03,
  mars: 0x04,
  terminator: 0xff,
} as const;
const encrypt = { off: 0x00, on: 0x01, notSupported: 0x02, required: 0x03 } as const;

/** `on`: offered, used when the client asks (else for the login only); `required`: forced; `not-supported`: no certificate. */
export type EncryptionMode = 'on' | 'not-supported' | 'required';
export type EncryptionScope = 'none' | 'login' | 'all';

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly revision: number;
}

/** `13.0.5108.50` as SERVERPROPERTY('ProductVersion') writes it. */
export function parseServerVersion(text: string): ServerVersion {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (match === null) throw new RangeError(`not a SQL Server version: ${text}`);
  const [, major, minor, build, revision] = match;
  return { major: Number(major), minor: Number(minor), build: Number(build), revision: Number(revision) };
}

/** The client's ENCRYPTION byte; absent means "not supported". */
export function readPreloginEncryption(payload: Uint8Array): number {
  const reader = new ByteReader(payload);
  for (let token = reader.u8(); token !== option.terminator; token = reader.u8()) {
    const offset = reader.u16BigEndian();
    const length = reader.u16BigEndian();
    if (offset + length > payload.length) throw new TdsProtocolError('PRELOGIN option outside the message');
    if (token === option.encryption && length >= 1) return payload[offset] ?? encrypt.notSupported;
  }
  return encrypt.notSupported;
}

export interface EncryptionChoice {
  readonly answer: number;
  readonly scope: EncryptionScope;
}

/** The table of MS-TDS 2.2.6.5; with 'not-supported' a client that insists ends the connection itself. */
export function chooseEncryption(mode: EncryptionMode, client: number): EncryptionChoice {
  if (mode === 'not-supported') return { answer: encrypt.notSupported, scope: 'none' };
  const wishes = client === encrypt.on || client === encrypt.required;
  if (wishes) return { answer: encrypt.on, scope: 'all' };
  if (mode === 'required') return { answer: encrypt.required, scope: 'all' };
  return client === encrypt.off
    ? { answer: encrypt.off, scope: 'login' }
    : { answer: encrypt.notSupported, scope: 'none' };
}

export function writePrelogin(version: ServerVersion, encryption: number): Buffer {
  const values: readonly (readonly [number, Uint8Array])[] = [
    [option.version, versionBytes(version)],
    [option.encryption, Uint8Array.of(encryption)],
    [option.instance, Uint8Array.of(0)],
    [option.threadId, new Uint8Array(0)],
    [option.mars, Uint8Array.of(0)],
  ];
  const writer = new ByteWriter();
  let offset = values.length * 5 + 1;
  for (const [token, value] of values) {
    writer.u8(token).u16BigEndian(offset).u16BigEndian(value.length);
    offset += value.length;
  }
  writer.u8(option.terminator);
  for (const [, value] of values) writer.bytes(value);
  return writer.take();
}

/** UL_VERSION and US_SUBBUILD: version big-endian. */
function versionBytes(version: ServerVersion): Buffer {
  return new ByteWriter()
    .u8(version.major)
    .u8(version.minor)
    .u16BigEndian(version.build)
    .u16(version.revision)
    .take();
}
