/** Plans of all vectors that were met: their length by another search, and the same plan from rows in another order. */
import { createPlanner, type FoundPlan, type Planner } from '../../src/reconciler/find-plan.ts';
import { goalOf, goalWithoutPlaces, goalWithoutProtection } from '../../src/reconciler/goal.ts';
import { ground, type PoolShape } from '../../src/reconciler/ground-rows.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { ACTION_TABLE } from '../../src/reconciler/action-table.ts';
import { SITES, type Site } from '../../src/topology/pool-topology.ts';
import { PlanGraph } from './plan-lengths.ts';

const vectorOf = (text: string): Vector => {
  const values = text.split(',');
  return Object.fromEntries(ALL_VARIABLES.map((name, index) => [name, values[index] ?? 'unknown'])) as Vector;
};

const wayOf = (found: FoundPlan): string =>
  'steps' in found ? found.steps.map(({ action, target }) => `${action}:${target}`).join(', ') : found.kind;

export interface PlanJudgement {
  readonly compared: number;
  readonly promised: number;
  readonly shuffled: number;
  readonly wrong: readonly string[];
}

/** Every n-th vector is planned again with shuffled rows. */
const SHUFFLED_EVERY = 8;
const MOST_PROMISED = 3_000_000;

interface Lengths {
  readonly whole: number | undefined;
  readonly withoutPlaces: number | undefined;
  readonly bare: number | undefined;
}

/**
 * The goal is given up in the planner's order: first who is principal and who is witness, then the mirror too. A mirror that can be had
 * counts for more than a shorter way without it, so the shortest way of the first lesser goal that leaves something to do is compared.
 */
function problemOf(found: FoundPlan, { whole, withoutPlaces, bare }: Lengths): string | undefined {
  const length = found.kind === 'steps' ? found.steps.length : found.kind === 'converged' ? 0 : undefined;
  if (whole !== undefined)
    return length === whole ? undefined : `${String(length)} steps, the shortest way has ${whole}`;
  if (found.kind === 'converged') return 'converged, and no way leads to the goal';
  const [lesser, left] =
    withoutPlaces !== undefined && withoutPlaces > 0 ? [withoutPlaces, 'places'] : [bare, 'mirror'];
  if (lesser !== undefined && lesser > 0)
    return length === lesser
      ? undefined
      : `${String(length)} steps, the shortest way without the ${left} has ${lesser}`;
  return undefined;
}

export function judgePlans(vectors: readonly string[], shape: PoolShape): PlanJudgement {
  const graph = new PlanGraph(vectors, MOST_PROMISED);
  const planner = createPlanner(shape);
  const backwards: Planner = createPlanner(shape, ground(shape, [...ACTION_TABLE].reverse()));
  const wrong: string[] = [];
  let shuffled = 0;
  for (const goal of SITES) {
    const far = distancesOf(graph, goal);
    vectors.forEach((text, index) => {
      const found = planner.find(goal, vectorOf(text));
      const problem = problemOf(found, lengthsOf(far, text));
      if (problem !== undefined) wrong.push(`${text} towards ${goal}: ${problem} (${wayOf(found)})`);
      if (index % SHUFFLED_EVERY !== 0) return;
      shuffled += 1;
      const other = backwards.find(goal, vectorOf(text));
      if (wayOf(other) !== wayOf(found))
        wrong.push(`${text} towards ${goal}: ${wayOf(found)}, with rows in another order ${wayOf(other)}`);
    });
  }
  return { compared: vectors.length * SITES.length, promised: graph.size, shuffled, wrong };
}

type Far = ReturnType<typeof distancesOf>;
const distancesOf = (graph: PlanGraph, goal: Site) => ({
  whole: graph.distances(goalOf(goal).wants, goal),
  withoutPlaces: graph.distances(goalWithoutPlaces(goalOf(goal)).wants, goal),
  bare: graph.distances(goalWithoutProtection(goalOf(goal)).wants, goal),
});

const lengthsOf = ({ whole, withoutPlaces, bare }: Far, text: string): Lengths => ({
  whole: whole(text),
  withoutPlaces: withoutPlaces(text),
  bare: bare(text),
});
