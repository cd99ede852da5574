/** ALTER DATABASE ... SET PARTNER | WITNESS: order, preconditions, refusals. Rows: reference 3.8, 4.4 18-19, 56-76, 80. */
import type { AlterDatabaseChange } from '../tsql/ast.ts';
import type { CommandDone, CommandOutcome } from '../tsql/host.ts';
import { endpointAddress } from './create-instance.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, MirroringDraft } from './instance-state.ts';
import { compareLsns, currentFork, forkAt } from './log-position.ts';
import { partnerOf, reachable } from './mirror-log.ts';
import { beginSynchronizing, endSession, forceService, swapRoles } from './mirror-roles.ts';
import { databaseOf, sameName } from './open-database.ts';
import { answer, refusal, type Refusal } from './refusal-table.ts';
import { forgetWitness, informWitness } from './witness.ts';

type PartnerChange = Extract<AlterDatabaseChange, { readonly kind: 'partner' }>;

const DONE: CommandDone = { kind: 'done', tokens: [] };
const ADDRESS = /^TCP:\/\/[^:/]+:\d{1,5}$/i;
const DEFAULT_TIMEOUT_SECONDS = 10;
const MINIMUM_TIMEOUT_SECONDS = 5;
const MAXIMUM_TIMEOUT_SECONDS = 32_767;

export function setPartner(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  change: PartnerChange,
): CommandOutcome {
  if (change.option === 'ADDRESS') return establish(instance, ctx, database, change.address);
  const { mirroring } = database;
  if (mirroring === null) return answer(refusal('partner/not-mirrored', database.name));
  if (mirrorIsBusy(instance, ctx, database)) return answer(refusal('partner/busy'));
  if (change.option === 'OFF') return endSession(instance, ctx, database);
  if (change.option === 'FORCE_SERVICE_ALLOW_DATA_LOSS') return forceService(instance, ctx, database);
  if (change.option !== 'SUSPEND' && mirroring.role === 'MIRROR')
    return answer(refusal('partner/on-mirror', database.name));
  switch (change.option) {
    case 'FAILOVER':
      return failover(instance, ctx, database, mirroring);
    case 'SUSPEND':
      return suspend(instance, ctx, database, mirroring);
    case 'RESUME':
      return resumeSession(instance, ctx, database, mirroring);
    case 'SAFETY':
      return setSafety(instance, ctx, database, mirroring, change.safety);
    case 'TIMEOUT':
      return setTimeoutSeconds(instance, ctx, database, mirroring, change.seconds);
  }
}

/** The mirror is at work on something else for once; it says so to its principal as well. */
function mirrorIsBusy(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): boolean {
  const mirror =
    database.mirroring?.role === 'MIRROR' ? instance : partnerOf(instance, ctx, database)?.instance;
  if (mirror === undefined || mirror.mirrorBusy === 0) return false;
  mirror.mirrorBusy -= 1;
  return true;
}

const newMirroring = (
  role: 'PRINCIPAL' | 'MIRROR',
  guid: string,
  partnerAddress: string,
  lsn: string,
): MirroringDraft => ({
  guid,
  established: false,
  role,
  state: 'DISCONNECTED',
  safety: 'FULL',
  roleSequence: 1,
  safetySequence: 1,
  partnerAddress,
  partnerInstance: null,
  witnessAddress: null,
  witnessConnected: false,
  timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
  failoverLsn: lsn,
  forced: false,
  suspended: false,
  redoFailed: false,
  undoing: false,
  lostAtMs: null,
  caughtUpAtMs: null,
  withoutQuorum: false,
});

function establish(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  address: string,
): CommandOutcome {
  if (!ADDRESS.test(address)) return answer(refusal('partner/bad-address'));
  if (database.mirroring !== null) return answer(refusal('partner/already', database.name));
  if (sameName(address, endpointAddress(instance) ?? '')) return answer(refusal('partner/own-address'));
  if (database.state === 'RESTORING') return prepareMirror(instance, database, address);
  const refused = refusePrincipal(database);
  if (refused !== undefined) return answer(refused);
  const other = reachable(instance, ctx, address);
  if (other === undefined) return answer(refusal('partner/unreachable', address));
  const copy = databaseOf(other, database.name);
  if (copy === undefined) return answer(refusal('partner/no-copy', database.name));
  const remote = refuseMirror(instance, database, copy);
  if (remote !== undefined) return answer(remote);
  return connect(instance, ctx, database, other, copy, address);
}

/** The mirror side runs first; what its row shows until the principal answers is unverified (reference 10.4). */
function prepareMirror(instance: InstanceDraft, database: DatabaseDraft, address: string): CommandOutcome {
  if (database.exclusive !== null) return answer(refusal('partner/busy'));
  if (database.recoveryModel !== 'FULL') return answer(refusal('partner/not-full', database.name));
  if (database.position === null) return answer(refusal('partner/not-restoring', database.name));
  database.mirroring = newMirroring('MIRROR', nextGuid(instance), address, database.position);
  return DONE;
}

function refusePrincipal(database: DatabaseDraft): Refusal | undefined {
  if (database.state !== 'ONLINE') return refusal('partner/suspect', database.name);
  if (database.inStandby) return refusal('partner/read-only', database.name);
  if (database.recoveryModel !== 'FULL') return refusal('partner/not-full', database.name);
  if (database.access === 'SINGLE_USER') return refusal('partner/single-user', database.name);
  return database.exclusive === null ? undefined : refusal('partner/busy');
}

function refuseMirror(
  instance: InstanceDraft,
  database: DatabaseDraft,
  copy: DatabaseDraft,
): Refusal | undefined {
  if (copy.state !== 'RESTORING') return refusal('partner/not-restoring', database.name);
  if (copy.mirroring === null) return refusal('partner/not-prepared', database.name);
  if (copy.mirroring.established) return refusal('partner/remote-already', database.name);
  if (!sameName(copy.mirroring.partnerAddress, endpointAddress(instance) ?? ''))
    return refusal('partner/not-prepared', database.name);
  if (copy.familyGuid !== database.familyGuid) return refusal('partner/unrelated', database.name);
  if (copy.brokerGuid !== database.brokerGuid) return refusal('partner/broker', database.name);
  return isEncompassed(database, copy) ? undefined : refusal('partner/behind', database.name);
}

/** The copy's position lies in the principal's log: on its line, not before the newest log backup, not after its end. */
function isEncompassed(database: DatabaseDraft, copy: DatabaseDraft): boolean {
  const { position, lastLogBackupLsn } = database;
  if (position === null || copy.position === null || lastLogBackupLsn === null || !copy.rolledForward)
    return false;
  const sameLine = forkAt(database.forks, copy.position) === forkAt(copy.forks, copy.position);
  const notRecovered =
    copy.forks.length <= database.forks.length &&
    forkAt(copy.forks, copy.position) === currentFork(copy).fork;
  return (
    sameLine &&
    notRecovered &&
    compareLsns(copy.position, lastLogBackupLsn) >= 0 &&
    compareLsns(copy.position, position) <= 0
  );
}

function connect(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  other: InstanceDraft,
  copy: DatabaseDraft,
  address: string,
): CommandOutcome {
  const own = newMirroring('PRINCIPAL', nextGuid(instance), address, copy.position ?? '0');
  database.mirroring = { ...own, established: true, partnerInstance: other.serverName };
  copy.mirroring = {
    ...own,
    role: 'MIRROR',
    established: true,
    partnerAddress: endpointAddress(instance) ?? '',
    partnerInstance: instance.serverName,
  };
  beginSynchronizing(instance, ctx, database, copy);
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'set-partner' });
  return DONE;
}

function failover(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): CommandOutcome {
  const partner = partnerOf(instance, ctx, database);
  if (mirroring.safety !== 'FULL') return answer(refusal('failover/safety-off', database.name));
  if (partner === undefined || mirroring.state === 'DISCONNECTED')
    return answer(refusal('partner/disconnected', database.name));
  if (mirroring.state !== 'SYNCHRONIZED') return answer(refusal('failover/not-caught-up', database.name));
  swapRoles(instance, ctx, database, partner);
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'partner-failover' });
  return DONE;
}

function suspend(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): CommandOutcome {
  const partner = partnerOf(instance, ctx, database);
  if (partner === undefined) return answer(refusal('partner/disconnected', database.name));
  for (const side of [mirroring, partner.mirroring]) {
    side.state = 'SUSPENDED';
    side.suspended = true;
    side.caughtUpAtMs = null;
  }
  informWitness(instance, ctx, database);
  return DONE;
}

function resumeSession(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
): CommandOutcome {
  const partner = partnerOf(instance, ctx, database);
  if (partner === undefined) return answer(refusal('partner/disconnected', database.name));
  if (mirroring.redoFailed) return answer(refusal('resume/failed-redo'));
  if (mirroring.forced) partner.mirroring.undoing = true;
  for (const side of [mirroring, partner.mirroring]) {
    side.suspended = false;
    side.forced = false;
  }
  beginSynchronizing(instance, ctx, database, partner.database);
  return DONE;
}

function setSafety(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
  safety: 'FULL' | 'OFF',
): CommandOutcome {
  if (safety === 'OFF' && !/enterprise|developer/i.test(instance.edition))
    return answer(refusal('safety/edition'));
  const partner = partnerOf(instance, ctx, database);
  if (partner === undefined) return answer(refusal('partner/disconnected', database.name));
  for (const side of [mirroring, partner.mirroring]) {
    side.safety = safety;
    side.safetySequence += 1;
  }
  informWitness(instance, ctx, database);
  return DONE;
}

function setTimeoutSeconds(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  mirroring: MirroringDraft,
  seconds: number,
): CommandOutcome {
  if (seconds > MAXIMUM_TIMEOUT_SECONDS) return answer(refusal('timeout/too-long', seconds));
  const partner = partnerOf(instance, ctx, database);
  for (const side of [mirroring, partner?.mirroring])
    if (side !== undefined) side.timeoutSeconds = Math.max(MINIMUM_TIMEOUT_SECONDS, seconds);
  return DONE;
}

/** `undefined`: OFF. Only on the principal; setting one needs all three connected and a mirror that has caught up. */
export function setWitness(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  address: string | undefined,
): CommandOutcome {
  const { mirroring } = database;
  if (mirroring === null) return answer(refusal('partner/not-mirrored', database.name));
  if (mirroring.role === 'MIRROR') return answer(refusal('partner/on-mirror', database.name));
  const partner = partnerOf(instance, ctx, database);
  const witness = reachable(instance, ctx, address ?? mirroring.witnessAddress ?? '');
  if (address === undefined) {
    if (mirroring.witnessAddress === null) return answer(refusal('witness/none', database.name));
    if (partner === undefined && witness === undefined)
      return answer(refusal('witness/alone', database.name));
    forgetWitness(instance, ctx, mirroring);
    for (const side of [mirroring, partner?.mirroring])
      if (side !== undefined) Object.assign(side, { witnessAddress: null, witnessConnected: false });
    mirroring.withoutQuorum = false;
    return DONE;
  }
  if (!ADDRESS.test(address)) return answer(refusal('partner/bad-address'));
  if ([endpointAddress(instance) ?? '', mirroring.partnerAddress].some((own) => sameName(own, address)))
    return answer(refusal('witness/is-partner'));
  const seesMirror =
    witness !== undefined && partner !== undefined && reachable(partner.instance, ctx, address) !== undefined;
  if (!seesMirror || mirroring.state !== 'SYNCHRONIZED') return answer(refusal('witness/not-connected'));
  for (const side of [mirroring, partner.mirroring])
    Object.assign(side, { witnessAddress: address, witnessConnected: true });
  informWitness(instance, ctx, database);
  return DONE;
}
