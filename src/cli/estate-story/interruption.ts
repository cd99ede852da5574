/** One abort for all the ways in which a person ends a command in the foreground; what is open is then closed in order. */
import { PoolError } from '../../topology/pool-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  /** Takes every further signal, too: Ctrl-C comes twice, from the terminal and from scripts/run.mjs that passes it on. */
  readonly #onSignal = (): void => this.#controller.abort(new PoolError('PCO_CANCELLED', 'interrupted'));

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves at the first signal. */
  async arrived(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
