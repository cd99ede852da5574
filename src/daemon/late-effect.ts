/** Which code an effect has that did not show within its deadline. Pure. */
import type { StepId } from '../reconciler/step-id.ts';
import type { ErrorCode } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';

const POOL_STATE_OF: Readonly<Record<string, string>> = {
  'set-pool-failed-over': 'FailedOver',
  'set-pool-normal': 'Normal',
};

/** The store holds the new pool state: what is still missing are the replicas of the chat servers. */
export function lateEffectCode(step: StepId, { poolState }: PoolFacts): ErrorCode {
  const wanted = POOL_STATE_OF[step.action];
  const replicating =
    wanted !== undefined && poolState.kind === 'value' && poolState.value.poolState === wanted;
  return replicating ? 'PCO_REPLICATION_PENDING' : 'PCO_DONE_NOT_SEEN';
}
