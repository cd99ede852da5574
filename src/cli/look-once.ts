/** Looks at pools without a daemon: opens the connections of the settings, observes, closes them. Loads the SQL driver. */
import type { Settings } from '../desired-state/parse-settings.ts';
import { composeObserver, composePorts } from '../daemon/compose-ports.ts';
import { hostClock } from '../daemon/host/host-clock.ts';
import { createLogger } from '../daemon/logger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

export interface Look {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  /** Wall clock at the end of the look. */
  readonly nowMs: number;
}

/** What goes on looking with the same eyes: how long a source has been silent counts from the first look. */
export interface Looker {
  /** Rejects only with PCO_CANCELLED. */
  look(pools: readonly DesiredPool[], signal: AbortSignal): Promise<readonly Look[]>;
  close(): Promise<void>;
}

export function openLooker(settings: Settings): Looker {
  const host = composePorts(settings, createLogger('error'));
  const observer = composeObserver(settings, host.ports);
  return {
    look: (pools, signal) =>
      Promise.all(
        pools.map(async (pool) => ({
          pool,
          facts: await observer.observe(pool.topology, signal),
          nowMs: hostClock.now(),
        })),
      ),
    close: async () => {
      observer.close();
      await host.close();
    },
  };
}

export async function lookOnce(settings: Settings, pools: readonly DesiredPool[]): Promise<readonly Look[]> {
  const looker = openLooker(settings);
  try {
    return await looker.look(pools, new AbortController().signal);
  } finally {
    await looker.close();
  }
}
