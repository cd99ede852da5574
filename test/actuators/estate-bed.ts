/** Actuators and observers over the simulated estate in memory: one call, one step, as the loop would run it. */
import { applyStep } from '../../src/actuators/apply-step.ts';
import type { ActuatorPorts, StepContext, StepNotes } from '../../src/actuators/step-context.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import {
  createPoolObserver,
  DEFAULT_OBSERVER_OPTIONS,
  type PoolObserver,
} from '../../src/observers/observe-pool.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { ActionId, StepTarget } from '../../src/reconciler/step-id.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { DAEMON_LOGIN } from '../../src/simulator/estate/fresh-instance.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { DesiredPool, InstanceName } from '../../src/topology/pool-topology.ts';

const LATENCY_MS = 1;
const HOUR_MS = 3_600_000;

export class EstateBed {
  readonly world: SimulatedWorld;
  readonly pool: DesiredPool;
  readonly #ports: ActuatorPorts;
  readonly #observer: PoolObserver;
  /** What was announced, in order. */
  readonly effects: string[] = [];

  constructor(from: WorldSnapshot | EstateOverrides = {}) {
    this.world = new SimulatedWorld('state' in from ? from : freshWorld(from));
    const { clock, estate, folders, sqlPassword } = this.world;
    const latencyMs = (): number => LATENCY_MS;
    const login = { login: DAEMON_LOGIN, password: sqlPassword, connectDeadlineMs: 3_000, latencyMs };
    this.#ports = {
      clock,
      random: new SeededRandom(7),
      sql: new SimulatedSql(estate, clock, login),
      shell: new SimulatedShell(estate, clock, latencyMs),
      files: new SimulatedBackupFiles(folders, clock, (folder) => this.world.reach(folder), latencyMs),
    };
    this.#observer = createPoolObserver(this.#ports, DEFAULT_OBSERVER_OPTIONS);
    const parsed = parseDesiredState(this.world.document.text, 'desired-state.yaml');
    const pool = parsed.kind === 'ok' ? parsed.pools[0] : undefined;
    if (pool === undefined) throw new Error('the estate describes itself wrongly');
    this.pool = pool;
  }

  async #finish<T>(work: Promise<T>): Promise<T> {
    const state = { over: false };
    const finished = work.finally(() => {
      state.over = true;
    });
    // Awaited below; this only keeps an early rejection from being reported as unhandled.
    finished.catch(() => undefined);
    await this.world.clock.run(() => state.over, HOUR_MS);
    if (!state.over) throw new Error('does not end within an hour');
    return finished;
  }

  /** Lets the estate run by itself. */
  async pass(ms: number): Promise<void> {
    await this.world.clock.run(() => false, ms);
  }

  fault(command: string): void {
    this.world.estate.fault(command);
  }

  /** As a person types it. */
  type(instance: InstanceName, text: string): Promise<void> {
    const run = async (): Promise<void> => {
      const { signal } = new AbortController();
      await using connection = await this.#ports.sql.open(instance, signal);
      const { errors } = await connection.run(
        { name: 'typed', text, parameters: {}, mode: 'batch' },
        { signal, deadlineMs: HOUR_MS },
      );
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
    };
    return this.#finish(run());
  }

  observe(): Promise<PoolFacts> {
    return this.#finish(this.#look());
  }

  #look(): Promise<PoolFacts> {
    return this.#observer.observe(this.pool.topology, new AbortController().signal);
  }

  /** @param meanwhile happens after the facts of the step were taken */
  async run(
    action: ActionId,
    target: StepTarget,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<StepNotes> {
    const facts = await this.observe();
    await meanwhile();
    const context: StepContext = {
      pool: this.pool,
      step: { action, target },
      facts,
      signal: new AbortController().signal,
      effect: (where, what) => {
        this.effects.push(`${where} ${what}`);
        return Promise.resolve();
      },
      lease: { epoch: 1, holder: 'the bed' },
      passed: () => undefined,
      leave: () => undefined,
      recheck: () => this.#look(),
      progress: () => undefined,
      overlapped: undefined,
    };
    return this.#finish(applyStep(this.#ports, context));
  }
}
