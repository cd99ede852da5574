/**
 * Measures how long the daemon waited for the outside: SQL Server, the management shell, folders, the world. Overlapping
 * waits count once, so (wall time - externalMs) is the daemon's own cost. One meter per daemon: with several pools at work
 * at once, one pool's wait also covers the other's.
 */
import type { ActuatorPorts } from '../actuators/step-context.ts';
import type { Clock } from '../ports/clock.ts';
import type { SqlConnection, SqlInstances } from '../ports/sql-connection.ts';

export class BusyMeter {
  readonly #clock: Clock;
  #open = 0;
  #since = 0;
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The clock that is not metered: for timers of the loop itself, whose waits are nobody's cost. */
  get clock(): Clock {
    return this.#clock;
  }

  /** ms spent outside so far, a running wait included. */
  totalMs(): number {
    return this.#open === 0 ? this.#total : this.#total + this.#clock.monotonicMs() - this.#since;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open === 0) this.#since = this.#clock.monotonicMs();
    this.#open += 1;
    try {
      return await work();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#total += this.#clock.monotonicMs() - this.#since;
    }
  }
}

/** The same ports, with every call measured. */
export function meteredPorts(ports: ActuatorPorts, meter: BusyMeter): ActuatorPorts {
  const { files, shell } = ports;
  return {
    random: ports.random,
    clock: meteredClock(ports.clock, meter),
    sql: meteredSql(ports.sql, meter),
    shell: { invoke: (request, options) => meter.during(() => shell.invoke(request, options)) },
    files: {
      reaches: (folder) => files.reaches(folder),
      list: (folder, signal) => meter.during(() => files.list(folder, signal)),
      copy: (source, target, options) => meter.during(() => files.copy(source, target, options)),
      move: (source, target, options) => meter.during(() => files.move(source, target, options)),
      removeUnfinished: (path, options) => meter.during(() => files.removeUnfinished(path, options)),
    },
  };
}

/** Waiting between two looks at the world is waiting for the world. */
export function meteredClock(clock: Clock, meter: BusyMeter): Clock {
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => meter.during(() => clock.sleep(ms, signal)),
    deadline: (ms, parent) => clock.deadline(ms, parent),
  };
}

function meteredSql(sql: SqlInstances, meter: BusyMeter): SqlInstances {
  const run =
    (connection: SqlConnection): SqlConnection['run'] =>
    (statement, options) =>
      meter.during(() => connection.run(statement, options));
  return {
    observer: (instance) => ({ run: run(sql.observer(instance)) }),
    open: async (instance, signal) => {
      const connection = await meter.during(() => sql.open(instance, signal));
      return {
        run: run(connection),
        [Symbol.asyncDispose]: () => meter.during(async () => connection[Symbol.asyncDispose]()),
      };
    },
  };
}
