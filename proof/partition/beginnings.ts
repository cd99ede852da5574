/** The estates in which links are cut: each is built once and copied for every case. */
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { desiredDocument } from '../../src/simulator/estate/desired-document.ts';
import type { EstateOverrides, EstateSite } from '../../src/simulator/estate/estate-options.ts';

/**
 * steady: nothing is asked for. failover: home is lost, and comes back as it was in the middle of the cut. switchover: home
 * lives. failback: the pool serves at the backup site and home was rebuilt empty. All but steady: the edit is made as the links are cut.
 */
export const SITUATIONS = ['steady', 'failover', 'switchover', 'failback'] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Where the edit sends the pool. */
export const EDITS: Readonly<Record<Situation, EstateSite | undefined>> = {
  steady: undefined,
  failover: 'backup',
  switchover: 'backup',
  failback: 'home',
};

/** Jobs run every minute, so that files are written, copied and restored within every cut. */
const OVERRIDES: EstateOverrides = {
  seed: 'partition',
  startAtMs: Date.UTC(2026, 10, 23, 8, 25),
  backupEveryMinutes: 1,
  copyEveryMinutes: 1,
  restoreEveryMinutes: 2,
  clients: 2,
};
/**
 * Silence counts after longer than a connection, mirroring, and a log backup with its tolerance take: a home whose files still arrive
 * is not silent. All limits together are shorter than a cut.
 */
const POLICY = { silentAfter: '90s', maxDataLoss: '60m', drainTimeout: '10s', stepTimeout: '40s' };

const TRAFFIC_MINUTES = 3;
const SEED = 41;

async function played(from: WorldSnapshot, act: (stage: Stage) => Promise<void>): Promise<WorldSnapshot> {
  const world = new SimulatedWorld(from);
  world.dropDaemonConnections();
  const stage = new Stage(world, new SeededRandom(SEED));
  await act(stage);
  stage.daemon.crash();
  world.dropDaemonConnections();
  return { ...world.snapshot(), journal: [], epoch: 0 };
}

function serving(): Promise<WorldSnapshot> {
  const fresh = freshWorld(OVERRIDES);
  return played({ ...fresh, document: desiredDocument(fresh.state.options, POLICY) }, async (stage) => {
    await stage.converge();
    stage.world.estate.fault('clients on');
    await stage.pass(TRAFFIC_MINUTES);
  });
}

const homeLost = (from: WorldSnapshot): Promise<WorldSnapshot> =>
  played(from, (stage) => {
    stage.world.estate.fault('down site home');
    return Promise.resolve();
  });

const homeRebuilt = (from: WorldSnapshot): Promise<WorldSnapshot> =>
  played(from, async (stage) => {
    stage.world.estate.fault('down site home');
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    stage.world.estate.fault('rebuild site home');
    await stage.pass(2);
  });

/** Built when they are asked for first. */
export class Beginnings {
  readonly #known = new Map<Situation, Promise<WorldSnapshot>>();

  of(situation: Situation): Promise<WorldSnapshot> {
    const known = this.#known.get(situation) ?? this.#build(situation);
    this.#known.set(situation, known);
    return known;
  }

  async #build(situation: Situation): Promise<WorldSnapshot> {
    if (situation === 'steady') return serving();
    const steady = await this.of('steady');
    if (situation === 'failover') return homeLost(steady);
    return situation === 'failback' ? homeRebuilt(steady) : steady;
  }
}
