/** Gates that stand until somebody takes them away: mode, stop switch, lease, suspension, an ended break-glass. */
import { closed, declared, open, toldAt, type Judged } from './gate-answers.ts';
import { approvalsNeeded, approversOfGeneration } from './approvals.ts';
import type { GateFinding } from './gate-input.ts';
import { holdOf } from './holds.ts';

export function judgeMode(round: Judged): GateFinding {
  const { mode } = round.input.pool.policy;
  const facts = [declared(`policy.mode is ${mode}`, round)];
  if (mode === 'observe')
    return closed(round, 'ObserveOnly', 'policy.mode is observe: nothing is changed.', facts);
  return open('mode', `policy.mode is ${mode}.`, facts);
}

/** Stronger than everything, a fence included: whoever stops the fleet means every effect. */
export function judgeStopSwitch(round: Judged): GateFinding {
  const { stopped } = round.input.surroundings;
  if (stopped === undefined) return open('stop switch', 'There is no stop file.');
  const facts = [toldAt(`it says: ${stopped}`, 'stop file', undefined, round.input.nowMs)];
  return closed(round, 'StopSwitch', `Every pool is stopped: ${stopped}.`, facts);
}

export function judgeLease(round: Judged): GateFinding {
  if (round.input.surroundings.leaseHeld) return open('lease', 'This daemon may act.');
  return closed(round, 'LeaseLost', 'The lease was lost: somebody else may act now.', []);
}

export function judgeHold(round: Judged): GateFinding {
  const { pool, decisions, nowMs } = round.input;
  const hold = holdOf(pool, decisions, nowMs);
  if (hold === undefined) return open('suspension', 'Nobody has suspended or cancelled it.');
  const { decision, by } = hold.decision;
  const facts = [toldAt(hold.reason, `${decision} by ${by}`, undefined, nowMs)];
  if (round.fencesFirst)
    return open('suspension', 'The returned writable copy is fenced all the same.', facts);
  return closed(round, hold.code, `${hold.reason} pchat resume ${pool.topology.name} goes on.`, facts);
}

/** What a break-glass has moved does not move back by itself: an approval of the generation answers for all its plans. */
export function judgeBreakGlass(round: Judged): GateFinding {
  const { pool, nowMs } = round.input;
  const { breakGlass, topology, primarySite } = pool;
  if (breakGlass === undefined || breakGlass.state === 'in-force')
    return open(
      'break-glass',
      breakGlass === undefined ? 'No break-glass has ended.' : 'A break-glass is in force.',
    );
  const { by, reason, expiresAt, state } = breakGlass;
  const facts = [toldAt(`until ${expiresAt}: ${reason}`, `break-glass by ${by}`, undefined, nowMs)];
  if (round.fencesFirst)
    return open('break-glass', 'The returned writable copy is fenced all the same.', facts);
  const ended = `The break-glass of ${by} (${reason}) has ended`;
  if (state === 'expired') {
    if (round.begun)
      return open('break-glass', `${ended}; the transition that it began is brought to its end.`, facts);
    return closed(
      round,
      'BreakGlassExpired',
      `${ended}, and the source of the desired state was not read since the start. Renew it with pchat apply.`,
      facts,
      { nextAction: 'pchat apply renews the break-glass, or make the source readable' },
    );
  }
  if (approversOfGeneration(round.input).length >= approvalsNeeded(round.input))
    return open('break-glass', `${ended}, and what the source wants is approved.`, facts);
  const { datacenter } = topology.sites[primarySite];
  return closed(
    round,
    state === 'source-returned' ? 'SourceReturned' : 'BreakGlassExpired',
    `${ended}, and the source wants the pool back in ${datacenter}, which nobody has reviewed since. Approve it with pchat approve ${topology.name}, or edit the desired state.`,
    facts,
    {
      kind: 'await-approval',
      nextAction: `pchat approve ${topology.name}, or edit the desired state`,
    },
  );
}
