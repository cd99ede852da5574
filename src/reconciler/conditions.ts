/** Every condition of a pool, computed in this one place from a decision and the failures so far. Positive polarity. */
import type { Condition, ConditionType } from '../topology/condition.ts';
import type { BreakGlass } from '../topology/pool-topology.ts';
import { isStalled, type Failure } from './backoff.ts';
import type { ReasonOf } from './condition-table.ts';
import type { PoolDecision } from './decide-pool.ts';
import type { Obstacle, Plan } from './plan.ts';
import type { Vector } from './variables.ts';

export interface ConditionInput {
  readonly breakGlass: BreakGlass | undefined;
  readonly decision: PoolDecision;
  readonly failures: readonly Failure[];
  readonly previous: readonly Condition[];
  /** ISO 8601 UTC. */
  readonly now: string;
}

type Draft = Omit<Condition, 'since'>;
const draft = <T extends ConditionType>(
  type: T,
  status: Condition['status'],
  reason: ReasonOf<T>,
  message: string,
): Draft => ({ type, status, reason, message });

/** What is unknown may become known by itself; a decision never does. */
function blockedReason(obstacles: readonly Obstacle[]): ReasonOf<'Blocked'> {
  if (obstacles.some(({ actual }) => actual === 'unknown')) return 'SightMissing';
  return obstacles.some(({ wayOut }) => wayOut.startsWith('pchat decide')) ? 'DecisionNeeded' : 'NeedNotMet';
}

function blockedDraft(plan: Plan): Draft {
  switch (plan.kind) {
    case 'blocked': {
      const words = plan.obstacles
        .map(({ variable, actual, wanted }) => `${variable} is ${actual}, wanted ${wanted}`)
        .join('; ');
      return draft('Blocked', 'True', blockedReason(plan.obstacles), words);
    }
    case 'waiting':
      return draft('Blocked', 'True', 'Waiting', plan.reason);
    case 'too-large':
      return draft(
        'Blocked',
        'True',
        'PlanTooLarge',
        `No plan within ${String(plan.statesExpanded)} states.`,
      );
    default:
      return draft('Blocked', 'False', 'NothingInTheWay', '');
  }
}

function convergedDraft({ plan, drift }: PoolDecision): Draft {
  if (plan.kind === 'converged' && drift.length === 0) return draft('Converged', 'True', 'AsDesired', '');
  const unknown = drift.length > 0 && drift.every((one) => one.actual === 'unknown');
  const words = drift.map(({ path, actual, wanted }) => `${path} is ${actual}, wanted ${wanted}`).join('; ');
  if (plan.kind === 'converged') return draft('Converged', 'False', 'DriftReported', words);
  return draft('Converged', unknown ? 'Unknown' : 'False', unknown ? 'NotSeen' : 'Drift', words);
}

/** Chat users write to a copy without a working mirror. */
function unprotectedDraft(vector: Vector): Draft {
  const site = vector.active.startsWith('home')
    ? 'home'
    : vector.active.startsWith('backup')
      ? 'backup'
      : undefined;
  const mirror = site === undefined ? 'healthy' : vector[`${site}.mirror`];
  if (mirror === 'unknown')
    return draft('Unprotected', 'Unknown', 'MirrorNotSeen', 'Mirroring could not be read.');
  const bare = ['none', 'broken', 'suspended', 'establishing'].includes(mirror);
  return bare
    ? draft('Unprotected', 'True', 'MirrorMissing', `Mirroring at ${site ?? ''}: ${mirror}.`)
    : draft('Unprotected', 'False', 'Mirrored', '');
}

function managementDraft(vector: Vector): Draft {
  switch (vector.management) {
    case 'writable':
      return draft('CentralManagementUnavailable', 'False', 'Writable', '');
    case 'read-only':
      return draft(
        'CentralManagementUnavailable',
        'True',
        'ReadOnly',
        'Fail it over: Invoke-CsManagementServerFailover.',
      );
    default:
      return draft('CentralManagementUnavailable', 'Unknown', 'NotSeen', 'The management shell did not say.');
  }
}

/** A local desired state outranks the source; what it was says the gate afterwards. */
function breakGlassDraft(breakGlass: BreakGlass | undefined): Draft {
  if (breakGlass === undefined) return draft('BreakGlass', 'False', 'SourceDecides', '');
  const { state, by, reason, file, expiresAt } = breakGlass;
  if (state === 'in-force')
    return draft('BreakGlass', 'True', 'InForce', `${file} by ${by} until ${expiresAt}: ${reason}`);
  const why = state === 'source-returned' ? 'SourceReturned' : 'Expired';
  return draft('BreakGlass', 'False', why, `That of ${by} has ended: ${reason}`);
}

function suspendedDraft({ hold, surroundings }: PoolDecision): Draft {
  const { stopped } = surroundings;
  if (stopped !== undefined)
    return draft('Suspended', 'True', 'StopSwitch', `Every pool is stopped: ${stopped}.`);
  if (hold === undefined) return draft('Suspended', 'False', 'NotSuspended', '');
  return draft('Suspended', 'True', hold.code === 'Cancelled' ? 'Cancelled' : 'ByPerson', hold.reason);
}

function drafts({ decision, failures, breakGlass }: ConditionInput): Draft[] {
  const { plan, gate, reduction } = decision;
  const unknown = Object.entries(reduction.vector).filter(([, value]) => value === 'unknown');
  const last = failures.at(-1);
  const stalled = isStalled(failures);
  return [
    unknown.length === 0
      ? draft('Observed', 'True', 'AllSeen', '')
      : draft('Observed', 'False', 'PartlySeen', `Unknown: ${unknown.map(([name]) => name).join(', ')}.`),
    convergedDraft(decision),
    draft(
      'Progressing',
      plan.kind === 'steps' && gate.kind === 'proceed' && !stalled ? 'True' : 'False',
      'Plan',
      plan.kind,
    ),
    blockedDraft(plan),
    gate.kind === 'await-approval'
      ? draft('AwaitingApproval', 'True', gate.code, gate.reason)
      : draft('AwaitingApproval', 'False', 'NoQuestion', ''),
    stalled && last !== undefined
      ? draft(
          'Stalled',
          'True',
          'StepKeepsFailing',
          `${last.step ?? 'observe'}: ${last.code}: ${last.message}`,
        )
      : draft('Stalled', 'False', 'StepsSucceed', ''),
    suspendedDraft(decision),
    breakGlassDraft(breakGlass),
    unprotectedDraft(reduction.vector),
    managementDraft(reduction.vector),
  ];
}

/** `since` is kept while the status stays the same. */
export function judgeConditions(input: ConditionInput): readonly Condition[] {
  return drafts(input).map((next) => {
    const before = input.previous.find(({ type, status }) => type === next.type && status === next.status);
    return { ...next, since: before?.since ?? input.now };
  });
}
