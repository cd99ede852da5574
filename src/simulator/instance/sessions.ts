/** Sessions of an instance: opened over TDS or by the estate's own parties, ended by logout, KILL, ALTER DATABASE or a crash. */
import { newSession } from '../tsql/session.ts';
import type { SqlFailure } from '../tsql/host.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { errorToken, message } from './messages.ts';
import { databaseOf, enterDatabase, leaveDatabase, refusalToOpen } from './open-database.ts';
import { cutOperation } from './operations.ts';
import { answer, refusal } from './refusal-table.ts';
import { removeEntry } from './remove-entry.ts';

const FIRST_USER_SESSION = 51;
export const LAST_SESSION = 32_767;

function freeSessionId(instance: InstanceDraft): number {
  let id = FIRST_USER_SESSION;
  while (instance.sessions[id] !== undefined) id += 1;
  return id;
}

export interface NewSession {
  readonly kind: 'user' | 'internal';
  readonly connection: string;
  readonly owner: string;
  readonly login: string;
  readonly host: string | null;
  readonly program: string | null;
  readonly database: DatabaseDraft;
}

export function addSession(instance: InstanceDraft, nowMs: number, wanted: NewSession): SessionDraft {
  const id = freeSessionId(instance);
  instance.sessions[id] = {
    id,
    kind: wanted.kind,
    connection: wanted.connection,
    owner: wanted.owner,
    login: wanted.login,
    host: wanted.host,
    program: wanted.program,
    database: wanted.database.name,
    command: 'AWAITING COMMAND',
    loginAtMs: nowMs,
    requestStartedAtMs: nowMs,
    requestEndedAtMs: nowMs,
    running: false,
    openTransactions: 0,
    operation: null,
    tsql: newSession(),
    execution: null,
  };
  const session = instance.sessions[id];
  enterDatabase(instance, session, wanted.database);
  return session;
}

/** Forgets a session; what it was running is cut. */
export function removeSession(instance: InstanceDraft, session: SessionDraft): void {
  const operation = session.operation === null ? undefined : instance.operations[session.operation];
  if (operation !== undefined) cutOperation(instance, operation);
  leaveDatabase(instance, session);
  removeEntry(instance.sessions, session.id);
}

/** KILL and ROLLBACK IMMEDIATE. Idle victim: its socket is dead. Busy victim: 596, 0, close. sql-server reference 3.7. */
export function killSession(instance: InstanceDraft, ctx: EngineContext, session: SessionDraft): void {
  const { kind, connection, owner, id, running } = session;
  removeSession(instance, session);
  if (kind === 'internal') {
    ctx.emit({ kind: 'session-ended', instance: instance.name, sessionId: id, owner, why: 'killed' });
  } else if (running) {
    const tokens = [errorToken(message(596)), errorToken(message(0)), { kind: 'close' } as const];
    ctx.emit({ kind: 'tokens', instance: instance.name, connection, tokens });
  } else {
    ctx.emit({ kind: 'drop', instance: instance.name, connection, how: 'reset' });
  }
}

/** The instance goes away: every session with it. */
export function dropAllSessions(
  instance: InstanceDraft,
  ctx: EngineContext,
  why: 'crash' | 'shutdown',
): void {
  for (const session of Object.values(instance.sessions)) {
    if (session.kind === 'system') continue;
    const { kind, connection, owner, id } = session;
    removeSession(instance, session);
    if (kind === 'internal')
      ctx.emit({ kind: 'session-ended', instance: instance.name, sessionId: id, owner, why });
    else
      ctx.emit({
        kind: 'drop',
        instance: instance.name,
        connection,
        how: why === 'crash' ? 'reset' : 'close',
      });
  }
}

export interface InternalSessionRequest {
  /** Who it is, for the estate: `chat-par-1`, `job LSBackup_mgc`. */
  readonly owner: string;
  readonly login: string;
  readonly host: string;
  readonly program: string;
  readonly database: string;
}

/** A session of a party inside the estate; it obeys the same rules as one over TDS. Close it with closeInternalSession. */
export function openInternalSession(
  instance: InstanceDraft,
  ctx: EngineContext,
  request: InternalSessionRequest,
): { readonly kind: 'open'; readonly sessionId: number } | SqlFailure {
  const account = instance.logins[request.login.toLowerCase()];
  if (account === undefined || account.disabled) return answer(refusal('login/rejected', request.login));
  const database = databaseOf(instance, request.database);
  const refused =
    database === undefined ||
    refusalToOpen(instance, database, { id: 0, login: request.login }) !== undefined;
  if (refused) return answer(refusal('login/database', request.database), request.login);
  const session = addSession(instance, ctx.nowMs, { ...request, kind: 'internal', connection: '', database });
  return { kind: 'open', sessionId: session.id };
}

export function closeInternalSession(instance: InstanceDraft, sessionId: number): void {
  const session = instance.sessions[sessionId];
  if (session?.kind === 'internal') removeSession(instance, session);
}
