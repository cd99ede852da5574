/**
 * A move that was given up after its tail: home went on from there on a branch of its own, and what the backup copy lacks up to that
 * point still lies on the share, the tail included. With it the copy goes on without a new seed. The jobs could not do it: behind the
 * tail's name the copy job takes no other file.
 */
import { chainLogBackups } from '../topology/log-chain.ts';
import { valueOf } from '../topology/known.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { toPoolError, type ErrorCode } from '../topology/pool-error.ts';
import type { DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import { applyLogBackups } from './apply-log-backups.ts';
import { observedPosition } from './choose-files.ts';
import { copyLogBackups } from './copy-log-backups.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';
import type { ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

/** What only means that the copy is seeded after all. */
const SEEDED_THEN: readonly ErrorCode[] = ['PCO_SQL_ERROR', 'PCO_STEP_REFUSED', 'PCO_SHARE_UNREADABLE'];

/** Can the copy and restore jobs of the half that is configured there run into it? */
function jobsCanRun(facts: PoolFacts, { pool }: StepContext): boolean {
  const instance = servingInstance(facts, pool.topology, 'backup');
  return (seenInstance(facts, instance)?.jobs ?? []).some(
    ({ role, enabled, running }) => (role === 'copy' || role === 'restore') && (enabled || running),
  );
}

/** Files in reach lead the backup copy on, and not past the point where home left that branch. Pure. */
export function leadsToHome(
  facts: PoolFacts,
  home: DatabaseFacts,
  backup: DatabaseFacts | undefined,
): boolean {
  const start = observedPosition(backup);
  const [share, copies] = [valueOf(facts.share), valueOf(facts.copyFolder)];
  if (start === undefined || backup?.state !== 'RESTORING' || backup.mirroring !== null) return false;
  if (share === 'unknown' || copies === 'unknown' || home.familyGuid !== start.familyGuid) return false;
  const { firstForkGuid, forkPointLsn } = home;
  if (forkPointLsn === null || forkPointLsn === 'unknown' || home.forkGuid === start.forkGuid) return false;
  const { applicable, reaches } = chainLogBackups([...copies.files, ...share.files], start);
  const atBranch = reaches.forkGuid === firstForkGuid && compareLsn(reaches.lsn, lsn(forkPointLsn)) <= 0;
  return applicable.length > 0 && atBranch;
}

/** @returns what was done, and the facts after it; undefined: nothing to do */
export async function catchUp(
  ports: ActuatorPorts,
  context: StepContext,
  home: DatabaseFacts,
): Promise<{ readonly notes: StepNotes; readonly facts: PoolFacts } | undefined> {
  const { topology } = context.pool;
  const { share, copyFolder } = topology.logShipping;
  const backup = seenInstance(context.facts, servingInstance(context.facts, topology, 'backup'));
  const reached = ports.files.reaches(share) && ports.files.reaches(copyFolder);
  if (!reached || jobsCanRun(context.facts, context)) return undefined;
  if (!leadsToHome(context.facts, home, backup?.databases[topology.chatDatabase])) return undefined;
  const step = { ...context, step: { action: 'apply-log-backups', target: 'backup' } } as const;
  try {
    const notes = { ...(await copyLogBackups(ports, step)), ...(await applyLogBackups(ports, step)) };
    return { notes, facts: await context.recheck() };
  } catch (error) {
    const { code, message } = toPoolError(error);
    if (!SEEDED_THEN.includes(code)) throw error;
    return { notes: { leftBehind: message }, facts: await context.recheck() };
  }
}
