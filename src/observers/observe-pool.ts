/**
 * One read of the world for one pool: every instance, folder and the management shell in parallel, each with its own deadline,
 * none waiting for another that it does not need. Concludes nothing; what did not answer is `unknown` with reason and age.
 */
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';
import type {
  ChatServerFacts,
  FolderFacts,
  InstanceFacts,
  PoolFacts,
  PoolStateFacts,
} from '../topology/pool-facts.ts';
import {
  instancesOf,
  SITES,
  type InstanceName,
  type PoolTopology,
  type ServerFqdn,
  type Site,
} from '../topology/pool-topology.ts';
import { HeaderCache } from './backup-headers.ts';
import { observeChatServer, observeReplicas } from './chat-servers.ts';
import { compareCopies, readableCopy, type ReadableCopy } from './compare-copies.ts';
import { FolderObserver, type InstanceLooks } from './folders.ts';
import { LastSeenMemory } from './last-seen.ts';
import { CANCEL_GRACE_MS, InstanceObserver } from './observe-instances.ts';
import { observePoolState } from './pool-state.ts';
import { SourceMemory, type Sighting } from './source-memory.ts';
import { Turns } from './turns.ts';

export interface ObserverPorts {
  readonly sql: SqlInstances;
  readonly shell: ManagementShell;
  readonly files: BackupFiles;
  readonly clock: Clock;
}

export interface ObserverOptions {
  /** ms for one instance, connecting included. */
  readonly instanceDeadlineMs: number;
  /** ms for one folder: listing, and the headers that are read in this round. */
  readonly folderDeadlineMs: number;
  /** ms for one cmdlet. */
  readonly shellDeadlineMs: number;
  /** ms for what the shell asks of one chat server; those of a dead site hold up every round for this long. */
  readonly serverDeadlineMs: number;
  /** Headers read from one folder in one round; the others stay 'unknown' with `not read yet`. */
  readonly headersPerRound: number;
}

export const DEFAULT_OBSERVER_OPTIONS: ObserverOptions = {
  instanceDeadlineMs: 3000,
  folderDeadlineMs: 4000,
  shellDeadlineMs: 10_000,
  serverDeadlineMs: 4000,
  headersPerRound: 128,
};

export interface Freshness {
  /** ms; an answer of an instance that another pool got since may be used. 0: every look begins after the question. */
  readonly maxAgeMs: number;
}

const FRESH: Freshness = { maxAgeMs: 0 };

export interface PoolObserver {
  /**
   * Rejects only with PCO_CANCELLED; every other failure is an `unknown` in the facts.
   * @param freshness left out: fresh, as a step needs it
   */
  observe(pool: PoolTopology, signal: AbortSignal, freshness?: Freshness): Promise<PoolFacts>;
  /** Ends what still waits for silent sources. */
  close(): void;
}

type Comparison = Extract<PoolFacts['comparison'], { kind: 'value' }>['value'];
type ChatServerLooks = readonly (readonly [ServerFqdn, Sighting<ChatServerFacts>])[];

/** Both instances of the site's chat store; the witness holds no data. */
const storesOf = (pool: PoolTopology, site: Site): InstanceName[] => {
  const { primary, mirror } = pool.sites[site].chat;
  return mirror === undefined ? [primary] : [primary, mirror];
};

const foldersOf = ({ logShipping, sites }: PoolTopology): readonly string[] => [
  logShipping.share,
  logShipping.copyFolder,
  ...SITES.map((site) => sites[site].quarantineFolder),
];

class ParallelObserver implements PoolObserver {
  readonly #ports: ObserverPorts;
  readonly #options: ObserverOptions;
  readonly #memory: SourceMemory;
  readonly #turns = new Turns();
  readonly #instances: InstanceObserver;
  readonly #held = new Set<string>();
  readonly #folders: FolderObserver;
  readonly #lastSeen = new LastSeenMemory();

  constructor(ports: ObserverPorts, options: ObserverOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#memory = new SourceMemory(ports.clock);
    this.#instances = new InstanceObserver(ports, this.#memory, this.#turns, options.instanceDeadlineMs);
    this.#folders = new FolderObserver({ ...ports, cache: new HeaderCache() }, this.#memory, options);
  }

  close(): void {
    this.#instances.close();
    this.#memory.close();
  }

  async observe(pool: PoolTopology, signal: AbortSignal, freshness = FRESH): Promise<PoolFacts> {
    const looks = this.#allInstances(pool, signal, freshness);
    const [folders, poolState, servers, comparison] = await Promise.all([
      this.#allFolders(pool, looks, signal),
      this.#poolState(pool, signal),
      this.#chatServers(pool, signal),
      this.#comparison(pool, looks, signal),
    ]);
    const instances = await Promise.all([...looks].map(async ([name, look]) => [name, await look] as const));
    if (signal.aborted) throw new PoolError('PCO_CANCELLED', `the observation of ${pool.name} was cancelled`);
    const memory = this.#memory;
    const closed = foldersOf(pool).filter((folder) => !this.#ports.files.reaches(folder));
    return {
      version: 1,
      pool: pool.name,
      observedAt: new Date(this.#ports.clock.now()).toISOString(),
      instances: Object.fromEntries(instances.map(([name, look]) => [name, memory.observed(look)])),
      share: memory.observed(folders.share),
      copyFolder: memory.observed(folders.copyFolder),
      quarantine: { home: memory.observed(folders.home), backup: memory.observed(folders.backup) },
      ...(closed.length === 0 ? {} : { closedFolders: closed }),
      poolState: memory.observed(poolState),
      chatServers: Object.fromEntries(servers.map(([name, look]) => [name, memory.observed(look)])),
      comparison: memory.observed(comparison),
      lastSeen: this.#lastSeen.of(
        { share: pool.logShipping.share, database: pool.chatDatabase },
        folders.share,
        instances,
      ),
    };
  }

  #allInstances(pool: PoolTopology, signal: AbortSignal, { maxAgeMs }: Freshness): InstanceLooks {
    const { clock } = this.#ports;
    const lookAt = async (instance: InstanceName): Promise<Sighting<InstanceFacts>> => {
      const look = await this.#instances.look(instance, { pool, maxAgeMs, signal });
      if (look.kind === 'value') {
        this.#folders.learnZone(look.value);
        const wallMs = clock.now() - Math.floor(clock.monotonicMs() - look.atMs);
        const answered = { wallMs, monotonicMs: look.atMs };
        this.#lastSeen.noteInstance(instance, look.value, pool.chatDatabase, answered);
      } else this.#lastSeen.noteUnread(instance, look.error, clock.monotonicMs());
      return look;
    };
    return new Map(instancesOf(pool).map(({ instance }) => [instance, lookAt(instance)]));
  }

  async #allFolders(
    pool: PoolTopology,
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Record<'share' | 'copyFolder' | Site, Sighting<FolderFacts>>> {
    const atHome = storesOf(pool, 'home');
    const atBackup = storesOf(pool, 'backup');
    const { share: shareFolder, copyFolder: copies } = pool.logShipping;
    const look = (
      folder: string,
      readers: readonly InstanceName[],
      restorers: readonly InstanceName[] = [],
    ): Promise<Sighting<FolderFacts>> => this.#folders.look(folder, readers, restorers, looks, signal);
    const canCopy = [shareFolder, copies].every((folder) => this.#ports.files.reaches(folder));
    const [share, copyFolder, home, backup] = await Promise.all([
      look(shareFolder, [...atBackup, ...atHome], canCopy ? [] : atBackup),
      // May be a local folder of the backup site's first instance.
      look(copies, atBackup.slice(0, 1)),
      look(pool.sites.home.quarantineFolder, atHome),
      look(pool.sites.backup.quarantineFolder, atBackup),
    ]);
    this.#lastSeen.noteShare(shareFolder, share, this.#ports.clock.now());
    return { share, copyFolder, home, backup };
  }

  #poolState(pool: PoolTopology, signal: AbortSignal): Promise<Sighting<PoolStateFacts>> {
    const { shellDeadlineMs: deadlineMs } = this.#options;
    return this.#memory.look(`shell ${pool.poolFqdn}`, deadlineMs + CANCEL_GRACE_MS, signal, (limit) =>
      observePoolState(this.#ports.shell, pool, { signal: limit, deadlineMs }),
    );
  }

  #chatServers(pool: PoolTopology, signal: AbortSignal): Promise<ChatServerLooks> {
    const { serverDeadlineMs: deadlineMs } = this.#options;
    const { shell } = this.#ports;
    const replicas = observeReplicas(shell, { signal, deadlineMs });
    const servers = [...new Set(SITES.flatMap((site) => pool.sites[site].servers))];
    return Promise.all(
      servers.map(async (server) => {
        const limitMs = deadlineMs + CANCEL_GRACE_MS;
        const look = await this.#memory.look(`chat server ${server}`, limitMs, signal, (limit) =>
          observeChatServer(shell, server, pool.poolFqdn, replicas, { signal: limit, deadlineMs }),
        );
        return [server, look] as const;
      }),
    );
  }

  /** Waits for both sites' copies, so it comes last; a copy that is silent is known to be so by the instances' deadline. */
  async #comparison(
    pool: PoolTopology,
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Sighting<Comparison>> {
    const { instanceDeadlineMs: deadlineMs } = this.#options;
    const copyAt = async (site: Site): Promise<ReadableCopy | undefined> => {
      const sightings = await Promise.all(
        storesOf(pool, site).map(async (instance) => ({ instance, sighting: await looks.get(instance) })),
      );
      return readableCopy(
        sightings.flatMap(({ instance, sighting }) =>
          sighting === undefined ? [] : [{ instance, sighting }],
        ),
        pool.chatDatabase,
      );
    };
    const [home, backup] = await Promise.all([copyAt('home'), copyAt('backup')]);
    const ports = { ...this.#ports, turns: this.#turns, held: this.#held };
    const source = `comparison ${pool.name}`;
    const look = await this.#memory.look(source, deadlineMs + CANCEL_GRACE_MS, signal, () =>
      compareCopies(ports, pool.chatDatabase, home, backup, deadlineMs),
    );
    if (look.kind === 'unknown') return look;
    // As old as the older of the copies that it speaks of.
    return { ...look, atMs: Math.min(look.atMs, home?.atMs ?? look.atMs, backup?.atMs ?? look.atMs) };
  }
}

/** One observer for all pools of a daemon, so that instances and headers are shared. */
export const createPoolObserver = (
  ports: ObserverPorts,
  options: Partial<ObserverOptions> = {},
): PoolObserver => new ParallelObserver(ports, { ...DEFAULT_OBSERVER_OPTIONS, ...options });
