/** A single step against a reduction: which of its needs do not hold, and is it done. Used right before and after a step. */
import type { Known } from '../topology/known.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { findWayOut } from './explain-obstacle.ts';
import { plannerFor } from './find-plan.ts';
import { shapeOf, waysToHold, type Condition, type GroundStep } from './ground-rows.ts';
import type { Obstacle } from './plan.ts';
import { holds } from './predict-plan.ts';
import type { Reduction } from './reduce-pool.ts';
import { stepKey, type StepId } from './step-id.ts';
import type { Variable } from './variables.ts';

export function groundStepOf(pool: DesiredPool, step: StepId): GroundStep {
  const found = plannerFor(shapeOf(pool.topology, pool.policy)).steps.find(
    ({ action, target }) => action === step.action && target === step.target,
  );
  if (found === undefined) throw new RangeError(`no row of the action table for ${stepKey(step)}`);
  return found;
}

function failing(condition: Condition, reduction: Reduction, pool: DesiredPool): Obstacle[] {
  return [...condition]
    .filter(([variable, values]) => !values.includes(reduction.vector[variable]))
    .map(([variable, values]) => ({
      variable,
      actual: reduction.vector[variable],
      wanted: values.join(' or '),
      reason: reduction.because[variable].because,
      wayOut: findWayOut(pool, reduction, variable),
    }));
}

/**
 * Needs that do not hold; empty: the step may run. Of several alternatives the one with the fewest failing needs is reported.
 * @param overlapping an action that still runs and that this step overlaps: what it sets is no need then, it holds per file
 */
export function needsOf(
  pool: DesiredPool,
  step: StepId,
  reduction: Reduction,
  overlapping?: StepId,
): readonly Obstacle[] {
  const grounded = groundStepOf(pool, step);
  const excused = new Set(
    overlapping !== undefined && grounded.row.overlaps === overlapping.action
      ? groundStepOf(pool, overlapping).variants.flatMap(({ sets }) => [...sets.keys()])
      : [],
  );
  const unseen = grounded.reads
    .filter((variable) => reduction.vector[variable] === 'unknown')
    .map((variable): Obstacle => ({
      variable,
      actual: 'unknown',
      wanted: 'known',
      reason: reduction.because[variable].because,
      wayOut: findWayOut(pool, reduction, variable),
    }));
  const perVariant = grounded.variants.map(({ needs }) =>
    failing(new Map([...needs].filter(([variable]) => !excused.has(variable))), reduction, pool),
  );
  const fewest = perVariant.sort((a, b) => a.length - b.length)[0] ?? [];
  const named = new Set(fewest.map((obstacle) => obstacle.variable));
  return [...fewest, ...unseen.filter((obstacle) => !named.has(obstacle.variable))];
}

/** One need of a step with what is seen of it. */
export interface NeedAnswer extends Obstacle {
  readonly holds: boolean;
  readonly source: string;
}

/** Every need of the step in the order of the table, then what its done reads; of several alternatives the one that is nearest. */
export function needsInOrder(pool: DesiredPool, step: StepId, reduction: Reduction): readonly NeedAnswer[] {
  const grounded = groundStepOf(pool, step);
  const { vector, because } = reduction;
  const missing = ({ needs }: { readonly needs: Condition }): number =>
    [...needs].filter(([variable, values]) => !values.includes(vector[variable])).length;
  const [nearest] = [...grounded.variants].sort((a, b) => missing(a) - missing(b));
  const needs = [...(nearest?.needs ?? [])];
  const named = new Set(needs.map(([variable]) => variable));
  const reads = grounded.reads.filter((variable) => !named.has(variable));
  const answer = (variable: Variable, wanted: string, met: boolean): NeedAnswer => ({
    variable,
    actual: vector[variable],
    wanted,
    holds: met,
    reason: because[variable].because,
    source: because[variable].source,
    wayOut: findWayOut(pool, reduction, variable),
  });
  return [
    ...needs.map(([variable, values]) =>
      answer(variable, values.join(' or '), values.includes(vector[variable])),
    ),
    ...reads.map((variable) => answer(variable, 'known', vector[variable] !== 'unknown')),
  ];
}

/** Did the deed happen? `unknown` when a variable that decides it is unknown. */
export function isDone(pool: DesiredPool, step: StepId, reduction: Reduction): Known<boolean> {
  const grounded = groundStepOf(pool, step);
  if (grounded.reads.some((variable) => reduction.vector[variable] === 'unknown')) return 'unknown';
  const shape = shapeOf(pool.topology, pool.policy);
  return waysToHold(grounded.row.done, grounded.site, shape).some((way) => holds(way, reduction.vector));
}
