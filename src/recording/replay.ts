/** Today's code on recorded facts: where would it decide otherwise? */
import { compareJudgements, type Difference } from './compare-judgements.ts';
import { judgementOf } from './judgement.ts';
import type { RecordedRound } from './recording-lines.ts';

export interface ReplayedRound {
  readonly line: number;
  readonly pool: string;
  readonly at: string;
  /** Kind of the recorded plan. */
  readonly plan: string;
  readonly differences: readonly Difference[];
}

/** Now is the instant of the round. */
export function replayRound({ line, pool, at, decisions, facts, decided }: RecordedRound): ReplayedRound {
  const today = judgementOf(pool, facts, decisions, Date.parse(at));
  return {
    line,
    pool: pool.topology.name,
    at,
    plan: decided.plan.kind,
    differences: compareJudgements(decided, today),
  };
}
