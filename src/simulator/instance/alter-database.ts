/** ALTER DATABASE ... SET access | state | recovery: who is in the way, who is killed, what is refused. Rows: reference 3.6, 4.4 17, 25, 43, 45-46, 53, 100. */
import type { AlterDatabaseChange, Command, Termination } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { SqlToken } from '../sql-tokens.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { infoToken } from './messages.ts';
import { followBackup } from './mirror-log.ts';
import { databaseOf, isPrivileged, leaveDatabase, mayAlter, othersIn, sameName } from './open-database.ts';
import { startOperation } from './operations.ts';
import { answer, refusal, type Refusal } from './refusal-table.ts';
import { isSysadmin, mayOnServer } from './server-permissions.ts';
import { killSession } from './sessions.ts';
import { setPartner, setWitness } from './set-partner.ts';
import { forgetLog, writeRecord } from './transaction-log.ts';

export type AlterCommand = Extract<Command, { readonly kind: 'alter-database' }>;
type AccessOrState = Extract<AlterDatabaseChange, { readonly kind: 'access' | 'state' }>;

const SECOND_MS = 1000;

export function alterDatabase(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: AlterCommand,
): CommandOutcome {
  const database = databaseOf(instance, command.database);
  const { change } = command;
  if (database === undefined || !mayChange(instance, session.login, database, change))
    return answer(refusal('alter/absent', command.database));
  switch (change.kind) {
    case 'access':
    case 'state':
      return changeAccessOrState(instance, ctx, session, database, command, change);
    case 'recovery':
      return changeRecovery(database, change.model);
    case 'partner':
      return setPartner(instance, ctx, database, change);
    case 'witness':
      return setWitness(instance, ctx, database, change.address);
    case 'read-only':
      return refuseReadOnly(database);
    case 'other':
      if (change.text.startsWith('TRUSTWORTHY ')) return setTrustworthy(database, change.text);
      return {
        kind: 'failure',
        errors: [{ number: 102, class: 15, state: 1, message: `Incorrect syntax near '${change.text}'.` }],
      };
  }
}

/** ALTER on the database; ONLINE needs ALTER ANY DATABASE, EMERGENCY sysadmin (reference 8). */
function mayChange(
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
  change: AlterDatabaseChange,
): boolean {
  if (change.kind === 'state' && change.state === 'EMERGENCY') return isSysadmin(instance, login);
  if (change.kind === 'other' && change.text.startsWith('TRUSTWORTHY '))
    return mayOnServer(instance, login, 'CONTROL SERVER');
  if (change.kind === 'state' && change.state === 'ONLINE')
    return mayOnServer(instance, login, 'ALTER ANY DATABASE');
  return mayAlter(instance, login, database);
}

const STATE_WORDS: Partial<Record<DatabaseDraft['state'], string>> = {
  RESTORING: 'Restoring',
  RECOVERING: 'Recovering',
  RECOVERY_PENDING: 'Recovery Pending',
};

function refuseByState(database: DatabaseDraft, change: AccessOrState): Refusal | undefined {
  const word = STATE_WORDS[database.state];
  const mayRetryStart = change.kind === 'state' && database.state === 'RECOVERY_PENDING';
  if (word !== undefined && !mayRetryStart) return refusal('alter/restoring', 'ALTER DATABASE', word);
  return database.exclusive === null ? undefined : refusal('alter/locked', database.name);
}

/** Whom the change cannot stand: everybody else, or only those whom RESTRICTED_USER keeps out. */
function inTheWay(
  instance: InstanceDraft,
  database: DatabaseDraft,
  session: SessionDraft,
  change: AccessOrState,
): SessionDraft[] {
  const others = othersIn(instance, database, session.id);
  if (change.kind === 'state') return change.state === 'OFFLINE' ? others : [];
  if (change.access === 'MULTI_USER') return [];
  if (change.access === 'SINGLE_USER') return others;
  return others.filter((other) => !isPrivileged(instance, other.login, database));
}

function changeAccessOrState(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  database: DatabaseDraft,
  command: AlterCommand,
  change: AccessOrState,
): CommandOutcome {
  const refused = refuseByState(database, change);
  if (refused !== undefined) return answer(refused);
  const heldByOther =
    database.access === 'SINGLE_USER' && database.singleUser !== null && database.singleUser !== session.id;
  if (heldByOther) return answer(refusal('alter/single-user', database.name));
  const blockers = inTheWay(instance, database, session, change);
  if (blockers.length === 0) return applyChange(instance, ctx, session, database, change, []);
  return terminate(instance, ctx, session, database, command, change, blockers, change.termination);
}

function terminate(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  database: DatabaseDraft,
  command: AlterCommand,
  change: AccessOrState,
  blockers: readonly SessionDraft[],
  termination: Termination,
): CommandOutcome {
  if (termination.kind === 'no-wait') return answer(refusal('alter/in-use', database.name));
  if (termination.kind === 'rollback' && termination.afterSeconds === 0) {
    for (const blocker of blockers) killSession(instance, ctx, blocker);
    return applyChange(instance, ctx, session, database, change, [infoToken(5060, 0), infoToken(5060, 100)]);
  }
  const seconds = termination.kind === 'rollback' ? termination.afterSeconds : undefined;
  return startOperation(instance, session, ctx.nowMs, {
    command: 'ALTER DATABASE',
    databaseId: database.id,
    durationMs: seconds === undefined ? undefined : seconds * SECOND_MS,
    work: { kind: 'alter-database', command },
  });
}

/** 1468 comes after the sessions were killed (recorded: reference 4.4 row 53). RESTRICTED_USER on a principal is believed to be allowed. */
const forbiddenWhileMirrored = (change: AccessOrState): boolean =>
  change.kind === 'state' ? change.state !== 'ONLINE' : change.access === 'SINGLE_USER';

function applyChange(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  database: DatabaseDraft,
  change: AccessOrState,
  infos: readonly SqlToken[],
): CommandOutcome {
  if (database.mirroring !== null && forbiddenWhileMirrored(change)) {
    const killed = infos.flatMap((token) => (token.kind === 'info' ? [token] : []));
    return answer(refusal('alter/mirrored', database.name), '', killed);
  }
  const tokens =
    change.kind === 'access'
      ? setAccess(database, session, change.access)
      : setState(instance, database, session, change.state);
  followBackup(instance, ctx, database);
  const deed =
    change.kind === 'access' ? 'access-changed' : change.state === 'OFFLINE' ? 'offline' : 'online';
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed });
  return { kind: 'done', tokens: [...infos, ...tokens] };
}

function setAccess(
  database: DatabaseDraft,
  session: SessionDraft,
  access: DatabaseDraft['access'],
): readonly SqlToken[] {
  database.access = access;
  database.singleUser =
    access === 'SINGLE_USER' && sameName(session.database, database.name) ? session.id : null;
  if (database.state === 'ONLINE' && !database.inStandby) writeRecord(database, { kind: 'options', access });
  return [];
}

function setState(
  instance: InstanceDraft,
  database: DatabaseDraft,
  session: SessionDraft,
  state: 'ONLINE' | 'OFFLINE' | 'EMERGENCY',
): readonly SqlToken[] {
  if (database.inStandby && state === 'OFFLINE') database.undoFile ??= '';
  // Files that are still lost or damaged: it stays what the last start made of it (reference 4.2).
  if (state === 'ONLINE' && database.files !== 'whole') return [];
  database.state = state;
  if (state !== 'OFFLINE' || !sameName(session.database, database.name)) return [];
  leaveDatabase(instance, session);
  session.database = 'master';
  return [infoToken(5068), { kind: 'database', name: 'master' }];
}

function changeRecovery(database: DatabaseDraft, model: DatabaseDraft['recoveryModel']): CommandOutcome {
  if (database.inStandby) return answer(refusal('alter/standby', database.name));
  const word = STATE_WORDS[database.state];
  if (word !== undefined) return answer(refusal('alter/restoring', 'ALTER DATABASE', word));
  if (database.mirroring !== null && model !== 'FULL')
    return answer(refusal('alter/mirrored-recovery', database.name));
  if (database.state !== 'ONLINE') return answer(refusal('alter/offline', database.name));
  if (model === 'SIMPLE') {
    database.lastLogBackupLsn = null;
    database.lastFullBackupLsn = null;
    database.beginsChain = true;
    forgetLog(database);
  }
  database.recoveryModel = model;
  return { kind: 'done', tokens: [] };
}

/** Kept in master, so that nothing of it travels (docs `security/trustworthy-database-property`). */
function setTrustworthy(database: DatabaseDraft, text: string): CommandOutcome {
  if (database.inStandby) return answer(refusal('alter/standby', database.name));
  const word = STATE_WORDS[database.state];
  if (word !== undefined) return answer(refusal('alter/restoring', 'ALTER DATABASE', word));
  if (database.state !== 'ONLINE') return answer(refusal('alter/offline', database.name));
  database.trustworthy = text.endsWith(' ON');
  return { kind: 'done', tokens: [] };
}

/** READ_ONLY and READ_WRITE: nobody here sends them, so the estate only knows how to refuse. */
function refuseReadOnly(database: DatabaseDraft): CommandOutcome {
  if (database.inStandby) return answer(refusal('alter/standby', database.name));
  const word = STATE_WORDS[database.state];
  if (word !== undefined) return answer(refusal('alter/restoring', 'ALTER DATABASE', word));
  return answer(refusal(database.mirroring === null ? 'alter/locked' : 'alter/mirrored', database.name));
}

/** ROLLBACK AFTER is over, or a waiting ALTER looks again; undefined: it still waits. */
export function resumeAlter(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: AlterCommand,
): CommandOutcome | undefined {
  const database = databaseOf(instance, command.database);
  const { change } = command;
  if (database === undefined) return answer(refusal('alter/absent', command.database));
  if (change.kind !== 'access' && change.kind !== 'state') return { kind: 'done', tokens: [] };
  const refused = refuseByState(database, change);
  if (refused !== undefined) return answer(refused);
  const blockers = inTheWay(instance, database, session, change);
  if (blockers.length > 0 && change.termination.kind === 'wait') return undefined;
  for (const blocker of blockers) killSession(instance, ctx, blocker);
  const infos = blockers.length > 0 ? [infoToken(5060, 0), infoToken(5060, 100)] : [];
  return applyChange(instance, ctx, session, database, change, infos);
}
