/** Home comes back as it was in the middle of things: how that ended, judged by the world. */
import type { Obstacle } from '../../src/reconciler/plan.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { EstateAccount } from '../../src/simulator/estate/checker.ts';
import type { CutPoint } from './cut-points.ts';

/**
 * ms of two copies that clients could write: what the world makes lasts until the next look (at most 10 s later) has seen it
 * and a fence has closed the door (less than 5 s).
 */
const FENCED_WITHIN_MS = 15_000;
const MINUTE_MS = 60_000;
const SETTLES_WITHIN_MS = 30 * MINUTE_MS;
/** Longer than any pause between two looks: what still rests after it rests for good. */
const RESTS_FOR_MS = 2 * MINUTE_MS;

export interface Ending {
  readonly kind: 'converged' | 'asks' | 'stuck';
  readonly obstacles: readonly Obstacle[];
  readonly account: EstateAccount;
}

const statusOf = (stage: Stage): PoolStatus | undefined => stage.daemon.daemon.pool(POOL);

function isConverged(stage: Stage): boolean {
  const status = statusOf(stage);
  return (
    status?.state === 'converged' &&
    status.observedGeneration?.hash === status.generation.hash &&
    stage.world.document.text.includes(`primaryDatacenter: ${status.datacenters[status.primarySite]}\n`)
  );
}

const obstaclesOf = (stage: Stage): readonly Obstacle[] => {
  const plan = statusOf(stage)?.plan;
  return plan?.kind === 'blocked' ? plan.obstacles : [];
};

/** Nothing is missing but what a person decides, and the command to do so is named. */
const asksOnly = (obstacles: readonly Obstacle[]): boolean =>
  obstacles.length > 0 && obstacles.every(({ wayOut }) => wayOut.startsWith('pchat decide '));

/** Runs until the pool is converged, or asks for a decision and goes on asking. */
export async function settle(stage: Stage): Promise<Ending> {
  const { clock } = stage.world;
  const begin = clock.monotonicMs();
  let askingSince: number | undefined;
  const settled = (): boolean => {
    if (clock.monotonicMs() === begin) return false;
    if (isConverged(stage)) return true;
    if (!asksOnly(obstaclesOf(stage))) askingSince = undefined;
    else askingSince ??= clock.monotonicMs();
    return askingSince !== undefined && clock.monotonicMs() - askingSince > RESTS_FOR_MS;
  };
  const reached = await clock.run(settled, SETTLES_WITHIN_MS);
  const kind = !reached ? 'stuck' : isConverged(stage) ? 'converged' : 'asks';
  return { kind, obstacles: obstaclesOf(stage), account: stage.world.account() };
}

export interface DoneByWorld {
  /** Two writable copies before any daemon could see them, ms. */
  readonly writableMs?: number;
  /** Messages that went with destroyed disks. */
  readonly gone?: number;
}

/** What may never be, however it ends. */
export function problemsOf(ending: Ending, stage: Stage, before: DoneByWorld = {}): string[] {
  const { account } = ending;
  const gone = account.lost.filter(({ verdict }) => verdict === 'gone').length;
  const error = statusOf(stage)?.lastError;
  return [
    ...(ending.kind === 'stuck' ? [`neither converged nor a question: ${error?.message ?? 'no error'}`] : []),
    ...(gone > (before.gone ?? 0) ? [`${String(gone)} messages are nowhere`] : []),
    ...(account.writableAtTwoSitesMs - (before.writableMs ?? 0) > FENCED_WITHIN_MS
      ? [`writable at two sites for ${String(account.writableAtTwoSitesMs)} ms`]
      : []),
  ];
}

const SEED = 12;

/** A daemon of its own in a world where nobody else runs one. */
export function stageIn(snapshot: WorldSnapshot, before: (world: SimulatedWorld) => void): Stage {
  const world = new SimulatedWorld(snapshot);
  world.dropDaemonConnections();
  before(world);
  return new Stage(world, new SeededRandom(SEED));
}

/** The daemon was killed at the cut, home comes back as it was, and after `minutes` a new daemon starts. */
export async function problemsAfterReturn(cut: CutPoint, minutes = 0): Promise<string[]> {
  const world = new SimulatedWorld(cut.world);
  world.dropDaemonConnections();
  world.estate.fault('return site home');
  await world.clock.run(() => false, minutes * MINUTE_MS);
  const writableMs = world.account().writableAtTwoSitesMs;
  const stage = new Stage(world, new SeededRandom(SEED));
  try {
    return problemsOf(await settle(stage), stage, { writableMs }).map((problem) => `${cut.name}: ${problem}`);
  } finally {
    stage.daemon.crash();
  }
}
