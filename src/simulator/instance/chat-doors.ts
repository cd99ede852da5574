/**
 * What a chat server does in its database, without T-SQL text but under the same rules: its session must live, the database
 * must be open and writable, and with a synchronised mirror a commit is one only when both have it.
 */
import type { ContentChange, Message } from './content.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft } from './instance-state.ts';
import { datetimeText, instanceUtcMs } from './instants.ts';
import { message, refuse } from './messages.ts';
import { answer, refusal } from './refusal-table.ts';
import { harden, partnerOf } from './mirror-log.ts';
import { refusalToStay, databaseOf } from './open-database.ts';
import { writeRecord } from './transaction-log.ts';
import type { SqlFailure } from '../tsql/host.ts';

export type WriteOutcome =
  | { readonly kind: 'committed'; readonly lsn: string }
  /** The mirror does not answer and the time-out has not passed: nothing is written or acknowledged; try again later. */
  | { readonly kind: 'waiting' }
  | SqlFailure;

function commit(
  instance: InstanceDraft,
  ctx: EngineContext,
  sessionId: number,
  change: ContentChange,
): WriteOutcome {
  const session = instance.sessions[sessionId];
  if (session === undefined || instance.status !== 'running') return refuse(message(596), message(0));
  const database = databaseOf(instance, session.database);
  const closed = refusalToStay(instance, session.database);
  if (closed !== undefined) return answer(closed);
  if (database === undefined) return refuse(message(0));
  if (database.inStandby) return answer(refusal('write/standby', database.name));
  return commitOn(instance, ctx, database, change);
}

function commitOn(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  change: ContentChange,
): WriteOutcome {
  const { mirroring } = database;
  const both = mirroring?.state === 'SYNCHRONIZED' && mirroring.safety === 'FULL';
  const partner = both ? partnerOf(instance, ctx, database) : undefined;
  if (both && partner === undefined) return { kind: 'waiting' };
  const lsn = writeRecord(database, change);
  if (partner !== undefined) harden(database, partner.database);
  return { kind: 'committed', lsn };
}

/** One posted message. */
export const insertMessage = (
  instance: InstanceDraft,
  ctx: EngineContext,
  sessionId: number,
  posted: Message,
): WriteOutcome => commit(instance, ctx, sessionId, { kind: 'message', message: posted });

/** tblServerIdentity of one active chat server, stamped by the instance's clock. */
export const heartbeat = (
  instance: InstanceDraft,
  ctx: EngineContext,
  sessionId: number,
  server: { readonly serverId: number; readonly serverAddress: string },
): WriteOutcome =>
  commit(instance, ctx, sessionId, {
    kind: 'heartbeat',
    server: { ...server, lastPingTime: datetimeText(instanceUtcMs(instance, ctx.nowMs)) },
  });

/** Administrative change: sysRevision. */
export const reviseSystem = (
  instance: InstanceDraft,
  ctx: EngineContext,
  sessionId: number,
  systemRevision: string,
): WriteOutcome => commit(instance, ctx, sessionId, { kind: 'revision', systemRevision });
