/** One pool, round after round, without a daemon and without its lease: what is wanted, what is seen, what would be done. Changes nothing. */
import { hostClock } from '../daemon/host/host-clock.ts';
import { readDesiredState } from '../desired-state/desired-source.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { decidePool, type PoolDecision } from '../reconciler/decide-pool.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { sourceAt } from './command-options.ts';
import { openLooker } from './look-once.ts';
import { DesiredFollower, type PoolInForce } from './pools-in-force.ts';

export interface WatchedRound {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly decision: PoolDecision;
}

export interface Watch {
  /** undefined: the only pool that is declared. */
  readonly pool: string | undefined;
  /** A file or directory instead of the source in the settings. */
  readonly desired: string | undefined;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

function only(
  pools: readonly PoolInForce[],
  name: string | undefined,
  findings: readonly string[],
): PoolInForce {
  const found = pools.filter(({ pool }) => name === undefined || pool.topology.name === name);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  if (one !== undefined) {
    const names = found.map(({ pool }) => pool.topology.name).join(', ');
    throw new PoolError('PCO_USAGE', `which pool: ${names}?`, { hint: 'name it with --pool' });
  }
  const what = `the desired state declares no pool${name === undefined ? '' : ` ${name}`}`;
  throw new PoolError('PCO_USAGE', [what, ...findings].join('\n'));
}

async function inForce(follower: DesiredFollower, watch: Watch): Promise<PoolInForce> {
  const pools = await follower.pools();
  if (watch.desired === undefined) return only(pools, watch.pool, follower.findings);
  const { pools: declared, findings } = await readDesiredState(sourceAt(watch.desired), watch.signal);
  const decisionsOf = (name: string) =>
    pools.find(({ pool }) => pool.topology.name === name)?.decisions ?? [];
  const wanted = declared.map((pool) => ({ pool, decisions: decisionsOf(pool.topology.name) }));
  return only(wanted, watch.pool, findings);
}

/** Ends with the signal, by PCO_CANCELLED or in the pause between two rounds. Throws PCO_USAGE. */
export async function* watchPool(settings: Settings, watch: Watch): AsyncGenerator<WatchedRound> {
  const done = new AbortController();
  const looker = openLooker(settings);
  try {
    const follower = await DesiredFollower.start(settings, AbortSignal.any([watch.signal, done.signal]));
    for (;;) {
      const { pool, decisions } = await inForce(follower, watch);
      for (const { facts, nowMs } of await looker.look([pool], watch.signal)) {
        const decision = decidePool(pool, facts, decisions, nowMs);
        yield { pool, facts, decision };
      }
      await hostClock.sleep(watch.everyMs, watch.signal);
    }
  } finally {
    // Ends the watch of the desired state.
    done.abort();
    await looker.close();
  }
}

/** The first round whose plan is not blocked, or the last one within the time for which the policy wants a silence watched. */
export async function settledRound(
  settings: Settings,
  watch: Watch,
  onBlocked: () => void,
): Promise<WatchedRound> {
  const startMs = hostClock.monotonicMs();
  for await (const round of watchPool(settings, watch)) {
    const longEnough = hostClock.monotonicMs() - startMs > round.pool.policy.silentAfterMs + watch.everyMs;
    if (round.decision.plan.kind !== 'blocked' || longEnough) return round;
    onBlocked();
  }
  throw new PoolError('PCO_CANCELLED', 'nothing was observed');
}
