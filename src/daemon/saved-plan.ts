/** Saved plans: made, sealed, read back and held against the present plan. Opens no file. */
import { createHash } from 'node:crypto';
import type { PoolDecision } from '../reconciler/decide-pool.ts';
import { factsUsed, movedFacts, variablesUsed, type PlanSeen } from '../reconciler/plan-basis.ts';
import { inSentences } from '../reconciler/reduce-pool.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { SAVED_PLAN_VERSION, savedPlanSchema, type SavedPlan } from '../topology/saved-plan.ts';

type Unsealed = Omit<SavedPlan, 'fingerprint'>;

/** Keys in order, so that a file that was only laid out anew has the same fingerprint. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, canonical(one)]));
}

const fingerprintOf = (plan: Unsealed): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(plan)))
    .digest('hex');

export function planSeen(
  pool: DesiredPool,
  facts: PoolFacts,
  { plan, ledger, reduction }: PoolDecision,
): PlanSeen {
  return {
    pool: pool.topology.name,
    generation: pool.generation,
    primarySite: pool.primarySite,
    seenAt: facts.observedAt,
    plan,
    ledger,
    evidence: reduction.evidence,
    variables: inSentences(reduction),
    uses: variablesUsed(pool, reduction.vector),
  };
}

/** Throws PCO_USAGE where there is no plan to save. */
export function sealPlan(seen: PlanSeen, predicted: SavedPlan['predicted']): SavedPlan {
  const { pool, generation, primarySite, seenAt, plan, ledger } = seen;
  if (plan.kind !== 'steps' || plan.steps.length === 0)
    throw new PoolError('PCO_USAGE', `${pool} has no plan that could be saved (${plan.kind})`, {
      hint: 'pchat why says what is missing',
    });
  const unsealed: Unsealed = {
    kind: 'pchat-plan',
    v: SAVED_PLAN_VERSION,
    pool,
    generation: { ...generation },
    primarySite,
    seenAt,
    steps: plan.steps.map(({ action, target, risk }) => ({ action, target, risk })),
    facts: factsUsed(seen),
    loss: { minutes: ledger.lossMinutes, files: ledger.lostFiles },
    predicted: { duration: predicted.duration, outage: predicted.outage },
  };
  return { ...unsealed, fingerprint: fingerprintOf(unsealed) };
}

const invalid = (file: string, why: string, cause?: unknown): PoolError =>
  new PoolError('PCO_PLAN_INVALID', `${file}: ${why}`, {
    cause,
    hint: 'make it anew: pchat plan POOL --out FILE',
  });

/** Throws PCO_PLAN_INVALID. */
export function readSavedPlan(text: string, file: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, 'this is no JSON', error);
  }
  const { kind, v } = (typeof value === 'object' && value !== null ? value : {}) as {
    kind?: unknown;
    v?: unknown;
  };
  if (kind !== 'pchat-plan') throw invalid(file, 'this is no saved plan');
  if (v !== SAVED_PLAN_VERSION)
    throw invalid(file, `version ${JSON.stringify(v)} of a saved plan is not known`);
  const parsed = savedPlanSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  requireSealed(parsed.data, file);
  return parsed.data;
}

function requireSealed(plan: SavedPlan, file: string): void {
  const { fingerprint, ...unsealed } = plan;
  if (fingerprintOf(unsealed) !== fingerprint)
    throw invalid(file, 'it was changed after it was saved: its fingerprint does not fit');
}

/** Throws PCO_PLAN_INVALID for a plan of another pool or with a broken seal, PCO_PLAN_MOVED naming every fact that has moved. */
export function requireUnmoved(saved: SavedPlan, seen: PlanSeen): void {
  requireSealed(saved, 'the saved plan');
  if (saved.pool !== seen.pool)
    throw new PoolError('PCO_PLAN_INVALID', `the saved plan is of ${saved.pool}, not of ${seen.pool}`);
  const moved = movedFacts(saved, seen);
  if (moved.length === 0) return;
  const words = moved.map(({ name, was, is, because }) => `${name} was ${was}, is ${is}: ${because}`);
  throw new PoolError('PCO_PLAN_MOVED', `the plan of ${saved.pool} no longer fits: ${words.join('; ')}`, {
    hint: `look at the new plan: pchat plan ${saved.pool} --out FILE`,
  });
}
