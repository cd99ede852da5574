/** One short life of the daemon in a copy of a world: a look, or one planned step with the product's own loop around it. */
import { applyStep } from '../../src/actuators/apply-step.ts';
import type { ActuatorPorts } from '../../src/actuators/step-context.ts';
import {
  applyPlannedSteps,
  type StepJudgement,
  type StepOutcome,
} from '../../src/daemon/apply-planned-step.ts';
import { BusyMeter } from '../../src/daemon/busy-meter.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { createPoolObserver, type PoolObserver } from '../../src/observers/observe-pool.ts';
import type { Decision, JournalRecord } from '../../src/ports/journal.ts';
import { isDone, needsOf } from '../../src/reconciler/check-step.ts';
import { otherIdentity } from '../../src/reconciler/gates/identity.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import { MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { DAEMON_LOGIN } from '../../src/simulator/estate/fresh-instance.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import { ALL_PARTIES, portsUnder, withSilence, type Sight } from './sight.ts';

export const FULL_SIGHT: Sight = { seen: ALL_PARTIES, silentLong: true };

const SEED = 7;
const LATENCY_MS = 1;
const CONNECT_DEADLINE_MS = 3_000;
const DEADLINES = {
  instanceDeadlineMs: 3_000,
  folderDeadlineMs: 3_000,
  shellDeadlineMs: 10_000,
  serverDeadlineMs: 5_000,
};
/** Longer than any step may take with its time-outs, ms of simulated time; reaching it is a defect. */
const LIMIT_MS = 30 * 60_000;

class DaemonLife implements Disposable {
  readonly world: SimulatedWorld;
  readonly ports: ActuatorPorts;
  readonly observer: PoolObserver;
  readonly #sql: SimulatedSql<SimulatedWorld['state']>;

  constructor(from: WorldSnapshot, pool: DesiredPool, sight: Sight) {
    const world = new SimulatedWorld(from);
    const { clock, estate, folders } = world;
    const latencyMs = (): number => LATENCY_MS;
    this.world = world;
    this.#sql = new SimulatedSql(estate, clock, {
      login: DAEMON_LOGIN,
      password: world.sqlPassword,
      connectDeadlineMs: CONNECT_DEADLINE_MS,
      latencyMs,
    });
    const everything = {
      sql: this.#sql,
      shell: new SimulatedShell(estate, clock, latencyMs),
      files: new SimulatedBackupFiles(
        folders,
        clock,
        (folder) => world.reach(folder),
        latencyMs,
        (folder) => world.maps(folder),
      ),
      clock,
      random: new SeededRandom(SEED),
    };
    this.ports = portsUnder(everything, sight.seen, pool.topology);
    this.observer = createPoolObserver(this.ports, DEADLINES);
  }

  /** Runs the world until the work has ended. */
  async await<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const settled = work.finally(() => {
      ended = true;
    });
    settled.catch(() => undefined);
    if (!(await this.world.clock.run(() => ended, LIMIT_MS)))
      throw new Error('the daemon did not come to an end in a world of its own');
    return settled;
  }

  /** As after kill -9; may be called again. */
  end(): void {
    this.observer.close();
    this.#sql.dropAll();
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** What a daemon that sees everything alive would see now. The world itself is left as it was. */
export async function look(from: WorldSnapshot, pool: DesiredPool, sight = FULL_SIGHT): Promise<PoolFacts> {
  using life = new DaemonLife(from, pool, sight);
  const facts = await life.await(life.observer.observe(pool.topology, new AbortController().signal));
  return withSilence(facts, sight);
}

export interface StepRequest {
  readonly pool: DesiredPool;
  readonly steps: readonly PlannedStep[];
  readonly sight: Sight;
  readonly decisions: readonly Decision[];
}

export interface CutWorld {
  /** For example `after effect 3: RESTORE DATABASE ...`. */
  readonly name: string;
  readonly world: WorldSnapshot;
}

export interface StepRun {
  readonly outcomes: readonly StepOutcome[];
  readonly world: WorldSnapshot;
  /** What the step looked at first, and last. */
  readonly first: PoolFacts | undefined;
  readonly last: PoolFacts | undefined;
  /** The worlds that a daemon killed on the way would leave behind. */
  readonly cuts: readonly CutWorld[];
  /** One line for each external effect. */
  readonly effects: readonly string[];
}

/** ms after an effect was announced: it is on its way and has begun. */
const INTO_EFFECT_MS = 120;

const atRest = (world: SimulatedWorld): WorldSnapshot => ({ ...world.snapshot(), journal: [], epoch: 0 });

/** What a journal of one step tells: every effect, and the world a moment after each was announced. */
function follow(journal: MemoryJournal, lease: MemoryLease, world: SimulatedWorld, wantCuts: boolean) {
  const cuts: CutWorld[] = [];
  const effects: string[] = [];
  journal.onAppend = (record: JournalRecord, moment) => {
    if (moment !== 'after' || record.kind !== 'effect') return;
    effects.push(`${record.where}: ${record.what}`);
    if (!wantCuts) return;
    world.clock.after(INTO_EFFECT_MS, () => {
      if (lease.held())
        cuts.push({ name: `into effect ${effects.length}: ${record.what}`, world: atRest(world) });
    });
  };
  return { cuts, effects };
}

/** Needs, done and identity as the daemon judges them; permission is given. `planned`: what the plan was made on. */
const judgeWith =
  (decisions: readonly Decision[], planned: () => PoolFacts | undefined, nowMs: () => number) =>
  (pool: DesiredPool, facts: PoolFacts): StepJudgement => {
    const reduction = reducePool(pool, facts, decisions, nowMs());
    return {
      held: () => undefined,
      missing: (step, overlapping) => needsOf(pool, step, reduction, overlapping),
      done: (step) => isDone(pool, step, reduction),
      otherIdentity: (lineageToo) => otherIdentity(pool, planned() ?? facts, facts, lineageToo),
    };
  };

/** Runs steps as the daemon does: fresh look, needs, intent, actuator, looks until done. `wantCuts`: worlds of kills are kept. */
export async function runSteps(
  from: WorldSnapshot,
  { pool, steps, sight, decisions }: StepRequest,
  wantCuts: boolean,
): Promise<StepRun> {
  using life = new DaemonLife(from, pool, sight);
  const { world, ports, observer } = life;
  const looks: PoolFacts[] = [];
  const lease = new MemoryLease(world.disk);
  const journal = new MemoryJournal(world.disk, world.clock, lease.epoch);
  const { cuts, effects } = follow(journal, lease, world, wantCuts);
  const observe = async (): Promise<PoolFacts> => {
    const facts = await observer.observe(pool.topology, new AbortController().signal);
    looks.push(withSilence(facts, sight));
    return withSilence(facts, sight);
  };
  const dependencies = {
    ports,
    meter: new BusyMeter(world.clock),
    observe: () => observe(),
    judge: judgeWith(
      decisions,
      () => looks[0],
      () => world.clock.now(),
    ),
    // Each step is a life of its own here; what claims are for is proved in proof/promela and test/simulation.
    claim: () => Promise.resolve(false),
    applyStep,
    journal,
    lease,
    onProgress: () => undefined,
    log: silentLog,
  };
  const outcomes = await life.await(
    applyPlannedSteps(dependencies, { pool, steps, round: 'e1-r1' }, new AbortController().signal),
  );
  await lease.release();
  // Its connections are gone before the world is kept.
  life.end();
  return { outcomes, world: atRest(world), first: looks[0], last: looks.at(-1), cuts, effects };
}

/** Lets the world do something by itself, without a daemon, and `ms` pass. */
export async function letHappen(
  from: WorldSnapshot,
  event: (world: SimulatedWorld) => void,
  ms: number,
): Promise<WorldSnapshot> {
  const world = new SimulatedWorld(from);
  world.dropDaemonConnections();
  event(world);
  const end = world.clock.monotonicMs() + ms;
  await world.clock.run(() => world.clock.monotonicMs() >= end, ms);
  return atRest(world);
}
