/**
 * Runs a file system call so that a hung mount costs one thread of Node's pool (four in all) and nothing else: a call is left
 * behind when its signal aborts, and further calls to that folder wait, without a thread, until it has come back.
 */
import { PoolError, type ErrorCode } from '../topology/pool-error.ts';

export class HangGuard {
  readonly #leftBehind = new Map<string, Promise<unknown>>();

  /** @param roots the mapped folders that the call touches */
  async run<T>(
    what: string,
    roots: readonly string[],
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    if (signal.aborted) throw unreadable(what, signal.reason, 'PCO_CANCELLED');
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(unreadable(what, signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    const gaveUp = (): boolean => signal.aborted;
    let running: Promise<T> | undefined;
    try {
      await Promise.race([this.#cameBack(roots), aborted.promise]);
      running = work();
      return await Promise.race([running, aborted.promise]);
    } catch (error) {
      if (gaveUp() && running !== undefined) this.#leave(roots, running);
      throw error instanceof PoolError ? error : unreadable(what, error);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #cameBack(roots: readonly string[]): Promise<void> {
    await Promise.all(roots.map((root) => this.#leftBehind.get(root) ?? Promise.resolve()));
  }

  #leave(roots: readonly string[], running: Promise<unknown>): void {
    for (const root of roots) {
      const all = Promise.allSettled([this.#leftBehind.get(root), running]).then(() => {
        if (this.#leftBehind.get(root) === all) this.#leftBehind.delete(root);
      });
      this.#leftBehind.set(root, all);
    }
  }
}

function unreadable(what: string, cause: unknown, code: ErrorCode = 'PCO_SHARE_UNREADABLE'): PoolError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PoolError(code, `${what}: ${why}`, { cause });
}
