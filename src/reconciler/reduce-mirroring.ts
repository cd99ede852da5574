/** Mirroring inside one site in planner words: the sessions of mgc and mgccomp, who is principal, and their witness. */
import { computerOf } from '../topology/computer-name.ts';
import { valueOf } from '../topology/known.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { DatabaseFacts, MirroringFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, InstanceName, Site, SqlStore } from '../topology/pool-topology.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';
import type { SeenCopy, SiteCopy } from './site-copy.ts';

type MirrorWord = 'none' | 'healthy' | 'establishing' | 'suspended' | 'broken' | 'unknown';

function mirrorWord(database: DatabaseFacts | undefined): MirrorWord {
  const mirroring = database?.mirroring ?? null;
  if (mirroring === 'unknown') return 'unknown';
  if (mirroring === null) return 'none';
  if (mirroring.state === 'SYNCHRONIZED') return 'healthy';
  return mirroring.state === 'SUSPENDED' ? 'suspended' : 'establishing';
}

interface PairCopy {
  readonly instance: InstanceName;
  readonly database: DatabaseFacts | undefined;
}

/** mgccomp is mirrored inside home only. undefined: there is nothing to mirror. */
function complianceOf(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
): { readonly store: SqlStore; readonly copies: readonly (PairCopy | undefined)[] } | undefined {
  const { compliance } = pool.topology.sites[site];
  if (site === 'backup' || compliance?.mirror === undefined) return undefined;
  const copies = [compliance.primary, compliance.mirror].map((instance) => {
    const observed = facts.instances[instance];
    return observed?.kind === 'value'
      ? { instance, database: observed.value.databases[pool.topology.complianceDatabase] }
      : undefined;
  });
  return { store: compliance, copies };
}

function complianceWord(pool: DesiredPool, facts: PoolFacts, site: Site): MirrorWord {
  const found = complianceOf(pool, facts, site);
  if (found === undefined) return 'healthy';
  const words = found.copies.map((copy) => (copy === undefined ? 'unknown' : mirrorWord(copy.database)));
  return words.find((word) => word === 'healthy') ?? words[0] ?? 'unknown';
}

const text = (value: string | null | undefined): string | undefined =>
  value === null || value === 'unknown' ? undefined : value;

/**
 * Forcing service opens a fork. A suspended mirror on another one must not go beyond the fork point, else RESUME destroys what only it
 * holds (sql-server reference 3.8); where it does not say how far it goes, that is taken for beyond. undefined: it may be resumed.
 */
function partedFrom(pool: DesiredPool, facts: PoolFacts, copy: SiteCopy): string | undefined {
  const { primary, mirror } = pool.topology.sites[copy.site].chat;
  const partner = copy.instance === primary ? mirror : primary;
  const observed = partner === undefined ? undefined : facts.instances[partner];
  const database =
    observed?.kind === 'value' ? observed.value.databases[pool.topology.chatDatabase] : undefined;
  if (partner === undefined || database === undefined) return undefined;
  const fork = text(database.forkGuid);
  if (fork !== undefined && fork === text(copy.database?.forkGuid)) return undefined;
  const [ends, point] = [text(database.positionLsn), text(copy.database?.forkPointLsn)];
  if (
    fork !== undefined &&
    ends !== undefined &&
    point !== undefined &&
    compareLsn(lsn(ends), lsn(point)) <= 0
  )
    return undefined;
  return `service was forced at ${point ?? 'a point that is not told'}; ${partner} went on to ${ends ?? 'nobody knows where'}`;
}

/** The missing mirror of mgccomp makes the pair broken, never `none`: nothing of mgc depends on it. */
export function mirrorOf(pool: DesiredPool, facts: PoolFacts, seen: SeenCopy, site: Site): Finding {
  if (pool.topology.sites[site].chat.mirror === undefined)
    return finding('unwanted', 'no partner is declared', 'desired state');
  if (seen.kind === 'unseen') return unknownFinding(seen.reason, seen.source);
  const { source } = seen.copy;
  const chat = mirrorWord(seen.copy.database);
  if (chat === 'unknown')
    return unknownFinding(
      'the mirroring columns are hidden from this login or the database is not open',
      source,
    );
  const parted = chat === 'suspended' ? partedFrom(pool, facts, seen.copy) : undefined;
  if (parted !== undefined) return finding('parted', parted, source);
  if (chat !== 'healthy') return finding(chat, `mirroring of mgc: ${chat}`, source);
  const compliance = complianceWord(pool, facts, site);
  if (compliance === 'unknown')
    return unknownFinding('mirroring of the compliance database could not be read', source);
  return finding(
    compliance === 'none' ? 'broken' : compliance,
    `mgc is mirrored; the compliance database: ${compliance}`,
    source,
  );
}

const isPrincipal = (copy: PairCopy | undefined): copy is PairCopy & { readonly database: DatabaseFacts } => {
  const mirroring = copy?.database?.mirroring;
  return mirroring !== undefined && mirroring !== 'unknown' && mirroring?.role === 'PRINCIPAL';
};

/** Says nothing of a pair that is not seen: no step needs `declared`. */
export function principalOf(pool: DesiredPool, facts: PoolFacts, seen: SeenCopy, site: Site): Finding {
  if (seen.kind === 'unseen') return finding('declared', 'not seen, so nothing can be moved', seen.source);
  const { instance, source } = seen.copy;
  const { primary } = pool.topology.sites[site].chat;
  if (instance !== primary)
    return finding('partner', `mgc is served by ${instance}, declared is ${primary}`, source);
  const compliance = complianceOf(pool, facts, site);
  const principal = compliance?.copies.find(isPrincipal);
  return principal !== undefined && principal.instance !== compliance?.store.primary
    ? finding('partner', `${pool.topology.complianceDatabase} is served by ${principal.instance}`, source)
    : finding('declared', instance, source);
}

/** The session of a principal that is SYNCHRONIZED. */
function synchronizedOf(copy: PairCopy | undefined): MirroringFacts | undefined {
  const mirroring = isPrincipal(copy) ? copy.database.mirroring : undefined;
  return mirroring != null && mirroring !== 'unknown' && mirroring.state === 'SYNCHRONIZED'
    ? mirroring
    : undefined;
}

/** undefined: nothing to complain of. */
function witnessProblem(facts: PoolFacts, store: SqlStore, copy: PairCopy | undefined): Finding | undefined {
  const { witness } = store;
  const mirroring = synchronizedOf(copy);
  if (witness === undefined || copy === undefined || mirroring === undefined) return undefined;
  const { witnessAddress } = mirroring;
  if (witnessAddress !== null && computerOf(witnessAddress) === computerOf(witness)) return undefined;
  const words = `the witness on ${copy.instance} is ${witnessAddress ?? 'not set'}, declared is ${witness}`;
  return valueOf(facts.instances[witness]) === 'unknown'
    ? unknownFinding(`${words}, which does not answer`, witness)
    : finding('wrong', words, copy.instance);
}

/** A session without a declared witness keeps the one it has: nothing is said of it. Nothing of mgccomp while mgc waits for its mirror. */
export function witnessOf(pool: DesiredPool, facts: PoolFacts, seen: SeenCopy, site: Site): Finding {
  if (seen.kind === 'unseen') return finding('right', 'not seen, so nothing can be set', seen.source);
  const { chat } = pool.topology.sites[site];
  const compliance = complianceOf(pool, facts, site);
  const problem =
    witnessProblem(facts, chat, seen.copy) ??
    (compliance === undefined || synchronizedOf(seen.copy) === undefined
      ? undefined
      : witnessProblem(facts, compliance.store, compliance.copies.find(isPrincipal)));
  return problem ?? finding('right', 'as declared, or there is no session to set it in', seen.copy.source);
}
