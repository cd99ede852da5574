/** What clients do with the open copy of a site. Pure. */
import type { PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { InstanceFacts, PoolFacts } from '../../../src/topology/pool-facts.ts';
import type { Site } from '../../../src/topology/pool-topology.ts';
import { spanWords } from './age.ts';
import { UNKNOWN } from './part.ts';

export interface Traffic {
  readonly sessions: number;
  /** ms at the instant of the round, by the clock of the instance; null: there is none, or the table was not read. */
  readonly messageAgeMs: number | null;
}

type Seen = PoolStatus & { readonly facts: PoolFacts };

/** null: no copy of the site is seen open, or its sessions are not seen. */
export function trafficOf(pool: Seen, site: Site): Traffic | null {
  const { primary, mirror } = pool.declared.sites[site];
  for (const name of mirror === null ? [primary] : [primary, mirror]) {
    const observed = pool.facts.instances[name];
    if (observed?.kind !== 'value') continue;
    const database = observed.value.databases[pool.declared.chatDatabase];
    if (database?.state !== 'ONLINE' || database.sessions === UNKNOWN) continue;
    return {
      sessions: database.sessions.length,
      messageAgeMs: messageAge(observed.value, Date.parse(pool.observedAt ?? '') - observed.ageMs, pool),
    };
  }
  return null;
}

/** @param lookedMs ms since 1970 by the daemon's clock */
function messageAge(instance: InstanceFacts, lookedMs: number, { declared }: Seen): number | null {
  const content = instance.databases[declared.chatDatabase]?.content;
  if (content === undefined || content === UNKNOWN || content.newest === null) return null;
  const age = lookedMs + instance.clockOffsetMs - Date.parse(content.newest.at);
  return Number.isFinite(age) ? Math.max(0, age) : null;
}

/** @param elapsed ms since the round */
export function trafficWords({ sessions, messageAgeMs }: Traffic, elapsed: number): string {
  const counted = `${String(sessions)} session${sessions === 1 ? '' : 's'}`;
  return messageAgeMs === null
    ? counted
    : `${counted}, last message ${spanWords(messageAgeMs + elapsed)} ago`;
}
