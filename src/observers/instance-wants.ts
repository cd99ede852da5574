/**
 * What pools want to know of one instance, and the list of databases that one batch for all of them asks about. A want that is no
 * longer asked is forgotten, so that a pool that left costs nothing.
 */
import { SITES, type InstanceName, type PoolTopology } from '../topology/pool-topology.ts';

export interface InstanceWant {
  readonly chatDatabase: string;
  /** Every database of the pool, the chat database included. */
  readonly databases: readonly string[];
  /** False for an instance that is only a witness: it is asked nothing about databases of its own. */
  readonly holdsData: boolean;
}

/** ms after which a want counts as left; one that is still meant only costs its pool a look of its own. */
const FORGET_AFTER_MS = 600_000;

export function wantOf(pool: PoolTopology, instance: InstanceName): InstanceWant {
  const { chatDatabase, complianceDatabase } = pool;
  const stores = SITES.flatMap((site) => [pool.sites[site].chat, pool.sites[site].compliance]);
  return {
    chatDatabase,
    databases: [...new Set([chatDatabase, complianceDatabase])],
    holdsData: stores.some((store) => store?.primary === instance || store?.mirror === instance),
  };
}

/** Pools with the same key see the same facts of an instance. */
export const wantKey = ({ chatDatabase, databases, holdsData }: InstanceWant): string =>
  JSON.stringify([chatDatabase, databases, holdsData]);

export interface AskedDatabases {
  readonly databases: readonly string[];
  readonly chatDatabases: readonly string[];
}

export function databasesOf(wants: Iterable<InstanceWant>): AskedDatabases {
  const holding = [...wants].filter(({ holdsData }) => holdsData);
  const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
  return {
    databases: sorted(holding.flatMap(({ databases }) => databases)),
    chatDatabases: sorted(holding.map(({ chatDatabase }) => chatDatabase)),
  };
}

/** The wants of one instance by their keys. */
export class InstanceWants {
  readonly #asked = new Map<string, { readonly want: InstanceWant; readonly atMs: number }>();

  note(key: string, want: InstanceWant, nowMs: number): void {
    this.#asked.set(key, { want, atMs: nowMs });
  }

  standing(nowMs: number): ReadonlyMap<string, InstanceWant> {
    for (const [key, { atMs }] of this.#asked) if (nowMs - atMs > FORGET_AFTER_MS) this.#asked.delete(key);
    return new Map([...this.#asked].map(([key, { want }]) => [key, want]));
  }
}
