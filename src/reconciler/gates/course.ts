/** The course that a plan promises, as far as gates ask: are users served now, does the plan take the service away. */
import type { DesiredPool } from '../../topology/pool-topology.ts';
import { plannerFor } from '../find-plan.ts';
import { shapeOf, type GroundStep } from '../ground-rows.ts';
import type { PlannedStep } from '../plan.ts';
import { predictPlan } from '../predict-plan.ts';
import type { Vector } from '../variables.ts';

/** The listed chat servers have a copy that they can write. What is unknown serves nobody for certain. */
export function usersServed(vector: Vector): boolean {
  return (['home', 'backup'] as const).some(
    (site) =>
      vector.active === site &&
      vector[`${site}.mgc`] === 'online' &&
      vector[`${site}.reach`] === 'yes' &&
      vector.poolState === (site === 'home' ? 'normal' : 'failedOver'),
  );
}

export function groundStepsOf(pool: DesiredPool, steps: readonly PlannedStep[]): readonly GroundStep[] {
  const known = plannerFor(shapeOf(pool.topology, pool.policy)).steps;
  return steps.flatMap(
    (step) => known.find(({ action, target }) => action === step.action && target === step.target) ?? [],
  );
}

/** Vectors before the first step and after each one. */
export const courseOf = (
  pool: DesiredPool,
  steps: readonly PlannedStep[],
  vector: Vector,
): readonly Vector[] => predictPlan(groundStepsOf(pool, steps), vector);

/** Users are served now, and at some point of the course they are not. */
export function takesServiceAway(pool: DesiredPool, steps: readonly PlannedStep[], vector: Vector): boolean {
  return usersServed(vector) && courseOf(pool, steps, vector).some((one) => !usersServed(one));
}
