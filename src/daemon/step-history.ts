/** What the journal measured: durations of steps, the account of a transition that has just ended, the last accounts. Pure. */
import type { JournalBody, JournalRecord } from '../ports/journal.ts';
import type {
  DurationHistory,
  DurationSample,
  LossAccount,
  PlanPrediction,
  TransitionAccount,
} from '../topology/forecast.ts';
import { poolStretches } from '../story/stretches.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';

const MS_PER_SECOND = 1_000;
/** Newest measurements of one step that count; older ones tell of other hardware. */
export const SAMPLES_KEPT = 50;

type Outcome = JournalRecord & { readonly kind: 'outcome' };

const isDone = (record: JournalRecord): record is Outcome =>
  record.kind === 'outcome' && record.result === 'done';

/** A deed that was done before the step began took no time and measures none. */
export const isMeasured = (record: JournalRecord): record is Outcome =>
  isDone(record) && record.notes['alreadyDone'] !== true;

export const durationHistory = (records: readonly JournalRecord[]): DurationHistory => ({
  steps: stepHistory(records),
  looks: records.flatMap((record) =>
    record.kind === 'transition' && record.lookSeconds !== undefined
      ? [{ pool: record.pool, seconds: record.lookSeconds }]
      : [],
  ),
});

export function stepHistory(records: readonly JournalRecord[]): readonly DurationSample[] {
  const perStep = new Map<string, DurationSample[]>();
  for (const record of records) {
    if (!isMeasured(record)) continue;
    const { pool, action, target, durationMs, bytes } = record;
    const key = `${pool} ${action}:${target}`;
    const sample = { pool, action, target, seconds: durationMs / MS_PER_SECOND, bytes: bytes ?? null };
    const samples = perStep.get(key) ?? [];
    samples.push(sample);
    if (samples.length > SAMPLES_KEPT) samples.shift();
    perStep.set(key, samples);
  }
  return [...perStep.values()].flat();
}

/** Since the pool was at rest last. */
function sinceRest(records: readonly JournalRecord[], pool: string): readonly JournalRecord[] {
  const own = records.filter((record) => 'pool' in record && record.pool === pool);
  const rest = own.findLastIndex(
    (record) =>
      record.kind === 'transition' ||
      (record.kind === 'plan' && (record.plan as { kind?: string }).kind === 'converged'),
  );
  return own.slice(rest + 1);
}

/** Since the pool was at rest last, or another datacenter was wanted; empty: no step was begun since. */
function sinceWanted(records: readonly JournalRecord[], pool: string): readonly JournalRecord[] {
  const stretch = poolStretches(
    records.filter((record) => 'pool' in record && record.pool === pool),
    true,
  ).at(-1);
  return stretch?.end === null ? stretch.records : [];
}

const secondsBetween = (from: JournalRecord, to: JournalRecord): number =>
  (Date.parse(to.at) - Date.parse(from.at)) / MS_PER_SECOND;

/** From the intent of the first step without service to the outcome of the last; null: those that were predicted were not run. */
function outageOf(steps: readonly JournalRecord[], prediction: PlanPrediction | undefined): number | null {
  if (prediction === undefined) return null;
  const dark = prediction.steps.filter(({ outage }) => outage);
  const [first, last] = [dark[0], dark.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const from = steps.find(
    (record) => record.kind === 'intent' && record.action === first.action && record.target === first.target,
  );
  const to = steps.findLast(
    (record) => isMeasured(record) && record.action === last.action && record.target === last.target,
  );
  return from === undefined || to === undefined ? null : secondsBetween(from, to);
}

const interrupts = (record: JournalRecord): boolean =>
  record.kind === 'decision' ||
  record.kind === 'generation' ||
  (record.kind === 'plan' && (record.plan as { kind?: string }).kind !== 'steps');

/** From the outcome of one step to the intent of the next, where nothing was waited for and nobody was asked in between. */
function looksBetween(own: readonly JournalRecord[]): readonly number[] {
  const looks: number[] = [];
  let done: JournalRecord | undefined;
  for (const record of own) {
    if (record.kind === 'outcome') done = isMeasured(record) ? record : undefined;
    else if (record.kind === 'intent') {
      if (done !== undefined) looks.push(secondsBetween(done, record));
      done = undefined;
    } else if (interrupts(record)) done = undefined;
  }
  return looks;
}

/** Nearest rank; undefined of none. */
function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
}

type TransitionBody = JournalBody & { readonly kind: 'transition' };

/**
 * Of a pool that has come to rest; undefined: no step was done since it was at rest before. What was predicted is of the plan for where
 * it is wanted now, and so is how long it took, where any step was done for that; the steps are all of them.
 */
export function endedTransition(records: readonly JournalRecord[], pool: string): TransitionBody | undefined {
  const own = sinceRest(records, pool);
  const done = own.filter(isDone);
  const last = done.at(-1);
  // Asked for at every look of a pool at rest.
  if (last === undefined) return undefined;
  const ofWanted = sinceWanted(records, pool);
  const counted = ofWanted.some(isDone) ? ofWanted : own;
  const begun = counted.findIndex(({ kind }) => kind === 'intent');
  const first = counted[begun];
  if (first?.kind !== 'intent') return undefined;
  const plan = counted.slice(0, begun).findLast((record) => record.kind === 'plan');
  const prediction = plan?.prediction as PlanPrediction | undefined;
  const ledger = plan?.ledger as LossLedger | undefined;
  const lookSeconds =
    median(looksBetween(counted.slice(begun))) ?? lastTransition(records, pool)?.lookSeconds;
  return {
    kind: 'transition',
    pool,
    generation: last.generation,
    steps: done.map(({ action, target }) => `${action}:${target}`),
    predicted: {
      duration: prediction?.duration ?? null,
      outage: prediction?.outage ?? null,
      lossMinutes: ledger?.lossMinutes ?? null,
      lostFiles: ledger?.lostFiles ?? 0,
    },
    actual: { durationSeconds: secondsBetween(first, last), outageSeconds: outageOf(counted, prediction) },
    ...(lookSeconds === undefined ? {} : { lookSeconds }),
  };
}

export function lastTransition(records: readonly JournalRecord[], pool: string): TransitionAccount | null {
  const found = records.findLast((record) => record.kind === 'transition' && record.pool === pool);
  if (found?.kind !== 'transition') return null;
  const { steps, predicted, actual, lookSeconds } = found;
  return { steps, predicted, actual, ...(lookSeconds === undefined ? {} : { lookSeconds }) };
}

export function lastLoss(records: readonly JournalRecord[], pool: string): LossAccount | null {
  const found = records.findLast((record) => record.kind === 'loss-seen' && record.pool === pool);
  if (found?.kind !== 'loss-seen') return null;
  const { predictedMinutes, actualMinutes, because } = found;
  return { predictedMinutes, actualMinutes, because };
}

/** The transition that opened the backup copy and whose loss nobody has counted yet. */
export function uncountedFailover(
  records: readonly JournalRecord[],
  pool: string,
): (JournalRecord & TransitionBody) | undefined {
  const own = records.filter((record) => 'pool' in record && record.pool === pool);
  const counted = own.findLast(({ kind }) => kind === 'loss-seen')?.seq ?? 0;
  return own.findLast(
    (record): record is JournalRecord & TransitionBody =>
      record.kind === 'transition' && record.seq > counted && record.steps.includes('recover-backup:backup'),
  );
}
