/** The planner's answer for one pool in words: steps with reasons, obstacles with ways out, or what is awaited. */
import type { DesiredPool } from '../topology/pool-topology.ts';
import { obstacleOfAssumption, obstacleOfWayOut } from './explain-obstacle.ts';
import { plannerFor, type FoundPlan } from './find-plan.ts';
import { shapeOf, type GroundStep } from './ground-rows.ts';
import type { Obstacle, Plan, PlannedStep } from './plan.ts';
import { reasonsOf } from './predict-plan.ts';
import type { Reduction } from './reduce-pool.ts';
import type { ActionId } from './step-id.ts';

function inWords(steps: readonly GroundStep[], pool: DesiredPool, reduction: Reduction): PlannedStep[] {
  const shape = shapeOf(pool.topology, pool.policy);
  const reasons = reasonsOf(steps, reduction.vector, pool.primarySite, shape);
  return steps.flatMap((step, index) =>
    step.waits
      ? []
      : [
          {
            // A step that waits is of WAIT_TABLE; every other one is of ACTION_TABLE.
            action: step.action as ActionId,
            target: step.target,
            seedStep: step.seedStep,
            risk: step.risk,
            reason: reasons[index] ?? step.what,
          },
        ],
  );
}

function obstaclesOf(
  found: Extract<FoundPlan, { kind: 'blocked' }>,
  pool: DesiredPool,
  reduction: Reduction,
): Obstacle[] {
  const unknown = found.assumed.map((assumed) => obstacleOfAssumption(pool, reduction, assumed));
  return [...unknown, ...found.waysOut.map((way) => obstacleOfWayOut(pool, reduction, way))];
}

export function planPool(pool: DesiredPool, reduction: Reduction): Plan {
  const found = plannerFor(shapeOf(pool.topology, pool.policy)).find(pool.primarySite, reduction.vector);
  switch (found.kind) {
    case 'converged':
      return { kind: 'converged' };
    case 'too-large':
      return found;
    case 'blocked':
      return {
        kind: 'blocked',
        obstacles: obstaclesOf(found, pool, reduction),
        steps: inWords(found.steps, pool, reduction),
      };
    case 'steps': {
      const steps = inWords(found.steps, pool, reduction);
      const [first] = found.steps;
      const { proposed, statesExpanded } = found;
      if (first?.waits !== true)
        return { kind: 'steps', steps, ...(proposed === undefined ? {} : { proposed }), statesExpanded };
      const [variable] = first.reads;
      const why = variable === undefined ? '' : `: ${reduction.because[variable].because}`;
      return { kind: 'waiting', on: `${first.action}:${first.target}`, reason: `${first.what}${why}`, steps };
    }
  }
}
