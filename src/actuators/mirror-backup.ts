/**
 * mirror-backup, failover step 6: the chat database only; mgccomp is not failed over. By the cmdlet as the procedure says; by statements
 * where home may go on with backup's log later: the cmdlet takes a log backup of its own and keeps no file of it. Where the share is
 * out of sight nothing can be kept there, and the mirror counts for more than the way back.
 */
import { PoolError } from '../topology/pool-error.ts';
import { mirrorByCmdlet } from './mirror-by-cmdlet.ts';
import { mirrorPair } from './mirror-pair.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, StepNotes } from './step-context.ts';

export const mirrorBackup: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology, policy } = context.pool;
  const database = topology.chatDatabase;
  const serving = servingInstance(context.facts, topology, 'backup');
  if (seenInstance(context.facts, serving)?.shippingSecondary[database] != null) {
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${serving} is still a log shipping secondary`);
  }
  return policy.failback === 'minimal' && context.facts.share.kind === 'value'
    ? mirrorPair(ports, context, 'backup', database)
    : mirrorByCmdlet(ports, context, topology.sites.backup.chat, database, 'PersistentChat');
};
