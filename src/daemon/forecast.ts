/** Forecast of a pool from one decision and the journal. */
import type { Decision, JournalRecord } from '../ports/journal.ts';
import { accountCopies } from '../reconciler/account-copies.ts';
import type { PoolDecision } from '../reconciler/decide-pool.ts';
import { predictDurations } from '../reconciler/predict-durations.ts';
import { readinessOf } from '../reconciler/readiness.ts';
import { waysBackOf } from '../reconciler/ways-back.ts';
import type { Forecast } from '../topology/forecast.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { durationHistory, lastLoss, lastTransition } from './step-history.ts';

export interface ForecastInput {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly decision: PoolDecision;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
  readonly records: readonly JournalRecord[];
}

export function forecastOf(input: ForecastInput): Forecast {
  const { pool, facts, decision, decisions, nowMs, records } = input;
  const { vector, ledger } = decision.reduction;
  const history = durationHistory(records);
  const { name } = pool.topology;
  return {
    prediction: predictDurations(pool, facts, vector, ledger, history),
    readiness: readinessOf({ pool, facts, vector, decisions, nowMs, history }),
    waysBack: waysBackOf({ pool, facts, reduction: decision.reduction, decisions, nowMs, history }),
    ...accountCopies(pool, facts, vector, ledger),
    lastTransition: lastTransition(records, name),
    lastLoss: lastLoss(records, name),
  };
}

/** What a decision was made from; an observation of the machine is one. */
interface Basis {
  readonly facts: PoolFacts;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
}

/** One forecast per decision, however often it is asked for: right before a step, for the journal and for the status. */
export class Forecaster {
  readonly #records: () => readonly JournalRecord[];
  #of: PoolDecision | undefined;
  #newest: Forecast | undefined;

  constructor(records: () => readonly JournalRecord[]) {
    this.#records = records;
  }

  from(pool: DesiredPool, decision: PoolDecision, basis: Basis): Forecast {
    if (this.#newest !== undefined && this.#of === decision) return this.#newest;
    const { facts, decisions, nowMs } = basis;
    this.#of = decision;
    this.#newest = forecastOf({ pool, facts, decision, decisions, nowMs, records: this.#records() });
    return this.#newest;
  }

  /** With the accounts of now: one is written after the round that it ended with was judged. null: nothing was observed yet. */
  shown(pool: string): Forecast | null {
    if (this.#newest === undefined) return null;
    const records = this.#records();
    return {
      ...this.#newest,
      lastTransition: lastTransition(records, pool),
      lastLoss: lastLoss(records, pool),
    };
  }
}
