/** What a changing command does when no daemon runs: it takes the lease, reads journal and desired state, and writes the journal itself. */
import { createDesiredSource } from '../desired-state/desired-source.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { desiredFromJournal, poolsInForce, withSource, type DesiredSoFar } from '../daemon/break-glass.ts';
import { generationsOf, knownPoolsOf } from '../daemon/known-pools.ts';
import { hostClock } from '../daemon/host/host-clock.ts';
import { lastEpochOf, openJournal } from '../daemon/journal.ts';
import { acquireLease } from '../daemon/lease.ts';
import { rotationOf } from '../daemon/rotate-journal.ts';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { Journal, JournalRecord } from '../ports/journal.ts';
import type { DesiredPool, Generation, Site } from '../topology/pool-topology.ts';

/** A pool as the next daemon would find it. */
export interface PoolAtRest {
  readonly pool: string;
  readonly datacenters: Readonly<Partial<Record<Site, string>>>;
  readonly generation: Generation;
  /** undefined: only the journal knows it. */
  readonly desired: DesiredPool | undefined;
}

export interface AtRest {
  readonly journal: Journal;
  readonly desired: DesiredSoFar;
  readonly pools: readonly PoolAtRest[];
}

/** Throws PCO_LEASE_HELD when a daemon runs after all. */
export async function withoutDaemon<T>(settings: Settings, work: (rest: AtRest) => Promise<T>): Promise<T> {
  const { directory } = settings.journal;
  const lease = acquireLease(directory, await lastEpochOf(directory));
  try {
    const journal = await openJournal(directory, hostClock, lease.epoch, {
      rotation: rotationOf(settings.journal),
    });
    try {
      const records = journal.records();
      const event = await presentDesired(settings, records);
      const { state: desired } = withSource(desiredFromJournal(records), event);
      return await work({ journal, desired, pools: poolsAtRest(desired, records) });
    } finally {
      await journal.close();
    }
  } finally {
    await lease.release();
  }
}

async function presentDesired(settings: Settings, records: readonly JournalRecord[]): Promise<DesiredEvent> {
  const source = createDesiredSource(settings.desiredState, {
    clock: hostClock,
    known: knownPoolsOf(records),
  });
  for await (const event of source.watch(new AbortController().signal)) return event;
  throw new TypeError('a source without a first event');
}

/** Those of the desired state; while it cannot be read or is not valid, also those that the journal knows. */
function poolsAtRest(desired: DesiredSoFar, records: readonly JournalRecord[]): readonly PoolAtRest[] {
  const { pools } = poolsInForce(desired, hostClock.now());
  const declared = pools.map((desiredPool) => {
    const { topology, generation } = desiredPool;
    const { home, backup } = topology.sites;
    const datacenters = { home: home.datacenter, backup: backup.datacenter };
    return { pool: topology.name, datacenters, generation, desired: desiredPool };
  });
  if (desired.source !== undefined) return declared;
  const names = new Set(declared.map(({ pool }) => pool));
  const remembered = [...generationsOf(records)].filter(([pool]) => !names.has(pool));
  return [
    ...declared,
    ...remembered.map(([pool, generation]) => ({
      pool,
      datacenters: datacentersOf(pool, records),
      generation,
      desired: undefined,
    })),
  ];
}

function datacentersOf(pool: string, records: readonly JournalRecord[]): Partial<Record<Site, string>> {
  const own = records
    .filter((record) => record.kind === 'generation')
    .filter((record) => record.pool === pool);
  return Object.fromEntries(own.map((record) => [record.primarySite, record.primaryDatacenter]));
}
