/** What the planner is asked in the benchmark: the routes, everything around them, and vectors drawn by one seed. */
import type { Planner } from '../src/reconciler/find-plan.ts';
import { afterStep } from '../src/reconciler/predict-plan.ts';
import { CONVERGED_HOME, FAILED_OVER, HOME_LOST, ROUTES } from '../src/reconciler/route-starts.ts';
import { ALL_VARIABLES, VARIABLES, type Variable, type Vector } from '../src/reconciler/variables.ts';
import { SeededRandom } from '../src/simulation/seeded-random.ts';
import type { Site } from '../src/topology/pool-topology.ts';

export type PlanCase = readonly [Site, Vector];

const bothGoals = (vectors: readonly Vector[]): PlanCase[] =>
  vectors.flatMap((vector): PlanCase[] => [
    ['home', vector],
    ['backup', vector],
  ]);

const without = (state: Vector, names: readonly Variable[]): Vector => ({
  ...state,
  ...Object.fromEntries(names.map((name) => [name, 'unknown'])),
});
const named = (prefix: string): Variable[] => ALL_VARIABLES.filter((name) => name.startsWith(prefix));

/** The routes, each with four drifts on top. */
export function routeCases(): readonly PlanCase[] {
  const drifted = (start: Vector): Vector => ({
    ...start,
    active: 'other',
    poolState: 'mixed',
    'share.uncopied': start['share.uncopied'] === 'unknown' ? 'unknown' : 'some',
    'backup.mirror': start['backup.mirror'] === 'healthy' ? 'broken' : start['backup.mirror'],
  });
  return ROUTES.flatMap(({ goal, start }): PlanCase[] => [
    [goal, start],
    [goal, drifted(start)],
  ]);
}

/** Every state along the routes as the steps' effects promise it. */
function statesAlong(planner: Planner): readonly Vector[] {
  return ROUTES.flatMap(({ goal, start }) => {
    const found = planner.find(goal, start);
    const states = [start];
    for (const step of found.kind === 'steps' ? found.steps : []) {
      const next = afterStep(step, states.at(-1) ?? start);
      if (next !== undefined) states.push(next);
    }
    return states;
  });
}

/** Along the routes, both goals; each variable unknown, pairs of them, a whole site, everything; each variable with each value. */
export function casesAround(planner: Planner): readonly PlanCase[] {
  const vectors = statesAlong(planner).flatMap((state, index) => [
    state,
    ...ALL_VARIABLES.map((name) => without(state, [name])),
    ...ALL_VARIABLES.map((name, at) =>
      without(state, [name, ALL_VARIABLES[(at + index + 1) % ALL_VARIABLES.length] ?? name]),
    ),
    ...ALL_VARIABLES.flatMap((name) =>
      VARIABLES[name].values.map((value): Vector => ({ ...state, [name]: value })),
    ),
    without(state, named('home.')),
    without(state, named('backup.')),
    without(state, ['poolState', 'active', 'management']),
    without(state, ['poolState', 'active', 'management', ...named('home.')]),
    without(state, ['poolState', 'active', 'management', ...named('backup.')]),
    without(state, ALL_VARIABLES),
  ]);
  return bothGoals(vectors);
}

function picked<T>(random: SeededRandom, from: readonly T[]): T {
  const one = from[Math.floor(random.next() * from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

const drawnValue = (random: SeededRandom, name: Variable, unknownShare: number): string =>
  random.next() < unknownShare ? 'unknown' : picked(random, VARIABLES[name].values);

/** States along the routes with 1 to 12 variables changed at random, three in ten of them to unknown. */
export function drawnAround(planner: Planner, seed: number, count: number): readonly PlanCase[] {
  const random = new SeededRandom(seed);
  const states = [...statesAlong(planner), CONVERGED_HOME, FAILED_OVER, HOME_LOST];
  const most = 12;
  const vectors = Array.from({ length: count }, () => {
    const names = Array.from({ length: 1 + Math.floor(random.next() * most) }, () =>
      picked(random, ALL_VARIABLES),
    );
    const changes = names.map((name) => [name, drawnValue(random, name, 0.3)]);
    return { ...picked(random, states), ...Object.fromEntries(changes) } as Vector;
  });
  return bothGoals(vectors);
}

/** Every variable at random, whether such a world can be or not; a share from none to nine in ten of them unknown. */
export function drawnAnywhere(seed: number, count: number): readonly PlanCase[] {
  const random = new SeededRandom(seed);
  const mostUnknown = 0.9;
  const vectors = Array.from({ length: count }, () => {
    const share = random.next() * mostUnknown;
    return Object.fromEntries(ALL_VARIABLES.map((name) => [name, drawnValue(random, name, share)])) as Vector;
  });
  return bothGoals(vectors);
}

/** Pools at one instant: every fifth has lost home, the others are as declared. */
export const fleetCases = (pools: number): readonly PlanCase[] =>
  Array.from({ length: pools }, (_, index): PlanCase => [
    index % 2 === 0 ? 'backup' : 'home',
    index % 5 === 0 ? HOME_LOST : CONVERGED_HOME,
  ]);

/** Pools of which each stands elsewhere on its way. */
export function scatteredFleet(planner: Planner, pools: number): readonly PlanCase[] {
  const along = bothGoals(statesAlong(planner));
  return Array.from({ length: pools }, (_, index) => along[index % along.length]).filter(
    (one) => one !== undefined,
  );
}
