/** What the planner answers: data that can be printed, journalled and compared. */
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { DriftField } from '../topology/pool-topology.ts';
import type { ActionId, StepTarget } from './step-id.ts';

export type Risk = 'safe' | 'outage' | 'fences' | 'no way back';

export interface PlannedStep {
  readonly action: ActionId;
  readonly target: StepTarget;
  /** `failover 1` ... `failback 7`; null: beyond the seed. */
  readonly seedStep: string | null;
  readonly risk: Risk;
  /** One sentence: why this step is in the plan, from the drift or need that it serves. */
  readonly reason: string;
}

/** A need or goal that does not hold, in words a person can act on. */
export interface Obstacle {
  /** Planner variable, for example `home.cannotWrite`. */
  readonly variable: string;
  readonly actual: string;
  readonly wanted: string;
  readonly reason: string;
  /** The command or the sight that would change the answer. */
  readonly wayOut: string;
}

export type Plan =
  | { readonly kind: 'converged' }
  | {
      readonly kind: 'steps';
      readonly steps: readonly PlannedStep[];
      /** Fields of `policy.drift` that want an approval of these steps. */
      readonly proposed?: readonly DriftField[];
      readonly statesExpanded: number;
    }
  | {
      readonly kind: 'waiting';
      readonly on: string;
      readonly reason: string;
      readonly steps: readonly PlannedStep[];
    }
  /** `steps` would run if every assumption held; none of them is ever run. */
  | {
      readonly kind: 'blocked';
      readonly obstacles: readonly Obstacle[];
      readonly steps: readonly PlannedStep[];
    }
  | { readonly kind: 'too-large'; readonly statesExpanded: number };

export interface PlannedTransition {
  readonly plan: Plan;
  readonly ledger: LossLedger;
}
