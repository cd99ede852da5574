/** What time and broken links do to mirroring sessions: catching up, DISCONNECTED, loss of quorum, automatic failover, reunion. Reference 4.3, 7.3. */
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, MirroringDraft } from './instance-state.ts';
import { databaseOf, sessionsIn } from './open-database.ts';
import { harden, partnerOf, reachable, type Partner } from './mirror-log.ts';
import { becomeMirror, becomePrincipal, beginSynchronizing, forgetSession } from './mirror-roles.ts';
import { killSession } from './sessions.ts';
import { informWitness } from './witness.ts';

const SECOND_MS = 1000;

/** Instant of the next thing that happens by itself. */
export function mirrorDueAt(database: DatabaseDraft): number | undefined {
  const { mirroring } = database;
  if (!mirroring?.established) return undefined;
  if (mirroring.lostAtMs !== null && mirroring.state !== 'DISCONNECTED')
    return mirroring.lostAtMs + mirroring.timeoutSeconds * SECOND_MS;
  return mirroring.role === 'PRINCIPAL' ? (mirroring.caughtUpAtMs ?? undefined) : undefined;
}

export function advanceMirroring(instance: InstanceDraft, ctx: EngineContext): void {
  for (const database of Object.values(instance.databases)) {
    const { mirroring } = database;
    if (!mirroring?.established) continue;
    mirroring.witnessConnected =
      mirroring.witnessAddress !== null && reachable(instance, ctx, mirroring.witnessAddress) !== undefined;
    const partner = partnerOf(instance, ctx, database);
    if (partner === undefined) withoutPartner(instance, ctx, database, mirroring);
    else withPartner(instance, ctx, database, mirroring, partner);
  }
}

function withPartner(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
  partner: Partner,
): void {
  // One side may have noticed nothing (it was down itself); two principals never harden each other's log.
  const wasLost = isLost(mirroring) || isLost(partner.mirroring) || mirroring.role === partner.mirroring.role;
  if (mirroring.withoutQuorum) mirroring.withoutQuorum = false;
  if (wasLost) reunite(instance, ctx, database, mirroring, partner);
  else if (mirroring.role === 'PRINCIPAL') keepUp(instance, ctx, database, mirroring, partner);
}

const isLost = (mirroring: MirroringDraft): boolean =>
  mirroring.lostAtMs !== null || mirroring.state === 'DISCONNECTED';

function keepUp(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
  partner: Partner,
): void {
  const due = mirroring.caughtUpAtMs !== null && ctx.nowMs >= mirroring.caughtUpAtMs;
  if (due) {
    for (const side of [mirroring, partner.mirroring])
      Object.assign(side, { state: 'SYNCHRONIZED', caughtUpAtMs: null, undoing: false });
  }
  if (mirroring.state !== 'SYNCHRONIZED') return;
  if (database.position !== partner.database.position) harden(database, partner.database);
  if (due) informWitness(instance, ctx, database);
}

/** The link stands again. The higher role sequence is the principal; after forced service the old one waits, suspended. */
function reunite(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
  partner: Partner,
): void {
  const ownFirst =
    mirroring.role === partner.mirroring.role
      ? mirroring.roleSequence >= partner.mirroring.roleSequence
      : mirroring.role === 'PRINCIPAL';
  const principal: Partner = ownFirst ? { instance, database, mirroring } : partner;
  const mirror: Partner = ownFirst ? partner : { instance, database, mirroring };
  if (mirror.mirroring.role === 'PRINCIPAL') becomeMirror(mirror.instance, ctx, mirror.database);
  Object.assign(mirror.mirroring, {
    roleSequence: principal.mirroring.roleSequence,
    safety: principal.mirroring.safety,
    witnessAddress: principal.mirroring.witnessAddress,
  });
  for (const side of [principal.mirroring, mirror.mirroring])
    Object.assign(side, { lostAtMs: null, withoutQuorum: false });
  if (principal.mirroring.suspended) {
    for (const side of [principal.mirroring, mirror.mirroring])
      Object.assign(side, { state: 'SUSPENDED', suspended: true });
  } else beginSynchronizing(principal.instance, ctx, principal.database, mirror.database);
}

function withoutPartner(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): void {
  if (partnerForgot(instance, ctx, database, mirroring)) {
    forgetSession(database);
    return;
  }
  mirroring.lostAtMs ??= ctx.nowMs;
  mirroring.caughtUpAtMs = null;
  const timedOut = ctx.nowMs >= mirroring.lostAtMs + mirroring.timeoutSeconds * SECOND_MS;
  if (!timedOut && mirroring.state !== 'DISCONNECTED') return;
  const wasSynchronized = mirroring.state === 'SYNCHRONIZED';
  mirroring.state = 'DISCONNECTED';
  if (mirroring.role === 'PRINCIPAL') loseQuorum(instance, ctx, database, mirroring);
  else if (wasSynchronized && mayTakeOver(instance, ctx, mirroring))
    takeOver(instance, ctx, database, mirroring);
}

/** The link stands but the other side has ended the session: it is over here as well. */
function partnerForgot(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): boolean {
  const other = reachable(instance, ctx, mirroring.partnerAddress);
  if (other === undefined) return false;
  const copy = databaseOf(other, database.name);
  return copy === undefined || copy.mirroring?.guid !== mirroring.guid;
}

/** The other partner has taken over since: the witness keeps to whom it gave the role, so that one partner at most owns the database. */
function isOutvoted(instance: InstanceDraft, ctx: EngineContext, mirroring: MirroringDraft): boolean {
  if (mirroring.witnessAddress === null) return false;
  const witness = reachable(instance, ctx, mirroring.witnessAddress);
  const known = witness?.witnessed[mirroring.guid]?.roleSequence ?? 0;
  return known > mirroring.roleSequence;
}

/** A witness is set and cannot be reached either, or gives its voice to the other one: the principal stops serving (955). */
function loseQuorum(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): void {
  const isolated =
    mirroring.witnessAddress !== null &&
    (!mirroring.witnessConnected || isOutvoted(instance, ctx, mirroring));
  if (isolated === mirroring.withoutQuorum) return;
  mirroring.withoutQuorum = isolated;
  if (isolated) for (const session of sessionsIn(instance, database)) killSession(instance, ctx, session);
}

/** FULL and SYNCHRONIZED when the link broke, witness connected to us and without the principal. */
function mayTakeOver(instance: InstanceDraft, ctx: EngineContext, mirroring: MirroringDraft): boolean {
  if (mirroring.safety !== 'FULL' || mirroring.witnessAddress === null) return false;
  const witness = reachable(instance, ctx, mirroring.witnessAddress);
  return witness !== undefined && reachable(witness, ctx, mirroring.partnerAddress) === undefined;
}

function takeOver(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): void {
  becomePrincipal(database);
  mirroring.roleSequence += 1;
  informWitness(instance, ctx, database);
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'automatic-failover' });
}
