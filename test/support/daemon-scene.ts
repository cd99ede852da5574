import type { ActuatorPorts, StepContext, StepNotes } from '../../src/actuators/step-context.ts';
import { BusyMeter } from '../../src/daemon/busy-meter.ts';
import { runDaemon, type RunningDaemon } from '../../src/daemon/daemon.ts';
import { silentLog, type Log } from '../../src/daemon/log.ts';
import type { LoopMetrics } from '../../src/daemon/loop-metrics.ts';
import { createMetrics } from '../../src/daemon/metrics.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { MemoryDisk, MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool, Policy } from '../../src/topology/pool-topology.ts';
import { desiredPool } from './desired-pool.ts';
import { NOW_MS } from './facts.ts';

/** The daemon over facts that the test sets and an actuator that the test writes; time is simulated. A disk outlives its daemon. */
export class DaemonScene {
  readonly clock: SimulatedClock;
  readonly metrics = createMetrics({ version: 'test', node: 'v24.0.0', epoch: 1 });
  readonly #disk: MemoryDisk;
  readonly #events: DesiredEvent[] = [];
  #more = Promise.withResolvers<undefined>();
  world: PoolFacts;
  /** How old what each look saw was allowed to be, ms. */
  readonly ages: number[] = [];
  act: (context: StepContext) => Promise<StepNotes> = () => Promise.resolve({});
  /** What the stop file says. */
  stopped: string | undefined;
  readonly daemon: RunningDaemon;

  /** @param reported what the loop reports goes there instead of to `metrics` alone */
  constructor(
    world: PoolFacts,
    disk: MemoryDisk = new MemoryDisk(),
    startMs = NOW_MS,
    reported: (metrics: LoopMetrics, clock: SimulatedClock) => LoopMetrics = (metrics) => metrics,
    log: Log = silentLog,
  ) {
    this.clock = new SimulatedClock(startMs);
    this.world = world;
    this.#disk = disk;
    const lease = new MemoryLease(disk);
    const outside = {} as Pick<ActuatorPorts, 'sql' | 'shell' | 'files'>;
    this.daemon = runDaemon({
      source: { watch: (signal) => this.#follow(signal) },
      ports: { ...outside, clock: this.clock, random: new SeededRandom(7) },
      meter: new BusyMeter(this.clock),
      observe: (_pool, _signal, maxAgeMs) => {
        this.ages.push(maxAgeMs);
        return Promise.resolve(this.world);
      },
      applyStep: (_ports, context) => this.act(context),
      journal: new MemoryJournal(disk, this.clock, lease.epoch),
      lease,
      log,
      metrics: reported(this.metrics, this.clock),
      version: 'test',
      pid: 0,
      resyncMs: 10_000,
      waitMs: 1_000,
      maxConcurrentTransitions: 1,
      stopAfterFailures: 1,
      stopped: () => this.stopped,
    });
  }

  async *#follow(signal: AbortSignal): AsyncGenerator<DesiredEvent> {
    while (!signal.aborted) {
      const next = this.#events.shift();
      if (next !== undefined) yield next;
      else await this.#more.promise;
    }
  }

  desire(...pools: DesiredPool[]): void {
    this.tell({ kind: 'accepted', pools, findings: [] });
  }
  tell(event: DesiredEvent): void {
    this.#events.push(event);
    this.#more.resolve(undefined);
    this.#more = Promise.withResolvers();
  }
  state(name = 'chat'): string | undefined {
    return this.daemon.pool(name)?.state;
  }
  until(condition: () => boolean, limitMs = 600_000): Promise<boolean> {
    return this.clock.run(condition, limitMs);
  }
  /** As kill -9: nothing more of it reaches the disk; the next daemon may have the lease. */
  die(): void {
    this.#disk.holder = undefined;
    // Nobody is left who would hear how it ended.
    this.daemon.done.catch(() => undefined);
  }
  records(): JournalRecord[] {
    return this.#disk.lines.map((line) => JSON.parse(line) as JournalRecord);
  }
}

export const toBackup = (policy: Partial<Policy> = {}): DesiredPool =>
  desiredPool({ primarySite: 'backup', counter: 2, policy });
/** The world after remove-log-shipping: no secondary at Lyon. */
export function withoutSecondary(world: PoolFacts): PoolFacts {
  const name = 'sql-lyo-1.contoso.com';
  const lyon = world.instances[name];
  if (lyon?.kind !== 'value') throw new Error('lyon is not seen');
  const value = { ...lyon.value, shippingSecondary: { mgc: null }, jobs: [] };
  return { ...world, instances: { ...world.instances, [name]: { ...lyon, value } } };
}
