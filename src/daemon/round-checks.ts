/** What a pool's loop requires of a round before it goes on. Pure. */
import { isOf } from '../reconciler/gates/holds.ts';
import type { PlannedStep } from '../reconciler/plan.ts';
import { stepKey, type StepId } from '../reconciler/step-id.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool, Generation } from '../topology/pool-topology.ts';
import type { StepOutcome } from './apply-planned-step.ts';

/** The same content may begin or cease to be a break-glass, or get another end. */
export const sameStanding = (one: DesiredPool, other: DesiredPool): boolean =>
  one.origin === other.origin &&
  one.breakGlass?.state === other.breakGlass?.state &&
  one.breakGlass?.expiresAt === other.breakGlass?.expiresAt;

/** An approval is of exactly the plan that is shown; while a newer desired state is not planned yet there is none. */
export function requireDecided(pool: DesiredPool, decidedFor: Generation | undefined): void {
  const { topology, generation } = pool;
  if (decidedFor !== undefined && isOf(decidedFor, pool)) return;
  throw new PoolError(
    'PCO_USAGE',
    `${topology.name}: generation ${generation.counter} has no plan yet that could be approved`,
    { hint: 'look at the new plan with pchat plan, then approve it' },
  );
}

export function requirePlanned(planned: readonly PlannedStep[], step: StepId): PlannedStep {
  const found = planned.find((candidate) => stepKey(candidate) === stepKey(step));
  if (found === undefined) throw new PoolError('PCO_INTERNAL', `${stepKey(step)} is not in the plan`);
  return found;
}

/** The machine retries what is thrown; a wait that was given up for a newer desired state is no failure. */
export function requireSuccess(outcomes: readonly StepOutcome[], superseded: AbortSignal): void {
  const failed = outcomes.find((outcome) => outcome.error !== undefined)?.error;
  if (failed !== undefined && !(failed.code === 'PCO_CANCELLED' && superseded.aborted)) throw failed;
}
