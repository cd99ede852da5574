/**
 * Halves of log shipping where none belongs: what a reversed configuration, or a principal that has moved since, left in msdb.
 * Says nothing of what does not answer: no step needs it, and what comes into sight is seen then. Pure.
 */
import type { InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, InstanceName, Site } from '../topology/pool-topology.ts';
import { finding, type Finding } from './finding.ts';
import type { SeenCopy } from './site-copy.ts';

interface Seen {
  readonly instance: InstanceName;
  readonly facts: InstanceFacts;
}

/** Instances of the site's pair that answer. */
function pairOf(pool: DesiredPool, facts: PoolFacts, site: Site): readonly Seen[] {
  const { primary, mirror } = pool.topology.sites[site].chat;
  return [primary, mirror].flatMap((instance) => {
    const observed = instance === undefined ? undefined : facts.instances[instance];
    return instance === undefined || observed?.kind !== 'value' ? [] : [{ instance, facts: observed.value }];
  });
}

/** A registration whose database row is gone still has its two jobs. */
function secondaryOn({ topology }: DesiredPool, { instance, facts }: Seen): string | undefined {
  const jobs = facts.jobs.filter(({ role }) => role === 'copy' || role === 'restore');
  if ((facts.shippingSecondary[topology.chatDatabase] ?? null) === null && jobs.length === 0)
    return undefined;
  const names = jobs.map(({ name }) => name).join(', ');
  return `${instance} has a secondary half of ${topology.chatDatabase}${names === '' ? '' : ` (${names})`}`;
}

const primaryOn = ({ topology }: DesiredPool, { instance, facts }: Seen): string | undefined =>
  (facts.shippingPrimary[topology.chatDatabase] ?? null) === null
    ? undefined
    : `${instance} has a primary half of ${topology.chatDatabase}`;

/** Beside the one of the copy itself, which is `shipping.secondary`. */
export function secondariesBeside(
  pool: DesiredPool,
  facts: PoolFacts,
  serving: InstanceName,
): readonly string[] {
  return pairOf(pool, facts, 'backup')
    .filter(({ instance }) => instance !== serving)
    .flatMap((one) => secondaryOn(pool, one) ?? []);
}

/** At backup nothing is called left over before it is seen which instance holds the copy: the other half may be the one that ships. */
function leftAt(pool: DesiredPool, facts: PoolFacts, site: Site, seen: SeenCopy): readonly string[] {
  const pair = pairOf(pool, facts, site);
  if (site === 'home') return pair.flatMap((one) => secondaryOn(pool, one) ?? []);
  if (seen.kind === 'unseen') return [];
  const primaries = pair.flatMap((one) => primaryOn(pool, one) ?? []);
  return [...primaries, ...secondariesBeside(pool, facts, seen.copy.instance)];
}

export function halvesOf(pool: DesiredPool, facts: PoolFacts, site: Site, seen: SeenCopy): Finding {
  const left = leftAt(pool, facts, site, seen);
  const source = seen.kind === 'seen' ? seen.copy.source : seen.source;
  return left.length === 0
    ? finding('right', 'none of log shipping that does not belong here is seen', source)
    : finding('wrong', left.join('; '), source);
}
