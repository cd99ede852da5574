/** One look at pools without a daemon: opens the connections of the settings, observes, closes them. Loads the SQL driver. */
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

export async function lookOnce(settings: Settings, pools: readonly DesiredPool[]): Promise<readonly Look[]> {
  const host = composePorts(settings, createLogger('error'));
  const observer = composeObserver(settings, host.ports);
  try {
    const signal = new AbortController().signal;
    return await Promise.all(
      pools.map(async (pool) => ({
        pool,
        facts: await observer.observe(pool.topology, signal),
        nowMs: hostClock.now(),
      })),
    );
  } finally {
    observer.close();
    await host.close();
  }
}
