/** Which steps of a plan one round runs: the first, and with it the one that the table lets overlap it. */
import type { DesiredPool } from '../topology/pool-topology.ts';
import { groundStepOf } from './check-step.ts';
import type { Plan } from './plan.ts';
import type { StepId } from './step-id.ts';
import type { Vector } from './variables.ts';

/**
 * The second waits for the first while anything that it reads is unknown: the first may make it known, and does not until it is done.
 * @param vector what the plan was made on
 */
export function nextSteps(pool: DesiredPool, plan: Plan, vector: Vector): readonly StepId[] {
  if (plan.kind !== 'steps') return [];
  const [first, second] = plan.steps.map(({ action, target }): StepId => ({ action, target }));
  if (first === undefined) return [];
  if (second === undefined) return [first];
  const { row, reads } = groundStepOf(pool, second);
  const known = reads.every((variable) => vector[variable] !== 'unknown');
  return row.overlaps === first.action && known ? [first, second] : [first];
}
