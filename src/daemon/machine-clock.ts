/** The Clock port in the form that xstate wants for its delayed transitions. */
import type { Clock } from '../ports/clock.ts';

interface MachineClock {
  setTimeout(action: (...args: unknown[]) => void, ms: number): AbortController;
  clearTimeout(timer: AbortController): void;
}

export const machineClock = (clock: Clock): MachineClock => ({
  setTimeout: (action, ms) => {
    const timer = new AbortController();
    clock.sleep(ms, timer.signal).then(
      () => {
        action();
      },
      // Cleared: the machine has left the state that wanted to wait.
      () => undefined,
    );
    return timer;
  },
  clearTimeout: (timer) => {
    timer.abort();
  },
});
