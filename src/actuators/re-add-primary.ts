/** re-add-primary: home's half of log shipping names its secondary and has its log-backup job again; the log chain goes on. */
import { PoolError } from '../topology/pool-error.ts';
import { enableJob } from './agent-jobs.ts';
import { isOpen } from './copy-now.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { requireInstance, servingInstance } from './serving-instance.ts';
import { configurePrimary } from './shipping-primary.ts';
import type { Actuator, StepNotes } from './step-context.ts';

export const reAddPrimary: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const primary = servingInstance(context.facts, topology, 'home');
  const secondary = servingInstance(context.facts, topology, 'backup');
  await using home = await openInstance(ports, context, primary);
  const now = await recheckCopy(home, database);
  if (!isOpen(now) || now.role === 'MIRROR')
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${primary} is ${now.role ?? now.state}`);
  const { serverName } = requireInstance(context.facts, secondary);
  const backupJob = await configurePrimary(home, database, serverName);
  await enableJob(home, backupJob);
  return { primary, secondary, jobs: { backupJob } };
};
