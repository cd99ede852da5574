/**
 * May this plan run now? Permission only: mode, approval, loss bound, suspension. Gates never change the plan; whether its
 * needs hold is the planner's matter. Lease and blast radius are judged by the daemon that holds them.
 */
import type { Decision } from '../ports/journal.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { stepKey } from './step-id.ts';
import { holdOf, isOf } from './holds.ts';
import { unexpired } from './judge-evidence.ts';

export type Gate =
  | { readonly kind: 'proceed' }
  | {
      readonly kind: 'await-approval';
      readonly code:
        'ApprovalNeeded' | 'LossAboveBound' | 'FenceNeedsAnswer' | 'SourceReturned' | 'BreakGlassExpired';
      readonly reason: string;
    }
  | {
      readonly kind: 'hold';
      readonly code: 'ObserveOnly' | 'Suspended' | 'Cancelled' | 'BreakGlassExpired' | 'NothingToDo';
      readonly reason: string;
    };

export interface GateInput {
  readonly pool: DesiredPool;
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly decisions: readonly Decision[];
  readonly nowMs: number;
}

const keysOf = (steps: readonly PlannedStep[]): string[] => steps.map((step) => stepKey(step));

/** Same generation, remaining steps an end of the approved ones, loss not above the approved: no new step, no new loss. */
function approvalOf(
  { pool, ledger, decisions, nowMs }: GateInput,
  steps: readonly PlannedStep[],
): Decision | undefined {
  const keys = keysOf(steps);
  return decisions.findLast(
    (decision) =>
      decision.pool === pool.topology.name &&
      decision.decision === 'approve' &&
      unexpired(decision, nowMs) &&
      isOf(decision.generation, pool) &&
      ledger.lossMinutes !== null &&
      ledger.lossMinutes <= decision.lossMinutes &&
      decision.steps.slice(decision.steps.length - keys.length).join() === keys.join() &&
      decision.steps.length >= keys.length,
  );
}

/** Minutes that somebody accepted for this generation, by policy or by name. */
function acceptedMinutes({ pool, decisions, nowMs }: GateInput): number {
  const accepted = decisions.map((decision) =>
    decision.pool === pool.topology.name &&
    decision.decision === 'accept-loss' &&
    unexpired(decision, nowMs) &&
    isOf(decision.generation, pool)
      ? decision.lossMinutes
      : 0,
  );
  return Math.max(pool.policy.maxDataLossMinutes, ...accepted);
}

function judgeLoss(input: GateInput, steps: readonly PlannedStep[]): Gate | undefined {
  const { lossMinutes } = input.ledger;
  const gives = steps.some((step) => step.risk !== 'safe');
  if (!gives || (lossMinutes !== null && lossMinutes <= acceptedMinutes(input))) return undefined;
  const loss =
    lossMinutes === null
      ? 'a loss that cannot be bounded'
      : `${lossMinutes.toFixed(1)} minutes of chat history`;
  return {
    kind: 'await-approval',
    code: 'LossAboveBound',
    reason: `The plan gives up ${loss}; ${String(acceptedMinutes(input))} minutes are accepted. Accept it: pchat accept-loss ${input.pool.topology.name}.`,
  };
}

function judgeHold({ pool, decisions, nowMs }: GateInput): Gate | undefined {
  const hold = holdOf(pool, decisions, nowMs);
  if (hold === undefined) return undefined;
  return {
    kind: 'hold',
    code: hold.code,
    reason: `${hold.reason} pchat resume ${pool.topology.name} goes on.`,
  };
}

/** What a break-glass has moved does not move back by itself: one approval of the generation answers for all its plans. */
function judgeBreakGlass({ pool, decisions, nowMs }: GateInput): Gate | undefined {
  const { breakGlass, topology, primarySite } = pool;
  if (breakGlass === undefined || breakGlass.state === 'in-force') return undefined;
  const ended = `The break-glass of ${breakGlass.by} (${breakGlass.reason}) has ended`;
  if (breakGlass.state === 'expired')
    return {
      kind: 'hold',
      code: 'BreakGlassExpired',
      reason: `${ended}, and the source of the desired state was not read since the start. Renew it with pchat apply.`,
    };
  const answered = decisions.some(
    (decision) =>
      decision.pool === topology.name &&
      decision.decision === 'approve' &&
      unexpired(decision, nowMs) &&
      isOf(decision.generation, pool),
  );
  if (answered) return undefined;
  const { datacenter } = topology.sites[primarySite];
  return {
    kind: 'await-approval',
    code: breakGlass.state === 'source-returned' ? 'SourceReturned' : 'BreakGlassExpired',
    reason: `${ended}, and the source wants the pool back in ${datacenter}, which nobody has reviewed since. Approve it with pchat approve ${topology.name}, or edit the desired state.`,
  };
}

/** Everything is judged before the first step that is not safe, on the whole predicted course, so that nobody is stranded half way. */
export function judgeGates(input: GateInput): Gate {
  const { pool, plan } = input;
  if (plan.kind !== 'steps' || plan.steps[0] === undefined) {
    return { kind: 'hold', code: 'NothingToDo', reason: 'There is no step to run.' };
  }
  const { steps } = plan;
  const { mode, fenceReturnedCopy } = pool.policy;
  if (mode === 'observe')
    return { kind: 'hold', code: 'ObserveOnly', reason: 'policy.mode is observe: nothing is changed.' };
  const fences = steps[0]?.action === 'fence';
  const approved = approvalOf(input, steps) !== undefined;
  const hold = judgeHold(input) ?? judgeBreakGlass(input);
  // A returned writable copy is fenced whatever holds the pool, where the policy says act.
  if (hold !== undefined && !(fences && mode === 'act' && fenceReturnedCopy === 'act')) return hold;
  if (approved) return { kind: 'proceed' };
  if (mode === 'propose') {
    return {
      kind: 'await-approval',
      code: 'ApprovalNeeded',
      reason: 'policy.mode is propose: exactly this plan needs an approval.',
    };
  }
  if (fences && fenceReturnedCopy === 'ask') {
    return {
      kind: 'await-approval',
      code: 'FenceNeedsAnswer',
      reason: 'policy.fenceReturnedCopy is ask: the fence needs an approval.',
    };
  }
  return judgeLoss(input, steps) ?? { kind: 'proceed' };
}
