/**
 * Until when a silent home may have written. An instant that stands still while nothing is seen of home: a loss that grew with the clock
 * alone could never be approved. Pure.
 */
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, type DesiredPool } from '../topology/pool-topology.ts';
import type { CopyViews } from './copy-view.ts';

const MINUTE_MS = 60_000;

/** The share is listed after the instances have told their clocks; a log backup of this much later was begun within the same look. */
const SAME_LOOK_MS = 10_000;

/** Chat data; the witness holds none. */
const storesOf = (pool: DesiredPool): readonly string[] =>
  instancesOf(pool.topology)
    .filter(({ site, part }) => site === 'home' && part !== 'witness')
    .map(({ instance }) => instance);

interface Silence {
  /** ms since 1970; home lived then. */
  readonly livedMs: number;
  /** ms since 1970; the first look that it left without an answer, where that is remembered. */
  readonly missedMs: number;
  /** By home's own clocks. */
  readonly own: boolean;
}

function silenceOf(pool: DesiredPool, facts: PoolFacts, { backup }: CopyViews): Silence {
  const stores = storesOf(pool);
  const newest = (instants: Readonly<Record<string, string>> | undefined): number =>
    Math.max(...stores.flatMap((name) => instants?.[name] ?? []).map((at) => Date.parse(at)));
  const livedMs = newest(facts.lastSeen?.clocks);
  if (livedMs !== -Infinity) {
    return { livedMs, missedMs: Math.max(livedMs, newest(facts.lastSeen?.unansweredSince)), own: true };
  }
  const silences = stores
    .map((name) => facts.instances[name])
    .map((observed) => (observed?.kind === 'unknown' ? observed.silentForMs : 0));
  // No clock of home is remembered; that of the backup site stands in.
  const offset = backup.seen.kind === 'seen' ? backup.seen.copy.facts.clockOffsetMs : 0;
  const sinceMs = Date.parse(facts.observedAt) + offset - Math.min(...silences);
  return { livedMs: sinceMs, missedMs: sinceMs, own: false };
}

/**
 * Home lived at its last answer, and may have lived until the first thing that it would have done and did not: answer the next look, or
 * begin the log backup that was due then. One that was begun after the look that it missed shows that it lived on unseen; then only the
 * next one tells, and until that is due home may have written.
 * @param newestFileMs when home's newest log backup in reach was begun, ms since 1970 by its own clock; null: not known
 * @returns ms since 1970 by home's clock; may be later than now
 */
export function lastLifeMs(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  newestFileMs: number | null,
): number {
  const { livedMs, missedMs, own } = silenceOf(pool, facts, views);
  if (newestFileMs === null) return missedMs;
  const dueMs = newestFileMs + pool.topology.logShipping.backupEveryMinutes * MINUTE_MS;
  if (newestFileMs > missedMs + SAME_LOOK_MS) return dueMs;
  // Where the share is silent a later log backup may be on it; where home was never seen, its job may have been out of order.
  const tells = own && facts.share.kind === 'value';
  return Math.max(livedMs, newestFileMs, tells ? Math.min(missedMs, dueMs) : missedMs);
}
