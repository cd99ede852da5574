/**
 * Speed of the planner. Unless a row says otherwise nothing is remembered between two searches: the planner is told to forget
 * before each. The code is warm: every case has been planned before it is measured.
 */
import { compileProblem, type Problem } from '../src/reconciler/compile-steps.ts';
import { encode } from '../src/reconciler/encode-vector.ts';
import { createPlanner, STATE_LIMIT, type Planner } from '../src/reconciler/find-plan.ts';
import { goalOf } from '../src/reconciler/goal.ts';
import { ground, type PoolShape } from '../src/reconciler/ground-rows.ts';
import { searchPlan, searchUnguided } from '../src/reconciler/search-plan.ts';
import { WAYS_OUT } from '../src/reconciler/ways-out.ts';
import { atMost, msSince, quantile, sum, type BenchFigure } from './bench-figure.ts';
import {
  casesAround,
  drawnAnywhere,
  drawnAround,
  fleetCases,
  routeCases,
  scatteredFleet,
  type PlanCase,
} from './plan-cases.ts';

const SHAPE: PoolShape = { mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' };
/** For single worst cases: the bar is about the planner, not about what else the machine does in that millisecond. */
const BEST_OF = 3;
const SEED = 1;
const DRAWN = 2_000;
const ROUTE_ROUNDS = 300;
const POOLS = 500;

interface Measured {
  readonly ms: number;
  readonly expanded: number;
}

function timed(planner: Planner, [goal, vector]: PlanCase): Measured {
  planner.forget();
  const from = process.hrtime.bigint();
  const found = planner.find(goal, vector);
  return { ms: msSince(from), expanded: found.statesExpanded };
}

const fastest = (runs: readonly Measured[]): Measured => runs.reduce((a, b) => (b.ms < a.ms ? b : a));
const slowest = (runs: readonly Measured[]): Measured => runs.reduce((a, b) => (b.ms > a.ms ? b : a));

const bestOf = (planner: Planner, one: PlanCase): Measured =>
  fastest(Array.from({ length: BEST_OF }, () => timed(planner, one)));

function routeFigures(planner: Planner): BenchFigure[] {
  const cases = routeCases();
  for (let warm = 0; warm < ROUTE_ROUNDS; warm += 1) for (const one of cases) timed(planner, one);
  const rounds = Array.from({ length: ROUTE_ROUNDS }, () =>
    cases.map((one) => timed(planner, one).ms),
  ).flat();
  return [
    { name: 'plan of a route plus 4 drifts, p50', value: quantile(rounds, 0.5), unit: 'ms', bar: null },
    { name: 'plan of a route plus 4 drifts, p99', value: quantile(rounds, 0.99), unit: 'ms', bar: atMost(1) },
  ];
}

function vectorFigures(
  planner: Planner,
  what: string,
  cases: readonly PlanCase[],
  barMs: number,
): BenchFigure[] {
  for (const one of cases) timed(planner, one);
  const met = cases.map((one) => bestOf(planner, one));
  const worst = slowest(met);
  return [
    {
      name: `${what}, p99`,
      value: quantile(
        met.map(({ ms }) => ms),
        0.99,
      ),
      unit: 'ms',
      bar: null,
    },
    { name: `${what}, worst of ${String(met.length)}`, value: worst.ms, unit: 'ms', bar: atMost(barMs) },
    { name: `${what}, states expanded for the worst`, value: worst.expanded, unit: 'states', bar: null },
  ];
}

function fleetFigures(planner: Planner): BenchFigure[] {
  const unremembered = (fleet: readonly PlanCase[]): number =>
    Math.min(...Array.from({ length: BEST_OF }, () => sum(fleet.map((one) => timed(planner, one).ms))));
  const fleet = fleetCases(POOLS);
  const pools = `${String(POOLS)} pools`;
  const withMemory = (): number => {
    const from = process.hrtime.bigint();
    for (const [goal, vector] of fleet) planner.find(goal, vector);
    return msSince(from);
  };
  withMemory();
  const scattered = unremembered(scatteredFleet(planner, POOLS));
  return [
    { name: `${pools}, a fifth without home`, value: unremembered(fleet), unit: 'ms', bar: atMost(100) },
    { name: `${pools}, each elsewhere on its way`, value: scattered, unit: 'ms', bar: atMost(100) },
    { name: `${pools}, remembered`, value: withMemory(), unit: 'ms', bar: atMost(100) },
  ];
}

/** In one run: what the bounds of the search save. */
function guideFigures(): BenchFigure[] {
  const problems: Readonly<Record<'home' | 'backup', Problem>> = {
    home: compileProblem(goalOf('home'), ground(SHAPE), WAYS_OUT, SHAPE),
    backup: compileProblem(goalOf('backup'), ground(SHAPE), WAYS_OUT, SHAPE),
  };
  const cases = routeCases();
  const run = (search: typeof searchPlan): number => {
    const from = process.hrtime.bigint();
    for (const [goal, vector] of cases) search(problems[goal], encode(vector), false, STATE_LIMIT);
    return msSince(from);
  };
  run(searchUnguided);
  const ratio = run(searchUnguided) / run(searchPlan);
  return [{ name: 'unguided over guided search, routes', value: ratio, unit: 'times', bar: null }];
}

export function runPlanBench(): readonly BenchFigure[] {
  const planner = createPlanner(SHAPE);
  return [
    ...routeFigures(planner),
    ...vectorFigures(planner, 'vectors around the routes', casesAround(planner), 20),
    ...vectorFigures(planner, 'vectors drawn around the routes', drawnAround(planner, SEED, DRAWN), 20),
    ...vectorFigures(planner, 'vectors drawn anywhere', drawnAnywhere(SEED, DRAWN), 20),
    ...fleetFigures(planner),
    ...guideFigures(),
  ];
}
