/** How the log of a principal reaches its mirror: positions, log and content are shared values, so hardening is cheap. */
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, MirroringDraft } from './instance-state.ts';
import { compareLsns, type ForkEntry } from './log-position.ts';
import { databaseOf } from './open-database.ts';
import { plain, unlessChanged } from './plain.ts';

/** Partner and its copy, when both endpoints are started, the link stands and both belong to one session. */
export interface Partner {
  readonly instance: InstanceDraft;
  readonly database: DatabaseDraft;
  readonly mirroring: MirroringDraft;
}

export function reachable(
  instance: InstanceDraft,
  ctx: EngineContext,
  address: string,
): InstanceDraft | undefined {
  if (instance.endpoint?.state !== 'STARTED') return undefined;
  const other = ctx.peer(instance, address);
  return other?.endpoint?.state === 'STARTED' && other.status === 'running' ? other : undefined;
}

export function partnerOf(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
): Partner | undefined {
  const { mirroring } = database;
  if (!mirroring?.established) return undefined;
  const other = reachable(instance, ctx, mirroring.partnerAddress);
  const copy = other === undefined ? undefined : databaseOf(other, database.name);
  if (other === undefined || copy?.mirroring?.guid !== mirroring.guid) return undefined;
  return { instance: other, database: copy, mirroring: copy.mirroring };
}

const sameForks = (a: readonly ForkEntry[], b: readonly ForkEntry[]): boolean =>
  a.length === b.length &&
  a.every(({ fork, startLsn }, at) => fork === b[at]?.fork && startLsn === b[at].startLsn);

/** The mirror gets everything that the principal has. */
export function harden(principal: DatabaseDraft, mirror: DatabaseDraft): void {
  mirror.content = plain(principal.content);
  mirror.log = plain(principal.log);
  mirror.position = principal.position;
  mirror.redoTarget = principal.position;
  const forks = unlessChanged(principal.forks);
  if (!sameForks(forks, unlessChanged(mirror.forks))) mirror.forks = forks.map((entry) => ({ ...entry }));
  mirror.lastLogBackupLsn = principal.lastLogBackupLsn;
  mirror.lastFullBackupLsn = principal.lastFullBackupLsn;
  mirror.beginsChain = principal.beginsChain;
  mirror.access = principal.access;
  mirror.dataBytes = principal.dataBytes;
  const lsn = principal.position ?? '0';
  if (principal.mirroring !== null) principal.mirroring.failoverLsn = lsn;
  if (mirror.mirroring !== null) mirror.mirroring.failoverLsn = lsn;
}

/** A log backup truncated the principal's log; a mirror that keeps up follows. */
export function followBackup(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): void {
  if (database.mirroring?.state !== 'SYNCHRONIZED') return;
  const partner = partnerOf(instance, ctx, database);
  if (partner !== undefined) harden(database, partner.database);
}

/** The log behind this LSN may go: what the mirror still needs stays. */
export function truncationLimit(database: DatabaseDraft, backedUp: string): string {
  const needed = database.mirroring?.established === true ? database.mirroring.failoverLsn : backedUp;
  return compareLsns(needed, backedUp) < 0 ? needed : backedUp;
}
