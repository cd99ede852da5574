/** What the loop reports for counting; metrics.ts gives it to Prometheus, a simulation to nobody. */
import type { PoolStatus } from '../reconciler/pool-status.ts';
import type { StepOutcome } from './apply-planned-step.ts';

export interface LoopMetrics {
  poolAdded(pool: string): void;
  poolRemoved(pool: string): void;
  observed(pool: string, tookMs: number): void;
  stepEnded(pool: string, outcome: StepOutcome, tookMs: number): void;
  statusChanged(status: PoolStatus): void;
  desiredStateValid(valid: boolean): void;
}

const nothing = (): void => undefined;
export const silentMetrics: LoopMetrics = {
  poolAdded: nothing,
  poolRemoved: nothing,
  observed: nothing,
  stepEnded: nothing,
  statusChanged: nothing,
  desiredStateValid: nothing,
};
