/**
 * Keeps what would be gone with a site that falls silent: the listing of each share and the clock of each instance at their last
 * answer. The loss ledger names files from it, and a file that a site wrote within its silence is a sign of life.
 */
import type { FolderFacts, InstanceFacts, LastSeen } from '../topology/pool-facts.ts';
import type { Sighting } from './source-memory.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

export class LastSeenMemory {
  readonly #shares = new Map<string, NonNullable<LastSeen['share']>>();
  readonly #clocks = new Map<string, string>();

  /** @param nowMs the daemon's wall clock when the answer was complete */
  noteInstance(instance: string, { clockOffsetMs }: InstanceFacts, nowMs: number): void {
    this.#clocks.set(instance, iso(nowMs + clockOffsetMs));
  }

  noteShare(share: string, look: Sighting<FolderFacts>, nowMs: number): void {
    if (look.kind === 'value') this.#shares.set(share, { folder: look.value, at: iso(nowMs) });
  }

  /** Only of what did not answer in this round. */
  of(
    share: string,
    look: Sighting<FolderFacts>,
    instances: readonly (readonly [string, Sighting<InstanceFacts>])[],
  ): LastSeen {
    const silent = instances.filter(([, sighting]) => sighting.kind === 'unknown').map(([name]) => name);
    return {
      share: look.kind === 'value' ? null : (this.#shares.get(share) ?? null),
      clocks: Object.fromEntries(
        silent.flatMap((name) => {
          const clock = this.#clocks.get(name);
          return clock === undefined ? [] : [[name, clock] as const];
        }),
      ),
    };
  }
}
