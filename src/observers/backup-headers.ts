/** Header of one backup file from the answer of RESTORE HEADERONLY, and the cache by folder, name, size and time of change. */
import type { FileEntry } from '../ports/backup-files.ts';
import type { SqlAnswer } from '../ports/sql-connection.ts';
import type { BackupHeader } from '../topology/pool-facts.ts';
import { AnswerParts } from './answer-parts.ts';

/** BackupType of HEADERONLY (reference 3.4). */
const TYPES: Readonly<Record<number, BackupHeader['type']>> = { 1: 'full', 2: 'log', 5: 'differential' };
const MINUTE_MS = 60_000;

/** A header whose times are still local times of the server that took the backup. */
export interface RawHeader {
  readonly header: Omit<BackupHeader, 'startedAt' | 'finishedAt'>;
  readonly startedLocalMs: number;
  readonly finishedLocalMs: number;
}

export type HeaderEntry =
  /** `readAtMs` is monotonic. */
  | { readonly kind: 'read'; readonly raw: RawHeader; readonly readAtMs: number }
  /** Looked at and not readable; looked at again after `retryAtMs` (monotonic). */
  | { readonly kind: 'problem'; readonly problem: string; readonly retryAtMs: number };

/** The first set of the file: what RESTORE takes when no FILE is named. Errors of the answer come back as one text. */
export function readHeaderAnswer(
  instance: string,
  answer: SqlAnswer,
): RawHeader | { readonly problem: string } {
  const parts = new AnswerParts(instance, answer);
  const [row] = parts.optional('header') ?? [];
  if (row === undefined || answer.errors.length > 0) {
    const numbers = answer.errors.map((error) => `${error.number} ${error.message}`).join('; ');
    return { problem: numbers === '' ? 'the file holds no backup set' : numbers };
  }
  return {
    header: {
      type: TYPES[row.integer('BackupType')] ?? 'other',
      serverName: row.text('ServerName'),
      databaseName: row.text('DatabaseName'),
      familyGuid: row.guid('FamilyGUID'),
      firstLsn: row.lsn('FirstLSN'),
      lastLsn: row.lsn('LastLSN'),
      checkpointLsn: row.lsn('CheckpointLSN'),
      databaseBackupLsn: row.lsn('DatabaseBackupLSN'),
      firstForkGuid: row.guid('FirstRecoveryForkID'),
      lastForkGuid: row.guid('RecoveryForkID'),
      forkPointLsn: row.lsnOrNull('ForkPointLSN'),
      copyOnly: row.bit('IsCopyOnly'),
      tail: row.bit('IsForceOffline'),
      damaged: row.bit('IsDamaged'),
    },
    startedLocalMs: row.clockMs('BackupStartDate'),
    finishedLocalMs: row.clockMs('BackupFinishDate'),
  };
}

/**
 * @param zoneMinutes of the server that took the backup; undefined: never seen, and then the file's own time of change, which no
 *   zone distorts, stands for the end of the backup. Without one either, both instants are unknown
 */
export function headerInUtc(
  { header, startedLocalMs, finishedLocalMs }: RawHeader,
  zoneMinutes: number | undefined,
  modifiedAt: string | null,
): BackupHeader {
  if (zoneMinutes === undefined && modifiedAt === null)
    return { ...header, startedAt: null, finishedAt: null };
  const finishedMs =
    zoneMinutes === undefined ? Date.parse(modifiedAt ?? '') : finishedLocalMs - zoneMinutes * MINUTE_MS;
  const startedMs = finishedMs - (finishedLocalMs - startedLocalMs);
  return {
    ...header,
    startedAt: new Date(startedMs).toISOString(),
    finishedAt: new Date(finishedMs).toISOString(),
  };
}

const keyOf = ({ name, sizeBytes, modifiedAt }: FileEntry): string =>
  JSON.stringify([name, sizeBytes, modifiedAt]);

export class HeaderCache {
  readonly #folders = new Map<string, Map<string, HeaderEntry>>();

  get(folder: string, file: FileEntry): HeaderEntry | undefined {
    return this.#folders.get(folder.toLowerCase())?.get(keyOf(file));
  }

  set(folder: string, file: FileEntry, entry: HeaderEntry): void {
    const files = this.#folders.get(folder.toLowerCase()) ?? new Map<string, HeaderEntry>();
    files.set(keyOf(file), entry);
    this.#folders.set(folder.toLowerCase(), files);
  }

  /** Forgets files that are no longer there. */
  keepOnly(folder: string, files: readonly FileEntry[]): void {
    const there = new Set(files.map(keyOf));
    const known = this.#folders.get(folder.toLowerCase());
    for (const key of known?.keys() ?? []) if (!there.has(key)) known?.delete(key);
  }
}
