/** How a run ended: is the pool as declared, does it ask what only hands can do, or is it stuck? Asked of the estate, not believed. */
import type { PoolStatus } from '../reconciler/pool-status.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import { writableAtTwoSites } from '../simulator/estate/writable-sites.ts';
import { servedBy } from './judge-facts.ts';
import type { WorldJudge } from './judge-world.ts';

/** Converged by what the document says now. */
export function isConverged(status: PoolStatus | undefined, document: string): boolean {
  return (
    status?.state === 'converged' &&
    status.observedGeneration?.hash === status.generation.hash &&
    document.includes(`primaryDatacenter: ${status.datacenters[status.primarySite]}\n`)
  );
}

/** What only a person with more rights than the product can do by hand: nothing but such ways out are left. */
export function handwork(status: PoolStatus | undefined): string | undefined {
  const obstacles = status?.plan?.kind === 'blocked' ? status.plan.obstacles : [];
  const ways = obstacles.map(({ wayOut }) => wayOut).filter((wayOut) => / by hand\b/.test(wayOut));
  return ways[0];
}

/** The daemon says that the pool is as declared: is it, and where is every message? */
export function judgeEnd(judge: WorldJudge, state: EstateState): void {
  const site = state.cms.poolState === 'Normal' ? 'home' : 'backup';
  const serving = servedBy(state, site);
  if (writableAtTwoSites(state)) judge.violate('liveness', 'converged with two copies open to clients');
  if (serving === undefined) judge.violate('liveness', `converged, and nobody serves at ${site}`);
  const unaccounted = judge.unaccounted(serving);
  if (unaccounted.length > 0)
    judge.violate(
      'unnamed-loss',
      `converged without ${unaccounted.length} messages that nobody named: ${unaccounted.slice(0, 3).join(', ')}`,
    );
}

/** @param minutes that were waited, of the estate */
export function describeStuck(status: PoolStatus | undefined, minutes: number): string {
  if (status === undefined) return 'the daemon is dead';
  const { plan, lastError, gate } = status;
  const obstacles =
    plan?.kind === 'blocked' ? plan.obstacles.map((o) => `${o.variable} is ${o.actual} (${o.wayOut})`) : [];
  const steps =
    plan !== null && 'steps' in plan ? plan.steps.map(({ action, target }) => `${action}:${target}`) : [];
  const waits = plan?.kind === 'waiting' ? ` on ${plan.on}: ${plan.reason}` : '';
  return [
    `neither converged nor a question after ${minutes} minutes: ${status.state}, plan ${plan?.kind ?? 'none'}${waits}`,
    ...(steps.length > 0 ? [`steps ${steps.join(' ')}`] : []),
    ...(obstacles.length > 0 ? [obstacles.join('; ')] : []),
    ...(gate?.code == null ? [] : [`gate ${gate.code}`]),
    ...(lastError === null ? [] : [`${lastError.code}: ${lastError.message}`]),
  ].join(', ');
}
