/** Why a RESTORE is refused, in the order in which the checks run. Rows: sql-server reference 4.4 2-10, 12, 21, 22, 27-31, 51, 79. */
import type { BackupSet, BackupSetHeader } from '../backup-file.ts';
import type { Command } from '../tsql/ast.ts';
import { readBackupSet } from './backup-devices.ts';
import { ownsByLogin } from './database-permissions.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { compareLsns, forkAt } from './log-position.ts';
import { databaseOf, othersIn, sameName } from './open-database.ts';
import { refusal, type Refusal } from './refusal-table.ts';
import { hasRole, mayCreateDatabases } from './server-permissions.ts';

export type RestoreCommand = Extract<Command, { readonly kind: 'restore' }>;

// prettier-ignore
const KNOWN_OPTIONS = new Set([
  'RECOVERY', 'NORECOVERY', 'STANDBY', 'REPLACE', 'FILE', 'RESTART', 'RESTRICTED_USER', 'CHECKSUM', 'NO_CHECKSUM', 'STOP_ON_ERROR',
  'CONTINUE_AFTER_ERROR', 'STATS', 'KEEP_REPLICATION', 'NOUNLOAD', 'BLOCKSIZE', 'BUFFERCOUNT', 'MAXTRANSFERSIZE', 'MEDIANAME',
]);

export const verbOf = (command: RestoreCommand): string =>
  command.what === 'log' ? 'RESTORE LOG' : 'RESTORE DATABASE';
export const has = (command: RestoreCommand, option: string): boolean =>
  command.options[option] !== undefined;
/** RECOVERY is the default: one forgotten NORECOVERY ends the sequence. */
export const recovers = (command: RestoreCommand): boolean =>
  !has(command, 'NORECOVERY') && !has(command, 'STANDBY');

function refuseOptions(command: RestoreCommand): Refusal | undefined {
  const unknown = Object.keys(command.options).find((name) => !KNOWN_OPTIONS.has(name));
  if (unknown !== undefined) return refusal('restore/option', unknown.toLowerCase());
  const ends = ['RECOVERY', 'NORECOVERY', 'STANDBY'].filter((name) => has(command, name));
  return ends.length > 1
    ? refusal('restore/conflict', ends[0]?.toLowerCase() ?? '', ends[1]?.toLowerCase() ?? '')
    : undefined;
}

/** Members of db_owner may not restore: membership cannot be read while the database is closed (reference 8). */
function refuseLogin(
  instance: InstanceDraft,
  { login }: SessionDraft,
  command: RestoreCommand,
  database: DatabaseDraft | undefined,
): Refusal | undefined {
  if (database === undefined)
    return mayCreateDatabases(instance, login)
      ? undefined
      : refusal('restore/no-right-to-create', 'CREATE DATABASE', 'master');
  const may = hasRole(instance, login, 'dbcreator') || ownsByLogin(database, login);
  return may ? undefined : refusal('restore/no-right', command.database);
}

/** Checks that need no file. */
export function refuseTarget(
  instance: InstanceDraft,
  session: SessionDraft,
  command: RestoreCommand,
): Refusal | undefined {
  if (session.openTransactions > 0) return refusal('restore/in-transaction');
  const options = refuseOptions(command);
  if (options !== undefined) return options;
  const database = databaseOf(instance, command.database);
  const denied = refuseLogin(instance, session, command, database);
  if (denied !== undefined) return denied;
  if (database === undefined) {
    if (command.devices.length === 0) return refusal('restore/absent', command.database);
    return command.what === 'log' ? refusal('restore-log/absent', command.database) : undefined;
  }
  if (sameName(session.database, database.name))
    return refusal('restore/own-context', 'RESTORE', database.name);
  if (database.mirroring !== null)
    return refusal(
      database.mirroring.role === 'MIRROR' ? 'restore/mirror' : 'restore/principal',
      database.name,
    );
  if (database.exclusive !== null || othersIn(instance, database, session.id).length > 0)
    return refusal(database.inStandby ? 'restore/standby-in-use' : 'restore/in-use');
  return undefined;
}

/** RESTORE ... WITH RECOVERY | NORECOVERY | STANDBY without FROM. */
export function refuseRecovery(database: DatabaseDraft): Refusal | undefined {
  if (database.state === 'ONLINE' && !database.inStandby) return refusal('recover/online');
  if (database.state !== 'RESTORING' && database.state !== 'ONLINE') return refusal('recover/no-log');
  if (database.position === null) return refusal('recover/no-log');
  // That it stays RESTORING is unverified.
  if (database.files !== 'whole') return refusal('recover/damaged');
  const behind = database.redoTarget !== null && compareLsns(database.position, database.redoTarget) < 0;
  return behind ? refusal('recover/inconsistent') : undefined;
}

const major = (version: string): number => Number(version.split('.')[0] ?? '0');

function refuseSet(instance: InstanceDraft, command: RestoreCommand, set: BackupSet): Refusal | undefined {
  const { header } = set;
  if (major(header.softwareVersion) > major(instance.productVersion))
    return refusal('restore/newer', header.softwareVersion, instance.productVersion);
  if (has(command, 'CHECKSUM') && !header.checksums) return refusal('restore/no-checksums');
  if (has(command, 'STANDBY') && major(header.softwareVersion) < major(instance.productVersion))
    return refusal('restore/standby-older');
  return set.damaged && (header.checksums || header.type === 'full') ? refusal('restore/damaged') : undefined;
}

function refuseFull(command: RestoreCommand, header: BackupSetHeader, database: DatabaseDraft | undefined) {
  if (database === undefined || has(command, 'REPLACE')) return undefined;
  if (database.familyGuid !== header.familyGuid) return refusal('restore/other-family', database.name);
  const written = database.state !== 'RESTORING' && !database.inStandby;
  const tailSaved =
    database.recoveryModel === 'SIMPLE' ||
    (database.lastLogBackupLsn !== null &&
      database.position !== null &&
      database.lastLogBackupLsn === database.position);
  return written && !tailSaved ? refusal('restore/tail', database.name) : undefined;
}

function refuseLog(header: BackupSetHeader, database: DatabaseDraft): Refusal | undefined {
  const { position } = database;
  // Closed by the tail of damaged files: no file is ready to roll forward (inferred from the text of the number).
  if (database.state === 'RESTORING' && database.files !== 'whole') return refusal('restore-log/online');
  if ((database.state !== 'RESTORING' && !database.inStandby) || header.type !== 'log')
    return refusal('restore-log/online');
  if (header.familyGuid !== database.familyGuid) return refusal('restore/other-family', database.name);
  // A cut-off RESTORE DATABASE: there is no position from which anything could be applied.
  if (position === null) return refusal('restore-log/too-recent', header.firstLsn, header.firstLsn);
  const end = compareLsns(header.lastLsn, position);
  if (end <= 0) {
    const sameLine = forkAt(database.forks, header.lastLsn) === header.lastForkGuid;
    if (!sameLine) return refusal('restore-log/other-fork');
    // Applying the very log just applied succeeds (section 12, 4.4 #3).
    return end === 0 ? undefined : refusal('restore-log/too-early', header.lastLsn, position);
  }
  if (header.firstForkGuid !== forkAt(database.forks, position)) return refusal('restore-log/other-fork');
  if (compareLsns(header.firstLsn, position) > 0)
    return refusal('restore-log/too-recent', header.firstLsn, position);
  const passedTheFork = header.forkPointLsn !== null && compareLsns(position, header.forkPointLsn) > 0;
  return passedTheFork ? refusal('restore-log/other-fork') : undefined;
}

/** Reads the backup set and judges it against the target. */
export function judgeBackupSet(
  instance: InstanceDraft,
  ctx: EngineContext,
  command: RestoreCommand,
): { readonly kind: 'set'; readonly set: BackupSet } | { readonly kind: 'error'; readonly refused: Refusal } {
  const database = databaseOf(instance, command.database);
  const notReady = database !== undefined && database.state !== 'RESTORING' && !database.inStandby;
  if (command.what === 'log' && notReady) return { kind: 'error', refused: refusal('restore-log/online') };
  const position = command.options['FILE'];
  const read = readBackupSet(
    ctx.files,
    command.devices[0] ?? '',
    typeof position === 'number' ? position : 1,
  );
  if (read.kind === 'error') return read;
  const { header } = read.set;
  let refused = refuseSet(instance, command, read.set);
  if (refused === undefined) {
    // RESTORE DATABASE from a file that holds a log backup only: number as for a log that is not ready to roll forward.
    if (command.what === 'database')
      refused =
        header.type === 'full' ? refuseFull(command, header, database) : refusal('restore/not-a-full');
    else if (database !== undefined) refused = refuseLog(header, database);
  }
  return refused === undefined ? read : { kind: 'error', refused };
}
