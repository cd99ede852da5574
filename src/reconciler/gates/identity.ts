/**
 * Is it still the world that the plan was made on? Names of the instances and lineage of their chat copies, planned beside fresh. What
 * either look did not see is the matter of the needs, not of this comparison. Pure.
 */
import type { Known } from '../../topology/known.ts';
import type { InstanceFacts, PoolFacts } from '../../topology/pool-facts.ts';
import { instancesOf, type DesiredPool } from '../../topology/pool-topology.ts';

const same = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();

/** null and unknown say nothing of a lineage. */
const lineageOf = (facts: InstanceFacts, database: string): Known<string> | null =>
  facts.databases[database]?.familyGuid ?? null;

/**
 * One sentence about the first difference; undefined: there is none.
 * @param lineageToo false once the step has had effects: restoring and mirroring change the lineage of a copy on purpose
 */
export function otherIdentity(
  { topology }: DesiredPool,
  planned: PoolFacts,
  fresh: PoolFacts,
  lineageToo: boolean,
): string | undefined {
  for (const { instance, site } of instancesOf(topology)) {
    const before = planned.instances[instance];
    const now = fresh.instances[instance];
    if (before?.kind !== 'value' || now?.kind !== 'value') continue;
    const where = `${instance} in ${topology.sites[site].datacenter}`;
    if (!same(before.value.serverName, now.value.serverName))
      return `${where} calls itself ${now.value.serverName}; the plan was made on ${before.value.serverName}`;
    if (!lineageToo) continue;
    const was = lineageOf(before.value, topology.chatDatabase);
    const is = lineageOf(now.value, topology.chatDatabase);
    if (was === null || is === null || was === 'unknown' || is === 'unknown' || same(was, is)) continue;
    return `${topology.chatDatabase} at ${where} is of the lineage ${is}; the plan was made on ${was}`;
  }
  return undefined;
}
