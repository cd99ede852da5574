/** LOGIN7 (MS-TDS 2.2.6.4): reads what the server needs of it. Does not decide whether the login may come in. */
import type { LoginRequest } from '../estate-contract.ts';
import { ByteReader } from './byte-reader.ts';
import { defaultPacketSize, packetSizeLimits } from './packets.ts';
import { TdsProtocolError } from './protocol-error.ts';

/** MS-TDS 2.2.6.4, TDSVersion; ordered as numbers. */
export const tdsVersion = { v72: 0x72090002, v73a: 0x730a0003, v73b: 0x730b0003, v74: 0x74000004 } as const;
/** Of TDS 8: smaller as a number than those before it. */
const v80 = 0x08000000;

export interface Login7 {
  readonly request: LoginRequest;
  /** At most 7.4, whose tokens TDS 8 has too. */
  readonly version: number;
  /** What LOGINACK says: `version`, or that of TDS 8. */
  readonly acknowledged: number;
  readonly packetSize: number;
  /** Windows credentials instead of a name and a password. */
  readonly integrated: boolean;
  /** First token of the Windows login; empty without one. */
  readonly sspi: Buffer;
  /** The client sent a FeatureExt block and expects FEATUREEXTACK. */
  readonly asksFeatures: boolean;
}

const integratedSecurity = 0x80;
const extensionUsed = 0x10;

export function readLogin7(payload: Uint8Array): Login7 {
  const reader = new ByteReader(payload);
  if (reader.u32() > payload.length) throw new TdsProtocolError('LOGIN7 shorter than it says');
  const version = reader.u32();
  // Older clients have two-byte user types and no ALL_HEADERS; SQL Server still serves them, this server does not.
  if (version < tdsVersion.v72 && version !== v80)
    throw new TdsProtocolError(`TDS version 0x${version.toString(16)} is not served`);
  const wanted = reader.u32();
  reader.bytes(12); // ClientProgVer, ClientPID, ConnectionID
  const flags = { one: reader.u8(), two: reader.u8(), type: reader.u8(), three: reader.u8() };
  reader.bytes(8); // ClientTimeZone, ClientLCID
  const host = readField(reader, payload);
  const login = readField(reader, payload);
  const password = readField(reader, payload, unscramble);
  const program = readField(reader, payload);
  readField(reader, payload); // ServerName
  reader.bytes(4); // Extension or unused
  readField(reader, payload); // CltIntName
  readField(reader, payload); // Language
  const database = readField(reader, payload);
  reader.bytes(6); // ClientID
  const sspi = readSspi(reader, payload);
  return {
    request: { login, password, database, host, program },
    version: version === v80 ? tdsVersion.v74 : Math.min(version, tdsVersion.v74),
    acknowledged: version === v80 ? v80 : Math.min(version, tdsVersion.v74),
    packetSize: wanted === 0 ? defaultPacketSize : clamp(wanted),
    integrated: (flags.two & integratedSecurity) !== 0,
    sspi,
    asksFeatures: (flags.three & extensionUsed) !== 0,
  };
}

/** cbSSPI counts bytes; at 65,535 the length is in cbSSPILong, behind AtchDBFile and ChangePassword. */
function readSspi(reader: ByteReader, payload: Uint8Array): Buffer {
  const [offset, short] = [reader.u16(), reader.u16()];
  if (short === 0xffff) reader.bytes(8);
  const length = short === 0xffff ? reader.u32() : short;
  if (length > 0 && offset + length > payload.length)
    throw new TdsProtocolError('LOGIN7 token outside the message');
  return Buffer.from(payload.subarray(offset, offset + length));
}

function clamp(size: number): number {
  return Math.min(Math.max(size, packetSizeLimits.least), packetSizeLimits.most);
}

/** An offset from the start of the message and a length in characters. */
function readField(reader: ByteReader, payload: Uint8Array, decode?: (bytes: Buffer) => Buffer): string {
  const offset = reader.u16();
  const bytes = reader.u16() * 2;
  if (bytes === 0) return '';
  if (offset + bytes > payload.length) throw new TdsProtocolError('LOGIN7 field outside the message');
  const field = Buffer.from(payload.subarray(offset, offset + bytes));
  return (decode === undefined ? field : decode(field)).toString('utf16le');
}

/** Passwords travel with the halves of each byte swapped, then XOR 0xA5: an obfuscation, not a protection. */
function unscramble(bytes: Buffer): Buffer {
  return bytes.map((byte) => {
    const plain = byte ^ 0xa5;
    return ((plain << 4) | (plain >> 4)) & 0xff;
  }) as Buffer;
}
