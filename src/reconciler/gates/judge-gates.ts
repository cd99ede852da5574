/**
 * May this plan run now? Permission only: gates never change the plan; whether its needs hold is the planner's matter. All gates are
 * judged on the whole predicted course before its first step, so that nobody is stranded half way.
 */
import type { Plan, PlannedStep } from '../plan.ts';
import type { Gate, GateFinding, GateInput } from './gate-input.ts';
import { closed, judged, open, type Judged } from './gate-answers.ts';
import { judgeBacklog } from './judge-backlog.ts';
import { judgeBreakGlass, judgeHold, judgeLease, judgeMode, judgeStopSwitch } from './judge-standing.ts';
import { judgeApproval, judgeFence, judgeLoss, judgeSecondPerson } from './judge-consent.ts';
import { judgeCooldown, judgeFailures, judgeSlots, judgeWindow } from './judge-moment.ts';

/** Where there is nothing to do, no other gate is asked about a course. */
function judgePlan(round: Judged): GateFinding {
  const { plan } = round.input;
  const { length } = round.steps;
  if (plan.kind === 'steps' && length > 0) return open('plan', `Steps to run: ${String(length)}.`);
  const what = plan.kind === 'steps' ? 'empty' : plan.kind;
  return closed(round, 'NothingToDo', `There is no step to run: the plan is ${what}.`, []);
}

/** Order of gate-table.ts: the first that is closed decides. */
export const GATES: readonly ((round: Judged) => GateFinding)[] = [
  judgePlan,
  judgeMode,
  judgeStopSwitch,
  judgeLease,
  judgeHold,
  judgeBreakGlass,
  judgeApproval,
  judgeSecondPerson,
  judgeFence,
  judgeLoss,
  judgeBacklog,
  judgeFailures,
  judgeWindow,
  judgeCooldown,
  judgeSlots,
];

/** Steps that run or, for a plan that is blocked or waiting, would run. */
const stepsOf = (plan: Plan): readonly PlannedStep[] => ('steps' in plan ? plan.steps : []);

export function judgeGates(input: GateInput): Gate {
  const steps = stepsOf(input.plan);
  const round = judged(input, steps);
  const asked = steps.length === 0 ? GATES.slice(0, 1) : GATES;
  const findings = asked.map((gate) => gate(round));
  const answer = findings.find(({ code }) => code !== null);
  if (answer === undefined || answer.code === null || answer.kind === 'proceed')
    return { kind: 'proceed', findings };
  const { kind, code, says, nextAction } = answer;
  return { kind, code, reason: says, nextAction: nextAction ?? '', findings };
}
