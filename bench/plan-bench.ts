/** Speed of the planner against its bars; prints a table when run directly, exports the figures for bench/main.ts. */
import { createPlanner, type Planner } from '../src/reconciler/find-plan.ts';
import type { PoolShape } from '../src/reconciler/ground-rows.ts';
import { afterStep } from '../src/reconciler/predict-plan.ts';
import { CONVERGED_HOME, HOME_LOST, ROUTES } from '../src/reconciler/route-starts.ts';
import { ALL_VARIABLES, VARIABLES, type Vector } from '../src/reconciler/variables.ts';

export interface BenchFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Upper bound; null: only reported. */
  readonly bar: number | null;
}

const SHAPE: PoolShape = { mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' };
type Case = readonly ['home' | 'backup', Vector];

/** The best of three: the bars are about the planner, not about what else the machine does. */
const RUNS = 3;

function best(planner: Planner, one: Case): { readonly ms: number; readonly expanded: number } {
  const runs = Array.from({ length: RUNS }, () => timed(planner, one));
  return runs.reduce((a, b) => (b.ms < a.ms ? b : a));
}

function timed(planner: Planner, [goal, vector]: Case): { readonly ms: number; readonly expanded: number } {
  planner.forget();
  const from = process.hrtime.bigint();
  const found = planner.find(goal, vector);
  return { ms: Number(process.hrtime.bigint() - from) / 1e6, expanded: found.statesExpanded };
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** The routes, each with four drifts on top. */
function routeCases(): Case[] {
  const drifted = (start: Vector): Vector => ({
    ...start,
    active: 'other',
    poolState: 'mixed',
    'share.uncopied': start['share.uncopied'] === 'unknown' ? 'unknown' : 'some',
    'backup.mirror': start['backup.mirror'] === 'healthy' ? 'broken' : start['backup.mirror'],
  });
  return ROUTES.flatMap(({ goal, start }): Case[] => [
    [goal, start],
    [goal, drifted(start)],
  ]);
}

/** Every state along the routes, both goals; each variable unknown, then pairs, then half and all of them; single odd values. */
function anyCases(planner: Planner): Case[] {
  const states: Vector[] = [];
  for (const { goal, start } of ROUTES) {
    const found = planner.find(goal, start);
    let state = start;
    states.push(state);
    for (const step of found.kind === 'steps' ? found.steps : [])
      states.push((state = afterStep(step, state) ?? state));
  }
  const unknown = (state: Vector, names: readonly string[]): Vector => ({
    ...state,
    ...Object.fromEntries(names.map((name) => [name, 'unknown'])),
  });
  const vectors = states.flatMap((state, index) => [
    state,
    ...ALL_VARIABLES.map((name) => unknown(state, [name])),
    ...ALL_VARIABLES.map((name, at) =>
      unknown(state, [name, ALL_VARIABLES[(at + index + 1) % ALL_VARIABLES.length] ?? name]),
    ),
    ...ALL_VARIABLES.flatMap((name) =>
      VARIABLES[name].values.map((value): Vector => ({ ...state, [name]: value })),
    ),
    unknown(
      state,
      ALL_VARIABLES.filter((name) => name.startsWith('home.')),
    ),
    unknown(
      state,
      ALL_VARIABLES.filter((name) => name.startsWith('backup.')),
    ),
    unknown(state, ['poolState', 'active', 'management']),
    unknown(state, ALL_VARIABLES),
  ]);
  return vectors.flatMap((vector): Case[] => [
    ['home', vector],
    ['backup', vector],
  ]);
}

export function runPlanBench(): readonly BenchFigure[] {
  const planner = createPlanner(SHAPE);
  const routes = routeCases();
  for (let warm = 0; warm < 200; warm += 1) for (const one of routes) timed(planner, one);
  const routeMs = Array.from({ length: 300 }, () => routes.map((one) => best(planner, one).ms))
    .flat()
    .sort((a, b) => a - b);
  const any = anyCases(planner);
  for (const one of any.slice(0, 400)) timed(planner, one);
  const met = any.map((one) => best(planner, one));
  const anyMs = met.map(({ ms }) => ms).sort((a, b) => a - b);
  const worst = met.reduce((a, b) => (b.ms > a.ms ? b : a));
  const fleet = Array.from({ length: 500 }, (_, index): Case => [
    index % 2 === 0 ? 'backup' : 'home',
    index % 5 === 0 ? HOME_LOST : CONVERGED_HOME,
  ]);
  const fleetRun = (): number => fleet.reduce((sum, one) => sum + timed(planner, one).ms, 0);
  const fleetMs = Math.min(...Array.from({ length: RUNS }, fleetRun));
  return [
    { name: 'plan of a route, p50', value: quantile(routeMs, 0.5), unit: 'ms', bar: null },
    { name: 'plan of a route plus 4 drifts, p99', value: quantile(routeMs, 0.99), unit: 'ms', bar: 1 },
    { name: 'plan of any vector, p99', value: quantile(anyMs, 0.99), unit: 'ms', bar: null },
    { name: 'plan of the worst vector met', value: worst.ms, unit: 'ms', bar: 20 },
    { name: 'states expanded for it', value: worst.expanded, unit: 'states', bar: null },
    { name: 'vectors met', value: met.length, unit: 'vectors', bar: null },
    { name: '500 pools, nothing remembered', value: fleetMs, unit: 'ms', bar: 100 },
  ];
}

if (import.meta.main) {
  for (const { name, value, unit, bar } of runPlanBench()) {
    process.stdout.write(
      `${name}: ${value.toFixed(3)} ${unit}${bar === null ? '' : ` (bar ${String(bar)})`}\n`,
    );
  }
}
