/**
 * Which instance of a site's pair holds the copy that serves, and who its partner is; decided from facts alone. Also the
 * one way from facts to an instance's facts: unknown stops a step, it never passes for "absent".
 */
import { roleChanges, standsAlone } from '../topology/closed-copy.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName, PoolTopology, Site, SqlStore } from '../topology/pool-topology.ts';

const partnersOf = (store: SqlStore): readonly InstanceName[] =>
  store.mirror === undefined ? [store.primary] : [store.primary, store.mirror];

/** Facts of an instance, or undefined when it did not answer in this round. */
export function seenInstance(facts: PoolFacts, instance: InstanceName): InstanceFacts | undefined {
  const observed = facts.instances[instance];
  return observed?.kind === 'value' ? observed.value : undefined;
}

/** Facts of an instance; PCO_STEP_REFUSED when it did not answer in this round. */
export function requireInstance(facts: PoolFacts, instance: InstanceName): InstanceFacts {
  const observed = facts.instances[instance];
  if (observed?.kind === 'value') return observed.value;
  const why = observed === undefined ? 'it is not part of the pool' : observed.reason;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${instance} was not seen when it was observed for this step: ${why}`,
  );
}

export function requireDatabase(facts: PoolFacts, instance: InstanceName, database: string): DatabaseFacts {
  const seen = requireInstance(facts, instance).databases[database];
  if (seen === undefined)
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${instance} was not observed`);
  return seen;
}

/**
 * PRINCIPAL first (of two the one with more role changes), then ONLINE, then the closed one that stands for its site, else the store's primary; of two with equal claim
 * the store's primary.
 */
export function servingOf(facts: PoolFacts, store: SqlStore, database: string): InstanceName {
  const copies = partnersOf(store).map((instance) => {
    const seen = seenInstance(facts, instance);
    const copy = seen?.databases[database];
    return { instance, copy, alone: seen !== undefined && standsAlone(store, seen, copy) };
  });
  const [principal] = copies
    .filter(
      ({ copy }) =>
        copy !== undefined && copy.mirroring !== 'unknown' && copy.mirroring?.role === 'PRINCIPAL',
    )
    .sort((a, b) => roleChanges(b.copy) - roleChanges(a.copy));
  const online = copies.find(({ copy }) => copy?.state === 'ONLINE');
  const closed = copies.find(({ alone }) => alone);
  return (principal ?? online ?? closed)?.instance ?? store.primary;
}

export const servingInstance = (facts: PoolFacts, topology: PoolTopology, site: Site): InstanceName =>
  servingOf(facts, topology.sites[site].chat, topology.chatDatabase);

/** The other instance of the pair; undefined when the store has no mirror. */
export const partnerOf = (store: SqlStore, instance: InstanceName): InstanceName | undefined =>
  partnersOf(store).find((other) => other !== instance);

/** Both instances of a site's chat pair, the serving one first. */
export function pairOf(facts: PoolFacts, topology: PoolTopology, site: Site): readonly InstanceName[] {
  const store = topology.sites[site].chat;
  const serving = servingInstance(facts, topology, site);
  const partner = partnerOf(store, serving);
  return partner === undefined ? [serving] : [serving, partner];
}
