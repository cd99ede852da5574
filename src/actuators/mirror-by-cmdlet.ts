/**
 * Mirrors a pair with Install-CsMirrorDatabase. The cmdlet takes its own backups and drops the partner's copy, so it is for
 * pairs without a log shipping secondary, after the leftover copy was looked at on its own connection.
 */
import { PoolError } from '../topology/pool-error.ts';
import { valueOf } from '../topology/known.ts';
import type { BackupFile, DatabaseFacts } from '../topology/pool-facts.ts';
import type { InstanceName, SqlStore } from '../topology/pool-topology.ts';
import { installMirror, type MirrorDatabaseType } from './chat-cmdlets.ts';
import { isOpen } from './copy-now.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { judgeLeftover } from './leftover-copy.ts';
import { pairAtRest } from './pair-at-rest.ts';
import { endMirroring } from './remove-mirroring.ts';
import { partnerOf, requireDatabase, servingOf } from './serving-instance.ts';
import type { ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

export interface MirrorPair {
  readonly principal: InstanceName;
  readonly partner: InstanceName;
  readonly dropLeftover: boolean;
}

/**
 * A mirror whose principal knows of no mirroring is what a cut between the two SET PARTNER leaves behind. It is released (the
 * copy stays RESTORING) and judged as the ex-mirror that it is.
 */
async function orphanReleased(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<DatabaseFacts> {
  const leftover = requireDatabase(session.context.facts, session.instance, database);
  const { mirroring } = leftover;
  if (mirroring === null || mirroring === 'unknown' || mirroring.role !== 'MIRROR') return leftover;
  await endMirroring(ports, session, database);
  return { ...leftover, mirroring: null };
}

function quarantinedAt(context: StepContext, principal: InstanceName): readonly BackupFile[] {
  const { home } = context.pool.topology.sites;
  const site = [home.chat.primary, home.chat.mirror].includes(principal) ? 'home' : 'backup';
  const folder = valueOf(context.facts.quarantine[site]);
  return folder === 'unknown' ? [] : folder.files;
}

/** undefined: no partner is wanted, or the pair is mirrored already. Refuses what must not be dropped. */
export async function preparePair(
  ports: ActuatorPorts,
  context: StepContext,
  store: SqlStore,
  database: string,
): Promise<MirrorPair | undefined> {
  const principal = servingOf(context.facts, store, database);
  const partner = partnerOf(store, principal);
  if (partner === undefined) return undefined;
  await using first = await openInstance(ports, context, principal);
  const serving = await recheckCopy(first, database);
  if (serving.role === 'PRINCIPAL') return undefined;
  if (!isOpen(serving)) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${database} on ${principal} is ${serving.role ?? serving.state}, not ONLINE`,
    );
  }
  await using second = await openInstance(ports, context, partner);
  const leftover = await orphanReleased(ports, second, database);
  const seen = requireDatabase(context.facts, principal, database);
  const verdict = judgeLeftover(seen, leftover, quarantinedAt(context, principal));
  if (verdict.kind === 'keep') {
    throw new PoolError(
      'PCO_IDENTITY_MISMATCH',
      `${database} on ${partner} is not dropped: ${verdict.reason}`,
    );
  }
  const now = await recheckCopy(second, database);
  if (now.state !== leftover.state || now.role !== null) {
    const what = `${database} on ${partner} is ${now.role ?? now.state}, seen as ${leftover.state}`;
    throw new PoolError('PCO_STEP_REFUSED', what);
  }
  return { principal, partner, dropLeftover: verdict.kind === 'droppable' };
}

export async function mirrorByCmdlet(
  ports: ActuatorPorts,
  context: StepContext,
  store: SqlStore,
  database: string,
  type: MirrorDatabaseType,
): Promise<StepNotes> {
  const present = await pairAtRest(ports, context, store, database);
  const pair = await preparePair(ports, present, store, database);
  if (pair === undefined) return { database, mirrored: 'already' };
  await installMirror(ports, present, { type, principal: pair.principal, dropLeftover: pair.dropLeftover });
  return { database, mirrored: 'now', ...pair };
}
