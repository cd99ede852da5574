/**
 * Seconds of a plan before its first step, from nothing but what this installation has measured: the same step on the same target of
 * the same pool, else the same action anywhere. Bytes count where a step copies or restores files. Pure.
 */
import type {
  DurationHistory,
  DurationSample,
  PlanPrediction,
  Seconds,
  StepPrediction,
} from '../topology/forecast.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { BackupFile, PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import type { GroundStep } from './ground-rows.ts';
import { groundPlan } from './plan-basis.ts';
import { predictPlan } from './predict-plan.ts';
import type { Vector } from './variables.ts';

/** Nearest rank, so that every figure is one that was measured. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function quantiles(seconds: readonly number[]): Seconds | null {
  if (seconds.length === 0) return null;
  const sorted = [...seconds].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

const filesOf = (observed: PoolFacts['share']): readonly BackupFile[] =>
  observed.kind === 'value' ? observed.value.files : [];

function sizeOf(files: readonly BackupFile[], names: readonly string[]): number | null {
  const sizes = names.map(
    (name) => files.find((file) => file.name.toLowerCase() === name.toLowerCase())?.sizeBytes ?? null,
  );
  const known = sizes.filter((size) => size !== null);
  return names.length === 0 || known.length < sizes.length
    ? null
    : known.reduce((sum, size) => sum + size, 0);
}

/** What a step has to copy or to restore as things are; null: not counted in bytes, or not known yet. */
export function bytesOf(
  { action }: { readonly action: string },
  facts: PoolFacts,
  ledger: LossLedger,
): number | null {
  const files = [...filesOf(facts.share), ...filesOf(facts.copyFolder)];
  const copied = new Set(filesOf(facts.copyFolder).map(({ name }) => name.toLowerCase()));
  const usable = ledger.lines.flatMap(({ kind, file }) =>
    kind === 'salvageable' && file !== null ? [file] : [],
  );
  switch (action) {
    case 'copy-log-backups':
    case 'run-copy-job':
      return sizeOf(
        files,
        usable.filter((name) => !copied.has(name.toLowerCase())),
      );
    case 'apply-log-backups':
      return sizeOf(files, usable);
    default:
      return null;
  }
}

/** Never less than the fastest that was measured: a part of a step does not shrink with its bytes. */
function byRate(samples: readonly DurationSample[], bytes: number): Seconds | null {
  const fastest = Math.min(...samples.map(({ seconds }) => seconds));
  const scaled = samples.flatMap((sample) =>
    sample.bytes === null || sample.bytes === 0
      ? []
      : [Math.max(fastest, (sample.seconds * bytes) / sample.bytes)],
  );
  return quantiles(scaled);
}

function samplesFor(
  pool: string,
  step: GroundStep,
  history: readonly DurationSample[],
): readonly DurationSample[] {
  const alike = history.filter(({ action }) => action === step.action);
  const own = alike.filter((sample) => sample.pool === pool && sample.target === step.target);
  return own.length > 0 ? own : alike;
}

function predictStep(
  step: GroundStep,
  samples: readonly DurationSample[],
  bytes: number | null,
  outage: boolean,
): StepPrediction {
  const { action, target } = step;
  const rate = bytes === null ? null : byRate(samples, bytes);
  const seconds = rate ?? quantiles(samples.map((sample) => sample.seconds));
  const from = rate !== null ? 'rate' : seconds === null ? 'none' : 'time';
  return { action, target, seconds, samples: samples.length, from, outage };
}

const STATE_OF = { home: 'normal', backup: 'failedOver' } as const;

/** Where users can chat: the copy is open, the pool points to it, its servers are active. */
export const servedSite = (vector: Vector): Site | undefined =>
  SITES.find(
    (site) =>
      vector[`${site}.mgc`] === 'online' &&
      vector.poolState === STATE_OF[site] &&
      (vector.active === site || vector.active === `${site}Starting`),
  );

/** Of this pool, else of the one that was measured last; 0: no two steps of anything were measured. */
const lookSeconds = (pool: string, { looks }: DurationHistory): number =>
  (looks.findLast((look) => look.pool === pool) ?? looks.at(-1))?.seconds ?? 0;

/** Seconds in which the daemon looks at the world between the steps of a plan. */
export const secondsOfLooks = (pool: string, steps: number, history: DurationHistory): number =>
  Math.max(0, steps - 1) * lookSeconds(pool, history);

/** Steps that overlap take as long as the longer of both. */
function sum(
  steps: readonly StepPrediction[],
  looks: number,
  overlaps: (index: number) => boolean,
): Seconds | null {
  let [p50, p95] = [looks, looks];
  let before: Seconds = { p50: 0, p95: 0 };
  for (const [index, { seconds }] of steps.entries()) {
    if (seconds === null) return null;
    const shared = overlaps(index) ? before : { p50: 0, p95: 0 };
    p50 += Math.max(0, seconds.p50 - shared.p50);
    p95 += Math.max(0, seconds.p95 - shared.p95);
    before = seconds;
  }
  return { p50, p95 };
}

export function predictDurations(
  pool: DesiredPool,
  facts: PoolFacts,
  vector: Vector,
  ledger: LossLedger,
  history: DurationHistory,
): PlanPrediction {
  const planned = groundPlan(pool, vector);
  const served = predictPlan(planned, vector).map((state) => servedSite(state) !== undefined);
  const steps = planned.map((step, index) =>
    predictStep(
      step,
      samplesFor(pool.topology.name, step, history.steps),
      bytesOf(step, facts, ledger),
      served[index] !== true || served[index + 1] !== true,
    ),
  );
  const firstUnserved = steps.findIndex(({ outage }) => outage);
  const lastUnserved = steps.findLastIndex(({ outage }) => outage);
  const dark = firstUnserved < 0 ? [] : steps.slice(firstUnserved, lastUnserved + 1);
  const looksOf = ({ length }: readonly StepPrediction[]): number =>
    secondsOfLooks(pool.topology.name, length, history);
  const overlapsAt = (offset: number) => (index: number) => {
    const overlaps = planned[offset + index]?.row.overlaps;
    return index > 0 && overlaps != null && overlaps === planned[offset + index - 1]?.action;
  };
  return {
    steps,
    duration: sum(steps, looksOf(steps), overlapsAt(0)),
    outage: sum(dark, looksOf(dark), overlapsAt(Math.max(0, firstUnserved))),
    unmeasured: steps.flatMap(({ action, target, from }) => (from === 'none' ? [`${action}:${target}`] : [])),
  };
}
