/** Looks at one folder: lists it, then reads the missing headers through the first instance that answers and sees it. */
import type { BackupFiles, FileEntry } from '../ports/backup-files.ts';
import type { FolderFacts, InstanceFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import type { HeaderEntry } from './backup-headers.ts';
import { FolderAccess } from './folder-access.ts';
import {
  folderFacts,
  listByFiles,
  listThrough,
  missingHeaders,
  newestFirst,
  readHeaders,
  type HeaderPorts,
  type HeaderReader,
  type Listing,
} from './log-chain.ts';
import { isKnown } from '../topology/known.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { Sighting, SourceMemory } from './source-memory.ts';

export interface FolderLimits {
  readonly folderDeadlineMs: number;
  readonly headersPerRound: number;
}

export type InstanceLooks = ReadonlyMap<InstanceName, Promise<Sighting<InstanceFacts>>>;

/** Of the folder's time, this share is for reading headers once they can be read; a listing never waits for longer. */
const HEADER_SHARE = 0.8;

/** A header that is read again because of its age counts only when it is from this round. */
const wasRead = (entry: HeaderEntry | undefined, sinceMs: number): boolean =>
  entry?.kind === 'read' && entry.readAtMs >= sinceMs;

export class FolderObserver {
  readonly #ports: HeaderPorts & { readonly files: BackupFiles };
  readonly #memory: SourceMemory;
  readonly #limits: FolderLimits;
  /** Offset of a server's local time, by the name that backup headers carry; from every instance ever seen. */
  readonly #zones = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #access = new FolderAccess();

  constructor(
    ports: HeaderPorts & { readonly files: BackupFiles },
    memory: SourceMemory,
    limits: FolderLimits,
  ) {
    this.#ports = ports;
    this.#memory = memory;
    this.#limits = limits;
  }

  /**
   * Backup headers carry local times. The zone of the server that took them is known once it has been seen, or from what was
   * restored of it: after a restart, home may be gone.
   */
  learnZone({ serverName, timeZoneMinutes, databases }: InstanceFacts): void {
    this.#zones.set(serverName.toLowerCase(), timeZoneMinutes);
    this.#seen.add(serverName.toLowerCase());
    for (const database of Object.values(databases)) {
      const restored = isKnown(database) ? database.lastRestore : null;
      if (!isKnown(restored) || restored?.backupServer == null || restored.backupTimeZoneMinutes === null)
        continue;
      const server = restored.backupServer.toLowerCase();
      if (!this.#seen.has(server)) this.#zones.set(server, restored.backupTimeZoneMinutes);
    }
  }

  /**
   * @param readers instances that see the folder under its name
   * @param restorers whether they can restore from the folder is asked too; empty: nobody wants to know
   */
  async look(
    folder: string,
    readers: readonly InstanceName[],
    restorers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Sighting<FolderFacts>> {
    const { folderDeadlineMs, headersPerRound } = this.#limits;
    const { cache, clock } = this.#ports;
    using deadline = clock.deadline(folderDeadlineMs * HEADER_SHARE, signal);
    const listing = await this.#list(folder, readers, looks, signal);
    if (listing.kind === 'unknown') return listing;
    cache.keepOnly(folder, listing.value.finished);
    const missing = missingHeaders(listing.value, cache, clock.monotonicMs()).slice(0, headersPerRound);
    await this.#readMissing(folder, missing, missing.length === 0 ? [] : readers, looks, deadline.signal);
    await this.#askRestorers(listing.value, restorers, looks, deadline.signal);
    // Whichever instance knows the zone of the server that took the backups: the round waits for all of them anyway.
    await Promise.all(looks.values());
    const zoneOf = (server: string): number | undefined => this.#zones.get(server.toLowerCase());
    const value = folderFacts(listing.value, cache, zoneOf);
    if (restorers.length === 0) return { ...listing, value };
    const openers = this.#access.openers(folder).filter((instance) => restorers.includes(instance));
    return { ...listing, value: { ...value, restorableBy: [...openers].sort() } };
  }

  #list(
    folder: string,
    readers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Sighting<Listing>> {
    const { files } = this.#ports;
    const read = (limit: AbortSignal): Promise<Listing> =>
      files.reaches(folder)
        ? listByFiles(files, folder, limit)
        : this.#listThroughFirst(folder, readers, looks, limit);
    const { folderDeadlineMs } = this.#limits;
    return this.#memory.look(`folder ${folder}`, folderDeadlineMs, signal, read, 'PCO_SHARE_UNREADABLE');
  }

  /** Every instance that sees the folder is asked until one has listed it. */
  async #listThroughFirst(
    folder: string,
    readers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Listing> {
    const { folderDeadlineMs: deadlineMs } = this.#limits;
    const candidates = new Set(readers);
    let failure: unknown;
    for (;;) {
      const reader = await this.#nextReader(candidates, looks, signal);
      if (reader === undefined) break;
      try {
        return await listThrough(this.#ports.sql, reader, folder, { signal, deadlineMs });
      } catch (error) {
        failure ??= error;
      }
    }
    const reason = failure === undefined ? 'no instance that sees it answers' : toPoolError(failure).message;
    // One code for every reason: an instance that refuses is no sign of life of the share.
    throw new PoolError('PCO_SHARE_UNREADABLE', `${folder} is listed through SQL Server only: ${reason}`, {
      cause: failure,
    });
  }

  async #readMissing(
    folder: string,
    missing: readonly FileEntry[],
    readers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<void> {
    const { cache, clock } = this.#ports;
    const startMs = clock.monotonicMs();
    const candidates = new Set(readers);
    while (candidates.size > 0) {
      const reader = await this.#nextReader(candidates, looks, signal);
      if (reader === undefined) break;
      const left = missing.filter((file) => !wasRead(cache.get(folder, file), startMs));
      if (left.length === 0) break;
      await this.#readThrough(reader, folder, left, signal);
    }
  }

  /** Whatever stops the reading, the headers that were read are kept and the others are not read yet. */
  async #readThrough(
    reader: HeaderReader,
    folder: string,
    files: readonly FileEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const { folderDeadlineMs: deadlineMs } = this.#limits;
    const source = `headers ${folder} through ${reader.instance}`;
    const ports = { ...this.#ports, access: this.#access };
    await this.#memory.look(source, deadlineMs, signal, (limit) =>
      readHeaders(ports, reader, folder, files, { signal: limit, deadlineMs }),
    );
  }

  /** By the header of the newest file, where the last answer is old. */
  async #askRestorers(
    { folder, finished }: Listing,
    restorers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<void> {
    const [newest] = [...finished].sort(newestFirst);
    if (newest === undefined) return;
    const nowMs = this.#ports.clock.monotonicMs();
    const due = restorers.filter((instance) => this.#access.isDue(folder, instance, nowMs));
    await Promise.all(
      due.map(async (instance) => {
        const reader = await this.#nextReader(new Set([instance]), looks, signal);
        if (reader !== undefined) await this.#readThrough(reader, folder, [newest], signal);
      }),
    );
  }

  /** The next candidate to answer, whichever it is: a silent one must not hold up the others. undefined: none in time. */
  async #nextReader(
    candidates: Set<InstanceName>,
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<HeaderReader | undefined> {
    const given = Promise.withResolvers<undefined>();
    const onAbort = (): void => given.resolve(undefined);
    if (signal.aborted) return undefined;
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (candidates.size > 0) {
        const answers = [...candidates].map(async (instance) => ({
          instance,
          look: await looks.get(instance),
        }));
        const first = await Promise.race([...answers, given.promise]);
        if (first === undefined) return undefined;
        candidates.delete(first.instance);
        if (first.look?.kind !== 'value') continue;
        return { instance: first.instance, version: first.look.value.version };
      }
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
