/** Parsed pool document to the normal form that the product uses: sites instead of names, milliseconds and minutes. Pure. */
import { createHash } from 'node:crypto';
import type {
  DesiredPool,
  Generation,
  InstanceName,
  LogShipping,
  Policy,
  Revision,
  ServerFqdn,
  Site,
  SiteTopology,
  SqlStore,
} from '../topology/pool-topology.ts';
import type { DatacenterDocument, PoolDocument, SqlStoreDocument } from './schema.ts';

const HASH_DIGITS = 12;
const MINUTE_MS = 60_000;
const minutes = (ms: number): number => ms / MINUTE_MS;

/** What is known of a pool's last accepted generation, from memory or from the journal. */
export type KnownPool = Pick<DesiredPool, 'generation' | 'origin' | 'revision' | 'declared'>;

/** Where a document came from. */
export interface Provenance {
  readonly origin: string;
  readonly revision: Revision | null;
  /** The pool as written. */
  readonly declared: unknown;
}

/** @param known last accepted generation of the same pool; same content keeps counter and revision. */
export function toDesiredPool(
  document: PoolDocument,
  { origin, revision, declared }: Provenance,
  known: Pick<KnownPool, 'generation' | 'revision'> | undefined,
): DesiredPool {
  const home = siteNamed(document, 'home');
  const backup = siteNamed(document, 'backup');
  const generation = nextGeneration(document, known?.generation);
  return {
    topology: {
      name: document.name,
      poolFqdn: document.poolFqdn,
      poolIdentity: document.poolIdentity,
      chatDatabase: document.chatDatabase,
      trustworthy: document.trustworthy,
      complianceDatabase: document.complianceDatabase,
      sites: { home, backup },
      logShipping: toLogShipping(document.logShipping, home.datacenter),
    },
    policy: toPolicy(document.policy),
    primarySite: document.primaryDatacenter === home.datacenter ? 'home' : 'backup',
    generation,
    origin,
    revision: generation === known?.generation ? known.revision : revision,
    declared,
  };
}

function siteNamed(document: PoolDocument, site: Site): SiteTopology {
  const role = site === 'home' ? 'primary-store' : 'backup-store';
  const entry = Object.entries(document.datacenters).find(([, center]) => center.role === role);
  if (entry === undefined)
    throw new TypeError(`no datacenter with the role ${role}: the cross-checks have not run`);
  const [datacenter, center]: [string, DatacenterDocument] = entry;
  return {
    site,
    datacenter,
    chat: toStore(center.sql),
    compliance: center.compliance === undefined ? undefined : toStore(center.compliance),
    servers: center.servers.map((server) => server as ServerFqdn),
    activeServers: center.activeServers.map((server) => server as ServerFqdn),
    quarantineFolder: center.quarantineFolder,
    mirroringShare: center.mirroringShare,
  };
}

function toStore(store: SqlStoreDocument): SqlStore {
  return {
    primary: store.primary as InstanceName,
    mirror: store.mirror === 'none' ? undefined : (store.mirror as InstanceName),
    witness: store.witness as InstanceName | undefined,
  };
}

function toLogShipping(shipping: PoolDocument['logShipping'], home: string): LogShipping {
  const { shareDatacenter } = shipping;
  return {
    share: shipping.share,
    shareSite: shareDatacenter === undefined ? undefined : shareDatacenter === home ? 'home' : 'backup',
    copyFolder: shipping.copyFolder,
    mirroringShare: shipping.mirroringShare,
    backupEveryMinutes: minutes(shipping.backupEvery),
    copyEveryMinutes: minutes(shipping.copyEvery),
    restoreEveryMinutes: minutes(shipping.restoreEvery),
    retentionMinutes: minutes(shipping.retention),
    backupThresholdMinutes: minutes(shipping.backupThreshold),
    restoreThresholdMinutes: minutes(shipping.restoreThreshold),
  };
}

function toDrift(drift: PoolDocument['policy']['drift'] = {}): Policy['drift'] {
  const { mirroring, witness, principal, jobs, shipping, activeServers, serverObjects } = drift;
  return {
    mirroring: mirroring ?? 'repair',
    witness: witness ?? 'repair',
    principal: principal ?? 'repair',
    jobs: jobs ?? 'repair',
    shipping: shipping ?? 'repair',
    activeServers: activeServers ?? 'repair',
    serverObjects: serverObjects ?? 'repair',
  };
}

function toPolicy(policy: PoolDocument['policy']): Policy {
  return {
    mode: policy.mode,
    evidence: policy.evidence,
    silentAfterMs: policy.silentAfter,
    maxDataLossMinutes: minutes(policy.maxDataLoss),
    mirrorBeforeActivation: policy.mirrorBeforeActivation,
    fenceReturnedCopy: policy.fenceReturnedCopy,
    failback: policy.failback,
    drift: toDrift(policy.drift),
    drainTimeoutMs: policy.drainTimeout,
    stepTimeoutMs: policy.stepTimeout,
    stallTimeoutMs: policy.stallTimeout,
    approvals: policy.approvals,
    changeWindows: policy.changeWindows?.map(({ cron, duration, timeZone }) => ({
      cron,
      durationMs: duration,
      timeZone,
    })),
    cooldownMs: policy.cooldown,
  };
}

function nextGeneration(document: PoolDocument, previous: Generation | undefined): Generation {
  const hash = createHash('sha256').update(canonical(document)).digest('hex').slice(0, HASH_DIGITS);
  if (previous?.hash === hash) return previous;
  return { counter: (previous?.counter ?? 0) + 1, hash };
}

/** JSON with sorted keys: neither comments, order of keys nor spelling of a duration make a new generation. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
