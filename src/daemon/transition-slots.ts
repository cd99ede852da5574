/** At most so many pools are in transition at once (blast radius). A pool keeps its slot from its first step until it rests. */
import { PoolError } from '../topology/pool-error.ts';

export class TransitionSlots {
  readonly #limit: number;
  readonly #holders = new Set<string>();
  readonly #waiting: { readonly pool: string; readonly go: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves once the pool holds a slot, at once when it does already; rejects with PCO_CANCELLED. */
  async hold(pool: string, signal: AbortSignal): Promise<void> {
    if (this.#holders.has(pool)) return;
    if (this.#holders.size < this.#limit) {
      this.#holders.add(pool);
      return;
    }
    const turn = Promise.withResolvers<undefined>();
    const entry = { pool, go: () => turn.resolve(undefined) };
    const onAbort = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      turn.reject(new PoolError('PCO_CANCELLED', `${pool} was cancelled while it waited for its turn`));
    };
    this.#waiting.push(entry);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** At once, over the limit if need be: a transition that has begun and a fence do not wait. */
  take(pool: string): void {
    this.#holders.add(pool);
  }

  get holders(): readonly string[] {
    return [...this.#holders];
  }

  /** @returns whether the pool held a slot */
  release(pool: string): boolean {
    if (!this.#holders.delete(pool)) return false;
    if (this.#holders.size < this.#limit) this.#next();
    return true;
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#holders.add(next.pool);
    next.go();
  }
}
