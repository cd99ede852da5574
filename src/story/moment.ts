/** A pool at a past record of its journal. Instants are ISO 8601 UTC; null is always: nothing is written about it. Types only. */
import type { Obstacle, PlannedStep } from '../reconciler/plan.ts';
import type { PlanPrediction } from '../topology/forecast.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { Generation, Site } from '../topology/pool-topology.ts';
import type { DecisionNote, EffectNote, GenerationChange, Mark, RecordedAt } from './transition.ts';

export type DecisionMoment = DecisionNote;

export interface GenerationMoment extends GenerationChange {
  /** The whole declared pool, value by value. */
  readonly declared: readonly { readonly path: string; readonly value: string }[] | null;
}

export interface PlanMoment extends RecordedAt {
  /** May be an older one than that in force: a new one was not planned yet. */
  readonly generation: Generation;
  readonly kind: string;
  readonly steps: readonly PlannedStep[];
  readonly obstacles: readonly Obstacle[];
  readonly reason: string | null;
  readonly ledger: LossLedger | null;
  readonly prediction: PlanPrediction | null;
}

export interface RunningMoment extends RecordedAt {
  readonly action: string;
  readonly target: string;
  readonly lastEffect: EffectNote | null;
}

export interface ConditionMoment extends RecordedAt {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface EvidenceMoment extends RecordedAt {
  readonly verdict: string;
  readonly signs: readonly string[];
}

export interface BreakGlassMoment extends RecordedAt {
  readonly by: string;
  readonly reason: string;
  readonly file: string;
  readonly expiresAt: string;
}

export interface PastMoment {
  /** Everything was so right after it had been written. */
  readonly record: Mark;
  readonly epoch: number;
  /** What its daemon had judged before the oldest record that was read is missing from plan, conditions and evidence. */
  readonly cut: boolean;
  /** Numbers of the records of the pool beside it that are kept. */
  readonly earlier: number | null;
  readonly later: number | null;
  /** The records around it, itself among them, oldest first. */
  readonly around: readonly Mark[];
  /** Of everything that is kept. */
  readonly oldest: RecordedAt;
  readonly newest: RecordedAt;
  readonly generation: GenerationMoment | null;
  /** Of the daemon that wrote the record; null: it had made none yet. */
  readonly plan: PlanMoment | null;
  readonly running: readonly RunningMoment[];
  /** By that daemon; a condition that is not among them was False, or not judged yet. */
  readonly conditions: readonly ConditionMoment[];
  /** By that daemon; null: alive, or not judged yet. */
  readonly evidence: Readonly<Record<Site, EvidenceMoment | null>>;
  readonly decisions: readonly DecisionMoment[];
  readonly breakGlass: BreakGlassMoment | null;
  readonly notKept: readonly string[];
}
