/** Time as an argument. The real one is src/daemon/host/host-clock.ts, the simulated one src/simulation. */
export interface Clock {
  /** Wall clock, ms since 1970 UTC. May jump; use it for people and records only. */
  now(): number;
  /** ms from an arbitrary start; never goes back. Use it for ages and durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A signal that aborts when `parent` aborts or after `ms`; dispose it when the work is over. */
  deadline(ms: number, parent: AbortSignal): Deadline;
}

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when the time ran out (and not the parent). */
  readonly expired: boolean;
}
