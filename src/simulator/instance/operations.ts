/** Statements that take time (BACKUP, RESTORE, waiting ALTER, WAITFOR): starting, progress, and what a cut one leaves behind. */
import type { CommandPending } from '../tsql/host.ts';
import type { InstanceDraft, OperationDraft, SessionDraft } from './instance-state.ts';
import type { OperationWork } from './operation-work.ts';
import { infoToken } from './messages.ts';
import { removeEntry } from './remove-entry.ts';

export interface NewOperation {
  readonly command: string;
  readonly databaseId: number;
  /** undefined: it waits for something and is tried again by every `advance`. */
  readonly durationMs: number | undefined;
  readonly statsEvery?: number;
  readonly work: OperationWork;
}

export function startOperation(
  instance: InstanceDraft,
  session: SessionDraft,
  nowMs: number,
  operation: NewOperation,
): CommandPending {
  instance.next.operation += 1;
  const id = `${instance.name}/${instance.next.operation}`;
  instance.operations[id] = {
    id,
    sessionId: session.id,
    command: operation.command,
    databaseId: operation.databaseId,
    startedAtMs: nowMs,
    finishesAtMs: operation.durationMs === undefined ? null : nowMs + operation.durationMs,
    statsEvery: operation.statsEvery ?? null,
    reportedPercent: 0,
    work: operation.work,
  };
  session.operation = id;
  return { kind: 'pending', operation: id };
}

export const durationOf = (instance: InstanceDraft, bytes: number): number =>
  Math.max(instance.speed.minimumMs, Math.ceil((bytes * 1000) / instance.speed.bytesPerSecond));

/** 0..100; what dm_exec_requests.percent_complete shows. */
export function percentOf(operation: OperationDraft, nowMs: number): number {
  if (operation.finishesAtMs === null) return 0;
  const total = operation.finishesAtMs - operation.startedAtMs;
  if (total <= 0) return 100;
  return Math.min(100, Math.max(0, ((nowMs - operation.startedAtMs) * 100) / total));
}

/** INFO 3211 lines that have become due. */
export function progressTokens(operation: OperationDraft, nowMs: number) {
  const every = operation.statsEvery;
  if (every === null || every <= 0) return [];
  const tokens = [];
  const percent = percentOf(operation, nowMs);
  for (let next = operation.reportedPercent + every; next <= percent; next += every) {
    tokens.push(infoToken(3211, next));
    operation.reportedPercent = next;
  }
  return tokens;
}

/** Instant of the next INFO 3211 line or of the end. */
export function operationDueAt(operation: OperationDraft): number | undefined {
  if (operation.finishesAtMs === null) return undefined;
  if (operation.statsEvery === null) return operation.finishesAtMs;
  const next = operation.reportedPercent + operation.statsEvery;
  if (next >= 100) return operation.finishesAtMs;
  return Math.ceil(operation.startedAtMs + ((operation.finishesAtMs - operation.startedAtMs) * next) / 100);
}

/** STATS alone means every 10 percent (reference 3.1). */
export const statsEvery = (option: true | string | number | undefined): { readonly statsEvery?: number } =>
  option === undefined ? {} : { statsEvery: option === true ? 10 : Number(option) || 10 };

export function endOperation(instance: InstanceDraft, operation: OperationDraft): void {
  removeEntry(instance.operations, operation.id);
  const session = instance.sessions[operation.sessionId];
  if (session?.operation === operation.id) session.operation = null;
  for (const database of Object.values(instance.databases))
    if (database.exclusive === operation.id) database.exclusive = null;
}

/**
 * Attention, KILL, disconnect, crash. A cut BACKUP leaves its unfinished file and a database that goes on; a cut RESTORE DATABASE
 * leaves RESTORING without a position, set when it began; a cut RESTORE LOG leaves RESTORING at the old position [I].
 */
export function cutOperation(instance: InstanceDraft, operation: OperationDraft): void {
  endOperation(instance, operation);
}
