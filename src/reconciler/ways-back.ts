/** The two ways back to the primary store beside each other: what each would do, and for how long. The planner's own answers. Pure. */
import type { Decision } from '../ports/journal.ts';
import type { DurationHistory, StepPrediction, WayBack } from '../topology/forecast.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { predictDurations, secondsOfLooks } from './predict-durations.ts';
import { reducePool, type Reduction } from './reduce-pool.ts';
import { assumedSeconds } from './step-seconds.ts';
import type { Vector } from './variables.ts';

const WAYS = ['documented', 'minimal'] as const satisfies readonly WayBack['way'][];

export interface WaysBackInput {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly reduction: Reduction;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
  readonly history: DurationHistory;
}

/** The service is to live at home, and what it needs there is still with backup. */
const comesBack = (pool: DesiredPool, vector: Vector): boolean =>
  pool.primarySite === 'home' &&
  (vector.current === 'backup' || (vector.current === 'both' && vector['home.mgc'] === 'restoring'));

const secondsOf = ({ action, seconds }: StepPrediction): number => seconds?.p50 ?? assumedSeconds(action);
const total = ({ pool, history }: WaysBackInput, steps: readonly StepPrediction[]): number | null =>
  steps.length === 0
    ? null
    : steps.reduce(
        (sum, step) => sum + secondsOf(step),
        secondsOfLooks(pool.topology.name, steps.length, history),
      );

function wayBack(input: WaysBackInput, way: WayBack['way'], chosen: boolean): WayBack {
  const { facts, decisions, nowMs, history } = input;
  const pool = { ...input.pool, policy: { ...input.pool.policy, failback: way } };
  const reduction = chosen ? input.reduction : reducePool(pool, facts, decisions, nowMs);
  const { value, because } = reduction.because['shipping.back'];
  const hindered = way === 'minimal' && (value === 'no' || value === 'unknown');
  const steps = hindered
    ? []
    : predictDurations(pool, facts, reduction.vector, reduction.ledger, history).steps;
  const dark = steps.slice(
    Math.max(
      0,
      steps.findIndex(({ outage }) => outage),
    ),
    steps.findLastIndex(({ outage }) => outage) + 1,
  );
  return {
    way,
    chosen,
    hindrance: hindered ? because : null,
    steps: steps.map(({ action, target }) => `${action}:${target}`),
    seconds: total(input, steps),
    outageSeconds: total(input, dark),
    assumed: [
      ...new Set(
        steps.flatMap(({ action, target, seconds }) => (seconds === null ? [`${action}:${target}`] : [])),
      ),
    ],
  };
}

export function waysBackOf(input: WaysBackInput): readonly WayBack[] {
  const { pool, reduction } = input;
  if (!comesBack(pool, reduction.vector)) return [];
  const chosen = pool.policy.failback ?? 'documented';
  return WAYS.map((way) => wayBack(input, way, way === chosen));
}
