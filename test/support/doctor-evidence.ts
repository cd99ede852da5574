/** What doctor gathers of the demo pool, all of it healthy; every builder takes visible differences only. */
import type { Answer, DoctorEvidence, FolderAnswer, HostEvidence } from '../../src/doctor/evidence.ts';
import type { InstanceCheckup, MirroringEndpoint } from '../../src/observers/instance-checkup.ts';
import type { InstanceSetup } from '../../src/observers/instance-setup.ts';
import type { PublishedPool } from '../../src/observers/published-pool.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import { instancesOf, type InstanceName } from '../../src/topology/pool-topology.ts';
import { desiredPool, instanceName } from './desired-pool.ts';
import { databaseFacts, facts, instanceFacts, notSeen, primaryShipping, seen } from './facts.ts';

export const value = <T>(it: T): Answer<T> => ({ kind: 'value', value: it });
export const PAR_1 = instanceName('sql-par-1');
export const PAR_2 = instanceName('sql-par-2');
export const PAR_W = instanceName('sql-par-w');
export const LYO_1 = instanceName('sql-lyo-1');
export const LYO_2 = instanceName('sql-lyo-2');
export const LYO_W = instanceName('sql-lyo-w');

export const endpoint = (overrides: Partial<MirroringEndpoint> = {}): MirroringEndpoint => ({
  name: 'Mirroring',
  state: 'STARTED',
  role: 'ALL',
  encryption: 'AES',
  port: 5022,
  ...overrides,
});

export const checkup = (overrides: Partial<InstanceCheckup> = {}): InstanceCheckup => ({
  edition: 'Standard Edition (64-bit)',
  version: '13.0.6300.2',
  endpoint: endpoint(),
  agentAccount: 'CONTOSO\\svc-agent',
  engineAccount: 'CONTOSO\\svc-sql',
  latencyMs: 4,
  ...overrides,
});

export const QUARTER_MS = 900_000;

const setups = (): ReadonlyMap<InstanceName, Answer<InstanceSetup>> => {
  const primary = {
    share: '\\\\fs01\\mgc-logs',
    retentionMinutes: 4_320,
    thresholdMinutes: 60,
    backupEveryMs: QUARTER_MS,
  };
  const secondary = {
    source: '\\\\fs01\\mgc-logs',
    copyFolder: 'D:\\LSCopy',
    thresholdMinutes: 45,
    copyEveryMs: QUARTER_MS,
    restoreEveryMs: QUARTER_MS,
  };
  return new Map<InstanceName, Answer<InstanceSetup>>([
    [PAR_1, value({ mirroring: null, primary, secondary: null, epochs: [] })],
    [PAR_2, value({ mirroring: null, primary, secondary: null, epochs: [] })],
    [LYO_1, value({ mirroring: null, primary: null, secondary, epochs: [] })],
    [LYO_2, value({ mirroring: null, primary: null, secondary: null, epochs: [] })],
  ]);
};

export const publishedPool = (overrides: Partial<PublishedPool> = {}): PublishedPool => {
  const { home, backup } = desiredPool().topology.sites;
  return {
    poolFqdn: 'pool.contoso.com',
    poolState: 'Normal',
    activeServers: home.servers,
    otherServers: backup.servers,
    chat: { primary: PAR_1, mirror: PAR_2, backup: LYO_1, backupMirror: LYO_2 },
    compliance: undefined,
    ...overrides,
  };
};

const folderAnswer = (path: string, role: FolderAnswer['role']): FolderAnswer => ({
  path,
  role,
  local: `/mnt/${role}`,
  listed: value({ bytes: 1_000 }),
  writable: true,
  freeBytes: 50 * 1024 ** 3,
});

export const SHARE = '\\\\fs01\\mgc-logs';
export const host = (overrides: Partial<HostEvidence> = {}): HostEvidence => ({
  node: '24.21.0',
  driverProblem: null,
  refused: [],
  references: [],
  journal: { directory: '/var/lib/pchat', exists: true, writable: true, mode: 0o700, network: null },
  folders: [folderAnswer(SHARE, 'share'), folderAnswer('D:\\LSCopy', 'copyFolder')],
  shellChannel: 'local',
  instanceDeadlineMs: 3_000,
  ...overrides,
});

/** The folders with other answers for one of them. */
export const hostWith = (role: FolderAnswer['role'], overrides: Partial<FolderAnswer>): HostEvidence => {
  const base = host();
  return {
    ...base,
    folders: base.folders.map((one) => (one.role === role ? { ...one, ...overrides } : one)),
  };
};

function healthyFacts(): PoolFacts {
  const base = facts();
  return withInstance(base, PAR_2, primaryShipping());
}

export function withInstance(
  base: PoolFacts,
  instance: string,
  overrides: Partial<InstanceFacts>,
): PoolFacts {
  const found = base.instances[instance];
  const now = found?.kind === 'value' ? found.value : instanceFacts(instance);
  return { ...base, instances: { ...base.instances, [instance]: seen({ ...now, ...overrides }, instance) } };
}

export const withDatabase = (
  base: PoolFacts,
  instance: string,
  overrides: Partial<DatabaseFacts>,
): PoolFacts => {
  const found = base.instances[instance];
  const now = found?.kind === 'value' ? found.value.databases['mgc'] : undefined;
  return withInstance(base, instance, { databases: { mgc: { ...(now ?? databaseFacts()), ...overrides } } });
};

export const withSilent = (
  base: PoolFacts,
  instance: string,
  code: string,
  reason = 'no answer',
): PoolFacts => {
  const answer = { ...notSeen(instance, 1_000, code), reason } as PoolFacts['instances'][string];
  return { ...base, instances: { ...base.instances, [instance]: answer } };
};

export function evidence(overrides: Partial<DoctorEvidence> = {}): DoctorEvidence {
  const { topology, primarySite } = desiredPool();
  const checkups = new Map(
    instancesOf(topology).map(({ instance }) => [instance, value(checkup())] as const),
  );
  return {
    topology,
    primarySite,
    facts: healthyFacts(),
    setups: setups(),
    checkups,
    published: value(publishedPool()),
    headerTry: { instance: LYO_1, file: `${SHARE}\\mgc_1.trn`, answer: value({ database: 'mgc' }) },
    rights: [],
    host: host(),
    ...overrides,
  };
}

/** The same with another answer of one instance. */
export function withCheckup(instance: InstanceName, overrides: Partial<InstanceCheckup>): DoctorEvidence {
  const base = evidence();
  return { ...base, checkups: new Map(base.checkups).set(instance, value(checkup(overrides))) };
}
