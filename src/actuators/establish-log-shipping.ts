/**
 * establish-log-shipping: what leads the copy to home's branch applied, stray files away, primary half, seed, secondary half, jobs enabled, and one verified cycle. Each
 * part looks first at what is there, so that a retry after a cut does the rest.
 */
import { PoolError } from '../topology/pool-error.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { enableJob, runJob } from './agent-jobs.ts';
import { catchUp } from './catch-up.ts';
import { readCopy } from './copy-now.ts';
import { openInstance, type InstanceSession } from './instance-session.ts';
import { removeUnfitSecondaries } from './log-shipping.ts';
import { quarantineStrays } from './quarantine-files.ts';
import { seedSecondary } from './seed-secondary.ts';
import { requireDatabase, requireInstance, servingInstance } from './serving-instance.ts';
import { configurePrimary } from './shipping-primary.ts';
import { configureSecondary, type SecondaryJobs } from './shipping-secondary.ts';
import type { Actuator, ActuatorPorts, StepNotes } from './step-context.ts';

/** Copy and restore may run into each other's schedules; a second round then finds what the first left. */
const CYCLES = 3;

async function mustSucceed(ports: ActuatorPorts, session: InstanceSession, jobId: string): Promise<void> {
  const outcome = await runJob(ports, session, jobId);
  if (outcome.succeeded) return;
  throw new PoolError(
    'PCO_SQL_ERROR',
    `a log shipping job on ${session.instance} failed: ${outcome.message}`,
  );
}

/** LSRestore reports success with nothing applied too, so the copy's position is what counts. */
async function firstCycle(
  ports: ActuatorPorts,
  home: InstanceSession,
  backup: InstanceSession,
  jobs: SecondaryJobs & { readonly backupJob: string },
): Promise<string> {
  const database = home.context.pool.topology.chatDatabase;
  await mustSucceed(ports, home, jobs.backupJob);
  const { nextLogLsn } = await readCopy(home, database);
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    await mustSucceed(ports, backup, jobs.copyJob);
    await mustSucceed(ports, backup, jobs.restoreJob);
    const { redoLsn } = await readCopy(backup, database);
    if (redoLsn !== null && nextLogLsn !== null && compareLsn(lsn(redoLsn), lsn(nextLogLsn)) >= 0)
      return redoLsn;
  }
  throw new PoolError(
    'PCO_DONE_NOT_SEEN',
    `${database} on ${backup.instance} did not reach ${nextLogLsn ?? 'home'}`,
  );
}

export const establishLogShipping: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const primary = servingInstance(context.facts, topology, 'home');
  const secondary = servingInstance(context.facts, topology, 'backup');
  await using home = await openInstance(ports, context, primary);
  await using backup = await openInstance(ports, context, secondary);
  const source = requireDatabase(context.facts, primary, database);
  const caughtUp = await catchUp(ports, context, source);
  const seenNow = caughtUp === undefined ? context : { ...context, facts: caughtUp.facts };
  const quarantined = await quarantineStrays(ports, seenNow, source);
  const secondaryServer = requireInstance(context.facts, secondary).serverName;
  const backupJob = await configurePrimary(home, database, secondaryServer);
  const seed = await seedSecondary(ports, context, home, backup, () => mustSucceed(ports, home, backupJob));
  const primaryServer = requireInstance(context.facts, primary).serverName;
  const removed = await removeUnfitSecondaries(ports, backup, database, primaryServer);
  const jobs = await configureSecondary(backup, database, primaryServer);
  await enableJob(home, backupJob);
  await enableJob(backup, jobs.copyJob);
  await enableJob(backup, jobs.restoreJob);
  const position = await firstCycle(ports, home, backup, { ...jobs, backupJob });
  const before = caughtUp === undefined ? {} : { caughtUp: caughtUp.notes };
  return {
    primary,
    secondary,
    ...before,
    quarantined,
    ...seed,
    removed,
    jobs: { ...jobs, backupJob },
    position,
  };
};
