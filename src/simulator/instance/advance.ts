/** What time does to an instance: operations end, recovery ends, mirroring catches up or gives up. Also stop, crash and start. */
import type { CommandOutcome } from '../tsql/host.ts';
import type { SqlToken } from '../sql-tokens.ts';
import type { EngineContext } from './engine-modules.ts';
import { systemSessions } from './create-instance.ts';
import type { InstanceDraft, OperationDraft } from './instance-state.ts';
import { advanceMirroring, mirrorDueAt } from './mirror-clock.ts';
import { cutOperation, endOperation, operationDueAt, progressTokens } from './operations.ts';
import { continueExecution } from './requests.ts';
import { completeWork } from './run-command.ts';
import { dropAllSessions } from './sessions.ts';
import { removeEntry } from './remove-entry.ts';

/** Everything that is due at `ctx.nowMs`. Call it for every instance in every step: it also notices broken links. */
export function advanceInstance(instance: InstanceDraft, ctx: EngineContext): void {
  if (instance.status !== 'running') return;
  for (const database of Object.values(instance.databases))
    if (
      database.state === 'RECOVERING' &&
      database.recoveredAtMs !== null &&
      ctx.nowMs >= database.recoveredAtMs
    ) {
      database.state = 'ONLINE';
      database.recoveredAtMs = null;
    }
  advanceMirroring(instance, ctx);
  for (const operation of dueOperations(instance, ctx.nowMs)) advanceOperation(instance, ctx, operation);
}

const orderOf = (operation: OperationDraft): number =>
  Number(operation.id.slice(operation.id.lastIndexOf('/') + 1));

function dueOperations(instance: InstanceDraft, nowMs: number): OperationDraft[] {
  return Object.values(instance.operations)
    .filter((operation) => (operationDueAt(operation) ?? nowMs) <= nowMs)
    .sort((a, b) => (a.finishesAtMs ?? 0) - (b.finishesAtMs ?? 0) || orderOf(a) - orderOf(b));
}

function advanceOperation(instance: InstanceDraft, ctx: EngineContext, operation: OperationDraft): void {
  // An earlier one of this round may have ended its session.
  const session = instance.sessions[operation.sessionId];
  if (instance.operations[operation.id] === undefined || session === undefined) return;
  const progress = progressTokens(operation, ctx.nowMs);
  if (progress.length > 0) say(instance, ctx, operation, progress);
  if (operation.finishesAtMs !== null && ctx.nowMs < operation.finishesAtMs) return;
  const outcome = completeWork(instance, ctx, session, operation);
  if (outcome !== undefined) finishOperation(instance, ctx, operation.id, outcome);
}

function say(
  instance: InstanceDraft,
  ctx: EngineContext,
  operation: OperationDraft,
  tokens: readonly SqlToken[],
): void {
  const session = instance.sessions[operation.sessionId];
  if (session?.kind === 'user')
    ctx.emit({ kind: 'tokens', instance: instance.name, connection: session.connection, tokens });
}

/** Ends an operation with this outcome: its batch goes on, or the internal session's owner hears of it. */
export function finishOperation(
  instance: InstanceDraft,
  ctx: EngineContext,
  operationId: string,
  outcome: CommandOutcome,
): void {
  const operation = instance.operations[operationId];
  if (operation === undefined) return;
  const session = instance.sessions[operation.sessionId];
  endOperation(instance, operation);
  if (session === undefined) return;
  if (session.kind === 'user') continueExecution(instance, ctx, session, outcome);
  else
    ctx.emit({
      kind: 'operation-finished',
      instance: instance.name,
      operation: operationId,
      sessionId: session.id,
      owner: session.owner,
      outcome,
    });
}

/** Instant (true UTC, ms) at which advanceInstance has something to do next; undefined: nothing by itself. */
export function nextDueAt(instance: InstanceDraft): number | undefined {
  if (instance.status !== 'running') return undefined;
  return earliest([operationsDueAt(instance.operations), databasesDueAt(instance.databases)]);
}

export const operationsDueAt = (operations: InstanceDraft['operations']): number | undefined =>
  earliest(Object.values(operations).map(operationDueAt));

export const databasesDueAt = (databases: InstanceDraft['databases']): number | undefined =>
  earliest(
    Object.values(databases).flatMap((database) => [
      database.state === 'RECOVERING' ? (database.recoveredAtMs ?? undefined) : undefined,
      mirrorDueAt(database),
    ]),
  );

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Cuts what runs, as a crash of its connection would: for faults such as `cut restore`. Returns how many. */
export function cutRunning(
  instance: InstanceDraft,
  ctx: EngineContext,
  kinds: readonly ('backup' | 'restore' | 'recover')[],
): number {
  const running = Object.values(instance.operations).filter(({ work }) =>
    (kinds as readonly string[]).includes(work.kind),
  );
  for (const operation of running) {
    const session = instance.sessions[operation.sessionId];
    cutOperation(instance, operation);
    if (session === undefined) continue;
    const { kind, connection, owner, id } = session;
    removeEntry(instance.sessions, id);
    if (kind === 'user') ctx.emit({ kind: 'drop', instance: instance.name, connection, how: 'reset' });
    else ctx.emit({ kind: 'session-ended', instance: instance.name, sessionId: id, owner, why: 'crash' });
  }
  return running.length;
}

/** `crash`: connections are reset; `shutdown`: they are closed. What ran is cut either way. */
export function stopInstance(instance: InstanceDraft, ctx: EngineContext, why: 'crash' | 'shutdown'): void {
  if (instance.status === 'stopped') return;
  dropAllSessions(instance, ctx, why);
  for (const operation of Object.values(instance.operations)) cutOperation(instance, operation);
  instance.status = 'stopped';
}

/** What a start makes of files that it cannot use (reference 4.2). */
const STATE_WITH = { lost: 'RECOVERY_PENDING', damaged: 'SUSPECT', ruined: 'RECOVERY_PENDING' } as const;

/** ONLINE databases go through RECOVERING; RESTORING, OFFLINE and STANDBY come back as they were. Reference 4.2. */
export function startInstance(instance: InstanceDraft, ctx: EngineContext): void {
  if (instance.status === 'running') return;
  instance.status = 'running';
  instance.startedAtMs = ctx.nowMs;
  instance.sessions = systemSessions(ctx.nowMs);
  for (const database of Object.values(instance.databases)) {
    database.exclusive = null;
    database.singleUser = null;
    // Contact with the partner has to be made again; until then the session is as good as disconnected.
    if (database.mirroring?.established === true)
      Object.assign(database.mirroring, { state: 'DISCONNECTED', lostAtMs: ctx.nowMs, caughtUpAtMs: null });
    if (database.system || database.state !== 'ONLINE' || database.inStandby) continue;
    if (database.files !== 'whole') {
      database.state = STATE_WITH[database.files];
      continue;
    }
    database.state = 'RECOVERING';
    database.recoveredAtMs = ctx.nowMs + instance.speed.recoveryMs;
  }
}

export function restartInstance(
  instance: InstanceDraft,
  ctx: EngineContext,
  why: 'crash' | 'shutdown' = 'shutdown',
): void {
  stopInstance(instance, ctx, why);
  startInstance(instance, ctx);
}
