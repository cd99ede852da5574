/**
 * Facts as they would be after a fault that has lasted longer than every time-out: nothing of the lost parties answers, everything
 * else is as it was seen last. Pure; it changes no world.
 */
import type { Decision } from '../ports/journal.ts';
import type { Observed } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { instancesOf, SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';

export type Fault =
  | { readonly kind: 'site'; readonly site: Site }
  | { readonly kind: 'share' }
  | { readonly kind: 'instance'; readonly instance: string };

/** `site:home`, `site:paris`, `share`, `instance:NAME`. Throws PCO_USAGE. */
export function parseFault(text: string, pool: DesiredPool): Fault {
  const [kind, name] = text.split(/:(.*)/s);
  const { sites } = pool.topology;
  const site = SITES.find((one) => one === name || sites[one].datacenter === name);
  if (kind === 'site' && site !== undefined) return { kind, site };
  if (kind === 'share' && name === undefined) return { kind };
  const known = instancesOf(pool.topology).find(({ instance }) => instance === name);
  if (kind === 'instance' && known !== undefined) return { kind, instance: known.instance };
  const instances = instancesOf(pool.topology).map(({ instance }) => instance);
  throw new PoolError('PCO_USAGE', `${text} is no fault of ${pool.topology.name}`, {
    hint: `site:${sites.home.datacenter}, site:${sites.backup.datacenter}, share, or instance:NAME with ${instances.join(', ')}`,
  });
}

/** Twice the longest time after which anything is concluded from a silence, ms. */
const silenceOf = ({ policy }: DesiredPool): number =>
  2 * Math.max(policy.silentAfterMs, policy.stepTimeoutMs);

/** What was silent before has been so for longer; what answered falls silent with the fault. */
function silenced<T>(
  observed: Observed<T> | undefined,
  source: string,
  code: string,
  forMs: number,
): Observed<T> {
  const before = observed?.kind === 'unknown' ? observed.silentForMs : 0;
  return { kind: 'unknown', reason: 'supposed to be lost', code, source, silentForMs: before + forMs };
}

function lostInstances(facts: PoolFacts, names: readonly string[], forMs: number): PoolFacts['instances'] {
  const entries = Object.entries(facts.instances).map(([name, observed]) => {
    if (names.includes(name))
      return [name, silenced(observed, name, 'PCO_INSTANCE_UNREACHABLE', forMs)] as const;
    return [name, observed] as const;
  });
  return Object.fromEntries(entries);
}

/** The clock of each lost instance when it answered last: the loss is counted up to there. */
function lastClocks(facts: PoolFacts, names: readonly string[]): Record<string, string> {
  const atMs = Date.parse(facts.observedAt);
  return Object.fromEntries(
    names.flatMap((name) => {
      const observed = facts.instances[name];
      if (observed?.kind !== 'value') return [];
      return [[name, new Date(atMs + observed.value.clockOffsetMs).toISOString()] as const];
    }),
  );
}

function withoutShare(facts: PoolFacts, forMs: number): PoolFacts {
  const { share } = facts;
  const listing =
    share.kind === 'value' ? { folder: share.value, at: facts.observedAt } : (facts.lastSeen?.share ?? null);
  return {
    ...facts,
    share: silenced(share, share.source, 'PCO_SHARE_UNREADABLE', forMs),
    lastSeen: { clocks: {}, ...facts.lastSeen, share: listing },
  };
}

function withoutInstances(facts: PoolFacts, names: readonly string[], forMs: number): PoolFacts {
  const { comparison } = facts;
  return {
    ...facts,
    instances: lostInstances(facts, names, forMs),
    comparison: silenced(comparison, comparison.source, 'PCO_INSTANCE_UNREACHABLE', forMs),
    lastSeen: {
      share: null,
      ...facts.lastSeen,
      clocks: { ...facts.lastSeen?.clocks, ...lastClocks(facts, names) },
    },
  };
}

function withoutSite(pool: DesiredPool, facts: PoolFacts, site: Site, forMs: number): PoolFacts {
  const { topology } = pool;
  const names = instancesOf(topology).flatMap((one) => (one.site === site ? [one.instance] : []));
  const bare = withoutInstances(facts, names, forMs);
  const { quarantine, copyFolder } = bare;
  const servers: readonly string[] = topology.sites[site].servers;
  const chatServers = Object.fromEntries(
    Object.entries(bare.chatServers).map(([name, observed]) => [
      name,
      servers.includes(name) ? silenced(observed, name, 'PCO_COMPUTER_UNREACHABLE', forMs) : observed,
    ]),
  );
  const gone: PoolFacts = {
    ...bare,
    chatServers,
    quarantine: {
      ...quarantine,
      [site]: silenced(quarantine[site], quarantine[site].source, 'PCO_SHARE_UNREADABLE', forMs),
    },
    copyFolder:
      site === 'backup' ? silenced(copyFolder, copyFolder.source, 'PCO_SHARE_UNREADABLE', forMs) : copyFolder,
  };
  return topology.logShipping.shareSite === site ? withoutShare(gone, forMs) : gone;
}

export interface Supposed {
  readonly facts: PoolFacts;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
  /** What is taken for granted besides the fault; a person should know it. */
  readonly assumptions: readonly string[];
}

/** Where policy asks for more than silence, the attestation that a person would make is supposed, too. */
function attestation(pool: DesiredPool, fault: Fault): Decision[] {
  if (fault.kind !== 'site' || pool.policy.evidence !== 'proven') return [];
  const person = { pool: pool.topology.name, by: 'what-if', reason: 'supposed', expiresAt: null };
  return [{ ...person, decision: 'attest-down', site: fault.site }];
}

export function supposeFault(
  pool: DesiredPool,
  facts: PoolFacts,
  fault: Fault,
  decisions: readonly Decision[],
  nowMs: number,
): Supposed {
  const forMs = silenceOf(pool);
  const lost =
    fault.kind === 'share'
      ? withoutShare(facts, forMs)
      : fault.kind === 'instance'
        ? withoutInstances(facts, [fault.instance], forMs)
        : withoutSite(pool, facts, fault.site, forMs);
  const attested = attestation(pool, fault);
  return {
    facts: { ...lost, observedAt: new Date(Date.parse(facts.observedAt) + forMs).toISOString() },
    decisions: [...decisions, ...attested],
    nowMs: nowMs + forMs,
    assumptions: [
      'the management shell and Central Management stay as they were seen last',
      ...(attested.length > 0 ? ['a person attests that the site is down, as policy.evidence asks'] : []),
    ],
  };
}
