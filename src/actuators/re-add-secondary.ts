/**
 * re-add-secondary: both halves of log shipping name each other again, and the jobs run. Nothing is restored: the copy still
 * follows home's chain, and the files on the share carry it on.
 */
import { PoolError } from '../topology/pool-error.ts';
import { enableJob } from './agent-jobs.ts';
import { isRollingForward } from './copy-now.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { removeUnfitSecondaries } from './log-shipping.ts';
import { requireInstance, servingInstance } from './serving-instance.ts';
import { configurePrimary } from './shipping-primary.ts';
import { configureSecondary } from './shipping-secondary.ts';
import type { Actuator, StepNotes } from './step-context.ts';

export const reAddSecondary: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const primary = servingInstance(context.facts, topology, 'home');
  const secondary = servingInstance(context.facts, topology, 'backup');
  await using home = await openInstance(ports, context, primary);
  await using backup = await openInstance(ports, context, secondary);
  const now = await recheckCopy(backup, database);
  if (!isRollingForward(now) || now.role !== null)
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${secondary} is ${now.role ?? now.state}`);
  const primaryServer = requireInstance(context.facts, primary).serverName;
  const removed = await removeUnfitSecondaries(ports, backup, database, primaryServer);
  await configurePrimary(home, database, requireInstance(context.facts, secondary).serverName);
  const jobs = await configureSecondary(backup, database, primaryServer);
  await enableJob(backup, jobs.copyJob);
  await enableJob(backup, jobs.restoreJob);
  return { primary, secondary, removed, jobs };
};
