/** Looks at one folder: lists it, then reads the missing headers through the first instance that answers and sees it. */
import type { BackupFiles } from '../ports/backup-files.ts';
import type { FolderFacts, InstanceFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import {
  folderFacts,
  listFolder,
  missingHeaders,
  readHeaders,
  type HeaderPorts,
  type HeaderReader,
} from './log-chain.ts';
import { isKnown } from '../topology/known.ts';
import type { Sighting, SourceMemory } from './source-memory.ts';

export interface FolderLimits {
  readonly folderDeadlineMs: number;
  readonly headersPerRound: number;
}

export type InstanceLooks = ReadonlyMap<InstanceName, Promise<Sighting<InstanceFacts>>>;

/** Of the folder's time, this share is for reading headers once they can be read; a listing never waits for longer. */
const HEADER_SHARE = 0.8;

export class FolderObserver {
  readonly #ports: HeaderPorts & { readonly files: BackupFiles };
  readonly #memory: SourceMemory;
  readonly #limits: FolderLimits;
  /** Offset of a server's local time, by the name that backup headers carry; from every instance ever seen. */
  readonly #zones = new Map<string, number>();
  readonly #seen = new Set<string>();

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

  async look(
    folder: string,
    readers: readonly InstanceName[],
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<Sighting<FolderFacts>> {
    const { folderDeadlineMs, headersPerRound } = this.#limits;
    const { files, cache, clock } = this.#ports;
    using deadline = clock.deadline(folderDeadlineMs * HEADER_SHARE, signal);
    const listing = await this.#memory.look(
      `folder ${folder}`,
      folderDeadlineMs,
      signal,
      (limit) => listFolder(files, folder, limit),
      'PCO_SHARE_UNREADABLE',
    );
    if (listing.kind === 'unknown') return listing;
    cache.keepOnly(folder, listing.value.finished);
    const missing = missingHeaders(listing.value, cache, clock.monotonicMs()).slice(0, headersPerRound);
    const candidates = new Set(missing.length === 0 ? [] : readers);
    while (candidates.size > 0) {
      const reader = await this.#nextReader(candidates, looks, deadline.signal);
      if (reader === undefined) break;
      const left = missing.filter((file) => cache.get(folder, file)?.kind !== 'read');
      if (left.length === 0) break;
      // Whatever stops the reading, the headers that were read are kept and the others are not read yet.
      const source = `headers ${folder} through ${reader.instance}`;
      await this.#memory.look(source, folderDeadlineMs, deadline.signal, (limit) =>
        readHeaders(this.#ports, reader, folder, left, { signal: limit, deadlineMs: folderDeadlineMs }),
      );
    }
    // Whichever instance knows the zone of the server that took the backups: the round waits for all of them anyway.
    await Promise.all(looks.values());
    const zoneOf = (server: string): number | undefined => this.#zones.get(server.toLowerCase());
    return { ...listing, value: folderFacts(listing.value, cache, zoneOf) };
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
