/** How many requests a caller may send: a bucket that fills with time, for each caller, in bounded memory. */
import type { Clock } from '../ports/clock.ts';

export interface RateLimits {
  /** Requests at once. */
  readonly burst: number;
  /** Requests per second after that. */
  readonly perSecond: number;
  /** Callers that are remembered; the one that was silent for longest goes first. */
  readonly callers: number;
}

/** A web page and a command that looks every second are far below; one caller alone cannot keep the daemon busy. */
export const RATE_LIMITS: RateLimits = { burst: 400, perSecond: 100, callers: 5_000 };
/** Requests that one with an unknown token counts for: 20 at once and five a second are noise, not a way in. */
export const UNKNOWN_TOKEN_COST = 20;
const MS_PER_SECOND = 1_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export class RateLimiter {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #limits: RateLimits;
  /** In order of their last request. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, limits = RATE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Seconds after which it may ask again; 0: now. What is refused costs nothing, or a caller that repeats would never get through. */
  take(caller: string, cost: number): number {
    const { burst, perSecond, callers } = this.#limits;
    const atMs = this.#clock.monotonicMs();
    const before = this.#buckets.get(caller) ?? { left: burst, atMs };
    const left = Math.min(burst, before.left + ((atMs - before.atMs) * perSecond) / MS_PER_SECOND);
    const allowed = left >= cost;
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { left: allowed ? left - cost : left, atMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > callers && oldest !== undefined) this.#buckets.delete(oldest);
    return allowed ? 0 : Math.ceil((cost - left) / perSecond);
  }
}
