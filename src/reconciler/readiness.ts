/** Could the service move now, if the site that serves were lost? The planner's own answer over supposed facts, every round. Pure. */
import type { Decision } from '../ports/journal.ts';
import type { DurationHistory, Readiness } from '../topology/forecast.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { otherSite, type DesiredPool } from '../topology/pool-topology.ts';
import type { Plan } from './plan.ts';
import { planPool } from './plan-pool.ts';
import { predictDurations, servedSite } from './predict-durations.ts';
import { reducePool } from './reduce-pool.ts';
import { supposeFault } from './suppose-fault.ts';
import { isVariable, type Vector } from './variables.ts';

/** What only the supposed fault hides is no missing sight. */
function answerOf(plan: Plan, before: Vector): Pick<Readiness, 'answer' | 'because'> {
  switch (plan.kind) {
    case 'converged':
      return { answer: 'yes', because: 'nothing would have to be done' };
    case 'steps':
      return { answer: 'yes', because: `${String(plan.steps.length)} steps would move it` };
    case 'waiting':
      return { answer: 'no', because: plan.reason };
    case 'too-large':
      return { answer: 'unknown', because: 'no plan was found within the limit of the search' };
    case 'blocked': {
      const words = plan.obstacles.map(
        ({ variable, actual, wanted }) => `${variable} is ${actual}, wanted ${wanted}`,
      );
      const unseen =
        plan.obstacles.length === 0 ||
        plan.obstacles.some(({ variable }) => isVariable(variable) && before[variable] === 'unknown');
      return { answer: unseen ? 'unknown' : 'no', because: words.join('; ') };
    }
  }
}

export interface ReadinessInput {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly vector: Vector;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
  readonly history: DurationHistory;
}

export function readinessOf(input: ReadinessInput): Readiness {
  const { pool, facts, vector, decisions, nowMs, history } = input;
  const lost = servedSite(vector) ?? pool.primarySite;
  const moved: DesiredPool = { ...pool, primarySite: otherSite(lost) };
  const supposed = supposeFault(moved, facts, { kind: 'site', site: lost }, decisions, nowMs);
  const reduction = reducePool(moved, supposed.facts, supposed.decisions, supposed.nowMs);
  const plan = planPool(moved, reduction);
  const { duration, outage } = predictDurations(
    moved,
    supposed.facts,
    reduction.vector,
    reduction.ledger,
    history,
  );
  const judged = answerOf(plan, vector);
  const ready = judged.answer === 'yes';
  return {
    ...judged,
    lost,
    outage: ready ? outage : null,
    duration: ready ? duration : null,
    lossMinutes: ready ? reduction.ledger.lossMinutes : null,
  };
}
