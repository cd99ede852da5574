/**
 * Chat servers of a silent site that write their heartbeat into a copy that can be read: they live, and so does their site. Rows
 * that a restore brought along were written before the silence; the clock tolerance keeps them from being taken for news. Pure.
 */
import { computerOf } from '../../topology/computer-name.ts';
import type { Sign } from '../../topology/evidence.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../../topology/pool-topology.ts';
import { CLOCK_TOLERANCE_MS } from './file-signs.ts';

/** @param silentForMs ms for which no instance of the site has answered */
export function heartbeatSigns(
  { topology, policy }: DesiredPool,
  facts: PoolFacts,
  site: Site,
  silentForMs: number,
): Sign[] {
  const servers = new Map(topology.sites[site].servers.map((server) => [computerOf(server), server]));
  const withinMs = Math.min(policy.silentAfterMs, silentForMs - CLOCK_TOLERANCE_MS);
  return Object.entries(facts.instances).flatMap(([instance, observed]) => {
    const database = observed.kind === 'value' ? observed.value.databases[topology.chatDatabase] : undefined;
    if (database?.state !== 'ONLINE' || database.content === 'unknown') return [];
    return database.content.heartbeats.flatMap(({ server, ageMs }) => {
      const known = servers.get(computerOf(server));
      if (known === undefined || ageMs >= withinMs) return [];
      return [
        {
          source: instance,
          about: known,
          says: 'alive',
          detail: `${known} writes its heartbeat into this copy`,
          forMs: Math.max(0, ageMs),
          way: 'heartbeat',
        } as const,
      ];
    });
  });
}
