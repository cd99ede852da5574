/**
 * What a person is needed for has an alert: conditions, gates, questions and codes of errors, each looked up in the selectors of the rules.
 * What no selector names is in a list here with the alert that tells it nevertheless, or with the reason why nobody need be told.
 */
import { describe, expect, test } from 'vitest';
import { QUESTIONS, type Question } from '../../src/daemon/metric-labels.ts';
import { GATE_TABLE, type GateCode } from '../../src/reconciler/gates/gate-table.ts';
import { CONDITION_TYPES, type ConditionType } from '../../src/topology/condition.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/topology/pool-error.ts';
import { alertRules, selectorsOf, type Selector } from '../support/alert-rules.ts';

type Elsewhere<T extends string> = Readonly<Partial<Record<T, { alert: string } | { nobody: string }>>>;

const rules = alertRules();
const selectors: readonly Selector[] = rules.flatMap(({ expr }) => selectorsOf(expr));

const namedBy = (metric: string, label: string, value: string): boolean =>
  selectors.some(
    (one) =>
      one.metric === metric &&
      one.matchers.some((matcher) => matcher.label === label && matcher.values.includes(value)),
  );

/** Told by exactly one of the two: a selector, or the list. */
function judge<T extends string>(value: T, named: boolean, elsewhere: Elsewhere<T>): void {
  const other = elsewhere[value];
  expect(named, `${value}: ${named ? 'a selector names it' : 'no selector names it'}`).toBe(
    other === undefined,
  );
  if (other !== undefined && 'alert' in other) expect(rules.map(({ alert }) => alert)).toContain(other.alert);
}

const CONDITIONS: Elsewhere<ConditionType> = {
  Observed: { alert: 'PchatInstanceNotSeen' },
  Converged: { alert: 'PchatDrift' },
  Progressing: { nobody: 'the daemon is at work; PchatStepRunsLong tells when for too long' },
  Suspended: { alert: 'PchatSuspendedLong' },
};

const GATES: Elsewhere<GateCode> = {
  NothingToDo: { alert: 'PchatBlocked' },
  ObserveOnly: { alert: 'PchatDrift' },
  StopSwitch: { alert: 'PchatSuspendedLong' },
  Suspended: { alert: 'PchatSuspendedLong' },
  Cancelled: { alert: 'PchatSuspendedLong' },
};

const ANSWERS: Elsewhere<Question> = {
  approve: { alert: 'PchatAwaitingApproval' },
  'accept-loss': { alert: 'PchatAwaitingApproval' },
};

const COMMAND = { nobody: 'the answer to a command or request of a person, who sees it' };
const CODES: Elsewhere<ErrorCode> = {
  PCO_JOURNAL_UNREADABLE: { alert: 'PchatDaemonAbsent' },
  PCO_SETTINGS_INVALID: { alert: 'PchatDaemonAbsent' },
  PCO_UNSUPPORTED_RUNTIME: { alert: 'PchatDaemonAbsent' },
  PCO_DESIRED_INVALID: { alert: 'PchatDesiredStateRejected' },
  PCO_COMMIT_REFUSED: { alert: 'PchatDesiredStateRejected' },
  PCO_USAGE: COMMAND,
  PCO_SAME_PERSON: COMMAND,
  PCO_PLAN_INVALID: COMMAND,
  PCO_PLAN_MOVED: COMMAND,
  PCO_NOT_AUTHORISED: COMMAND,
};

describe('an alert covers', () => {
  test.each(CONDITION_TYPES)('the condition %s', (type) => {
    judge(type, namedBy('pchat_condition', 'type', type), CONDITIONS);
  });

  // A gate that awaits an approval makes the condition AwaitingApproval true, whatever its code.
  test.each(GATE_TABLE)('the gate $code', ({ code, verdict }) => {
    const asked = verdict === 'await-approval' && namedBy('pchat_condition', 'type', 'AwaitingApproval');
    judge(code, asked || namedBy('pchat_gate', 'gate', code), GATES);
  });

  test.each(QUESTIONS)('the question pchat %s', (question) => {
    judge(question, namedBy('pchat_open_decisions', 'question', question), ANSWERS);
  });

  const human = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(
    (code) => ERROR_CODES[code].retry === 'human',
  );
  test.each(human)('the code %s, which needs a person', (code) => {
    judge(code, namedBy('pchat_last_error', 'code', code), CODES);
  });
});
