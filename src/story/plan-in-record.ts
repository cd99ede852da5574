/** What a record of a plan holds. It was written by whichever version: what is not there is not there. Pure. */
import type { JournalRecord } from '../ports/journal.ts';
import type { Obstacle, PlannedStep } from '../reconciler/plan.ts';
import type { PlanPrediction } from '../topology/forecast.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';

export type PlanRecord = JournalRecord & { readonly kind: 'plan' };
export const isPlanRecord = (record: JournalRecord): record is PlanRecord => record.kind === 'plan';

export interface KeptPlan {
  readonly kind: string;
  readonly steps: readonly PlannedStep[];
  readonly obstacles: readonly Obstacle[];
  /** Of a plan that waits. */
  readonly reason: string | null;
}

export function planOf({ plan }: PlanRecord): KeptPlan {
  const { kind = 'unknown', steps = [], obstacles = [], reason = null } = (plan ?? {}) as Partial<KeptPlan>;
  return { kind, steps, obstacles, reason };
}

export const isConverged = (record: JournalRecord): boolean =>
  isPlanRecord(record) && planOf(record).kind === 'converged';

export function ledgerOf({ ledger }: PlanRecord): LossLedger | null {
  const { lines = [], lossMinutes = null, lostFiles = 0 } = (ledger ?? {}) as Partial<LossLedger>;
  return ledger === null || ledger === undefined ? null : { lines, lossMinutes, lostFiles };
}

export function predictionOf({ prediction }: PlanRecord): PlanPrediction | null {
  const {
    steps = [],
    duration = null,
    outage = null,
    unmeasured = [],
  } = (prediction ?? {}) as Partial<PlanPrediction>;
  return prediction === undefined || prediction === null ? null : { steps, duration, outage, unmeasured };
}
