/**
 * One piece of work at a time for each instance, and one look for all who ask before it begins. Who asks after it began gets
 * the next one, so that nobody is given an observation older than the question.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, Promise<unknown>>();

  run<T>(instance: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(instance) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(instance, settled);
    return turn;
  }

  /** @param key work of the same key that has not begun yet is shared; its result type must be the same */
  take<T>(instance: string, key: string, work: () => Promise<T>): Promise<T> {
    const shared = this.#waiting.get(key);
    if (shared !== undefined) return shared as Promise<T>;
    const turn = this.run(instance, () => {
      this.#waiting.delete(key);
      return work();
    });
    this.#waiting.set(key, turn);
    return turn;
  }
}
