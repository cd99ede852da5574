/** One decision from one observation: the pure entry of the machine and of the offline `pchat plan`. */
import type { Decision } from '../ports/journal.ts';
import type { Drift } from '../topology/drift.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { diffPool } from './diff-pool.ts';
import { ALONE, type Gate, type Surroundings } from './gates/gate-input.ts';
import { holdOf, type Hold } from './gates/holds.ts';
import { judgeGates } from './gates/judge-gates.ts';
import { shapeOf } from './ground-rows.ts';
import type { Plan } from './plan.ts';
import { planPool } from './plan-pool.ts';
import { reducePool, type Reduction } from './reduce-pool.ts';

export interface PoolDecision {
  readonly reduction: Reduction;
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly drift: readonly Drift[];
  readonly gate: Gate;
  /** What a person has put in the way of steps, also while there is none. */
  readonly hold: Hold | undefined;
  readonly surroundings: Surroundings;
}

/** @param surroundings left out: a plan that is only looked at, without a past and without other pools */
export function decidePool(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
  surroundings: Surroundings = ALONE,
): PoolDecision {
  const reduction = reducePool(pool, facts, decisions, nowMs);
  const plan = planPool(pool, reduction);
  const { ledger, vector } = reduction;
  return {
    reduction,
    plan,
    ledger,
    drift: diffPool(pool.primarySite, vector, shapeOf(pool.topology, pool.policy)),
    gate: judgeGates({ pool, plan, vector, ledger, decisions, surroundings, nowMs }),
    hold: holdOf(pool, decisions, nowMs),
    surroundings,
  };
}
