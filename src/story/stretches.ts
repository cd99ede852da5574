/** The records of one pool cut where it came to rest, or was wanted elsewhere: each piece with a step in it is a transition. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { isConverged } from './plan-in-record.ts';

export interface PoolStretch {
  /** From what came after the rest before it, or from the edit that wants another datacenter, to what ends it. */
  readonly records: readonly JournalRecord[];
  /** It is not known to begin where the pool was at rest. */
  readonly cut: boolean;
  /** How it ended; null: it goes on. */
  readonly end: StretchEnd | null;
  /** It began with an edit that overtook another one. */
  readonly overtakes: boolean;
}

/** `superseded`: an edit wanted the service elsewhere before the pool was at rest. */
type StretchEnd = 'at-rest' | 'given-up' | 'superseded';

const endOf = (record: JournalRecord): StretchEnd | null =>
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
  let wantedIn: string | undefined;
  const running = new Set<string>();
  let overtakes = false;
  const close = (end: PoolStretch['end']): void => {
    if (own.some(({ kind }) => kind === 'intent')) stretches.push({ records: own, cut, end, overtakes });
    own = [];
    running.clear();
    overtakes = end === 'superseded';
  };
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index];
    if (record === undefined) break;
    if (record.kind === 'intent') running.add(record.attempt);
    if (record.kind === 'outcome') running.delete(record.attempt);
    if (record.kind === 'generation') {
      const elsewhere = wantedIn !== undefined && wantedIn !== record.primaryDatacenter;
      wantedIn = record.primaryDatacenter;
      // A step that runs belongs to both: it is not torn apart.
      if (elsewhere && running.size === 0 && own.some(({ kind }) => kind === 'intent')) {
        close('superseded');
        cut = false;
      }
    }
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
