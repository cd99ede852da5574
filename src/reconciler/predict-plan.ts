/** The course that a plan promises: the vector after each step, and what each step is there for. Promises, not facts. */
import { goalOf } from './goal.ts';
import { waysToHold, type Condition, type GroundStep, type PoolShape } from './ground-rows.ts';
import type { Variable, Vector } from './variables.ts';
import type { Site } from '../topology/pool-topology.ts';

export const holds = (condition: Condition, vector: Vector): boolean =>
  [...condition].every(([variable, values]) => values.includes(vector[variable]));

/** The vector after the step; undefined when its needs do not hold in this one. */
export function afterStep(step: GroundStep, vector: Vector): Vector | undefined {
  const variant = step.variants.find(({ needs }) => holds(needs, vector));
  return variant && { ...vector, ...Object.fromEntries(variant.sets) };
}

/** Vectors before the first step and after each one; a hypothetical plan's needs are taken as given. */
export function predictPlan(steps: readonly GroundStep[], vector: Vector): readonly Vector[] {
  const course: Vector[] = [vector];
  let present = vector;
  for (const step of steps) {
    present = afterStep(step, present) ?? { ...present, ...Object.fromEntries(step.variants[0]?.sets ?? []) };
    course.push(present);
  }
  return course;
}

const changed = (before: Vector, after: Vector): Variable[] =>
  (Object.keys(after) as Variable[]).filter((variable) => before[variable] !== after[variable]);

/** The later step that could not run without this one, or the part of the goal that it brings. */
export function reasonsOf(
  steps: readonly GroundStep[],
  vector: Vector,
  goalSite: Site,
  shape: PoolShape,
): readonly string[] {
  const course = predictPlan(steps, vector);
  return steps.map((step, index) => {
    const before = course[index] ?? vector;
    const after = course[index + 1] ?? before;
    const made = changed(before, after);
    const serves = (condition: Condition): Variable | undefined =>
      made.find((variable) => {
        const values = condition.get(variable);
        return values !== undefined && !values.includes(before[variable]) && values.includes(after[variable]);
      });
    for (const name of goalOf(goalSite).wants) {
      for (const way of waysToHold([name], goalSite, shape)) {
        const variable = serves(way);
        if (variable !== undefined && step.row.done.length > 0 && step.reads.includes(variable)) {
          return `${step.what}: ${variable} is ${before[variable]}, wanted ${after[variable]}.`;
        }
      }
    }
    for (const later of steps.slice(index + 1)) {
      for (const variant of later.variants) {
        const variable = serves(variant.needs);
        if (variable !== undefined) {
          return `${step.what}: ${later.action}:${later.target} needs ${variable} ${after[variable]}.`;
        }
      }
    }
    return `${step.what}.`;
  });
}
