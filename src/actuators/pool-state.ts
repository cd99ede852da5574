/** set-pool-failed-over and set-pool-normal: the pool state in the Central Management Store. Replication is the loop's to await. */
import { PoolError } from '../topology/pool-error.ts';
import type { Site } from '../topology/pool-topology.ts';
import { change } from './chat-cmdlets.ts';
import { isOpen } from './copy-now.ts';
import { openInstance, recheckCopy } from './instance-session.ts';
import { servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

/** Clients must not be led to home while the backup copy takes messages: read again right before the cmdlet. */
export async function requireNotWritable(
  ports: ActuatorPorts,
  context: StepContext,
  site: Site,
): Promise<void> {
  const { topology } = context.pool;
  const instance = servingInstance(context.facts, topology, site);
  await using session = await openInstance(ports, context, instance);
  const now = await recheckCopy(session, topology.chatDatabase);
  if (!isOpen(now)) return;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${topology.chatDatabase} on ${instance} is ONLINE and may be written`,
  );
}

async function requireWritable(ports: ActuatorPorts, context: StepContext, site: Site): Promise<void> {
  const { topology } = context.pool;
  const instance = servingInstance(context.facts, topology, site);
  await using session = await openInstance(ports, context, instance);
  const now = await recheckCopy(session, topology.chatDatabase);
  if (isOpen(now)) return;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${topology.chatDatabase} on ${instance} is ${now.state}, not ONLINE`,
  );
}

async function setPoolState(
  ports: ActuatorPorts,
  context: StepContext,
  state: 'FailedOver' | 'Normal',
): Promise<StepNotes> {
  const observed = context.facts.poolState;
  if (observed.kind === 'unknown')
    throw new PoolError('PCO_STEP_REFUSED', `pool state unknown: ${observed.reason}`);
  const identity = context.pool.topology.poolIdentity ?? observed.value.identity;
  const before = observed.value.poolState;
  if (before === state) return { identity, poolState: state, set: 'already' };
  await requireWritable(ports, context, state === 'FailedOver' ? 'backup' : 'home');
  if (state === 'Normal') await requireNotWritable(ports, context, 'backup');
  // -PoolState is always given: its default is Normal, so a call without it may act as a failback (skype reference 4.1).
  const parameters = { Identity: identity, PoolState: state, Force: true, Confirm: false };
  await change(ports, context, { cmdlet: 'Set-CsPersistentChatState', parameters });
  return { identity, poolState: state, set: 'now', before };
}

export const setPoolFailedOver: Actuator = (ports, context) => setPoolState(ports, context, 'FailedOver');
export const setPoolNormal: Actuator = (ports, context) => setPoolState(ports, context, 'Normal');
