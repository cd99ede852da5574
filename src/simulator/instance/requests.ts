/** The TDS side of an instance: login, batch or RPC, attention, disconnect. Answers leave through ctx.emit. */
import { resume, startBatch, startRpc, type Step } from '../tsql/execute.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { LoginRequest, SqlRequest } from '../estate-contract.ts';
import { newSession } from '../tsql/session.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, LoginDraft, SessionDraft } from './instance-state.ts';
import { errorToken } from './messages.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { cutOperation } from './operations.ts';
import { plain, unlessChanged } from './plain.ts';
import { answer, refusal, type Refusal } from './refusal-table.ts';
import { addSession, removeSession } from './sessions.ts';
import { hostFor } from './tsql-host.ts';

export function sessionOfConnection(instance: InstanceDraft, connection: string): SessionDraft | undefined {
  const sessions = Object.values(unlessChanged(instance.sessions));
  const found = sessions.find((session) => session.kind === 'user' && session.connection === connection);
  return found === undefined ? undefined : instance.sessions[found.id];
}

const isProven = (account: LoginDraft, { windows, password }: LoginRequest): boolean =>
  windows === true ? account.windows : !account.windows && account.password === password;

/** What an account is told that has shown who it is (that each needs the right password first is unverified). */
function accountRefusal(account: LoginDraft): Refusal | undefined {
  if (account.disabled) return refusal('login/disabled', account.name);
  return account.passwordState === 'valid'
    ? undefined
    : refusal(`login/${account.passwordState}`, account.name);
}

/** 18456 for an account that may not; 4060, then 18456, for a database that cannot be opened (order unverified, reference 10.10). */
export function login(
  instance: InstanceDraft,
  ctx: EngineContext,
  connection: string,
  request: LoginRequest,
): void {
  const account = instance.logins[request.login.toLowerCase()];
  const refuseWith = (refused: Refusal): void => {
    const errors = answer(refused, request.login).errors.map(errorToken);
    ctx.emit({ kind: 'login-refused', instance: instance.name, connection, errors });
  };
  if (account === undefined || !isProven(account, request)) {
    refuseWith(refusal('login/rejected', request.login));
    return;
  }
  const refused = accountRefusal(account);
  if (refused !== undefined) {
    refuseWith(refused);
    return;
  }
  const wanted = request.database === '' ? 'master' : request.database;
  const database = databaseOf(instance, wanted);
  if (
    database === undefined ||
    refusalToOpen(instance, database, { id: 0, login: request.login }) !== undefined
  ) {
    refuseWith(refusal('login/database', wanted));
    return;
  }
  const session = addSession(instance, ctx.nowMs, {
    kind: 'user',
    connection,
    owner: '',
    login: account.name,
    host: request.host,
    program: request.program,
    database,
  });
  ctx.emit({
    kind: 'login-accepted',
    instance: instance.name,
    connection,
    sessionId: session.id,
    database: database.name,
  });
}

/** A request on a connection that has no session (killed, restarted) is answered by a dropped connection. */
export function request(
  instance: InstanceDraft,
  ctx: EngineContext,
  connection: string,
  sent: SqlRequest,
): void {
  const session = sessionOfConnection(instance, connection);
  if (session === undefined) {
    ctx.emit({ kind: 'drop', instance: instance.name, connection, how: 'reset' });
    return;
  }
  session.running = true;
  session.requestStartedAtMs = ctx.nowMs;
  session.requestEndedAtMs = null;
  const host = hostFor(instance, ctx, session);
  const kept = session.tsql === null ? newSession() : plain(session.tsql);
  const step =
    sent.kind === 'batch'
      ? startBatch(sent.text, host, kept)
      : startRpc(sent.procedure, sent.parameters, host, kept);
  take(instance, ctx, session, step);
}

/** Keeps what the T-SQL engine left, says its tokens. */
function take(instance: InstanceDraft, ctx: EngineContext, session: SessionDraft, step: Step): void {
  const { connection, id } = session;
  if (step.tokens.length > 0)
    ctx.emit({ kind: 'tokens', instance: instance.name, connection, tokens: step.tokens });
  // The statement may have ended its own session (KILL from another is not possible within one request).
  if (instance.sessions[id] === undefined) return;
  session.tsql = step.session;
  session.execution = step.execution ?? null;
  if (step.execution !== undefined) return;
  session.running = false;
  session.requestEndedAtMs = ctx.nowMs;
  if (step.tokens.at(-1)?.kind === 'close') removeSession(instance, session);
}

/** The host's part of a pending statement is over. */
export function continueExecution(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  outcome: CommandOutcome,
): void {
  if (session.execution === null) return;
  take(instance, ctx, session, resume(plain(session.execution), outcome, hostFor(instance, ctx, session)));
}

/** The running statement is cut. Its answer ends first, then the attention is acknowledged (reference 11). */
export function attention(instance: InstanceDraft, ctx: EngineContext, connection: string): void {
  const session = sessionOfConnection(instance, connection);
  if (session?.running === true) {
    const operation = session.operation === null ? undefined : instance.operations[session.operation];
    if (operation !== undefined) cutOperation(instance, operation);
    session.execution = null;
    session.running = false;
    session.requestEndedAtMs = ctx.nowMs;
    ctx.emit({
      kind: 'tokens',
      instance: instance.name,
      connection,
      tokens: [{ kind: 'end', failed: true }],
    });
  }
  ctx.emit({ kind: 'attention-acknowledged', instance: instance.name, connection });
}

export function disconnect(instance: InstanceDraft, connection: string): void {
  const session = sessionOfConnection(instance, connection);
  if (session !== undefined) removeSession(instance, session);
}
