/** Headers of backup files read on the step's own connection, remembered by name and size for the time of the step. */
import type { FileEntry } from '../ports/backup-files.ts';
import type { SqlRow } from '../ports/sql-connection.ts';
import type { BackupFile, BackupHeader, FolderFacts } from '../topology/pool-facts.ts';
import { readHeader } from '../statements/read-header.ts';
import { flagOf, requireNumber, requireText, textOrNull } from './answer-rows.ts';
import { joinPath } from './file-names.ts';
import type { InstanceSession } from './instance-session.ts';

const HEADER_DEADLINE_MS = 60_000;
const TYPES: Readonly<Record<number, BackupHeader['type']>> = { 1: 'full', 2: 'log', 5: 'differential' };

function headerOf(row: SqlRow): BackupHeader {
  return {
    type: TYPES[requireNumber(row, 'BackupType')] ?? 'other',
    serverName: requireText(row, 'ServerName'),
    databaseName: requireText(row, 'DatabaseName'),
    familyGuid: requireText(row, 'FamilyGUID'),
    firstLsn: requireText(row, 'FirstLSN'),
    lastLsn: requireText(row, 'LastLSN'),
    checkpointLsn: requireText(row, 'CheckpointLSN'),
    databaseBackupLsn: requireText(row, 'DatabaseBackupLSN'),
    firstForkGuid: requireText(row, 'FirstRecoveryForkID'),
    lastForkGuid: requireText(row, 'RecoveryForkID'),
    forkPointLsn: textOrNull(row, 'ForkPointLSN'),
    // Local times of the writing server: order is decided by LSN, nothing here looks at them.
    startedAt: requireText(row, 'BackupStartDate'),
    finishedAt: requireText(row, 'BackupFinishDate'),
    copyOnly: flagOf(row, 'IsCopyOnly'),
    tail: flagOf(row, 'IsForceOffline'),
    damaged: flagOf(row, 'IsDamaged'),
  };
}

const keyOf = (name: string, sizeBytes: number | null): string => `${name.toLowerCase()}|${sizeBytes ?? ''}`;

export class BackupHeaders {
  readonly #session: InstanceSession;
  readonly #version: string;
  readonly #known = new Map<string, BackupFile>();

  constructor(session: InstanceSession, version: string, observed: readonly FolderFacts[]) {
    this.#session = session;
    this.#version = version;
    for (const folder of observed) {
      for (const file of folder.files) {
        if (file.header !== 'unknown') this.#known.set(keyOf(file.name, file.sizeBytes), file);
      }
    }
  }

  /** A header that cannot be read stays unknown with its reason; it is asked again the next time. */
  async #read(folder: string, entry: FileEntry): Promise<BackupFile> {
    const { name, sizeBytes, modifiedAt } = entry;
    const options = { tolerate: 'all' as const, deadlineMs: HEADER_DEADLINE_MS };
    const answer = await this.#session.read(readHeader(joinPath(folder, name), this.#version), options);
    const row = answer.resultSets.flatMap((set) => set.rows)[0];
    if (row === undefined || answer.errors.length > 0) {
      const headerProblem = answer.errors[0]?.message ?? 'no backup set in the file';
      return { name, sizeBytes, modifiedAt, header: 'unknown', headerProblem };
    }
    const file: BackupFile = { name, sizeBytes, modifiedAt, header: headerOf(row), headerProblem: null };
    this.#known.set(keyOf(name, sizeBytes), file);
    return file;
  }

  /** The log backups of a listing with their headers; unfinished files and other kinds are left out. */
  logBackups(folder: string, listing: readonly FileEntry[]): Promise<readonly BackupFile[]> {
    return this.#headersOf(folder, listing, /\.trn$/i);
  }

  /** Log backups and full backups, as they lie there now: the facts of the step are older than what it has done so far. */
  backupsNow(folder: string, listing: readonly FileEntry[]): Promise<readonly BackupFile[]> {
    return this.#headersOf(folder, listing, /\.(trn|bak)$/i);
  }

  async #headersOf(
    folder: string,
    listing: readonly FileEntry[],
    wanted: RegExp,
  ): Promise<readonly BackupFile[]> {
    const files: BackupFile[] = [];
    for (const entry of listing) {
      if (!wanted.test(entry.name)) continue;
      const known = this.#known.get(keyOf(entry.name, entry.sizeBytes));
      files.push(known ?? (await this.#read(folder, entry)));
    }
    return files;
  }
}
