/**
 * The estate's time on the wire: real time multiplied by a factor, and one timer for the next wake. The estate is outside the
 * daemon, so it keeps its own clock instead of the daemon's port; the timer has one owner, `stop` clears it. With factor 0 time
 * stands still, however slow the machine is, and only `skip` moves it.
 */

/** A timer of Node holds at most this long, ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

export class EstateClock {
  readonly #startedAtMs: number;
  readonly #factor: number;
  readonly #origin: number;
  #timer: NodeJS.Timeout | undefined;
  #next: { readonly atMs: number; readonly wake: () => void } | undefined;
  #skippedMs = 0;
  #stopped = false;

  /** `factor`: estate seconds per real second; 0: time stands still. */
  constructor(startedAtMs: number, factor: number) {
    this.#startedAtMs = startedAtMs;
    this.#factor = factor;
    // eslint-disable-next-line no-restricted-syntax -- see the header
    this.#origin = performance.now();
  }

  now(): number {
    // eslint-disable-next-line no-restricted-syntax -- see the header
    const ranMs = (performance.now() - this.#origin) * this.#factor;
    return Math.floor(this.#startedAtMs + ranMs + this.#skippedMs);
  }

  /** Replaces the wake that was planned before. */
  wakeAt(atMs: number | undefined, wake: () => void): void {
    clearTimeout(this.#timer);
    this.#next = atMs === undefined ? undefined : { atMs, wake };
    if (atMs === undefined || this.#stopped || this.#factor === 0) return;
    const real = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil((atMs - this.now()) / this.#factor)));
    // eslint-disable-next-line no-restricted-syntax -- see the header
    this.#timer = setTimeout(wake, real);
  }

  /** At once to the next wake; false: none is planned. */
  skip(): boolean {
    if (this.#next === undefined || this.#stopped) return false;
    this.#skippedMs += Math.max(0, this.#next.atMs - this.now());
    this.#next.wake();
    return true;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** The wall clock, for an estate that begins now. */
// eslint-disable-next-line no-restricted-syntax -- see the header
export const wallNow = (): number => Date.now();
