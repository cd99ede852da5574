/** RESTORE DATABASE, RESTORE LOG and recovery: what happens at the start, at the end, and what a cut leaves (reference 4.2, 5.2). */
import type { BackupSet, BackupSetHeader } from '../backup-file.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { rememberRestore } from './backup-history.ts';
import { fromArray, noChunks } from './chunks.ts';
import { noContent } from './content.ts';
import { emptyDatabase } from './new-database.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { EngineContext, EngineDeed } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, OperationDraft, SessionDraft } from './instance-state.ts';
import { compareLsns, forksUpTo } from './log-position.ts';
import { brokenOffText } from './messages.ts';
import { databaseOf } from './open-database.ts';
import { durationOf, startOperation, statsEvery } from './operations.ts';
import { fileLines, processedLine } from './processed-lines.ts';
import { answer, refusal, type Refusal } from './refusal-table.ts';
import {
  has,
  judgeBackupSet,
  recovers,
  refuseRecovery,
  refuseTarget,
  verbOf,
  type RestoreCommand,
} from './restore-refusals.ts';
import { ownedBy } from './server-permissions.ts';
import { forgetLog, replay, writeRecord } from './transaction-log.ts';
import { refuseWithoutUndoFile, removeUndoFile, writeUndoFile } from './undo-file.ts';

export function startRestore(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: RestoreCommand,
): CommandOutcome {
  const verb = verbOf(command);
  const refused = refuseTarget(instance, session, command);
  if (refused !== undefined) return answer(refused, verb);
  if (command.devices.length === 0) return startRecovery(instance, ctx, session, command);
  const judged = judgeBackupSet(instance, ctx, command);
  if (judged.kind === 'error') return answer(judged.refused, verb);
  const { header } = judged.set;
  const target = databaseOf(instance, command.database);
  const lost =
    command.what === 'log' && target !== undefined ? refuseWithoutUndoFile(ctx, target) : undefined;
  if (lost !== undefined) return answer(lost);
  const database =
    command.what === 'database'
      ? overwrite(instance, ctx, session.login, command, header)
      : databaseOf(instance, command.database);
  if (database === undefined) return answer(refusal('restore-log/absent', command.database), verb);
  if (command.what === 'log') leaveStandby(ctx, database);
  const pending = startOperation(instance, session, ctx.nowMs, {
    command: verb,
    databaseId: database.id,
    durationMs: durationOf(instance, header.backupBytes),
    ...statsEvery(command.options['STATS']),
    work: { kind: 'restore', command },
  });
  database.exclusive = pending.operation;
  return pending;
}

/** The next RESTORE takes the undo file with it (reference 3.3). */
function leaveStandby(ctx: EngineContext, database: DatabaseDraft): void {
  removeUndoFile(ctx, database);
  database.state = 'RESTORING';
  database.inStandby = false;
  database.undoFile = null;
}

/** The old content is gone from the first moment; until the end there is no position, so a cut leaves an unusable RESTORING. */
function overwrite(
  instance: InstanceDraft,
  ctx: EngineContext,
  owner: string,
  command: RestoreCommand,
  header: BackupSetHeader,
): DatabaseDraft {
  const existing = databaseOf(instance, command.database);
  const database = existing ?? {
    ...emptyDatabase(instance, command.database, ctx.nowMs),
    ...ownedBy(instance, owner),
  };
  const moved = (logical: string, fallback: string): string =>
    command.moves.find((move) => move.logical.toLowerCase() === logical.toLowerCase())?.to ?? fallback;
  instance.databases[command.database.toLowerCase()] = database;
  database.state = 'RESTORING';
  database.files = 'whole';
  database.inStandby = false;
  database.undoFile = null;
  database.trustworthy = false;
  database.recoveredAtMs = null;
  database.position = null;
  database.redoTarget = header.lastLsn;
  database.familyGuid = header.familyGuid;
  database.rolledForward = false;
  database.lastLogBackupLsn = null;
  database.lastFullBackupLsn = null;
  database.forks = [];
  database.content = noContent('');
  database.log = noChunks;
  database.dataFile = moved(
    header.databaseName,
    existing === undefined ? header.dataFile : database.dataFile,
  );
  database.logFile = moved(
    `${header.databaseName}_log`,
    existing === undefined ? header.logFile : database.logFile,
  );
  return database;
}

export function finishRestore(
  instance: InstanceDraft,
  ctx: EngineContext,
  operation: OperationDraft,
  command: RestoreCommand,
): CommandOutcome {
  const verb = verbOf(command);
  const database = databaseOf(instance, command.database);
  if (database?.id !== operation.databaseId) return answer(refusal('restore/absent', command.database), verb);
  const judged = judgeBackupSet(instance, ctx, {
    ...command,
    options: { ...command.options, REPLACE: true },
  });
  // The file went away or changed while it was read: as a cut restore.
  if (judged.kind === 'error') return answer(goneWhileRead(ctx, command) ?? judged.refused, verb);
  const { set } = judged;
  if (command.what === 'database') takeFull(database, set);
  else takeLog(database, set);
  if (has(command, 'RESTRICTED_USER')) database.access = 'RESTRICTED_USER';
  const file = command.options['FILE'];
  rememberRestore(instance, ctx.nowMs, {
    header: set.header,
    path: command.devices[0] ?? '',
    position: typeof file === 'number' ? file : 1,
    database: database.name,
    userName: instance.sessions[operation.sessionId]?.login ?? '',
    replace: has(command, 'REPLACE'),
    recovery: recovers(command),
  });
  deed(instance, ctx, database, command.what === 'log' ? 'restore-log' : 'restore-database');
  end(instance, ctx, database, command);
  const lines = fileLines(database.name, set.header, command.what === 'log' ? 'data-empty' : 'both', 1);
  const done = processedLine(verb, set.header.backupBytes, ctx.nowMs - operation.startedAtMs);
  return { kind: 'done', tokens: [...lines, done] };
}

function goneWhileRead(ctx: EngineContext, command: RestoreCommand): Refusal | undefined {
  const path = command.devices[0] ?? '';
  const bytes = ctx.files.read(path);
  return 'osError' in bytes ? refusal('restore/read', path, brokenOffText(bytes.osError)) : undefined;
}

const deed = (instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft, what: EngineDeed): void =>
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: what });

/** Options come back as they were at the end of the backup (reference 3.3). */
function takeFull(database: DatabaseDraft, set: BackupSet): void {
  const { header, body } = set;
  database.familyGuid = header.familyGuid;
  database.databaseGuid = header.databaseGuid;
  database.brokerGuid = header.brokerGuid;
  database.recoveryModel = header.recoveryModel;
  database.access = header.userAccess;
  database.singleUser = null;
  database.dataBytes = header.dataBytes;
  database.forks = header.forks.map((entry) => ({ ...entry }));
  database.position = header.lastLsn;
  database.redoTarget = header.lastLsn;
  database.content = body.kind === 'full' ? body.content : noContent('');
  database.log = fromArray(body.log);
  database.lastFullBackupLsn = header.firstLsn;
  database.lastLogBackupLsn = header.recoveryModel === 'SIMPLE' ? null : header.firstLsn;
  database.beginsChain = false;
  database.rolledForward = false;
}

function takeLog(database: DatabaseDraft, set: BackupSet): void {
  const { header, body } = set;
  const position = database.position ?? header.firstLsn;
  database.rolledForward = true;
  if (compareLsns(header.lastLsn, position) <= 0) return;
  replay(database, body.log, position);
  database.forks = forksUpTo(header.forks, header.lastLsn);
  database.position = header.lastLsn;
  database.redoTarget = header.lastLsn;
  database.lastLogBackupLsn = header.lastLsn;
  forgetLog(database);
}

/** NORECOVERY, STANDBY or RECOVERY: the last word of every RESTORE. */
function end(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  command: RestoreCommand,
): void {
  const undoFile = command.options['STANDBY'];
  if (recovers(command)) recover(instance, ctx, database);
  else if (undoFile === undefined) leaveStandby(ctx, database);
  else {
    if (typeof undoFile === 'string') writeUndoFile(ctx, database, undoFile);
    database.state = 'ONLINE';
    database.inStandby = true;
    database.undoFile = typeof undoFile === 'string' ? undoFile : null;
  }
}

/** ONLINE on a new fork that leaves the old line at the position. Rules: reference 5.2. */
export function recover(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): void {
  database.state = 'ONLINE';
  database.inStandby = false;
  database.undoFile = null;
  database.redoTarget = null;
  database.forks = [...database.forks, { fork: nextGuid(instance), startLsn: database.position ?? '0' }];
  writeRecord(database, { kind: 'nothing' });
  deed(instance, ctx, database, 'recovered');
}

function startRecovery(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: RestoreCommand,
): CommandOutcome {
  const verb = verbOf(command);
  const database = databaseOf(instance, command.database);
  if (database === undefined) return answer(refusal('restore/absent', command.database), verb);
  const refused = refuseRecovery(database) ?? refuseWithoutUndoFile(ctx, database);
  if (refused !== undefined) return answer(refused, verb);
  if (database.inStandby) leaveStandby(ctx, database);
  const pending = startOperation(instance, session, ctx.nowMs, {
    command: verb,
    databaseId: database.id,
    durationMs: instance.speed.minimumMs,
    work: { kind: 'recover', command },
  });
  database.exclusive = pending.operation;
  return pending;
}

/** Prints one line with 0 pages (section 12, 3.3). Writes no restore history (reference 1.8 [X]). */
export function finishRecovery(
  instance: InstanceDraft,
  ctx: EngineContext,
  operation: OperationDraft,
  command: RestoreCommand,
): CommandOutcome {
  const verb = verbOf(command);
  const database = databaseOf(instance, command.database);
  if (database?.id !== operation.databaseId) return answer(refusal('restore/absent', command.database), verb);
  const refused = refuseRecovery(database);
  if (refused !== undefined) return answer(refused, verb);
  end(instance, ctx, database, command);
  return { kind: 'done', tokens: [processedLine(verb, 0, ctx.nowMs - operation.startedAtMs)] };
}
