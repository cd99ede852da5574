/**
 * What one round decided, in words that only a change of the decision changes: no reasons, no messages, no search figures. This is
 * what a recording keeps and what a replay compares; the sentences for people are made anew from the facts.
 */
import { z } from 'zod';
import type { Decision } from '../ports/journal.ts';
import { judgeConditions } from '../reconciler/conditions.ts';
import { decidePool, type PoolDecision } from '../reconciler/decide-pool.ts';
import type { Plan } from '../reconciler/plan.ts';
import { stepKey } from '../reconciler/step-id.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

const evidenceSchema = z.strictObject({
  verdict: z.string(),
  /** What `down` rests on. */
  level: z.string().nullable().default(null),
  signs: z.array(z.strictObject({ source: z.string(), says: z.string() })),
});

export const judgementSchema = z.strictObject({
  /** The vector: planner variables and their values. */
  variables: z.record(z.string(), z.string()),
  drift: z.array(z.strictObject({ path: z.string(), wanted: z.string(), actual: z.string() })),
  plan: z.strictObject({
    kind: z.string(),
    /** `action:target`; of a blocked plan those that would run if nothing were in the way. */
    steps: z.array(z.string()),
    waitsFor: z.string().nullable(),
    obstacles: z.array(z.strictObject({ variable: z.string(), actual: z.string(), wanted: z.string() })),
  }),
  gate: z.strictObject({ kind: z.string(), code: z.string().nullable() }),
  hold: z.string().nullable(),
  conditions: z.array(z.strictObject({ type: z.string(), status: z.string(), reason: z.string() })),
  evidence: z.strictObject({ home: evidenceSchema, backup: evidenceSchema }),
  ledger: z.strictObject({
    lossMinutes: z.number().nullable(),
    lostFiles: z.number(),
    lines: z.array(
      z.strictObject({
        kind: z.string(),
        file: z.string().nullable(),
        fromLsn: z.string().nullable(),
        toLsn: z.string().nullable(),
        minutes: z.number().nullable(),
      }),
    ),
  }),
});

export type Judgement = z.infer<typeof judgementSchema>;

/** Failures of steps are the daemon's own and in no recording: a replay judges a first look. */
export function judgementOf(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
): Judgement {
  const decided = decidePool(pool, facts, decisions, nowMs);
  const { reduction, plan, gate, hold, drift } = decided;
  return {
    variables: { ...reduction.vector },
    drift: drift.map(({ path, wanted, actual }) => ({ path, wanted, actual })),
    plan: planOf(plan),
    gate: { kind: gate.kind, code: gate.kind === 'proceed' ? null : gate.code },
    hold: hold?.code ?? null,
    conditions: conditionsOf(pool, decided, nowMs),
    evidence: { home: evidenceOf(reduction.evidence.home), backup: evidenceOf(reduction.evidence.backup) },
    ledger: ledgerOf(decided),
  };
}

function planOf(plan: Plan): Judgement['plan'] {
  return {
    kind: plan.kind,
    steps: 'steps' in plan ? plan.steps.map((step) => stepKey(step)) : [],
    waitsFor: plan.kind === 'waiting' ? plan.on : null,
    obstacles:
      plan.kind === 'blocked'
        ? plan.obstacles.map(({ variable, actual, wanted }) => ({ variable, actual, wanted }))
        : [],
  };
}

function conditionsOf(pool: DesiredPool, decision: PoolDecision, nowMs: number): Judgement['conditions'] {
  const now = new Date(nowMs).toISOString();
  return judgeConditions({
    breakGlass: pool.breakGlass,
    decision,
    failures: [],
    previous: [],
    now,
  }).map(({ type, status, reason }) => ({ type, status, reason }));
}

const evidenceOf = ({ verdict, level, signs }: Evidence): Judgement['evidence']['home'] => ({
  verdict,
  level,
  signs: signs.map(({ source, says }) => ({ source, says })),
});

const ledgerOf = ({ ledger }: PoolDecision): Judgement['ledger'] => ({
  lossMinutes: ledger.lossMinutes,
  lostFiles: ledger.lostFiles,
  lines: ledger.lines.map(({ kind, file, fromLsn, toLsn, minutes }) => ({
    kind,
    file,
    fromLsn,
    toLsn,
    minutes,
  })),
});
