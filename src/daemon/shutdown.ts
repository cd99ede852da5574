/** Whatever is opened registers its close here; closing goes in reverse order, each with an end, one failure stopping nothing. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from './log.ts';

interface Closing {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  /** ms; undefined: waits without end, for a running BACKUP or RESTORE. */
  readonly deadlineMs: number | undefined;
}

const DEFAULT_DEADLINE_MS = 5_000;

export class Shutdown {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stack: Closing[] = [];
  #closing: Promise<void> | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  register(
    name: string,
    close: Closing['close'],
    deadlineMs: number | undefined = DEFAULT_DEADLINE_MS,
  ): void {
    this.#stack.push({ name, close, deadlineMs });
  }

  /** For work that must not be cut short. */
  registerUnbounded(name: string, close: Closing['close']): void {
    this.#stack.push({ name, close, deadlineMs: undefined });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (let next = this.#stack.pop(); next !== undefined; next = this.#stack.pop())
      await this.#closeOne(next);
  }

  async #closeOne({ name, close, deadlineMs }: Closing): Promise<void> {
    const stop = new AbortController();
    try {
      const work = Promise.resolve(close());
      if (deadlineMs === undefined) await work;
      else await Promise.race([work, this.#late(name, deadlineMs, stop.signal)]);
    } catch (error) {
      this.#log.warn('close failed', { part: name, err: error });
    } finally {
      stop.abort();
    }
  }

  async #late(name: string, deadlineMs: number, signal: AbortSignal): Promise<void> {
    const expired = await this.#clock.sleep(deadlineMs, signal).then(
      () => true,
      () => false,
    );
    if (expired) this.#log.warn('close took too long and was left behind', { part: name, deadlineMs });
  }
}
