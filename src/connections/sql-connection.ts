/**
 * SqlInstances over the real driver: for every instance one held observer connection (opened on first use, reopened after a
 * loss, one request at a time) and, for each step, a connection of its own that is never silently replaced.
 */
import type { Clock } from '../ports/clock.ts';
import type {
  RunOptions,
  SqlAnswer,
  SqlConnection,
  SqlInstances,
  SqlStatement,
} from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { DriverConnection } from './driver-connection.ts';
import type { InstanceConnectionSettings } from './driver-settings.ts';

/** Settings of an instance by its name in the desired state; undefined when the operator settings do not know it. */
export type InstanceSettingsSource = (instance: InstanceName) => InstanceConnectionSettings | undefined;

class ObserverConnection implements SqlConnection {
  readonly #open: (signal: AbortSignal) => Promise<DriverConnection>;
  readonly #limitMs: number;
  #held: DriverConnection | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: (signal: AbortSignal) => Promise<DriverConnection>, limitMs: number) {
    this.#open = open;
    this.#limitMs = limitMs;
  }

  run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    const turn = this.#last.then(() => this.#runNow(statement, options));
    // The next request waits for this one to end, however it ends.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #runNow(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    if (options.signal.aborted) throw new PoolError('PCO_CANCELLED', `${statement.name} was not sent`);
    if (this.#held?.alive !== true) this.#held = await this.#open(options.signal);
    const deadlineMs = Math.min(options.deadlineMs ?? this.#limitMs, this.#limitMs);
    return this.#held.run(statement, { ...options, deadlineMs });
  }

  close(): void {
    this.#held?.close();
  }
}

class StepConnection implements SqlConnection, AsyncDisposable {
  readonly #driver: DriverConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(driver: DriverConnection) {
    this.#driver = driver;
  }

  run(statement: SqlStatement, options: RunOptions): Promise<SqlAnswer> {
    const turn = this.#last.then(() => this.#driver.run(statement, options));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#driver.close();
    return Promise.resolve();
  }
}

export class DriverInstances implements SqlInstances, AsyncDisposable {
  readonly #settings: InstanceSettingsSource;
  readonly #clock: Clock;
  readonly #observers = new Map<InstanceName, ObserverConnection>();

  constructor(settings: InstanceSettingsSource, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  observer(instance: InstanceName): SqlConnection {
    const held =
      this.#observers.get(instance) ??
      new ObserverConnection(
        (signal) => this.#connect(instance, signal),
        this.#settings(instance)?.queryDeadlineMs ?? 0,
      );
    this.#observers.set(instance, held);
    return held;
  }

  async open(instance: InstanceName, signal: AbortSignal): Promise<SqlConnection & AsyncDisposable> {
    return new StepConnection(await this.#connect(instance, signal));
  }

  async #connect(instance: InstanceName, signal: AbortSignal): Promise<DriverConnection> {
    const settings = this.#settings(instance);
    if (settings === undefined) {
      throw new PoolError(
        'PCO_SETTINGS_INVALID',
        `the settings have no connection for instance ${instance}`,
        {
          hint: 'Add the instance to the operator settings.',
        },
      );
    }
    return DriverConnection.open(instance, settings, this.#clock, signal);
  }

  /** Drops every held connection; never waits for an instance. */
  [Symbol.asyncDispose](): Promise<void> {
    for (const observer of this.#observers.values()) observer.close();
    this.#observers.clear();
    return Promise.resolve();
  }
}
