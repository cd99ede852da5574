/** What every gate is given and how it answers. */
import type { PlannedStep } from '../plan.ts';
import { takesServiceAway } from './course.ts';
import { approvalsNeeded, approversOf } from './approvals.ts';
import type { GateFinding, GateInput, GuardFact } from './gate-input.ts';
import { gateRow, type GateCode, type GateName, type GateVerdict } from './gate-table.ts';

export interface Judged {
  readonly input: GateInput;
  readonly steps: readonly PlannedStep[];
  /** Enough people have approved exactly this plan. */
  readonly approved: boolean;
  readonly approvers: readonly string[];
  /** A returned writable copy is fenced whatever holds the pool, where the policy says act; only the stop switch is stronger. */
  readonly fencesFirst: boolean;
  /** A transition is under way: what is about the moment, not about safety, lets it go on. */
  readonly begun: boolean;
  /** The plan takes the service from users who have it now. Costs a prediction, so it is asked only where a gate needs it. */
  readonly disturbs: () => boolean;
}

export function judged(input: GateInput, steps: readonly PlannedStep[]): Judged {
  const { pool, vector, surroundings } = input;
  const approvers = approversOf(input, steps);
  const { mode, fenceReturnedCopy } = pool.policy;
  let disturbs: boolean | undefined;
  return {
    input,
    steps,
    approvers,
    approved: approvers.length >= approvalsNeeded(input),
    fencesFirst: steps[0]?.action === 'fence' && mode === 'act' && fenceReturnedCopy === 'act',
    begun: surroundings.history.begunAtMs !== undefined,
    disturbs: () => (disturbs ??= takesServiceAway(pool, steps, vector)),
  };
}

export const open = (gate: GateName, says: string, facts: readonly GuardFact[] = []): GateFinding => ({
  gate,
  code: null,
  kind: 'proceed',
  says,
  facts,
  nextAction: null,
});

export interface ClosedOptions {
  /** Where a code has two verdicts. */
  readonly kind?: GateVerdict;
  readonly nextAction?: string;
}

export function closed(
  { input }: Judged,
  code: GateCode,
  says: string,
  facts: readonly GuardFact[],
  options: ClosedOptions = {},
): GateFinding {
  const row = gateRow(code);
  const nextAction = options.nextAction ?? row.answer.replaceAll('{pool}', input.pool.topology.name);
  return { gate: row.gate as GateName, code, kind: options.kind ?? row.verdict, says, facts, nextAction };
}

/** A line of the desired state; it has no age. */
export const declared = (fact: string, { input }: Judged): GuardFact => ({
  fact,
  source: `desired state, generation ${String(input.pool.generation.counter)}`,
  ageMs: null,
});

/** What the journal or a person says, of this instant. */
export const toldAt = (fact: string, source: string, atMs: number | undefined, nowMs: number): GuardFact => ({
  fact,
  source,
  ageMs: atMs === undefined ? null : Math.max(0, nowMs - atMs),
});

export const iso = (ms: number): string => new Date(ms).toISOString();

const SECONDS_PER_MINUTE = 60;
/** Seconds in the unit that a person reads at once. */
export const span = (seconds: number): string =>
  seconds < 2 * SECONDS_PER_MINUTE
    ? `${seconds.toFixed(0)} s`
    : `${(seconds / SECONDS_PER_MINUTE).toFixed(1)} min`;
