/** What the journal remembers of the desired state: each pool's newest generation, and which pools were removed. Pure. */
import type { KnownPool } from '../desired-state/to-desired-pool.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { Generation } from '../topology/pool-topology.ts';

const BREAK_GLASS = 'break-glass by ';

/** How a generation that a person made over an unreachable source names where it came from. */
export const breakGlassOrigin = (by: string, file: string): string => `${BREAK_GLASS}${by}: ${file}`;
export const isBreakGlassOrigin = (origin: string): boolean => origin.startsWith(BREAK_GLASS);

/** Newest generation of each pool, whoever made it: the counter goes on from here. */
export function generationsOf(records: readonly JournalRecord[]): Map<string, Generation> {
  const generations = new Map<string, Generation>();
  for (const record of records)
    if (record.kind === 'generation') generations.set(record.pool, record.generation);
  return generations;
}

/** Newest generation of each pool that its source made. One that was removed keeps its counter, and is not restored. */
export function knownPoolsOf(records: readonly JournalRecord[]): Map<string, KnownPool> {
  const known = new Map<string, KnownPool>();
  for (const record of records) {
    if (record.kind === 'generation' && !isBreakGlassOrigin(record.origin)) {
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

/** Empty: the record is about the daemon. */
export function poolsNamedBy(record: JournalRecord): readonly string[] {
  if ('pool' in record) return [record.pool];
  return 'pools' in record ? record.pools.map(({ pool }) => pool) : [];
}
