/** Role changes and ends of a mirroring session: failover, forced service, OFF, and the start of catching up. Reference 4.3. */
import type { CommandOutcome } from '../tsql/host.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft } from './instance-state.ts';
import { bytesBetween } from './log-position.ts';
import { harden, partnerOf, reachable, type Partner } from './mirror-log.ts';
import { sessionsIn } from './open-database.ts';
import { answer, refusal } from './refusal-table.ts';
import { killSession } from './sessions.ts';
import { writeRecord } from './transaction-log.ts';
import { forgetWitness, informWitness } from './witness.ts';

/** Both sides SYNCHRONIZING; SYNCHRONIZED when the log in between has been sent. */
export function beginSynchronizing(
  instance: InstanceDraft,
  ctx: EngineContext,
  principal: DatabaseDraft,
  mirror: DatabaseDraft,
): void {
  const behind = bytesBetween(mirror.position ?? '0', principal.position ?? '0');
  const takesMs = instance.speed.synchronizeMs + Math.ceil((behind * 1000) / instance.speed.bytesPerSecond);
  for (const side of [principal.mirroring, mirror.mirroring]) {
    if (side === null) continue;
    side.state = 'SYNCHRONIZING';
    side.lostAtMs = null;
    side.caughtUpAtMs = ctx.nowMs + takesMs;
  }
  informWitness(instance, ctx, principal);
}

function loseClients(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): void {
  for (const session of sessionsIn(instance, database)) killSession(instance, ctx, session);
}

export function becomePrincipal(database: DatabaseDraft): void {
  database.state = 'ONLINE';
  database.redoTarget = null;
  database.recoveredAtMs = null;
  if (database.mirroring !== null)
    Object.assign(database.mirroring, { role: 'PRINCIPAL', withoutQuorum: false });
}

export function becomeMirror(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): void {
  loseClients(instance, ctx, database);
  database.state = 'RESTORING';
  database.recoveredAtMs = null;
  database.redoTarget = database.position;
  database.rolledForward = true;
  if (database.mirroring !== null)
    Object.assign(database.mirroring, { role: 'MIRROR', withoutQuorum: false });
}

/** Manual failover of a SYNCHRONIZED session: nothing is lost, the log chain goes on; no new fork (reference 10.11 unverified). */
export function swapRoles(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  partner: Partner,
): void {
  harden(database, partner.database);
  becomeMirror(instance, ctx, database);
  becomePrincipal(partner.database);
  for (const side of [database.mirroring, partner.database.mirroring])
    if (side !== null) side.roleSequence += 1;
  beginSynchronizing(partner.instance, ctx, partner.database, database);
}

/** PARTNER OFF: this side is cleared, the other one too if it hears of it; a mirror stays RESTORING. */
export function endSession(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
): CommandOutcome {
  const { mirroring } = database;
  const partner = partnerOf(instance, ctx, database);
  if (mirroring !== null) forgetWitness(instance, ctx, mirroring);
  for (const copy of [database, partner?.database]) if (copy !== undefined) forgetSession(copy);
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'partner-off' });
  return { kind: 'done', tokens: [] };
}

export function forgetSession(database: DatabaseDraft): void {
  const wasMirror = database.mirroring?.role === 'MIRROR';
  database.mirroring = null;
  if (!wasMirror) return;
  database.state = 'RESTORING';
  database.redoTarget = database.position;
}

/** The mirror cannot redo (reference 4.3, 1453): both sides are SUSPENDED, the principal serves exposed. */
export function failRedo(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): boolean {
  const partner = partnerOf(instance, ctx, database);
  const { mirroring } = database;
  if (mirroring?.role !== 'MIRROR' || partner === undefined) return false;
  for (const side of [mirroring, partner.mirroring])
    Object.assign(side, { state: 'SUSPENDED', suspended: true, redoFailed: true, caughtUpAtMs: null });
  informWitness(partner.instance, ctx, partner.database);
  return true;
}

/** Only on a disconnected mirror, with no witness or one that it reaches. Opens a new fork: what the principal had not sent is lost. */
export function forceService(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
): CommandOutcome {
  const { mirroring } = database;
  const connected = partnerOf(instance, ctx, database) !== undefined || mirroring?.state !== 'DISCONNECTED';
  if (mirroring === null || mirroring.role !== 'MIRROR' || !mirroring.established || connected)
    return answer(refusal('force/connected', database.name));
  const witnessGone =
    mirroring.witnessAddress !== null && reachable(instance, ctx, mirroring.witnessAddress) === undefined;
  if (witnessGone) return answer(refusal('force/witness-gone', database.name));
  if (mirroring.undoing) return answer(refusal('force/mid-undo', database.name));
  becomePrincipal(database);
  mirroring.roleSequence += 1;
  mirroring.forced = true;
  mirroring.suspended = true;
  database.forks = [...database.forks, { fork: nextGuid(instance), startLsn: database.position ?? '0' }];
  writeRecord(database, { kind: 'nothing' });
  informWitness(instance, ctx, database);
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'force-service' });
  return { kind: 'done', tokens: [] };
}
