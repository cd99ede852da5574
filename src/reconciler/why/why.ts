/** The answer of `pchat why`: types only. */
import type { GuardFact } from '../gates/gate-input.ts';

/** One thing that may stand in the way: a need of the next step, a need further down the plan, or a gate. */
export interface Guard {
  readonly kind: 'need' | 'gate';
  /** Planner variable or name of the gate. */
  readonly guard: string;
  readonly open: boolean;
  /** Null: it is open. */
  readonly code: string | null;
  /** One sentence. */
  readonly says: string;
  readonly facts: readonly GuardFact[];
  /** What would change the answer; null: nothing is needed. */
  readonly nextAction: string | null;
}

export interface Why {
  readonly pool: string;
  /** Nothing is in the way: it moves, or there is nothing to do. */
  readonly free: boolean;
  /** `AsDesired`, `Proceeds`, or what is in the way: the code of a guard, `Waiting`, `StepKeepsFailing`, `PlanTooLarge`. */
  readonly code: string;
  /** One sentence or more. */
  readonly reason: string;
  /** What a person can do; null: nothing is needed. */
  readonly nextAction: string | null;
  /** `action:target` of the next step; of a blocked plan the one that would be next. */
  readonly step: string | null;
  /** In the order in which they are judged. */
  readonly guards: readonly Guard[];
}
