/**
 * What is given up with a home copy that answers and cannot be read: damaged, closed unsaved, or closed by a tail that nothing leads up
 * to. All that is known of it is in the log backups. Pure.
 */
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type { LedgerLine } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { damagedTailOf } from '../topology/tail-name.ts';
import type { CopyViews } from './copy-view.ts';
import { minutesBetween } from './lost-files.ts';
import type { SiteCopy } from './site-copy.ts';
import type { Vector } from './variables.ts';

export interface Reached {
  readonly lsn: Lsn | null;
  /** ms since 1970; what was committed before is in what backup has or can get. null: not known. */
  readonly atMs: number | null;
}

/** Nothing was written after this instant; not earlier than the true one. */
function endMs(facts: PoolFacts, { instance, facts: { clockOffsetMs } }: SiteCopy): number {
  const since = facts.lastSeen?.unusableSince?.[instance];
  return since === undefined ? Date.parse(facts.observedAt) + clockOffsetMs : Date.parse(since);
}

/** Until when the copy held something that no file in reach does; undefined: it holds no more than they do. */
function heldUntilMs(
  pool: DesiredPool,
  facts: PoolFacts,
  copy: SiteCopy,
  vector: Vector,
  reached: Reached,
): number | undefined {
  const tail = damagedTailOf(copy.facts, copy.database);
  if (tail !== undefined) {
    const whole = reached.lsn !== null && compareLsn(reached.lsn, lsn(tail.lastLsn)) >= 0;
    return whole ? undefined : Date.parse(tail.finishedAt);
  }
  const givenUp = pool.primarySite === 'backup' || vector.current === 'backup';
  const lost =
    (['absent', 'cut'].includes(vector['backup.mgc']) && vector.fullBackup === 'fresh') ||
    (vector['home.mgc'] === 'broken' && givenUp) ||
    (vector['home.mgc'] === 'offline' && vector.current === 'backup' && vector['home.holds'] === 'unsaved');
  return lost ? endMs(facts, copy) : undefined;
}

/** undefined: home is unseen, or holds nothing that is not in reach otherwise. */
export function lossOfClosedHome(
  pool: DesiredPool,
  facts: PoolFacts,
  { home }: CopyViews,
  vector: Vector,
  reached: Reached,
): LedgerLine | undefined {
  if (home.seen.kind !== 'seen') return undefined;
  const { copy } = home.seen;
  const untilMs = heldUntilMs(pool, facts, copy, vector, reached);
  if (untilMs === undefined) return undefined;
  const { lsn: fromLsn, atMs } = reached;
  const toMs = Math.max(untilMs, atMs ?? 0);
  return {
    kind: 'at-risk',
    file: null,
    fromLsn,
    toLsn: null,
    from: atMs === null ? null : new Date(atMs).toISOString(),
    to: new Date(toMs).toISOString(),
    minutes: atMs === null ? null : minutesBetween(atMs, toMs),
    note: `written at home after the newest log backup in reach; ${copy.instance} has it in files that nobody can read`,
  };
}
