/**
 * Simulated time: a queue of due callbacks ordered by (time, sequence). Nothing here waits for real time; `run` lets all
 * pending promises settle, then jumps to the next due instant. One queue orders every wait, timer and I/O answer, so one
 * seed gives one run.
 */
import type { Clock, Deadline } from '../ports/clock.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Lets every settled promise run its continuations; there is no other work in the process to wait for. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SimulatedClock implements Clock {
  readonly #startMs: number;
  #elapsedMs = 0;
  #order = 0;
  #queue: Due[] = [];

  /** @param startMs wall clock at the beginning, ms since 1970 UTC */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Calls `action` after `ms` of simulated time, rounded up to whole ones; the returned function takes it back. */
  after(ms: number, action: () => void): () => void {
    const due: Due = {
      atMs: this.#elapsedMs + Math.max(0, Math.ceil(ms)),
      order: (this.#order += 1),
      action,
    };
    this.#queue.splice(this.#placeOf(due), 0, due);
    return () => {
      const at = this.#placeOf(due);
      // Taken back before its time: a limit that lies far away must not stay in the queue until then.
      if (this.#queue[at] === due) this.#queue.splice(at, 1);
    };
  }

  /** Where it stands in the queue, or would. */
  #placeOf(due: Due): number {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      const before = other !== undefined && (other.atMs - due.atMs || other.order - due.order) < 0;
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = this.after(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  deadline(ms: number, parent: AbortSignal): Deadline {
    const controller = new AbortController();
    let expired = false;
    const onParent = (): void => {
      cancel();
      controller.abort(parent.reason);
    };
    const cancel = this.after(ms, () => {
      expired = true;
      controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'));
    });
    if (parent.aborted) onParent();
    else parent.addEventListener('abort', onParent, { once: true });
    return {
      signal: controller.signal,
      get expired() {
        return expired;
      },
      [Symbol.dispose]: () => {
        cancel();
        parent.removeEventListener('abort', onParent);
      },
    };
  }

  /** Runs until `finished` says so (true) or until `limitMs` of simulated time have passed or nothing is due any more (false). */
  async run(finished: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#elapsedMs + limitMs;
    for (;;) {
      await settle();
      if (finished()) return true;
      const next = this.#queue[0];
      if (next === undefined) return false;
      if (next.atMs > endMs) {
        this.#elapsedMs = endMs;
        return false;
      }
      this.#queue.shift();
      this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
      next.action();
    }
  }
}
