/** The site that a step is about. */
import { PoolError } from '../topology/pool-error.ts';
import type { Site } from '../topology/pool-topology.ts';
import type { StepId } from '../reconciler/step-id.ts';

export function siteOf(step: StepId): Site {
  if (step.target !== 'pool') return step.target;
  throw new PoolError('PCO_INTERNAL', `${step.action} needs a site as its target`);
}
