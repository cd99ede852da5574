/** What the observers would report of the scripted world. */
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../../src/topology/pool-facts.ts';
import type { PoolTopology } from '../../src/topology/pool-topology.ts';
import type { Db, Instance, World } from './scripted-world.ts';

const AT = '2026-11-23T22:00:00.000Z';

function databaseFacts(db: Db | undefined): DatabaseFacts {
  const open = db?.state === 'ONLINE';
  return {
    state: db?.state ?? 'ABSENT',
    access: db?.access ?? 'unknown',
    recoveryModel: 'FULL',
    familyGuid: db?.family ?? null,
    positionLsn: (open ? db.nextLogLsn : db?.redoLsn) ?? null,
    forkGuid: (open ? db.fork : db?.redoFork) ?? null,
    firstForkGuid: null,
    forkPointLsn: null,
    redoTargetLsn: null,
    mirroring:
      db?.role == null
        ? null
        : {
            role: db.role,
            state: 'SYNCHRONIZED',
            safety: 'FULL',
            roleSequence: 1,
            partnerAddress: 'TCP://partner:5022',
            partnerInstance: null,
            witnessAddress: null,
            witnessState: null,
            failoverLsn: null,
          },
    sessions: (db?.sessions ?? []).map(({ id, host }) => ({
      sessionId: id,
      login: 'u',
      host,
      program: null,
    })),
    content: open
      ? { configPoolId: null, messages: 0, newest: null, revision: null, heartbeats: [] }
      : 'unknown',
    lastRestore: null,
  };
}

function instanceFacts(instance: Instance): InstanceFacts {
  const { primary, secondary } = instance;
  return {
    serverName: instance.serverName,
    version: '13.0.6300.2',
    startedAt: AT,
    clockOffsetMs: 0,
    timeZoneMinutes: 0,
    agentRunning: true,
    databases: { mgc: databaseFacts(instance.db) },
    witnessOf: [],
    shippingPrimary: {
      mgc:
        primary === undefined
          ? null
          : {
              primaryId: 'P',
              backupDirectory: primary.share,
              backupShare: primary.share,
              backupJobId: primary.jobId,
              lastBackupFile: null,
              lastBackupAt: null,
              secondaries: primary.secondaries.map((server) => ({ server, database: 'mgc' })),
            },
    },
    shippingSecondary: {
      mgc:
        secondary === undefined
          ? null
          : {
              secondaryId: 'S',
              primaryServer: secondary.primaryServer,
              sourceDirectory: secondary.source,
              destinationDirectory: secondary.destination,
              copyJobId: secondary.copyJob,
              restoreJobId: secondary.restoreJob,
              restoreMode: 'NORECOVERY',
              lastCopiedFile: null,
              lastCopiedAt: null,
              lastRestoredFile: null,
              lastRestoredAt: null,
            },
    },
    jobs: [],
    backups: instance.fulls.map(({ path, lastLsn }) => ({
      type: 'full' as const,
      path,
      firstLsn: '0',
      lastLsn,
      checkpointLsn: null,
      startedAt: AT,
      finishedAt: AT,
      copyOnly: false,
      tail: false,
      familyGuid: null,
      firstForkGuid: null,
      lastForkGuid: null,
    })),
    running: [],
  };
}

export function observeWorld(world: World, topology: PoolTopology): PoolFacts {
  const seen = <T>(value: T) => ({ kind: 'value' as const, value, source: 'world', ageMs: 0 });
  const folder = (path: string) => {
    const names = [...world.folder(path)];
    const files = names.filter(([name]) => !name.endsWith('.wrk'));
    const unfinished = names.map(([name]) => name).filter((name) => name.endsWith('.wrk'));
    return seen({
      path,
      files: files.map(([name, file]) => ({ name, ...file, modifiedAt: AT, headerProblem: null })),
      unfinished,
    });
  };
  const instances = [...world.instances].map(([name, one]) => [name, seen(instanceFacts(one))] as const);
  const servers = [...world.services].map(
    ([name, chatService]) =>
      [name, seen({ localPoolState: world.poolState, chatService, replicaUpToDate: true })] as const,
  );
  const { poolState, active } = world;
  return {
    version: 1,
    pool: topology.name,
    observedAt: AT,
    instances: Object.fromEntries(instances),
    share: folder(topology.logShipping.share),
    copyFolder: folder(topology.logShipping.copyFolder),
    quarantine: {
      home: folder(topology.sites.home.quarantineFolder),
      backup: folder(topology.sites.backup.quarantineFolder),
    },
    poolState: seen({
      identity: 'PersistentChatServer:chat.contoso.com',
      poolState,
      activeServers: active,
      inactiveServers: [],
      centralManagement: 'writable',
    }),
    chatServers: Object.fromEntries(servers),
    comparison: {
      kind: 'unknown',
      reason: 'not asked',
      code: 'PCO_INTERNAL',
      source: 'world',
      silentForMs: 0,
    },
  };
}
