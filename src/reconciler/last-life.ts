/**
 * Until when a silent home may have written. An instant that stands still while nothing is seen of home: a loss that grew with the clock
 * alone could never be approved. Pure.
 */
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, type DesiredPool, type InstanceName } from '../topology/pool-topology.ts';
import type { CopyViews } from './copy-view.ts';

const MINUTE_MS = 60_000;

/** The share is listed after the instances have told their clocks; a log backup of this much later was begun within the same look. */
const SAME_LOOK_MS = 10_000;

/** Chat data; the witness holds none. */
const storesOf = (pool: DesiredPool): readonly InstanceName[] =>
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

/** Of one store. Where its clock is not remembered, it counts as alive until this daemon began, by the clock of the backup site. */
function silenceOf(facts: PoolFacts, instance: InstanceName, offsetMs: number): Silence {
  const clock = facts.lastSeen?.clocks[instance];
  if (clock !== undefined) {
    const livedMs = Date.parse(clock);
    const missed = facts.lastSeen?.unansweredSince?.[instance];
    return {
      livedMs,
      missedMs: missed === undefined ? livedMs : Math.max(livedMs, Date.parse(missed)),
      own: true,
    };
  }
  const observed = facts.instances[instance];
  const silentForMs = observed?.kind === 'unknown' ? observed.silentForMs : 0;
  const sinceMs = Date.parse(facts.observedAt) + offsetMs - silentForMs;
  return { livedMs: sinceMs, missedMs: sinceMs, own: false };
}

/** Of the store that lived longest. One that answers is none that wrote last: home would be seen. */
function longestLife(pool: DesiredPool, facts: PoolFacts, { backup }: CopyViews): Silence {
  const stores = storesOf(pool);
  const silent = stores.filter((name) => facts.instances[name]?.kind !== 'value');
  const offsetMs = backup.seen.kind === 'seen' ? backup.seen.copy.facts.clockOffsetMs : 0;
  const silences = (silent.length > 0 ? silent : stores).map((name) => silenceOf(facts, name, offsetMs));
  return silences.reduce((longest, one) => (one.missedMs > longest.missedMs ? one : longest));
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
  const { livedMs, missedMs, own } = longestLife(pool, facts, views);
  if (newestFileMs === null) return missedMs;
  const dueMs = newestFileMs + pool.topology.logShipping.backupEveryMinutes * MINUTE_MS;
  if (newestFileMs > missedMs + SAME_LOOK_MS) return dueMs;
  // Where the share is silent a later log backup may be on it; where home was never seen, its job may have been out of order.
  const tells = own && facts.share.kind === 'value';
  return Math.max(livedMs, newestFileMs, tells ? Math.min(missedMs, dueMs) : missedMs);
}
