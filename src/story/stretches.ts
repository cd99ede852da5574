/** The records of one pool cut where it came to rest: each piece with a step in it is a transition. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { isConverged } from './plan-in-record.ts';

export interface PoolStretch {
  /** From what came after the rest before it to the rest that ends it. */
  readonly records: readonly JournalRecord[];
  /** It is not known to begin where the pool was at rest. */
  readonly cut: boolean;
  /** How it ended; null: it goes on. */
  readonly end: 'at-rest' | 'given-up' | null;
}

const endOf = (record: JournalRecord): 'at-rest' | 'given-up' | null =>
  record.kind === 'removed'
    ? 'given-up'
    : record.kind === 'transition' || isConverged(record)
      ? 'at-rest'
      : null;

/** What belongs to a rest: written in the same breath, right behind the record that says so. */
const follows = (record: JournalRecord): boolean => record.kind === 'condition' || isConverged(record);

/** Those with a step, oldest first. @param records of one pool, without a gap */
export function poolStretches(
  records: readonly JournalRecord[],
  beginsAtFirst: boolean,
): readonly PoolStretch[] {
  const stretches: PoolStretch[] = [];
  let own: JournalRecord[] = [];
  let cut = !beginsAtFirst;
  const close = (end: PoolStretch['end']): void => {
    if (own.some(({ kind }) => kind === 'intent')) stretches.push({ records: own, cut, end });
    own = [];
  };
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index];
    if (record === undefined) break;
    own.push(record);
    const end = endOf(record);
    if (end === null) continue;
    for (let next = records[index + 1]; next !== undefined && follows(next); next = records[index + 1]) {
      own.push(next);
      index += 1;
    }
    close(end);
    cut = false;
  }
  close(null);
  return stretches;
}
