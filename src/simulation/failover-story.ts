/**
 * The main job in memory: converged with clients posting, home lost, one line edited, failover, home rebuilt empty, edited back,
 * failback. One seed gives one journal. Decides nothing for the daemon; it only plays the world and the administrator.
 */
import type { EstateAccount } from '../simulator/estate/checker.ts';
import type { EstateOverrides } from '../simulator/estate/estate-options.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import type { SqlVersion } from '../rights/right-table.ts';
import { giveRights, LEAST_LOGIN, leastRights } from './administrator.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDaemon, type SimulatedDaemonOptions } from './simulated-daemon.ts';
import { freshWorld, SimulatedWorld } from './simulated-world.ts';

export interface StoryOptions {
  readonly seed: number;
  readonly shareSite: 'home' | 'backup';
  /** Of every instance; default: the estate's. */
  readonly sqlVersion?: SqlVersion;
  /** The daemon logs in with nothing but the rights of `pchat grants`. */
  readonly leastRights?: boolean;
}

export interface StoryResult {
  /** The whole journal as the file would hold it. */
  readonly journal: string;
  readonly simulatedMs: number;
  /** When the backup site serves and home is still dark. */
  readonly afterFailover: EstateAccount;
  /** At the end. */
  readonly account: EstateAccount;
  readonly state: EstateState;
}

export const POOL = 'contoso-chat';
const MINUTE_MS = 60_000;
/** Longer than any failover of the estate; reaching it is a defect. */
const LIMIT_MS = 4 * 60 * MINUTE_MS;

/** Log backups every quarter of an hour; what the jobs copy and restore later is left for the failover. */
export const storyOverrides = ({ seed, shareSite, sqlVersion }: StoryOptions): EstateOverrides => ({
  ...(sqlVersion === undefined ? {} : { sqlVersion }),
  seed: `story ${seed}`,
  startAtMs: Date.UTC(2026, 10, 23, 8, 25),
  shareSite,
  copyEveryMinutes: 60,
  restoreEveryMinutes: 240,
});

/** One world with one daemon, moved forward by what shall be seen. */
export class Stage {
  readonly world: SimulatedWorld;
  readonly #daemon: SimulatedDaemon;

  constructor(
    world: SimulatedWorld,
    random: SeededRandom,
    onAppend?: SimulatedDaemonOptions['onAppend'],
    login?: string,
  ) {
    this.world = world;
    this.#daemon = new SimulatedDaemon(world, {
      random,
      ...(onAppend === undefined ? {} : { onAppend }),
      ...(login === undefined ? {} : { login }),
    });
  }

  get daemon(): SimulatedDaemon {
    return this.#daemon;
  }

  /** Converged where the document says now, seen by a round of the newest generation. */
  async converge(): Promise<void> {
    const { clock } = this.world;
    const before = clock.monotonicMs();
    const reached = await clock.run(() => clock.monotonicMs() > before && this.#converged(), LIMIT_MS);
    if (!reached)
      throw new Error(`the pool did not converge within ${LIMIT_MS / MINUTE_MS} simulated minutes`);
  }

  #converged(): boolean {
    const status = this.#daemon.daemon.pool(POOL);
    return (
      status?.state === 'converged' &&
      status.observedGeneration?.hash === status.generation.hash &&
      this.world.document.text.includes(`primaryDatacenter: ${status.datacenters[status.primarySite]}\n`)
    );
  }

  async pass(minutes: number): Promise<void> {
    const end = this.world.clock.monotonicMs() + minutes * MINUTE_MS;
    await this.world.clock.run(() => this.world.clock.monotonicMs() >= end, minutes * MINUTE_MS + 1);
  }
}

/** Until after half past nine: copied at nine, two log backups since, and messages that are in none. */
const TRAFFIC_MINUTES = 68;
const DARK_MINUTES = 6;
const SERVING_MINUTES = 10;

const giveLeastRights = (world: SimulatedWorld, version: SqlVersion = '2016'): void =>
  giveRights(world, leastRights(world, { purpose: 'act', version }));

export async function playFailoverStory(options: StoryOptions): Promise<StoryResult> {
  const world = new SimulatedWorld(freshWorld(storyOverrides(options)));
  const grant = (): void => {
    if (options.leastRights === true) giveLeastRights(world, options.sqlVersion);
  };
  grant();
  const login = options.leastRights === true ? LEAST_LOGIN : undefined;
  const stage = new Stage(world, new SeededRandom(options.seed), undefined, login);
  await stage.converge();
  world.estate.fault('clients on');
  await stage.pass(TRAFFIC_MINUTES);
  world.estate.fault('down site home');
  await stage.pass(DARK_MINUTES);
  world.setPrimaryDatacenter('lyon');
  await stage.converge();
  await stage.pass(SERVING_MINUTES);
  const afterFailover = world.account();
  world.estate.fault('rebuild site home');
  // Logins are no content of a database: fresh machines have none of ours.
  grant();
  if (options.shareSite === 'home') world.estate.fault('up share');
  await stage.pass(1);
  world.setPrimaryDatacenter('paris');
  await stage.converge();
  await stage.pass(1);
  world.estate.fault('clients off');
  const result = {
    journal: world.disk.text(),
    simulatedMs: world.clock.monotonicMs(),
    afterFailover,
    account: world.account(),
    state: world.state,
  };
  stage.daemon.crash();
  return result;
}
