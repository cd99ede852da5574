/** What the loop reports for counting; metrics.ts gives it to Prometheus, a simulation to nobody. */
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { PoolStatus, RunningStepView, SourceView } from '../reconciler/pool-status.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { StepOutcome } from './apply-planned-step.ts';

export interface LoopMetrics {
  poolAdded(pool: string): void;
  poolRemoved(pool: string): void;
  /** @param tookMs ms that the observation took */
  observed(facts: PoolFacts, tookMs: number): void;
  stepEnded(pool: string, outcome: StepOutcome): void;
  /** @param pool the desired state that `status` is of */
  statusChanged(status: PoolStatus, pool: DesiredPool): void;
  /** A step begins or tells how far it is. */
  progressed(pool: string, running: readonly RunningStepView[]): void;
  desiredState(event: DesiredEvent): void;
  /** What became of the newest desired state. */
  sourceChanged(source: SourceView): void;
}

const nothing = (): void => undefined;
export const silentMetrics: LoopMetrics = {
  poolAdded: nothing,
  poolRemoved: nothing,
  observed: nothing,
  stepEnded: nothing,
  statusChanged: nothing,
  progressed: nothing,
  desiredState: nothing,
  sourceChanged: nothing,
};
