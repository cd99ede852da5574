/**
 * The planner: (goal, vector) -> the fewest steps, or why there are none. Pure; results are remembered by goal, shape of the
 * pool and vector. Says nothing about permission (gates) and nothing about the world (reduce-pool.ts).
 */
import { compileProblem, type Operator, type Problem } from './compile-steps.ts';
import { heldBack, withheld } from './drift-policy.ts';
import { encode, type Bits } from './encode-vector.ts';
import {
  goalOf,
  goalOfOneWriter,
  goalOfService,
  goalWithoutPlaces,
  goalWithoutProtection,
  without,
  type Goal,
} from './goal.ts';
import { ground, shapeKey, type GroundStep, type PoolShape } from './ground-rows.ts';
import { searchPlan, type Found } from './search-plan.ts';
import { WAYS_OUT, type WayOut } from './ways-out.ts';
import { ALL_VARIABLES, type Variable, type Vector } from './variables.ts';
import { SITES, type DriftField, type Site } from '../topology/pool-topology.ts';

/** States expanded in one search; far above anything seen (bench/plan-bench.ts prints the worst). */
export const STATE_LIMIT = 20_000;
/** The hypothetical search branches wide when almost nothing is known; its first whole answer is then good enough. */
const ASSUMING_LIMIT = 2_000;
const REMEMBERED = 4_096;

export interface Assumed {
  readonly variable: Variable;
  readonly value: string;
}

/** A plan without words. `steps` hold waits too. */
export type FoundPlan =
  | { readonly kind: 'converged'; readonly statesExpanded: number }
  | {
      readonly kind: 'steps';
      readonly steps: readonly GroundStep[];
      /** What they repair, where the policy wants to be asked first. */
      readonly proposed?: readonly DriftField[];
      readonly statesExpanded: number;
    }
  | {
      readonly kind: 'blocked';
      readonly steps: readonly GroundStep[];
      readonly assumed: readonly Assumed[];
      readonly waysOut: readonly WayOut[];
      readonly statesExpanded: number;
    }
  | { readonly kind: 'too-large'; readonly statesExpanded: number };

export interface Planner {
  readonly shape: PoolShape;
  readonly steps: readonly GroundStep[];
  find(goalSite: Site, vector: Vector): FoundPlan;
  /** Forgets what was found before; the benchmark measures without memory. */
  forget(): void;
}

const stepsOf = (operators: readonly Operator[]): GroundStep[] =>
  operators.map((operator) => operator.step).filter((step) => step !== undefined);

function blocked(found: Found): FoundPlan {
  return {
    kind: 'blocked',
    steps: stepsOf(found.operators),
    assumed: found.assumed,
    waysOut: found.operators.map((operator) => operator.wayOut).filter((way) => way !== undefined),
    statesExpanded: found.statesExpanded,
  };
}

interface Problems {
  readonly whole: Problem;
  readonly withoutPlaces: Problem;
  readonly withoutProtection: Problem;
  readonly oneWriter: Problem;
  /** The site's copy serves again, whatever else cannot be seen or reached. */
  readonly served: Readonly<Record<Site, Problem>>;
}

/** Both open, and not by the end of a restore: made by the world, and ended first, whatever else waits for a person. */
const twoWriters = (vector: Vector): boolean =>
  vector['home.cannotWrite'] === 'no' &&
  vector['backup.cannotWrite'] === 'no' &&
  !['both', 'none', 'unknown'].includes(vector.current) &&
  !(vector['home.holds'] === 'nothing' && vector.current === 'backup');

/** As much of the goal as can be reached; what cannot be reached without a mirror cannot be with one either. */
function lesserPlan(problems: Problems, start: Bits): FoundPlan | undefined {
  const bare = searchPlan(problems.withoutProtection, start, false, STATE_LIMIT);
  if (bare.kind !== 'found') return undefined;
  const mirrored = searchPlan(problems.withoutPlaces, start, false, STATE_LIMIT);
  for (const found of [mirrored, bare]) {
    if (found.kind === 'found' && found.operators.length > 0)
      return { kind: 'steps', steps: stepsOf(found.operators), statesExpanded: found.statesExpanded };
  }
  return undefined;
}

function solve(problems: Problems, vector: Vector, start: Bits): FoundPlan {
  const strict = searchPlan(problems.whole, start, false, STATE_LIMIT);
  if (strict.kind === 'too-large') return { kind: 'too-large', statesExpanded: strict.statesExpanded };
  if (strict.kind === 'found') {
    const steps = stepsOf(strict.operators);
    return steps.length === 0
      ? { kind: 'converged', statesExpanded: strict.statesExpanded }
      : { kind: 'steps', steps, statesExpanded: strict.statesExpanded };
  }
  const lesser = lesserPlan(problems, start);
  if (lesser !== undefined) return lesser;
  const fenced = twoWriters(vector) ? searchPlan(problems.oneWriter, start, false, STATE_LIMIT) : undefined;
  if (fenced?.kind === 'found' && fenced.operators.length > 0) {
    return { kind: 'steps', steps: stepsOf(fenced.operators), statesExpanded: fenced.statesExpanded };
  }
  const waiting = SITES.find((site) => vector[`${site}.mgc`] === 'promotable');
  const served =
    waiting === undefined ? undefined : searchPlan(problems.served[waiting], start, false, STATE_LIMIT);
  if (served?.kind === 'found' && served.operators.length > 0) {
    return { kind: 'steps', steps: stepsOf(served.operators), statesExpanded: served.statesExpanded };
  }
  const hypothetical = searchPlan(problems.whole, start, true, ASSUMING_LIMIT);
  if (hypothetical.kind === 'found') return blocked(hypothetical);
  const assumed = ALL_VARIABLES.filter((variable) => vector[variable] === 'unknown');
  return {
    kind: 'blocked',
    steps: [],
    assumed: assumed.map((variable) => ({ variable, value: 'any' })),
    waysOut: [],
    statesExpanded: hypothetical.statesExpanded,
  };
}

/** `steps` are the grounded rows; a test passes rows in another order. */
export function createPlanner(shape: PoolShape, steps: readonly GroundStep[] = ground(shape)): Planner {
  const problem = (goal: Goal): Problem => compileProblem(goal, steps, WAYS_OUT, shape);
  const compiled = new Map<string, Problems>();
  const problemsOf = (goal: Goal): Problems => {
    const key = `${goal.site} ${goal.wants.join(' ')}`;
    const problems = compiled.get(key) ?? {
      whole: problem(goal),
      withoutPlaces: problem(goalWithoutPlaces(goal)),
      withoutProtection: problem(goalWithoutProtection(goal)),
      oneWriter: problem(goalOfOneWriter(goal)),
      served: { home: problem(goalOfService('home')), backup: problem(goalOfService('backup')) },
    };
    compiled.set(key, problems);
    return problems;
  };
  const search = (site: Site, vector: Vector, start: Bits): FoundPlan => {
    const named = goalOf(site);
    const whole = without(named, withheld(named, vector));
    const reported = heldBack(whole, vector, shape, 'report');
    const asked = heldBack(whole, vector, shape, 'propose');
    const goal = without(whole, reported.wants);
    const first = solve(problemsOf(without(goal, asked.wants)), vector, start);
    if (asked.wants.length === 0 || first.kind !== 'converged') return first;
    const found = solve(problemsOf(goal), vector, start);
    return found.kind === 'steps' ? { ...found, proposed: asked.fields } : found;
  };
  const remembered = new Map<string, FoundPlan>();
  return {
    shape,
    steps,
    find(goalSite, vector) {
      const start = encode(vector);
      const key = `${goalSite}:${start.join(':')}`;
      const before = remembered.get(key);
      if (before !== undefined) return before;
      const found = search(goalSite, vector, start);
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(key, found);
      return found;
    },
    forget: () => remembered.clear(),
  };
}

const planners = new Map<string, Planner>();

/** One planner per shape of pool. */
export function plannerFor(shape: PoolShape): Planner {
  const key = shapeKey(shape);
  const known = planners.get(key) ?? createPlanner(shape);
  planners.set(key, known);
  return known;
}
