/** What a mirroring session's other parties see of an instance: its partner, and the witness. Pure. */
import { computerOf } from '../../topology/computer-name.ts';
import type { Sign } from '../../topology/evidence.ts';
import type { MirroringFacts, PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool, InstanceName, Site } from '../../topology/pool-topology.ts';

/** The partner's own session of the pair; undefined: it does not answer, or has none with this instance that it shows. */
export interface PartnerView {
  readonly partner: InstanceName;
  readonly session: MirroringFacts;
  readonly state: string;
  readonly ageMs: number;
}

const isSame = (one: string, other: string): boolean => computerOf(one) === computerOf(other);

function partnerOf({ topology }: DesiredPool, site: Site, instance: string): InstanceName | undefined {
  const { primary, mirror } = topology.sites[site].chat;
  return instance === primary ? mirror : primary;
}

export function partnerView(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
  instance: string,
): PartnerView | undefined {
  const partner = partnerOf(pool, site, instance);
  const observed = partner === undefined ? undefined : facts.instances[partner];
  if (partner === undefined || observed?.kind !== 'value') return undefined;
  const database = observed.value.databases[pool.topology.chatDatabase];
  const session = database?.mirroring;
  if (database === undefined || session == null || session === 'unknown') return undefined;
  if (!isSame(session.partnerAddress, instance)) return undefined;
  return { partner, session, state: database.state, ageMs: observed.ageMs };
}

/** A suspended session may be connected or not (reference 4.3), so it says nothing. */
const SAYS: Readonly<Record<MirroringFacts['state'], Sign['says']>> = {
  SYNCHRONIZED: 'alive',
  SYNCHRONIZING: 'alive',
  PENDING_FAILOVER: 'alive',
  UNSYNCHRONIZED: 'neither',
  SUSPENDED: 'neither',
  DISCONNECTED: 'down',
};

function partnerSign(pool: DesiredPool, facts: PoolFacts, site: Site, instance: string): Sign[] {
  const view = partnerView(pool, facts, site, instance);
  if (view === undefined) return [];
  const { role, state, roleSequence, witnessState } = view.session;
  const witness = witnessState === null ? 'no witness' : `witness ${witnessState}`;
  return [
    {
      source: view.partner,
      about: instance,
      says: SAYS[state],
      detail: `as ${role} its session with ${instance} is ${state}; role sequence ${String(roleSequence)}, ${witness}`,
      forMs: view.ageMs,
      way: 'mirror',
    },
  ];
}

/** What the witness of a site's pair says of the session. */
export interface WitnessView {
  readonly witness: InstanceName;
  readonly principal: string;
  readonly mirror: string;
  readonly roleSequence: number;
  readonly partnerSync: string;
  readonly ageMs: number;
}

export function witnessView(pool: DesiredPool, facts: PoolFacts, site: Site): WitnessView | undefined {
  const { primary, mirror, witness } = pool.topology.sites[site].chat;
  const observed = witness === undefined ? undefined : facts.instances[witness];
  if (witness === undefined || mirror === undefined || observed?.kind !== 'value') return undefined;
  const isOfPair = (name: string): boolean => isSame(name, primary) || isSame(name, mirror);
  const chat = pool.topology.chatDatabase.toLowerCase();
  const rows = observed.value.witnessOf.filter(
    (row) => row.database.toLowerCase() === chat && isOfPair(row.principal) && isOfPair(row.mirror),
  );
  const [row] = rows;
  // A left-over row of an older session beside it: which of them counts is not told.
  return row === undefined || rows.length > 1 ? undefined : { witness, ageMs: observed.ageMs, ...row };
}

/** The witness shows whom it takes for principal, never whether it still sees them (reference 1.3): no sign of life, and none of loss. */
function witnessSign(view: WitnessView | undefined): Sign[] {
  if (view === undefined) return [];
  const { principal, mirror, roleSequence, partnerSync } = view;
  return [
    {
      source: view.witness,
      about: principal,
      says: 'neither',
      detail: `takes ${principal} for the principal of ${mirror} at role sequence ${String(roleSequence)}, ${partnerSync}`,
      forMs: view.ageMs,
      way: 'witness',
    },
  ];
}

/** Only while one of the pair is out of sight: otherwise both speak for themselves. */
export function mirroringSigns(pool: DesiredPool, facts: PoolFacts, site: Site): Sign[] {
  const { primary, mirror } = pool.topology.sites[site].chat;
  const pair = [primary, mirror].filter((name) => name !== undefined);
  const unseen = pair.filter((name) => facts.instances[name]?.kind !== 'value');
  if (unseen.length === 0) return [];
  return [
    ...unseen.flatMap((instance) => partnerSign(pool, facts, site, instance)),
    ...witnessSign(witnessView(pool, facts, site)),
  ];
}
