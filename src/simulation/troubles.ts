/**
 * Trouble between the daemon and the estate, and on the daemon's own machine, that the estate's model knows nothing of: lost
 * and halved answers, torn copies, a full disk, a wall clock that jumps, answers in another order. A schedule turns it on.
 */
export type RequestTrouble = 'lose-request' | 'lose-answer' | 'halve-answer';
type CountedTrouble = RequestTrouble | 'lose-cmdlet' | 'tear-copy';

/** One way, ms: any message takes at least the first, at most both together. */
const LATENCY_MIN_MS = 0.5;
const LATENCY_SPREAD_MS = 2;

/** Of one instance by the first part of its name, as faults of the estate name it. */
const shortName = (name: string): string => (name.split('.')[0] ?? name).toLowerCase();

export class Troubles {
  readonly #left = new Map<string, number>();
  /** ms by which the daemon's wall clock is ahead of the true one. */
  clockShiftMs = 0;
  /** The disk of the journal. */
  journalFull = false;
  /** The disks that the daemon copies to. */
  targetFull = false;
  #spreadMs = LATENCY_SPREAD_MS;

  /** The next so many of its kind go wrong. `where`: an instance; empty: nowhere in particular. */
  arm(kind: CountedTrouble, where: string, times: number): void {
    const key = `${kind} ${shortName(where)}`;
    this.#left.set(key, (this.#left.get(key) ?? 0) + times);
  }

  /** true: this one goes wrong. */
  take(kind: CountedTrouble, where = ''): boolean {
    const key = `${kind} ${shortName(where)}`;
    const left = this.#left.get(key) ?? 0;
    if (left === 0) return false;
    this.#left.set(key, left - 1);
    return true;
  }

  /** The wider the spread, the more often do answers overtake each other; undefined: as on a calm network. */
  spread(ms: number | undefined): void {
    this.#spreadMs = ms ?? LATENCY_SPREAD_MS;
  }

  /** @param chance 0 (inclusive) to 1 (exclusive) */
  latencyMs(chance: number): number {
    return LATENCY_MIN_MS + chance * this.#spreadMs;
  }

  /** A clock that was set stays set. */
  end(): void {
    this.#left.clear();
    this.journalFull = false;
    this.targetFull = false;
    this.spread(undefined);
  }
}
