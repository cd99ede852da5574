/**
 * Why a pool moves or does not: every guard in the order in which it is judged, and the first that is closed as the answer. Nothing is
 * ever blocked without a code, a sentence and something that a person can do. Pure.
 */
import type { PoolFacts } from '../../topology/pool-facts.ts';
import type { DesiredPool } from '../../topology/pool-topology.ts';
import { isStalled, type Failure } from '../backoff.ts';
import type { PoolDecision } from '../decide-pool.ts';
import type { Obstacle } from '../plan.ts';
import { stepKey } from '../step-id.ts';
import { needCode, needGuards } from './need-guards.ts';
import type { Guard, Why } from './why.ts';

export interface WhyInput {
  readonly pool: DesiredPool;
  /** What `decision` was made on. */
  readonly facts: PoolFacts;
  readonly decision: PoolDecision;
  readonly failures: readonly Failure[];
  readonly nowMs: number;
}

type Answer = Pick<Why, 'free' | 'code' | 'reason' | 'nextAction'>;

/** Reasons come with and without a stop. */
const sentence = (words: string): string => (words.endsWith('.') ? words : `${words}.`);
const obstacleWords = ({ variable, actual, wanted, reason }: Obstacle): string =>
  sentence(`${variable} is ${actual}, wanted ${wanted}: ${reason}`);

function stalledAnswer({ code, message, step }: Failure, pool: string): Answer {
  return {
    free: false,
    code: 'StepKeepsFailing',
    reason: sentence(`${step ?? 'observing'} keeps failing with ${code}: ${message}`),
    nextAction: `mend what it names; then pchat resume ${pool}, any other decision or a new edit lets it try again`,
  };
}

function blockedAnswer(obstacles: readonly Obstacle[]): Answer {
  const [first] = obstacles;
  return {
    free: false,
    code: first === undefined ? 'NeedNotMet' : needCode(first),
    reason:
      obstacles.length === 0 ? 'No plan reaches what is wanted.' : obstacles.map(obstacleWords).join(' '),
    nextAction:
      [...new Set(obstacles.map(({ wayOut }) => wayOut))].join('; and ') ||
      'edit the desired state, or keep the facts with pchat record and report it',
  };
}

function answerOf({ pool, decision, failures }: WhyInput): Answer {
  const { plan, gate } = decision;
  const { name } = pool.topology;
  const last = failures.at(-1);
  const first = 'steps' in plan ? plan.steps[0] : undefined;
  const stalls = isStalled(failures) && first !== undefined && last?.step === stepKey(first);
  if (stalls) return stalledAnswer(last, name);
  switch (plan.kind) {
    case 'converged':
      return { free: true, code: 'AsDesired', reason: 'The pool is as desired.', nextAction: null };
    case 'blocked':
      return blockedAnswer(plan.obstacles);
    case 'waiting':
      return {
        free: false,
        code: 'Waiting',
        reason: sentence(`${plan.on}: ${plan.reason}`),
        nextAction: 'wait: it is looked at again by itself; if it does not end, look there by hand',
      };
    case 'too-large':
      return {
        free: false,
        code: 'PlanTooLarge',
        reason: `No plan was found within ${String(plan.statesExpanded)} states.`,
        nextAction: 'keep the facts with pchat record FILE and report them',
      };
    case 'steps':
      if (gate.kind !== 'proceed') {
        const { code, reason, nextAction } = gate;
        return { free: false, code, reason, nextAction };
      }
      return { free: true, code: 'Proceeds', reason: 'Nothing is in the way.', nextAction: null };
  }
}

/** There is no step to permit where the needs do not let one run: the needs say it better. */
function gateGuards({ gate, plan }: PoolDecision): readonly Guard[] {
  return gate.findings
    .filter(({ gate: name }) => name !== 'plan' || plan.kind === 'steps')
    .map(({ gate: name, code, says, facts, nextAction }) => ({
      kind: 'gate',
      guard: name,
      open: code === null,
      code,
      says,
      facts,
      nextAction,
    }));
}

export function whyPool(input: WhyInput): Why {
  const { pool, facts, decision, nowMs } = input;
  const { plan, reduction } = decision;
  const step = 'steps' in plan ? plan.steps[0] : undefined;
  return {
    pool: pool.topology.name,
    ...answerOf(input),
    step: step === undefined ? null : stepKey(step),
    guards: [...needGuards(plan, step, { pool, facts, reduction, nowMs }), ...gateGuards(decision)],
  };
}
