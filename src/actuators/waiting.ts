/** Waiting inside a step: always with a limit, ends at once when the step is cancelled. */
import { PoolError } from '../topology/pool-error.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';

export async function pause(ports: ActuatorPorts, context: StepContext, ms: number): Promise<void> {
  try {
    await ports.clock.sleep(ms, context.signal);
  } catch (error) {
    throw new PoolError('PCO_CANCELLED', 'the step was cancelled while it waited', { cause: error });
  }
}

export interface WaitLimit {
  readonly everyMs: number;
  readonly limitMs: number;
}

/** Asks until the answer is not undefined; undefined when the limit has passed. */
export async function waitFor<T>(
  ports: ActuatorPorts,
  context: StepContext,
  limit: WaitLimit,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const startedAtMs = ports.clock.monotonicMs();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (ports.clock.monotonicMs() - startedAtMs >= limit.limitMs) return undefined;
    await pause(ports, context, limit.everyMs);
  }
}
