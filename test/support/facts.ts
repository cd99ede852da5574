/**
 * Facts of the demo pool with full defaults: home in paris serves, everything healthy. Every builder takes visible
 * differences only; the named worlds below are the ones that scenarios start from.
 */
import type { Observed } from '../../src/topology/known.ts';
import type {
  BackupFile,
  BackupHeader,
  BackupSetFacts,
  ChatServerFacts,
  ContentFacts,
  DatabaseFacts,
  FolderFacts,
  InstanceFacts,
  MirroringFacts,
  PoolFacts,
  PoolStateFacts,
} from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { desiredPool } from './desired-pool.ts';

export const NOW = '2026-11-23T12:00:00.000Z';
export const NOW_MS = Date.parse(NOW);
export const FAMILY = 'FA000000-0000-0000-0000-000000000001';
export const OTHER_FAMILY = 'FA000000-0000-0000-0000-000000000002';
export const FORK_1 = 'F0000000-0000-0000-0000-000000000001';
export const FORK_2 = 'F0000000-0000-0000-0000-000000000002';
export const LINE_LSN = '34000000010000001';

export const minutesAgo = (minutes: number): string => new Date(NOW_MS - minutes * 60_000).toISOString();

export const seen = <T>(value: T, source: string): Observed<T> => ({
  kind: 'value',
  value,
  source,
  ageMs: 0,
});
export const notSeen = <T>(
  source: string,
  silentForMs = 600_000,
  code = 'PCO_INSTANCE_TIMEOUT',
): Observed<T> => ({
  kind: 'unknown',
  reason: 'no answer within its deadline',
  code,
  source,
  silentForMs,
});

export const content = (overrides: Partial<ContentFacts> = {}): ContentFacts => ({
  configPoolId: 'C0000000-0000-0000-0000-000000000001',
  messages: 100,
  newest: { channelId: '1', chatId: '100', chatDate: '638000000000000000', at: minutesAgo(10) },
  revision: '100',
  heartbeats: [],
  ...overrides,
});

/** Fresh heartbeats of a site's active servers. */
export const beats = (short: 'par' | 'lyo', ageMs = 3_000): ContentFacts['heartbeats'] =>
  [1, 2, 3, 4].map((number) => ({ server: `chat-${short}-${String(number)}.contoso.com`, ageMs }));

export const chatSessions = (short: 'par' | 'lyo') =>
  [1, 2, 3, 4].map((number) => ({
    sessionId: 60 + number,
    login: 'CONTOSO\\rtc',
    host: `CHAT-${short.toUpperCase()}-${String(number)}`,
    program: 'ChannelService',
  }));

export const databaseFacts = (overrides: Partial<DatabaseFacts> = {}): DatabaseFacts => ({
  state: 'ONLINE',
  access: 'MULTI_USER',
  recoveryModel: 'FULL',
  familyGuid: FAMILY,
  positionLsn: LINE_LSN,
  forkGuid: FORK_1,
  firstForkGuid: FORK_1,
  forkPointLsn: null,
  redoTargetLsn: null,
  mirroring: null,
  sessions: [],
  content: content(),
  lastRestore: null,
  ...overrides,
});

export const restoringDatabase = (overrides: Partial<DatabaseFacts> = {}): DatabaseFacts =>
  databaseFacts({
    state: 'RESTORING',
    content: 'unknown',
    lastRestore: {
      type: 'L',
      at: minutesAgo(12),
      firstLsn: '34000000009000001',
      lastLsn: LINE_LSN,
      familyGuid: FAMILY,
      forkGuid: FORK_1,
      backupStartedAt: minutesAgo(15),
      backupFinishedAt: minutesAgo(15),
      backupTimeZoneMinutes: 60,
      backupServer: 'SQL-PAR-1',
    },
    ...overrides,
  });

export const mirroring = (short: 'par' | 'lyo', overrides: Partial<MirroringFacts> = {}): MirroringFacts => ({
  role: 'PRINCIPAL',
  state: 'SYNCHRONIZED',
  safety: 'FULL',
  roleSequence: 1,
  partnerAddress: `TCP://sql-${short}-2.contoso.com:5022`,
  partnerInstance: `SQL-${short.toUpperCase()}-2`,
  witnessAddress: `TCP://sql-${short}-w.contoso.com:5022`,
  witnessState: 'CONNECTED',
  failoverLsn: LINE_LSN,
  ...overrides,
});

export const instanceFacts = (
  serverNameText: string,
  overrides: Partial<InstanceFacts> = {},
): InstanceFacts => ({
  serverName: serverNameText,
  version: '13.0.6300.2',
  startedAt: minutesAgo(10_000),
  clockOffsetMs: 0,
  timeZoneMinutes: 60,
  agentRunning: true,
  databases: {},
  witnessOf: [],
  shippingPrimary: { mgc: null },
  shippingSecondary: { mgc: null },
  jobs: [],
  backups: [],
  running: [],
  ...overrides,
});

export const backupHeader = (overrides: Partial<BackupHeader> = {}): BackupHeader => ({
  type: 'log',
  serverName: 'SQL-PAR-1',
  databaseName: 'mgc',
  familyGuid: FAMILY,
  firstLsn: '34000000009000001',
  lastLsn: LINE_LSN,
  checkpointLsn: '34000000009000001',
  databaseBackupLsn: '34000000000100001',
  firstForkGuid: FORK_1,
  lastForkGuid: FORK_1,
  forkPointLsn: null,
  startedAt: minutesAgo(15),
  finishedAt: minutesAgo(15),
  copyOnly: false,
  tail: false,
  damaged: false,
  ...overrides,
});

/** The nth log backup after the position of the backup copy (1, 2 ...), finished so many minutes ago. */
export function logFile(
  nth: number,
  finishedMinutesAgo: number,
  overrides: Partial<BackupHeader> = {},
): BackupFile {
  const at = (index: number): string => (BigInt(LINE_LSN) + BigInt(index) * 1_000_000n).toString();
  const finishedAt = minutesAgo(finishedMinutesAgo);
  return {
    name: `mgc_${String(nth).padStart(4, '0')}.trn`,
    sizeBytes: 65_536,
    modifiedAt: finishedAt,
    header: backupHeader({
      firstLsn: at(nth - 1),
      lastLsn: at(nth),
      startedAt: finishedAt,
      finishedAt,
      ...overrides,
    }),
    headerProblem: null,
  };
}

export const folder = (path: string, files: readonly BackupFile[] = []): Observed<FolderFacts> =>
  seen({ path, files: [...files], unfinished: [] }, path);

const BACKUP_JOB = 'B0000000-0000-0000-0000-000000000001';
const COPY_JOB = 'B0000000-0000-0000-0000-000000000002';
const RESTORE_JOB = 'B0000000-0000-0000-0000-000000000003';

export const primaryShipping = (enabled = true): Pick<InstanceFacts, 'shippingPrimary' | 'jobs'> => ({
  shippingPrimary: {
    mgc: {
      primaryId: 'A0000000-0000-0000-0000-000000000001',
      backupDirectory: '\\\\fs01\\mgc-logs',
      backupShare: '\\\\fs01\\mgc-logs',
      backupJobId: BACKUP_JOB,
      lastBackupFile: null,
      lastBackupAt: minutesAgo(15),
      secondaries: [{ server: 'SQL-LYO-1', database: 'mgc' }],
    },
  },
  jobs: [{ id: BACKUP_JOB, name: 'LSBackup_mgc', role: 'backup', enabled, running: false, lastRun: null }],
});

export const secondaryShipping = (enabled = true): Pick<InstanceFacts, 'shippingSecondary' | 'jobs'> => ({
  shippingSecondary: {
    mgc: {
      secondaryId: 'A0000000-0000-0000-0000-000000000002',
      primaryServer: 'SQL-PAR-1',
      sourceDirectory: '\\\\fs01\\mgc-logs',
      destinationDirectory: 'D:\\LSCopy',
      copyJobId: COPY_JOB,
      restoreJobId: RESTORE_JOB,
      restoreMode: 'NORECOVERY',
      lastCopiedFile: null,
      lastCopiedAt: minutesAgo(14),
      lastRestoredFile: null,
      lastRestoredAt: minutesAgo(12),
    },
  },
  jobs: [
    { id: COPY_JOB, name: 'LSCopy_mgc', role: 'copy', enabled, running: false, lastRun: null },
    { id: RESTORE_JOB, name: 'LSRestore_mgc', role: 'restore', enabled, running: false, lastRun: null },
  ],
});

export const poolStateFacts = (overrides: Partial<PoolStateFacts> = {}): PoolStateFacts => ({
  identity: 'PersistentChatServer:pool.contoso.com',
  poolState: 'Normal',
  activeServers: desiredPool().topology.sites.home.activeServers.map(String),
  inactiveServers: desiredPool().topology.sites.backup.activeServers.map(String),
  centralManagement: 'writable',
  ...overrides,
});

export const chatServer = (overrides: Partial<ChatServerFacts> = {}): ChatServerFacts => ({
  localPoolState: 'Normal',
  chatService: 'Running',
  replicaUpToDate: true,
  ...overrides,
});

const SQL = (short: string): string => `sql-${short}.contoso.com`;

function pairOf(
  short: 'par' | 'lyo',
  primary: DatabaseFacts,
  mirror: DatabaseFacts | undefined,
  more: Partial<InstanceFacts>,
) {
  const upper = short.toUpperCase();
  return {
    [SQL(`${short}-1`)]: seen(
      instanceFacts(`SQL-${upper}-1`, { databases: { mgc: primary }, ...more }),
      SQL(`${short}-1`),
    ),
    [SQL(`${short}-2`)]: seen(
      instanceFacts(`SQL-${upper}-2`, { databases: mirror === undefined ? {} : { mgc: mirror } }),
      SQL(`${short}-2`),
    ),
    [SQL(`${short}-w`)]: seen(instanceFacts(`SQL-${upper}-W`), SQL(`${short}-w`)),
  };
}

export const mirroredPair = (
  short: 'par' | 'lyo',
  primary: Partial<DatabaseFacts>,
  more: Partial<InstanceFacts> = {},
) =>
  pairOf(
    short,
    databaseFacts({ mirroring: mirroring(short), ...primary }),
    databaseFacts({
      state: 'RESTORING',
      content: 'unknown',
      mirroring: mirroring(short, { role: 'MIRROR' }),
    }),
    more,
  );
export const singlePair = (short: 'par' | 'lyo', primary: DatabaseFacts, more: Partial<InstanceFacts> = {}) =>
  pairOf(short, primary, undefined, more);

export function chatServers(
  pool: DesiredPool,
  paris: Observed<ChatServerFacts>,
  lyon: Observed<ChatServerFacts>,
): PoolFacts['chatServers'] {
  const { home, backup } = pool.topology.sites;
  return Object.fromEntries([
    ...home.servers.map((server) => [server, paris] as const),
    ...backup.servers.map((server) => [server, lyon] as const),
  ]);
}

/** Converged at home; `overrides` replace whole sections. */
export function facts(overrides: Partial<PoolFacts> = {}): PoolFacts {
  const pool = desiredPool();
  return {
    version: 1,
    pool: 'chat',
    observedAt: NOW,
    instances: {
      ...mirroredPair(
        'par',
        { sessions: chatSessions('par'), content: content({ heartbeats: beats('par') }) },
        primaryShipping(),
      ),
      ...singlePair('lyo', restoringDatabase(), secondaryShipping()),
    },
    share: folder('\\\\fs01\\mgc-logs'),
    copyFolder: folder('D:\\LSCopy'),
    quarantine: { home: folder('\\\\fs-par\\quarantine'), backup: folder('\\\\fs-lyo\\quarantine') },
    poolState: seen(poolStateFacts(), 'shell'),
    chatServers: chatServers(pool, seen(chatServer(), 'shell'), seen(chatServer(), 'shell')),
    comparison: notSeen('comparison', 0, 'PCO_SQL_ERROR'),
    ...overrides,
  };
}

export const silentParis = (silentForMs = 600_000): PoolFacts['instances'] => ({
  [SQL('par-1')]: notSeen(SQL('par-1'), silentForMs),
  [SQL('par-2')]: notSeen(SQL('par-2'), silentForMs),
  [SQL('par-w')]: notSeen(SQL('par-w'), silentForMs),
});

/** Paris is dark for ten minutes; two files not copied, two not applied, the share alive. */
export function homeLost(overrides: Partial<PoolFacts> = {}): PoolFacts {
  const pool = desiredPool();
  const base = facts();
  const files = [logFile(1, 75), logFile(2, 60), logFile(3, 45), logFile(4, 30)];
  return {
    ...base,
    instances: { ...base.instances, ...silentParis() },
    share: folder('\\\\fs01\\mgc-logs', files),
    copyFolder: folder('D:\\LSCopy', files.slice(0, 2)),
    quarantine: { home: notSeen('\\\\fs-par\\quarantine'), backup: base.quarantine.backup },
    chatServers: chatServers(pool, notSeen('shell'), seen(chatServer(), 'shell')),
    ...overrides,
  };
}

/** Recovered on its own fork at the end of the fourth file. */
export const recoveredLyon = (overrides: Partial<DatabaseFacts> = {}): DatabaseFacts =>
  databaseFacts({
    forkGuid: FORK_2,
    firstForkGuid: FORK_1,
    forkPointLsn: (BigInt(LINE_LSN) + 4_000_000n).toString(),
    positionLsn: (BigInt(LINE_LSN) + 4_000_000n).toString(),
    content: content({ heartbeats: beats('lyo') }),
    sessions: chatSessions('lyo'),
    mirroring: mirroring('lyo'),
    ...overrides,
  });

/** Lyon serves, mirrored; paris still dark. */
export function failedOver(overrides: Partial<PoolFacts> = {}): PoolFacts {
  const pool = desiredPool();
  const lost = homeLost();
  return {
    ...lost,
    instances: { ...silentParis(), ...mirroredPair('lyo', recoveredLyon()) },
    poolState: seen(
      poolStateFacts({
        poolState: 'FailedOver',
        activeServers: pool.topology.sites.backup.activeServers.map(String),
        inactiveServers: pool.topology.sites.home.activeServers.map(String),
      }),
      'shell',
    ),
    chatServers: chatServers(
      pool,
      notSeen('shell'),
      seen(chatServer({ localPoolState: 'FailedOver' }), 'shell'),
    ),
    ...overrides,
  };
}

export const newlyBuiltParis = (): DatabaseFacts =>
  databaseFacts({
    familyGuid: OTHER_FAMILY,
    forkGuid: 'F0000000-0000-0000-0000-000000000009',
    firstForkGuid: 'F0000000-0000-0000-0000-000000000009',
    positionLsn: null,
    content: content({ messages: 0, newest: null, configPoolId: null }),
  });

/** Failed over; paris is back, rebuilt by Topology Builder with an empty mgc. */
export function homeRebuilt(overrides: Partial<PoolFacts> = {}): PoolFacts {
  const pool = desiredPool();
  const before = failedOver();
  return {
    ...before,
    instances: { ...before.instances, ...singlePair('par', newlyBuiltParis()) },
    quarantine: facts().quarantine,
    chatServers: chatServers(
      pool,
      seen(chatServer({ localPoolState: 'FailedOver' }), 'shell'),
      seen(chatServer({ localPoolState: 'FailedOver' }), 'shell'),
    ),
    comparison: seen({ homeNewestInBackup: false, backupNewestInHome: false }, 'comparison'),
    ...overrides,
  };
}

/** Paris as it was before the loss: mirrored, its log-backup job enabled. */
export const parisAsItWas = (database: Partial<DatabaseFacts> = {}): PoolFacts['instances'] =>
  mirroredPair(
    'par',
    { sessions: chatSessions('par'), content: content({ heartbeats: beats('par') }), ...database },
    primaryShipping(),
  );

export const fullBackupSet = (overrides: Partial<BackupSetFacts> = {}): BackupSetFacts => ({
  type: 'full',
  path: '\\\\fs01\\mgc-logs\\mgc_full.bak',
  firstLsn: (BigInt(LINE_LSN) + 5_000_000n).toString(),
  lastLsn: (BigInt(LINE_LSN) + 6_000_000n).toString(),
  checkpointLsn: null,
  startedAt: minutesAgo(2),
  finishedAt: minutesAgo(1),
  copyOnly: false,
  tail: false,
  familyGuid: FAMILY,
  firstForkGuid: FORK_2,
  lastForkGuid: FORK_2,
  ...overrides,
});
