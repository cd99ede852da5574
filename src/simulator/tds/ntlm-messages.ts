/** The three messages of NTLM (MS-NLMP 2.2.1): reads what the client sends, writes the challenge. Checks no password. */
import { ByteWriter } from './byte-writer.ts';
import { TdsProtocolError } from './protocol-error.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const type = { negotiate: 1, challenge: 2, authenticate: 3 } as const;

/** MS-NLMP 2.2.2.5. */
export const ntlmFlag = {
  unicode: 0x00000001,
  requestTarget: 0x00000004,
  sign: 0x00000010,
  seal: 0x00000020,
  ntlm: 0x00000200,
  alwaysSign: 0x00008000,
  targetIsDomain: 0x00010000,
  extendedSecurity: 0x00080000,
  targetInfo: 0x00800000,
  version: 0x02000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const;

/** What is agreed to when the client asks for it. */
const OFFERED =
  ntlmFlag.unicode |
  ntlmFlag.requestTarget |
  ntlmFlag.sign |
  ntlmFlag.seal |
  ntlmFlag.ntlm |
  ntlmFlag.alwaysSign |
  ntlmFlag.extendedSecurity |
  ntlmFlag.version |
  ntlmFlag.key128 |
  ntlmFlag.keyExchange |
  ntlmFlag.key56;

/** MS-NLMP 2.2.2.1, AvId. */
const pair = {
  end: 0,
  computer: 1,
  domain: 2,
  dnsComputer: 3,
  dnsDomain: 4,
  flags: 6,
  timestamp: 7,
} as const;
/** MsvAvFlags: the AUTHENTICATE message carries a MIC. */
const MIC_IS_SENT = 0x2;

/** 100 ns ticks between 1601 and 1970. */
const EPOCH_TICKS = 116_444_736_000_000_000n;

function openMessage(payload: Buffer, wanted: number): void {
  const isOne = payload.length >= 16 && payload.subarray(0, 8).equals(SIGNATURE);
  if (!isOne || payload.readUInt32LE(8) !== wanted)
    throw new TdsProtocolError(`not an NTLM message of type ${wanted}`);
}

/** False for Kerberos and SPNEGO tokens, which need a domain controller. */
export const isNtlm = (payload: Buffer): boolean => payload.subarray(0, 8).equals(SIGNATURE);

export function readNegotiateFlags(payload: Buffer): number {
  openMessage(payload, type.negotiate);
  return payload.readUInt32LE(12);
}

export interface ChallengeNames {
  /** NetBIOS name of the domain. */
  readonly domain: string;
  readonly dnsDomain: string;
  readonly computer: string;
  readonly dnsComputer: string;
}

function targetInfo(names: ChallengeNames, nowMs: number): Buffer {
  const writer = new ByteWriter();
  const text = (id: number, value: string): void => {
    const bytes = Buffer.from(value, 'utf16le');
    writer.u16(id).u16(bytes.length).bytes(bytes);
  };
  text(pair.domain, names.domain);
  text(pair.computer, names.computer);
  text(pair.dnsDomain, names.dnsDomain);
  text(pair.dnsComputer, names.dnsComputer);
  writer
    .u16(pair.timestamp)
    .u16(8)
    .u64(BigInt(nowMs) * 10_000n + EPOCH_TICKS);
  writer.u16(pair.end).u16(0);
  return writer.take();
}

/** Fixed part of CHALLENGE with its version, bytes. */
const CHALLENGE_HEADER = 56;

/** @param serverChallenge eight bytes of chance */
export function writeChallenge(
  asked: number,
  names: ChallengeNames,
  serverChallenge: Uint8Array,
  nowMs: number,
): Buffer {
  const target = Buffer.from(names.domain, 'utf16le');
  const info = targetInfo(names, nowMs);
  const flags = ((asked & OFFERED) | ntlmFlag.targetIsDomain | ntlmFlag.targetInfo) >>> 0;
  return (
    new ByteWriter()
      .bytes(SIGNATURE)
      .u32(type.challenge)
      .u16(target.length)
      .u16(target.length)
      .u32(CHALLENGE_HEADER)
      .u32(flags)
      .bytes(serverChallenge)
      .bytes(new Uint8Array(8))
      .u16(info.length)
      .u16(info.length)
      .u32(CHALLENGE_HEADER + target.length)
      // VERSION 2.2.2.10: Windows 6.3, revision 15.
      .bytes(Uint8Array.of(6, 3, 0, 0, 0, 0, 0, 15))
      .bytes(target)
      .bytes(info)
      .take()
  );
}

export interface Authenticate {
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  /** As sent: NTOWFv2 takes it in the case that the client chose. */
  readonly domain: string;
  readonly user: string;
  readonly encryptedKey: Buffer;
  readonly flags: number;
  /** undefined: the client has not said that it sends one. */
  readonly mic: Buffer | undefined;
}

const MIC_OFFSET = 72;
const MIC_LENGTH = 16;

function field(payload: Buffer, at: number): Buffer {
  if (payload.length < at + 8) throw new TdsProtocolError('NTLM message cut short');
  const [length, offset] = [payload.readUInt16LE(at), payload.readUInt32LE(at + 4)];
  if (length === 0) return Buffer.alloc(0);
  if (offset + length > payload.length) throw new TdsProtocolError('NTLM field outside the message');
  return payload.subarray(offset, offset + length);
}

export function readAuthenticate(payload: Buffer): Authenticate {
  openMessage(payload, type.authenticate);
  if (payload.length < 64) throw new TdsProtocolError('NTLM message cut short');
  const ntResponse = field(payload, 20);
  const sendsMic = (blobFlags(ntResponse) & MIC_IS_SENT) !== 0;
  if (sendsMic && payload.length < MIC_OFFSET + MIC_LENGTH)
    throw new TdsProtocolError('NTLM without its MIC');
  return {
    lmResponse: field(payload, 12),
    ntResponse,
    domain: field(payload, 28).toString('utf16le'),
    user: field(payload, 36).toString('utf16le'),
    encryptedKey: field(payload, 52),
    flags: payload.readUInt32LE(60),
    mic: sendsMic ? payload.subarray(MIC_OFFSET, MIC_OFFSET + MIC_LENGTH) : undefined,
  };
}

/** What the MIC was computed over: the message with the MIC zeroed (MS-NLMP 3.1.5.1.2). */
export function withoutMic(payload: Buffer): Buffer {
  const copy = Buffer.from(payload);
  copy.fill(0, MIC_OFFSET, MIC_OFFSET + MIC_LENGTH);
  return copy;
}

/** Bytes of proof and fixed part in front of the AV pairs (MS-NLMP 2.2.2.7 and 2.2.2.8). */
const PAIRS_OFFSET = 16 + 28;

function blobFlags(ntResponse: Buffer): number {
  let at = PAIRS_OFFSET;
  while (at + 4 <= ntResponse.length) {
    const [id, length] = [ntResponse.readUInt16LE(at), ntResponse.readUInt16LE(at + 2)];
    if (id === pair.end) return 0;
    if (id === pair.flags && length === 4 && at + 8 <= ntResponse.length)
      return ntResponse.readUInt32LE(at + 4);
    at += 4 + length;
  }
  return 0;
}
