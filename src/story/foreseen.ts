/** What was said beforehand of a transition, and how it was. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { isPlanRecord, ledgerOf, predictionOf } from './plan-in-record.ts';
import type { Actual, Prediction, SpentTime } from './transition.ts';

const MS_PER_SECOND = 1_000;
type Ended = JournalRecord & { readonly kind: 'transition' };
const isEnd = (record: JournalRecord): record is Ended => record.kind === 'transition';

/** By the plan that stood when the first step began. @param begun index of the first intent */
export function foreseen(stretch: readonly JournalRecord[], begun: number): Prediction {
  const plan = stretch.slice(0, begun).findLast(isPlanRecord);
  if (plan === undefined)
    return { plan: null, duration: null, outage: null, lossMinutes: null, lostFiles: null, lines: [] };
  const { seq, at } = plan;
  const prediction = predictionOf(plan);
  const ledger = ledgerOf(plan);
  return {
    plan: { seq, at },
    duration: prediction?.duration ?? null,
    outage: prediction?.outage ?? null,
    lossMinutes: ledger?.lossMinutes ?? null,
    lostFiles: ledger?.lostFiles ?? null,
    lines: ledger?.lines ?? [],
  };
}

/** Of everything that is kept of a pool what tells of losses. */
export const countsIn = (records: readonly JournalRecord[]): readonly JournalRecord[] =>
  records.filter((record) => record.kind === 'loss-seen' || isEnd(record));

/**
 * A loss is counted when home is seen again, which may be long after.
 * @param counts ends and counts of the pool, see countsIn
 * @param overtakes the daemon's own account may reach back before this stretch
 */
export function outcomeOf(
  stretch: readonly JournalRecord[],
  counts: readonly JournalRecord[],
  spent: SpentTime,
  overtakes: boolean,
): Actual {
  const end = stretch.find(isEnd);
  return {
    durationSeconds: (overtakes ? undefined : end?.actual.durationSeconds) ?? secondsOf(spent),
    outageSeconds: end?.actual.outageSeconds ?? null,
    ...lossOf(stretch, end, counts),
  };
}

const secondsOf = ({ wallMs }: SpentTime): number | null => (wallMs > 0 ? wallMs / MS_PER_SECOND : null);

function lossOf(
  stretch: readonly JournalRecord[],
  end: Ended | undefined,
  counts: readonly JournalRecord[],
): Pick<Actual, 'lossMinutes' | 'lossBecause'> {
  const opened = stretch.find(
    (record) => record.kind === 'outcome' && record.action === 'recover-backup' && record.result === 'done',
  );
  if (opened === undefined)
    return {
      lossMinutes: null,
      lossBecause: 'not counted: that is done after the backup copy was recovered',
    };
  const seen = counts.find((record) => record.kind === 'loss-seen' && record.seq > (end?.seq ?? opened.seq));
  const next = counts.find((record) => isEnd(record) && record.seq > (end?.seq ?? Infinity) && opens(record));
  if (seen?.kind !== 'loss-seen' || (next !== undefined && next.seq < seen.seq))
    return { lossMinutes: null, lossBecause: 'home was not seen again yet: not counted' };
  return { lossMinutes: seen.actualMinutes, lossBecause: seen.because };
}

/** The count is of the newest failover before it. */
const opens = (record: Ended): boolean => record.steps.includes('recover-backup:backup');
