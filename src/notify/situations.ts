/**
 * Status of a pool, or of the source, as the situations that people can be told of. Conditions decide; nothing is judged anew here.
 * Words of an error are those of its code: what an instance or a file said may hold anything.
 */
import type { PoolStatus, SourceView } from '../reconciler/pool-status.ts';
import type { Condition, ConditionType } from '../topology/condition.ts';
import type { NoticeEvent } from '../topology/notice-event.ts';
import { ERROR_CODES } from '../topology/pool-error.ts';
import type { Situation } from './notice.ts';

interface ConditionRow {
  readonly type: ConditionType;
  /** Status in which people are told. */
  readonly tells: 'True' | 'False';
}

// prettier-ignore
const BY_CONDITION: Readonly<Partial<Record<NoticeEvent, ConditionRow>>> = {
  'stalled':            { type: 'Stalled', tells: 'True' },
  'blocked':            { type: 'Blocked', tells: 'True' },
  'awaiting-approval':  { type: 'AwaitingApproval', tells: 'True' },
  'not-observed':       { type: 'Observed', tells: 'False' },
  'unprotected':        { type: 'Unprotected', tells: 'True' },
  'central-management': { type: 'CentralManagementUnavailable', tells: 'True' },
  'break-glass':        { type: 'BreakGlass', tells: 'True' },
  'suspended':          { type: 'Suspended', tells: 'True' },
  'drift':              { type: 'Converged', tells: 'False' },
};

export function poolSituations(status: PoolStatus): readonly Situation[] {
  const rows = Object.entries(BY_CONDITION) as [NoticeEvent, ConditionRow][];
  const known = rows.flatMap(([event, row]) => {
    const condition = status.conditions.find(({ type }) => type === row.type);
    return condition === undefined ? [] : [ofCondition(status, event, row, condition)];
  });
  return [...known, transition(status)];
}

function ofCondition(
  status: PoolStatus,
  event: NoticeEvent,
  { tells }: ConditionRow,
  { status: holds, reason, since, message }: Condition,
): Situation {
  const { pool } = status;
  // A plan that waits is under way; what was told of an obstacle stays told.
  const unknown = holds === 'Unknown' || (event === 'blocked' && reason === 'Waiting');
  return {
    event,
    pool,
    state: unknown ? 'unknown' : holds === tells ? 'on' : 'off',
    reason,
    message: event === 'stalled' ? failureWords(status) : message,
    next: (event === 'awaiting-approval' ? status.gate?.nextAction : undefined) ?? `pchat why ${pool}`,
    since,
  };
}

function failureWords({ lastError }: PoolStatus): string {
  if (lastError === null) return '';
  const rows: Readonly<Record<string, { readonly meaning: string }>> = ERROR_CODES;
  const { step, code } = lastError;
  return `${step ?? 'observe'}: ${code}: ${rows[code]?.meaning ?? ''}`;
}

/** Begins with the first step that runs, ends at rest; an obstacle in between is another event. */
function transition({ pool, plan, running, primarySite, datacenters, observedAt }: PoolStatus): Situation {
  const steps = plan !== null && 'steps' in plan ? plan.steps.length : 0;
  const [first] = running;
  const ended = plan?.kind === 'converged' && first === undefined;
  return {
    event: 'transition',
    pool,
    state: first !== undefined ? 'on' : ended ? 'off' : 'unknown',
    reason: ended ? 'AsDesired' : 'StepsRun',
    message: `${String(steps)} step${steps === 1 ? '' : 's'} to go; the service shall live at ${datacenters[primarySite]}.`,
    next: `pchat status ${pool}`,
    since: first?.since ?? observedAt ?? '',
  };
}

// prettier-ignore
const SOURCE_WORDS: Readonly<Record<SourceView['condition']['reason'], string>> = {
  InForce:       'The newest desired state is in force.',
  PartlyInvalid: 'A part of the newest desired state is not valid; the last good generation of it stays in force.',
  Invalid:       'The newest desired state is not valid; the last good generation stays in force.',
  CommitRefused: 'The newest commit is not signed by an allowed key; the last good generation stays in force.',
  Unreachable:   'The source cannot be read; the last good generation stays in force.',
  NotRead:       'Nothing was read yet.',
};

export function sourceSituation({ attempted, condition }: SourceView): Situation {
  const { reason, since } = condition;
  const commit = attempted === null ? '' : ` Commit ${attempted}.`;
  return {
    event: 'desired-state',
    pool: null,
    state: reason === 'NotRead' ? 'unknown' : reason === 'InForce' ? 'off' : 'on',
    reason,
    message: `${SOURCE_WORDS[reason]}${commit}`,
    next: 'pchat status',
    since,
  };
}
