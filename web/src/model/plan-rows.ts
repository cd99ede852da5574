/** The plan as rows: what would be done, why, for how long, and where the way back ends. Pure. */
import type { PoolStatus, RunningStepView } from '../../../src/reconciler/pool-status.ts';
import type { Obstacle, PlannedStep, Risk } from '../../../src/reconciler/plan.ts';
import { secondsWords } from './age.ts';
import { stepsOf } from './pool-tone.ts';

export interface PlanRow {
  readonly key: string;
  readonly number: number;
  readonly action: string;
  /** Datacenter, or `pool`. */
  readonly on: string;
  readonly seed: string | null;
  readonly risk: Risk;
  readonly reason: string;
  /** Median and slow, as predicted. */
  readonly seconds: string;
  /** What the prediction rests on. */
  readonly basis: string;
  readonly running: RunningStepView | null;
  /** The first step with no way back: behind it a cancellation no longer undoes. */
  readonly pointOfNoReturn: boolean;
}

/** ms below which a rate is no rate yet. */
const SOON_MS = 2_000;

/** ms that a running step still takes at the rate at which it went until now; null: it does not tell how far it is. */
export function remainingMs({ since, fraction }: RunningStepView, nowMs: number): number | null {
  const elapsed = nowMs - Date.parse(since);
  if (fraction === null || fraction <= 0 || elapsed < SOON_MS) return null;
  return (elapsed * (1 - fraction)) / fraction;
}

const PAST_THE_POINT: ReadonlySet<Risk> = new Set<Risk>(['no way back']);

export function planRows(pool: PoolStatus): readonly PlanRow[] {
  const steps = stepsOf(pool.plan);
  const point = steps.findIndex(({ risk }) => PAST_THE_POINT.has(risk));
  return steps.map((step, index) => ({
    key: `${step.action}:${step.target}`,
    number: index + 1,
    action: step.action,
    on: step.target === 'pool' ? 'pool' : placeOf(pool, step),
    seed: step.seedStep,
    risk: step.risk,
    reason: step.reason,
    ...secondsOf(pool, step),
    running:
      pool.running.find(({ step: { action, target } }) => action === step.action && target === step.target) ??
      null,
    pointOfNoReturn: index === point,
  }));
}

const placeOf = ({ datacenters }: PoolStatus, { target }: PlannedStep): string =>
  target === 'home' || target === 'backup' ? datacenters[target] : target;

function secondsOf({ forecast }: PoolStatus, { action, target }: PlannedStep) {
  const found = forecast?.prediction.steps.find((one) => one.action === action && one.target === target);
  if (found?.seconds == null) return { seconds: 'time not known', basis: 'never measured here' };
  const { p50, p95 } = found.seconds;
  const slow = p95 > p50 ? `, slow ${secondsWords(p95)}` : '';
  const basis = found.from === 'rate' ? 'by the bytes of now' : 'as before';
  return {
    seconds: `${secondsWords(p50)}${slow}`,
    basis: `${basis}, ${String(found.samples)} measured`,
  };
}

export interface ObstacleGroup {
  readonly needs: readonly string[];
  readonly reason: string;
  readonly wayOut: string;
}

/** One silent instance hides several variables: one group for each reason and way out. */
export function obstacleGroups(obstacles: readonly Obstacle[]): readonly ObstacleGroup[] {
  const groups = new Map<string, ObstacleGroup>();
  for (const { variable, actual, wanted, reason, wayOut } of obstacles) {
    const key = `${reason}\n${wayOut}`;
    const needs = [...(groups.get(key)?.needs ?? []), `${variable} is ${actual}, wanted ${wanted}`];
    groups.set(key, { needs, reason, wayOut });
  }
  return [...groups.values()];
}
