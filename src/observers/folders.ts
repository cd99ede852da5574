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

  constructor(
    ports: HeaderPorts & { readonly files: BackupFiles },
    memory: SourceMemory,
    limits: FolderLimits,
  ) {
    this.#ports = ports;
    this.#memory = memory;
    this.#limits = limits;
  }

  /** Backup headers carry local times; the zone of the server that took them is known once it has been seen. */
  learnZone({ serverName, timeZoneMinutes }: InstanceFacts): void {
    this.#zones.set(serverName.toLowerCase(), timeZoneMinutes);
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
    const listing = await this.#memory.look(`folder ${folder}`, folderDeadlineMs, signal, (limit) =>
      listFolder(files, folder, limit),
    );
    if (listing.kind === 'unknown') return listing;
    cache.keepOnly(folder, listing.value.finished);
    const missing = missingHeaders(listing.value, cache, clock.monotonicMs()).slice(0, headersPerRound);
    let readerZone = 0;
    for (const instance of missing.length === 0 ? [] : readers) {
      const reader = await this.#reader(instance, looks, deadline.signal);
      if (reader === undefined) continue;
      readerZone = reader.zoneMinutes;
      const left = missing.filter((file) => cache.get(folder, file)?.kind !== 'read');
      if (left.length === 0) break;
      // Whatever stops the reading, the headers that were read are kept and the others are not read yet.
      await this.#memory.look(
        `headers ${folder} through ${instance}`,
        folderDeadlineMs,
        deadline.signal,
        (limit) =>
          readHeaders(this.#ports, reader, folder, left, { signal: limit, deadlineMs: folderDeadlineMs }),
      );
    }
    const zoneOf = (server: string): number => this.#zones.get(server.toLowerCase()) ?? readerZone;
    return { ...listing, value: folderFacts(listing.value, cache, zoneOf) };
  }

  /** undefined: the instance does not answer, or not soon enough for this folder. */
  async #reader(
    instance: InstanceName,
    looks: InstanceLooks,
    signal: AbortSignal,
  ): Promise<(HeaderReader & { readonly zoneMinutes: number }) | undefined> {
    if (signal.aborted) return undefined;
    const given = Promise.withResolvers<undefined>();
    const onAbort = (): void => given.resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const sighting = await Promise.race([looks.get(instance), given.promise]);
      if (sighting?.kind !== 'value') return undefined;
      const { version, timeZoneMinutes } = sighting.value;
      return { instance, version, zoneMinutes: timeZoneMinutes };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
