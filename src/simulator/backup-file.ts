/**
 * A backup file of the simulated estate as bytes: one or more backup sets, each a magic line, a JSON header line, a JSON
 * body line and an end line. Says what is wrong with a file; which SQL error that is, decides src/simulator/instance.
 */
import { createHash } from 'node:crypto';
import type { Content, LogRecord } from './instance/content.ts';
import type { ForkEntry } from './instance/log-position.ts';

export interface BackupSetHeader {
  readonly backupSetGuid: string;
  readonly mediaSetId: string;
  readonly mediaFamilyId: string;
  readonly name: string | null;
  readonly type: 'full' | 'log';
  readonly databaseName: string;
  readonly serverName: string;
  readonly userName: string;
  readonly softwareVersion: string;
  readonly familyGuid: string;
  readonly databaseGuid: string;
  readonly brokerGuid: string;
  readonly databaseCreatedAtMs: number;
  readonly firstLsn: string;
  readonly lastLsn: string;
  readonly checkpointLsn: string;
  readonly databaseBackupLsn: string;
  readonly firstForkGuid: string;
  readonly lastForkGuid: string;
  readonly forkPointLsn: string | null;
  readonly forks: readonly ForkEntry[];
  /** By the clock of the instance that took it, UTC ms. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly timeZoneMinutes: number;
  readonly recoveryModel: 'FULL' | 'BULK_LOGGED' | 'SIMPLE';
  readonly userAccess: 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER';
  readonly copyOnly: boolean;
  /** Taken WITH NORECOVERY. */
  readonly tail: boolean;
  readonly damaged: boolean;
  readonly checksums: boolean;
  readonly beginsLogChain: boolean;
  /** Nominal size, bytes: what the backup of a real database would take. */
  readonly backupBytes: number;
  readonly dataBytes: number;
  readonly dataFile: string;
  readonly logFile: string;
  /** Log backup position that a database restored from this full backup begins with. */
  readonly lastLogBackupLsn: string | null;
}

export type BackupBody =
  | { readonly kind: 'full'; readonly content: Content; readonly log: readonly LogRecord[] }
  | { readonly kind: 'log'; readonly log: readonly LogRecord[] };

export interface BackupSet {
  readonly header: BackupSetHeader;
  readonly body: BackupBody;
  /** The body does not have the checksum that the header says. */
  readonly damaged: boolean;
}

export type DecodedBackup =
  | { readonly kind: 'sets'; readonly sets: readonly BackupSet[] }
  /** No byte in it. */
  | { readonly kind: 'empty' }
  /** Not a backup, or cut inside its first header. */
  | { readonly kind: 'foreign' }
  /** Begun and not ended: still being written, or cut. `headers` are those that can be read. */
  | { readonly kind: 'truncated'; readonly headers: readonly BackupSetHeader[] };

interface StoredHeader extends BackupSetHeader {
  readonly bodyBytes: number;
  readonly bodySha256: string;
}

const MAGIC = 'PCHAT-SIMULATED-BACKUP 1';
const END = 'END OF BACKUP SET';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function encodeBackupSet(header: BackupSetHeader, body: BackupBody): Uint8Array {
  const text = JSON.stringify(body);
  const bytes = Buffer.from(text, 'utf8');
  const stored: StoredHeader = { ...header, bodyBytes: bytes.length, bodySha256: sha256(bytes) };
  return Buffer.concat([
    Buffer.from(`${MAGIC}\n${JSON.stringify(stored)}\n`, 'utf8'),
    bytes,
    Buffer.from(`\n${END}\n`, 'utf8'),
  ]);
}

/** What stands on the disk while a backup is being written. */
export const unfinishedBackup = (databaseName: string): Uint8Array =>
  Buffer.from(`${MAGIC}\n{"databaseName":${JSON.stringify(databaseName)},`, 'utf8');

export const appendSet = (file: Uint8Array, set: Uint8Array): Uint8Array => Buffer.concat([file, set]);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged body is an answer ("damaged"), not a fault of the estate.
    return undefined;
  }
}

type OneSet =
  | { readonly kind: 'set'; readonly set: BackupSet; readonly next: number }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'truncated'; readonly header: BackupSetHeader | undefined };

function decodeSet(bytes: Buffer, from: number): OneSet {
  const magic = Buffer.from(`${MAGIC}\n`, 'utf8');
  const begin = bytes.subarray(from, from + magic.length);
  if (!magic.subarray(0, begin.length).equals(begin)) return { kind: 'foreign' };
  const headerAt = from + magic.length;
  const headerEnd = bytes.indexOf(0x0a, headerAt);
  if (headerEnd < 0) return { kind: 'truncated', header: undefined };
  const stored = parse(bytes.toString('utf8', headerAt, headerEnd)) as StoredHeader | undefined;
  if (stored === undefined) return { kind: 'foreign' };
  const { bodyBytes, bodySha256, ...header } = stored;
  const bodyEnd = headerEnd + 1 + bodyBytes;
  const end = `\n${END}\n`;
  if (bytes.toString('utf8', bodyEnd, bodyEnd + end.length) !== end) return { kind: 'truncated', header };
  const bodyBuffer = bytes.subarray(headerEnd + 1, bodyEnd);
  const body = parse(bodyBuffer.toString('utf8')) as BackupBody | undefined;
  const damaged = body === undefined || sha256(bodyBuffer) !== bodySha256;
  const set = { header, body: body ?? ({ kind: 'log', log: [] } as const), damaged };
  return { kind: 'set', set, next: bodyEnd + end.length };
}

export function decodeBackup(file: Uint8Array): DecodedBackup {
  if (file.length === 0) return { kind: 'empty' };
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const sets: BackupSet[] = [];
  for (let at = 0; at < bytes.length;) {
    const one = decodeSet(bytes, at);
    if (one.kind === 'foreign') return { kind: 'foreign' };
    if (one.kind === 'truncated')
      return {
        kind: 'truncated',
        headers: [...sets.map((set) => set.header), ...(one.header === undefined ? [] : [one.header])],
      };
    sets.push(one.set);
    at = one.next;
  }
  return { kind: 'sets', sets };
}
