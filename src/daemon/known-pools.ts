/** What the journal remembers of the desired state: each pool's newest generation, and which pools were removed. Pure. */
import type { KnownPool } from '../desired-state/to-desired-pool.ts';
import type { JournalRecord } from '../ports/journal.ts';

/** Newest generation of each pool. One that was removed keeps its counter, and is not restored. */
export function knownPoolsOf(records: readonly JournalRecord[]): Map<string, KnownPool> {
  const known = new Map<string, KnownPool>();
  for (const record of records) {
    if (record.kind === 'generation') {
      const { generation, origin, revision, declared } = record;
      known.set(record.pool, { generation, origin, revision, declared });
    } else if (record.kind === 'removed') {
      const last = known.get(record.pool);
      if (last !== undefined) known.set(record.pool, { ...last, declared: null });
    }
  }
  return known;
}

/** Pools that the desired state declared when it was valid last. */
export const declaredNamesOf = (records: readonly JournalRecord[]): readonly string[] =>
  [...knownPoolsOf(records)].filter(([, { declared }]) => declared !== null).map(([name]) => name);
