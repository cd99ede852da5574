/** Every generation of a pool that is kept, beside the one before it. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import { declaredChanges } from './declared-changes.ts';
import type { GenerationChange } from './transition.ts';

type Accepted = JournalRecord & { readonly kind: 'generation' };

/**
 * Oldest first, of the records `from` to `to`, left out: of all.
 * @param completeFrom what is older has gaps: it may not be the generation right before the next one
 */
export function generationChanges(
  records: readonly JournalRecord[],
  completeFrom: number,
  from = 0,
  to = Infinity,
): readonly GenerationChange[] {
  const accepted = records.filter((record): record is Accepted => record.kind === 'generation');
  return accepted.flatMap((record, index) =>
    record.seq < from || record.seq > to ? [] : [changeOf(record, accepted[index - 1], completeFrom)],
  );
}

function changeOf(record: Accepted, before: Accepted | undefined, completeFrom: number): GenerationChange {
  const { seq, at, generation, origin, revision, primaryDatacenter, declared } = record;
  const known = before !== undefined && isRightBefore(before, record, completeFrom) ? before : undefined;
  return {
    seq,
    at,
    generation,
    origin,
    revision,
    primaryDatacenter,
    before:
      known === undefined
        ? null
        : { generation: known.generation, primaryDatacenter: known.primaryDatacenter },
    changes: known === undefined ? null : declaredChanges(known.declared, declared),
  };
}

/** The counter tells it, also across a gap. */
const isRightBefore = (before: Accepted, record: Accepted, completeFrom: number): boolean =>
  before.seq >= completeFrom || before.generation.counter === record.generation.counter - 1;
