/**
 * A person works through a plan, and this ticks: a step is done once its `done` was observed and the present plan does not ask for it
 * any more. Pure; one value per round.
 */
import { isDone } from '../reconciler/check-step.ts';
import type { PoolDecision } from '../reconciler/decide-pool.ts';
import type { Plan, PlannedStep } from '../reconciler/plan.ts';
import { stepKey } from '../reconciler/step-id.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

/** `passed`: nobody saw it done, but nothing asks for it any more. */
export type Tick = 'done' | 'passed' | 'next' | 'open';

export interface FollowedStep {
  readonly step: PlannedStep;
  readonly tick: Tick;
}

export interface Followed {
  /** Of the first round whose plan was not blocked, in its order. */
  readonly steps: readonly FollowedStep[];
  /** What the present plan asks for first; undefined: nothing, or it waits or is blocked. */
  readonly next: PlannedStep | undefined;
  readonly plan: Plan['kind'];
  /** Something else was done, or something was undone. */
  readonly warnings: readonly string[];
  /** Of another desired state than the round before: the ticks begin anew. */
  readonly generation: number;
}

const stepsOf = (plan: Plan): readonly PlannedStep[] => ('steps' in plan ? plan.steps : []);

function tickOf(
  pool: DesiredPool,
  decision: PoolDecision,
  step: PlannedStep,
  before: Tick | undefined,
  left: readonly PlannedStep[],
): Tick {
  const key = stepKey(step);
  const at = left.findIndex((one) => stepKey(one) === key);
  if (at === 0 && decision.plan.kind !== 'blocked') return 'next';
  if (at >= 0) return 'open';
  if (before === 'done' || isDone(pool, step, decision.reduction) === true) return 'done';
  return 'passed';
}

function warningsOf(
  before: Followed,
  steps: readonly FollowedStep[],
  left: readonly PlannedStep[],
): readonly string[] {
  const known = new Set(steps.map(({ step }) => stepKey(step)));
  const others = left.filter((step) => !known.has(stepKey(step)));
  const isOpen = ({ tick }: FollowedStep): boolean => tick === 'open' || tick === 'next';
  const undone = steps.filter((one, index) => isOpen(one) && before.steps[index]?.tick === 'done');
  const done = steps.findLastIndex(({ tick }) => tick === 'done');
  const skipped = steps.filter((one, index) => index < done && isOpen(one));
  return [
    ...others.map((step) => `Something else was done: now ${stepKey(step)} is asked for. ${step.reason}`),
    ...undone.map(({ step }) => `${stepKey(step)} was done, and is asked for again.`),
    ...skipped.map(({ step }) => `${stepKey(step)} is still open, and a later step is done.`),
  ];
}

/** @param before of the round before; undefined: this round's plan is the one that is followed */
export function followPlan(
  pool: DesiredPool,
  decision: PoolDecision,
  before: Followed | undefined,
): Followed {
  const left = stepsOf(decision.plan);
  const { counter } = pool.generation;
  const same = before?.generation === counter && before.steps.length > 0 ? before : undefined;
  // What a blocked plan would do is a guess about what is not known; nobody follows it.
  const first = decision.plan.kind === 'blocked' ? [] : left;
  const steps = (same?.steps.map(({ step }) => step) ?? first).map((step, index): FollowedStep => ({
    step,
    tick: tickOf(pool, decision, step, same?.steps[index]?.tick, left),
  }));
  return {
    steps,
    next: decision.plan.kind === 'blocked' ? undefined : left[0],
    plan: decision.plan.kind,
    warnings: same === undefined ? [] : warningsOf(same, steps, left),
    generation: counter,
  };
}
