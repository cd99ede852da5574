/** BACKUP DATABASE and BACKUP LOG: what is refused, what the file holds, and what the backup does to the log chain. */
import {
  appendSet,
  decodeBackup,
  encodeBackupSet,
  unfinishedBackup,
  type BackupBody,
  type BackupSetHeader,
} from '../backup-file.ts';
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { rememberBackupSet } from './backup-history.ts';
import { existingFile, flawOf, refusalToWrite } from './backup-devices.ts';
import { mayBackUp } from './database-permissions.ts';
import type { EngineContext } from './engine-modules.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { DatabaseDraft, InstanceDraft, OperationDraft, SessionDraft } from './instance-state.ts';
import { instanceUtcMs } from './instants.ts';
import { bytesBetween, currentFork, forkAt, forksUpTo } from './log-position.ts';
import { brokenOffText } from './messages.ts';
import { closedBy, databaseOf, othersIn, refusalToOpen, sameName } from './open-database.ts';
import { durationOf, startOperation, statsEvery } from './operations.ts';
import { plain } from './plain.ts';
import { fileLines, processedLine } from './processed-lines.ts';
import { answer, refusal, type Refusal } from './refusal-table.ts';
import { isSysadmin } from './server-permissions.ts';
import { forgetLog, recordsBetween, truncateLog, writeRecord } from './transaction-log.ts';
import { followBackup, truncationLimit } from './mirror-log.ts';
import { writeUndoFile } from './undo-file.ts';

type BackupCommand = Extract<Command, { readonly kind: 'backup' }>;

// prettier-ignore
const KNOWN_OPTIONS = new Set([
  'COPY_ONLY', 'INIT', 'NOINIT', 'FORMAT', 'NOFORMAT', 'SKIP', 'NOSKIP', 'COMPRESSION', 'NO_COMPRESSION', 'CHECKSUM', 'NO_CHECKSUM',
  'STOP_ON_ERROR', 'CONTINUE_AFTER_ERROR', 'NO_TRUNCATE', 'NORECOVERY', 'STANDBY', 'STATS', 'NAME', 'DESCRIPTION', 'BLOCKSIZE',
  'BUFFERCOUNT', 'MAXTRANSFERSIZE', 'MEDIANAME', 'MEDIADESCRIPTION', 'EXPIREDATE', 'RETAINDAYS', 'NOREWIND', 'NOUNLOAD',
]);

/** Options that exclude each other (reference 3.1). */
const EXCLUSIVE = [
  ['INIT', 'NOINIT'],
  ['FORMAT', 'NOFORMAT'],
  ['CHECKSUM', 'NO_CHECKSUM'],
  ['COMPRESSION', 'NO_COMPRESSION'],
  ['STOP_ON_ERROR', 'CONTINUE_AFTER_ERROR'],
  ['NORECOVERY', 'STANDBY'],
] as const;

const verbOf = (command: BackupCommand): 'BACKUP LOG' | 'BACKUP DATABASE' =>
  command.what === 'log' ? 'BACKUP LOG' : 'BACKUP DATABASE';
const leavesRestoring = (command: BackupCommand): boolean =>
  command.what === 'log' &&
  (command.options['NORECOVERY'] !== undefined || command.options['STANDBY'] !== undefined);

function refuseOptions(command: BackupCommand): Refusal | undefined {
  const unknown = Object.keys(command.options).find((name) => !KNOWN_OPTIONS.has(name));
  if (unknown !== undefined) return refusal('backup/option', unknown.toLowerCase());
  const both = EXCLUSIVE.find((pair) => pair.every((name) => command.options[name] !== undefined));
  if (both !== undefined) return refusal('backup/conflict', both[0].toLowerCase(), both[1].toLowerCase());
  const ends = command.options['NORECOVERY'] ?? command.options['STANDBY'];
  return command.what === 'database' && ends !== undefined
    ? refusal('backup/option', 'norecovery')
    : undefined;
}

function refuseState(
  instance: InstanceDraft,
  database: DatabaseDraft,
  session: SessionDraft,
  command: BackupCommand,
) {
  const intactLogOnly = database.state === 'SUSPECT' || database.state === 'RECOVERY_PENDING';
  // CONTINUE_AFTER_ERROR alone took the tail of a SUSPECT database (recorded: section 12, 3.10).
  const anyway = command.options['NO_TRUNCATE'] ?? command.options['CONTINUE_AFTER_ERROR'];
  const log = database.files !== 'ruined';
  if (command.what === 'log' && intactLogOnly && log && anyway !== undefined) return undefined;
  if (database.exclusive !== null) return refusal('backup/in-transition');
  const refused = refusalToOpen(instance, database, session, 'backup');
  if (refused !== undefined) return refused;
  return database.inStandby ? refusal('backup/standby', database.name) : undefined;
}

function refuseLog(
  instance: InstanceDraft,
  database: DatabaseDraft,
  session: SessionDraft,
  command: BackupCommand,
) {
  if (database.recoveryModel === 'SIMPLE') return refusal('backup-log/simple');
  if (database.lastLogBackupLsn === null) return refusal('backup-log/never-full');
  if (!leavesRestoring(command)) return undefined;
  if (database.mirroring !== null) return refusal('tail/mirrored', database.name);
  if (sameName(session.database, database.name))
    return refusal('tail/own-context', 'BACKUP LOG', database.name);
  return othersIn(instance, database, session.id).length > 0 ? refusal('tail/in-use') : undefined;
}

/** Of a database that is closed, only sysadmin gets here: roles in it cannot be read. */
function refuseLogin(
  instance: InstanceDraft,
  database: DatabaseDraft,
  { login }: SessionDraft,
  command: BackupCommand,
): Refusal | undefined {
  const verb = verbOf(command);
  const open = closedBy(database) === undefined;
  const may = isSysadmin(instance, login) || (open && mayBackUp(instance, login, database, verb));
  return may ? undefined : refusal('backup/no-right', verb, database.name);
}

function refuseBackup(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: BackupCommand,
): Refusal | undefined {
  const database = databaseOf(instance, command.database);
  if (database === undefined) return refusal('backup/absent', command.database);
  const refused =
    refuseState(instance, database, session, command) ?? refuseLogin(instance, database, session, command);
  if (refused !== undefined) return refused;
  if (command.what === 'log') {
    const log = refuseLog(instance, database, session, command);
    if (log !== undefined) return log;
  } else if (fullBackupRuns(instance, database)) return refusal('backup/serialized');
  return refuseDevice(ctx, command);
}

const fullBackupRuns = (instance: InstanceDraft, database: DatabaseDraft): boolean =>
  Object.values(instance.operations).some(
    ({ work, databaseId }) =>
      work.kind === 'backup' && work.command.what === 'database' && databaseId === database.id,
  );

const overwrites = (command: BackupCommand): boolean =>
  command.options['INIT'] !== undefined || command.options['FORMAT'] !== undefined;

function refuseDevice(ctx: EngineContext, command: BackupCommand): Refusal | undefined {
  for (const path of command.devices) {
    const refused = refusalToWrite(ctx.files, path);
    if (refused !== undefined) return refused;
    const existing = existingFile(ctx.files, path);
    if (existing === undefined || overwrites(command)) continue;
    const flaw = flawOf(decodeBackup(existing));
    if (flaw !== undefined) return refusal(`backup/append-${flaw}`, path);
  }
  return undefined;
}

export function startBackup(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: BackupCommand,
): CommandOutcome {
  const verb = verbOf(command);
  if (session.openTransactions > 0) return answer(refusal('backup/in-transaction'), verb);
  const refused = refuseOptions(command) ?? refuseBackup(instance, ctx, session, command);
  const database = databaseOf(instance, command.database);
  if (refused !== undefined) return answer(refused, verb);
  if (database === undefined) return answer(refusal('backup/absent', command.database), verb);
  const from =
    command.what === 'database'
      ? writeRecord(database, { kind: 'nothing' })
      : (database.lastLogBackupLsn ?? '0');
  for (const path of command.devices)
    if (existingFile(ctx.files, path) === undefined || overwrites(command))
      write(ctx, path, unfinishedBackup(database.name));
  const bytes =
    command.what === 'database' ? database.dataBytes : bytesBetween(from, database.position ?? from);
  const pending = startOperation(instance, session, ctx.nowMs, {
    command: verb,
    databaseId: database.id,
    durationMs: durationOf(instance, bytes),
    ...statsEvery(command.options['STATS']),
    work: { kind: 'backup', command, firstLsn: from },
  });
  if (leavesRestoring(command)) database.exclusive = pending.operation;
  return pending;
}

const write = (ctx: EngineContext, path: string, bytes: Uint8Array): void =>
  ctx.emitFile({ operation: 'write', path, bytes, modifiedAtMs: ctx.nowMs });

function headerOf(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  command: BackupCommand,
  operation: OperationDraft,
  first: string,
): BackupSetHeader {
  const last = database.position ?? first;
  const firstFork = command.what === 'log' ? forkAt(database.forks, first) : currentFork(database).fork;
  const lastFork = command.what === 'log' ? forkAt(database.forks, last) : firstFork;
  const name = command.options['NAME'];
  return {
    backupSetGuid: nextGuid(instance),
    mediaSetId: nextGuid(instance),
    mediaFamilyId: nextGuid(instance),
    name: typeof name === 'string' ? name : null,
    type: command.what === 'database' ? 'full' : 'log',
    databaseName: database.name,
    serverName: instance.serverName,
    userName: instance.sessions[operation.sessionId]?.login ?? '',
    softwareVersion: instance.productVersion,
    familyGuid: database.familyGuid,
    databaseGuid: database.databaseGuid,
    brokerGuid: database.brokerGuid,
    databaseCreatedAtMs: database.createdAtMs,
    firstLsn: first,
    lastLsn: last,
    checkpointLsn: command.what === 'database' ? first : (database.lastFullBackupLsn ?? first),
    databaseBackupLsn: database.lastFullBackupLsn ?? '0',
    firstForkGuid: firstFork,
    lastForkGuid: lastFork,
    forkPointLsn: firstFork === lastFork ? null : currentFork(database).startLsn,
    forks: forksUpTo(database.forks, last),
    startedAtMs: instanceUtcMs(instance, operation.startedAtMs),
    finishedAtMs: instanceUtcMs(instance, ctx.nowMs),
    timeZoneMinutes: instance.timeZoneMinutes,
    recoveryModel: database.recoveryModel,
    userAccess: database.access,
    copyOnly: command.options['COPY_ONLY'] !== undefined || command.options['NO_TRUNCATE'] !== undefined,
    tail: leavesRestoring(command),
    damaged: false,
    checksums: command.options['CHECKSUM'] !== undefined,
    beginsLogChain: command.what === 'log' && database.beginsChain,
    backupBytes: command.what === 'database' ? database.dataBytes : Math.max(4096, bytesBetween(first, last)),
    dataBytes: database.dataBytes,
    dataFile: database.dataFile,
    logFile: database.logFile,
    lastLogBackupLsn: database.lastLogBackupLsn,
  };
}

function bodyOf(database: DatabaseDraft, header: BackupSetHeader): BackupBody {
  const log = recordsBetween(database, header.firstLsn, header.lastLsn);
  return header.type === 'full'
    ? { kind: 'full', content: plain(database.content), log }
    : { kind: 'log', log };
}

/** The chain after a backup that is in the file. */
function moveChain(database: DatabaseDraft, header: BackupSetHeader): void {
  if (header.type === 'full') {
    if (header.copyOnly || database.recoveryModel === 'SIMPLE') return;
    database.lastFullBackupLsn = header.firstLsn;
    database.lastLogBackupLsn ??= header.firstLsn;
    return;
  }
  if (header.copyOnly && !header.tail) return;
  database.lastLogBackupLsn = header.lastLsn;
  database.beginsChain = false;
  if (header.tail) forgetLog(database);
  else truncateLog(database, truncationLimit(database, header.lastLsn));
}

/** The database after the tail: the fence of a planned switchover. Same fork, position = last LSN. */
function becomeRestoring(ctx: EngineContext, database: DatabaseDraft, command: BackupCommand): void {
  const undoFile = command.options['STANDBY'];
  if (typeof undoFile === 'string') writeUndoFile(ctx, database, undoFile);
  database.state = undoFile === undefined ? 'RESTORING' : 'ONLINE';
  database.inStandby = undoFile !== undefined;
  database.undoFile = typeof undoFile === 'string' ? undoFile : null;
  database.redoTarget = database.position;
  database.rolledForward = true;
}

export function finishBackup(
  instance: InstanceDraft,
  ctx: EngineContext,
  operation: OperationDraft,
  work: { readonly command: BackupCommand; readonly firstLsn: string },
): CommandOutcome {
  const { command } = work;
  const verb = verbOf(command);
  const database = databaseOf(instance, command.database);
  if (database?.id !== operation.databaseId) return answer(refusal('backup/absent', command.database), verb);
  const first = command.what === 'database' ? work.firstLsn : (database.lastLogBackupLsn ?? work.firstLsn);
  for (const path of command.devices) {
    const folder = path.slice(0, path.lastIndexOf('\\'));
    const listing = ctx.files.list(folder);
    const refused = 'osError' in listing ? listing : ctx.files.refusesWrite?.(folder);
    if (refused !== undefined)
      return answer(refusal('backup/write', path, brokenOffText(refused.osError)), verb);
  }
  const header = headerOf(instance, ctx, database, command, operation, first);
  const set = encodeBackupSet(header, bodyOf(database, header));
  const path = command.devices[0] ?? '';
  const before = overwrites(command) ? undefined : existingFile(ctx.files, path);
  const earlier = before === undefined ? undefined : decodeBackup(before);
  const sets = earlier?.kind === 'sets' ? earlier.sets.length : 0;
  write(ctx, path, sets > 0 && before !== undefined ? appendSet(before, set) : set);
  moveChain(database, header);
  rememberBackupSet(instance, header, path, sets + 1);
  if (header.tail) becomeRestoring(ctx, database, command);
  else followBackup(instance, ctx, database);
  const deed =
    header.type === 'full' ? 'backup-database' : header.tail ? 'backup-log-norecovery' : 'backup-log';
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed });
  const milliseconds = ctx.nowMs - operation.startedAtMs;
  const lines = fileLines(database.name, header, header.type === 'full' ? 'both' : 'log', sets + 1);
  return { kind: 'done', tokens: [...lines, processedLine(verb, header.backupBytes, milliseconds)] };
}
