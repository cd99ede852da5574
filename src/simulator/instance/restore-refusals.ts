/** Why a RESTORE is refused, in the order in which the checks run. Rows: sql-server reference 4.4 2-10, 12, 21, 22, 27-31, 51, 79. */
import type { BackupSet, BackupSetHeader } from '../backup-file.ts';
import type { Command } from '../tsql/ast.ts';
import type { SqlFailure } from '../tsql/host.ts';
import { readBackupSet } from './backup-devices.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { compareLsns, forkAt } from './log-position.ts';
import { message } from './messages.ts';
import { databaseOf, hasRole, othersIn, sameName } from './open-database.ts';

export type RestoreCommand = Extract<Command, { readonly kind: 'restore' }>;
export type ErrorLine = SqlFailure['errors'][number];

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

function refuseOptions(command: RestoreCommand): ErrorLine | undefined {
  const unknown = Object.keys(command.options).find((name) => !KNOWN_OPTIONS.has(name));
  if (unknown !== undefined) return message(3032, unknown.toLowerCase());
  const ends = ['RECOVERY', 'NORECOVERY', 'STANDBY'].filter((name) => has(command, name));
  return ends.length > 1
    ? message(3031, ends[0]?.toLowerCase() ?? '', ends[1]?.toLowerCase() ?? '')
    : undefined;
}

/** Checks that need no file. */
export function refuseTarget(
  instance: InstanceDraft,
  session: SessionDraft,
  command: RestoreCommand,
): ErrorLine | undefined {
  const options = refuseOptions(command);
  if (options !== undefined) return options;
  if (!hasRole(instance, session.login, 'dbcreator')) return message(3110, command.database);
  const database = databaseOf(instance, command.database);
  if (database === undefined) {
    if (command.devices.length === 0) return message(911, command.database);
    return command.what === 'log' ? message(3118, command.database) : undefined;
  }
  if (sameName(session.database, database.name)) return message(3102, 'RESTORE', database.name);
  if (database.mirroring !== null) return message(3104, database.name);
  if (database.exclusive !== null || othersIn(instance, database, session.id).length > 0)
    return message(3101);
  return undefined;
}

/** RESTORE ... WITH RECOVERY | NORECOVERY | STANDBY without FROM. */
export function refuseRecovery(database: DatabaseDraft): ErrorLine | undefined {
  if (database.state === 'ONLINE' && !database.inStandby) return message(3153);
  if (database.state !== 'RESTORING' && database.state !== 'ONLINE') return message(4333);
  if (database.position === null) return message(4333);
  const behind = database.redoTarget !== null && compareLsns(database.position, database.redoTarget) < 0;
  return behind ? message(4331) : undefined;
}

const major = (version: string): number => Number(version.split('.')[0] ?? '0');

function refuseSet(instance: InstanceDraft, command: RestoreCommand, set: BackupSet): ErrorLine | undefined {
  const { header } = set;
  if (major(header.softwareVersion) > major(instance.productVersion))
    return message(3169, header.softwareVersion, instance.productVersion);
  if (has(command, 'CHECKSUM') && !header.checksums) return message(3187);
  return set.damaged && (header.checksums || header.type === 'full') ? message(3189) : undefined;
}

function refuseFull(command: RestoreCommand, header: BackupSetHeader, database: DatabaseDraft | undefined) {
  if (database === undefined || has(command, 'REPLACE')) return undefined;
  if (database.familyGuid !== header.familyGuid) return message(3154, database.name);
  const written = database.state !== 'RESTORING' && !database.inStandby;
  const tailSaved =
    database.recoveryModel === 'SIMPLE' ||
    (database.lastLogBackupLsn !== null &&
      database.position !== null &&
      database.lastLogBackupLsn === database.position);
  return written && !tailSaved ? message(3159, database.name) : undefined;
}

function refuseLog(header: BackupSetHeader, database: DatabaseDraft): ErrorLine | undefined {
  const { position } = database;
  if ((database.state !== 'RESTORING' && !database.inStandby) || header.type !== 'log') return message(3117);
  if (header.familyGuid !== database.familyGuid) return message(3154, database.name);
  // A cut-off RESTORE DATABASE: there is no position from which anything could be applied.
  if (position === null) return message(4305, header.firstLsn, header.firstLsn);
  const end = compareLsns(header.lastLsn, position);
  if (end <= 0) {
    const sameLine = forkAt(database.forks, header.lastLsn) === header.lastForkGuid;
    if (!sameLine) return message(4330);
    // Applying the very log just applied succeeds (section 12, 4.4 #3).
    return end === 0 ? undefined : message(4326, header.lastLsn, position);
  }
  if (header.firstForkGuid !== forkAt(database.forks, position)) return message(4330);
  if (compareLsns(header.firstLsn, position) > 0) return message(4305, header.firstLsn, position);
  const passedTheFork = header.forkPointLsn !== null && compareLsns(position, header.forkPointLsn) > 0;
  return passedTheFork ? message(4330) : undefined;
}

/** Reads the backup set and judges it against the target. */
export function judgeBackupSet(
  instance: InstanceDraft,
  ctx: EngineContext,
  command: RestoreCommand,
): { readonly kind: 'set'; readonly set: BackupSet } | { readonly kind: 'error'; readonly line: ErrorLine } {
  const database = databaseOf(instance, command.database);
  const notReady = database !== undefined && database.state !== 'RESTORING' && !database.inStandby;
  if (command.what === 'log' && notReady) return { kind: 'error', line: message(3117) };
  const position = command.options['FILE'];
  const read = readBackupSet(
    ctx.files,
    command.devices[0] ?? '',
    typeof position === 'number' ? position : 1,
  );
  if (read.kind === 'error') return read;
  const { header } = read.set;
  let line = refuseSet(instance, command, read.set);
  if (line === undefined) {
    // RESTORE DATABASE from a file that holds a log backup only: number as for a log that is not ready to roll forward.
    if (command.what === 'database')
      line = header.type === 'full' ? refuseFull(command, header, database) : message(3117);
    else if (database !== undefined) line = refuseLog(header, database);
  }
  return line === undefined ? read : { kind: 'error', line };
}
