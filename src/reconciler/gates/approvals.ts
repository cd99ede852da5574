/**
 * Whom a plan has for it. An approval covers the plan and its remainders: same generation, remaining steps an end of the approved
 * ones, loss not above the approved one in minutes and files, no new step. Anything else voids it, and says why.
 */
import type { Decision } from '../../ports/journal.ts';
import { isLossAbove } from '../../topology/loss-ledger.ts';
import type { PlannedStep } from '../plan.ts';
import { stepKey } from '../step-id.ts';
import type { GateInput } from './gate-input.ts';
import { isOf } from './holds.ts';

type Approval = Extract<Decision, { readonly decision: 'approve' }>;

/** Ann, ann and a stray blank are one person. */
export const personKey = (by: string): string =>
  by.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

/**
 * What was in force when a transition began counts until the transition ends: an expiry on the way would strand users half way.
 * Outside of one it counts until its own end.
 */
export function counts({ expiresAt }: Decision, { nowMs, surroundings }: GateInput): boolean {
  const { begunAtMs } = surroundings.history;
  return expiresAt === null || Date.parse(expiresAt) > Math.min(nowMs, begunAtMs ?? nowMs);
}

const approvalsIn = ({ pool, decisions }: GateInput): readonly Approval[] =>
  decisions
    .filter((decision) => decision.decision === 'approve')
    .filter((decision) => decision.pool === pool.topology.name);

const isEndOf = (keys: readonly string[], all: readonly string[]): boolean =>
  keys.length <= all.length && all.slice(all.length - keys.length).join() === keys.join();

/** Why this approval does not cover these steps; undefined: it does. */
export function voidOf(
  approval: Approval,
  input: GateInput,
  steps: readonly PlannedStep[],
): string | undefined {
  const { pool, ledger } = input;
  const { generation } = approval;
  if (!isOf(generation, pool))
    return `it is of generation ${String(generation.counter)}, and ${String(pool.generation.counter)} is in force`;
  if (!counts(approval, input)) return `it ended at ${approval.expiresAt ?? ''}`;
  const keys = steps.map((step) => stepKey(step));
  const added = keys.find((key) => !approval.steps.includes(key));
  if (added !== undefined) return `the plan has a step that was not approved: ${added}`;
  if (!isEndOf(keys, approval.steps)) return 'the order of the steps is no longer the approved one';
  if (isLossAbove(ledger.lossMinutes, approval.lossMinutes))
    return ledger.lossMinutes === null
      ? 'the loss cannot be bounded any longer'
      : `the loss is ${ledger.lossMinutes.toFixed(1)} minutes, approved were ${(approval.lossMinutes ?? Infinity).toFixed(1)}`;
  const files = approval.lostFiles ?? 0;
  if (ledger.lostFiles > files)
    return `the plan loses ${String(ledger.lostFiles)} log backups, approved were ${String(files)}`;
  return undefined;
}

const distinct = (approvals: readonly Approval[]): readonly string[] => [
  ...new Map(approvals.map(({ by }) => [personKey(by), by])).values(),
];

/** Who has approved exactly these steps, each person once. */
export const approversOf = (input: GateInput, steps: readonly PlannedStep[]): readonly string[] =>
  distinct(approvalsIn(input).filter((approval) => voidOf(approval, input, steps) === undefined));

/** Whose approval would add nothing: under the two-person rule those who have approved exactly this plan. */
export const spentApprovers = (input: GateInput): readonly string[] =>
  approvalsNeeded(input) === 1 || input.plan.kind !== 'steps' ? [] : approversOf(input, input.plan.steps);

/** Who has approved anything of this generation. */
export const approversOfGeneration = (input: GateInput): readonly string[] =>
  distinct(
    approvalsIn(input).filter((approval) => isOf(approval.generation, input.pool) && counts(approval, input)),
  );

export const approvalsNeeded = ({ pool }: GateInput): 1 | 2 => pool.policy.approvals ?? 1;

/** One sentence about the newest approval that does not cover the plan; undefined: there was none. */
export function voidWords(input: GateInput, steps: readonly PlannedStep[]): string | undefined {
  const newest = approvalsIn(input).at(-1);
  const why = newest === undefined ? undefined : voidOf(newest, input, steps);
  return newest === undefined || why === undefined
    ? undefined
    : `The approval of ${newest.by} is void: ${why}.`;
}

/**
 * Minutes of loss that policy or people accept for this generation; under the two-person rule what two of them accept. Infinity: also
 * a loss that nobody can bound.
 */
export function acceptedMinutes(input: GateInput): number {
  const accepted = acceptedByPeople(input) ?? 0;
  return Math.max(input.pool.policy.maxDataLossMinutes, accepted);
}

/** People, as many as must, accepted a loss of this generation, however small. */
export const isLossAccepted = (input: GateInput): boolean => acceptedByPeople(input) !== undefined;

function acceptedByPeople(input: GateInput): number | undefined {
  const { pool, decisions } = input;
  const byPerson = new Map<string, number>();
  for (const decision of decisions) {
    if (decision.decision !== 'accept-loss' || decision.pool !== pool.topology.name) continue;
    if (!isOf(decision.generation, pool) || !counts(decision, input)) continue;
    const key = personKey(decision.by);
    byPerson.set(key, Math.max(byPerson.get(key) ?? 0, decision.lossMinutes ?? Infinity));
  }
  return [...byPerson.values()].sort((a, b) => b - a)[approvalsNeeded(input) - 1];
}
