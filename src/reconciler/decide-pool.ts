/** One decision from one observation: the pure entry of the machine and of the offline `pchat plan`. */
import type { Decision } from '../ports/journal.ts';
import type { Drift } from '../topology/drift.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { diffPool } from './diff-pool.ts';
import { judgeGates, type Gate } from './gates.ts';
import { shapeOf } from './ground-rows.ts';
import { holdOf, type Hold } from './holds.ts';
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
}

export function decidePool(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
): PoolDecision {
  const reduction = reducePool(pool, facts, decisions, nowMs);
  const plan = planPool(pool, reduction);
  const { ledger } = reduction;
  return {
    reduction,
    plan,
    ledger,
    drift: diffPool(pool.primarySite, reduction.vector, shapeOf(pool.topology, pool.policy)),
    gate: judgeGates({ pool, plan, ledger, decisions, nowMs }),
    hold: holdOf(pool, decisions, nowMs),
  };
}
