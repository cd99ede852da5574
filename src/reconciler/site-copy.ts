/** Which instance of a site holds its copy of mgc, and what was seen of it. Concludes nothing about the other site. */
import { roleChanges, standsAlone } from '../topology/closed-copy.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { InstanceName, PoolTopology, Site } from '../topology/pool-topology.ts';

export interface SiteCopy {
  readonly site: Site;
  readonly instance: InstanceName;
  readonly facts: InstanceFacts;
  /** undefined: the instance has no database of that name. */
  readonly database: DatabaseFacts | undefined;
  readonly source: string;
}

/** `instance` does not answer, or holds nothing that can stand for it; `reason` says why. */
export type SeenCopy =
  | { readonly kind: 'seen'; readonly copy: SiteCopy }
  | {
      readonly kind: 'unseen';
      readonly instance: InstanceName;
      readonly reason: string;
      readonly source: string;
    };

export const isOpen = (database: DatabaseFacts | undefined): boolean => database?.state === 'ONLINE';

function candidateOf(
  topology: PoolTopology,
  facts: PoolFacts,
  site: Site,
  instance: InstanceName,
): SiteCopy | undefined {
  const observed = facts.instances[instance];
  if (observed?.kind !== 'value') return undefined;
  const database = observed.value.databases[topology.chatDatabase];
  return { site, instance, facts: observed.value, database, source: observed.source };
}

const roleOf = (copy: SiteCopy | undefined): 'PRINCIPAL' | 'MIRROR' | undefined => {
  const mirroring = copy?.database?.mirroring;
  return mirroring === undefined || mirroring === null || mirroring === 'unknown'
    ? undefined
    : mirroring.role;
};

/** Two that call themselves principal: service was forced on the one with more role changes (sql-server reference 1.2). */
function principalOf(copies: readonly (SiteCopy | undefined)[]): SiteCopy | undefined {
  const [first, second] = copies.filter((copy) => copy !== undefined && roleOf(copy) === 'PRINCIPAL');
  return roleChanges(second?.database) > roleChanges(first?.database) ? second : first;
}

function unseen(facts: PoolFacts, instance: InstanceName): SeenCopy {
  const observed = facts.instances[instance];
  return observed?.kind === 'unknown'
    ? { kind: 'unseen', instance, reason: `${instance}: ${observed.reason}`, source: observed.source }
    : { kind: 'unseen', instance, reason: `${instance} was not observed`, source: instance };
}

/**
 * The principal of the pair, else the open one, else the store's primary. A mirror never stands for a principal that does not
 * answer: what it holds may be older. Nor does a copy that is gone or closed stand for a partner that does not answer: that one
 * may have become the principal, and serve.
 */
export function copyOf(topology: PoolTopology, facts: PoolFacts, site: Site): SeenCopy {
  const { primary, mirror } = topology.sites[site].chat;
  const stands = (copy: SiteCopy): boolean =>
    standsAlone(topology.sites[site].chat, copy.facts, copy.database);
  const first = candidateOf(topology, facts, site, primary);
  const second = mirror === undefined ? undefined : candidateOf(topology, facts, site, mirror);
  const principal = principalOf([first, second]);
  if (principal !== undefined) return { kind: 'seen', copy: principal };
  if (first !== undefined && isOpen(first.database)) return { kind: 'seen', copy: first };
  if (second !== undefined && isOpen(second.database)) return { kind: 'seen', copy: second };
  if (first === undefined || roleOf(first) === 'MIRROR')
    return unseen(facts, first === undefined ? primary : (mirror ?? primary));
  if (mirror !== undefined && second === undefined && !stands(first)) return unseen(facts, mirror);
  const left = second !== undefined && !stands(first);
  if (left && stands(second)) return { kind: 'seen', copy: second };
  return { kind: 'seen', copy: first };
}

/** Instant of a heartbeat in the clock of the instance that holds it, ms since 1970. */
export const heartbeatAtMs = (facts: PoolFacts, copy: SiteCopy, ageMs: number): number =>
  Date.parse(facts.observedAt) + copy.facts.clockOffsetMs - ageMs;
