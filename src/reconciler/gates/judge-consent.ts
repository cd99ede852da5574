/** Gates that people open: approval of the plan, a second person, the fence that policy asks about, the loss. */
import { acceptedMinutes, approvalsNeeded, voidWords } from './approvals.ts';
import { closed, declared, open, toldAt, type Judged } from './gate-answers.ts';
import type { GateFinding, GuardFact } from './gate-input.ts';

const approvedBy = ({ approvers, input }: Judged): GuardFact[] =>
  approvers.map((by) => toldAt('has approved exactly this plan', by, undefined, input.nowMs));

/** Open a copy that may lack what its silent counterpart has taken last. */
const GIVE_UP: ReadonlySet<string> = new Set(['recover-backup', 'promote-mirror']);

/**
 * A log backup may be younger than the last look at its writer: the minutes between them are none, and still nobody knows what was
 * written until the silence began. Whoever accepts no loss at all is asked.
 */
function mayLoseUnseen({ input, steps }: Judged): boolean {
  const { lossMinutes, lines } = input.ledger;
  const silent = lines.some(({ kind }) => kind === 'at-risk');
  const gives = steps.some(({ action }) => GIVE_UP.has(action));
  return lossMinutes === 0 && silent && gives && acceptedMinutes(input) === 0;
}

/** More than policy or people accept; a plan of safe steps gives nothing up. */
function losesTooMuch(round: Judged): boolean {
  const { input, steps } = round;
  const { lossMinutes } = input.ledger;
  if (steps.every(({ risk }) => risk === 'safe')) return false;
  if (mayLoseUnseen(round)) return true;
  return (lossMinutes ?? Infinity) > acceptedMinutes(input);
}

/** Fields of policy.drift that the plan repairs and that want to be asked first. */
const proposedOf = ({ input: { plan } }: Judged): readonly string[] | undefined =>
  plan.kind === 'steps' ? plan.proposed : undefined;

function asksForApproval(round: Judged): boolean {
  const { mode, fenceReturnedCopy } = round.input.pool.policy;
  const fences = round.steps.some(({ action }) => action === 'fence');
  return (
    mode === 'propose' ||
    proposedOf(round) !== undefined ||
    (fenceReturnedCopy === 'ask' && fences) ||
    losesTooMuch(round)
  );
}

export function judgeApproval(round: Judged): GateFinding {
  const { mode } = round.input.pool.policy;
  const proposed = proposedOf(round);
  if (mode !== 'propose' && proposed === undefined)
    return open('approval', 'The reviewed edit is the approval.');
  if (round.approvers.length > 0)
    return open('approval', `Approved by ${round.approvers.join(' and ')}.`, approvedBy(round));
  const why = voidWords(round.input, round.steps);
  const says =
    mode === 'propose'
      ? 'policy.mode is propose: exactly this plan needs an approval.'
      : `policy.drift asks before it repairs: ${(proposed ?? []).join(', ')}.`;
  const policy = mode === 'propose' ? 'policy.mode is propose' : 'policy.drift is propose';
  return closed(round, 'ApprovalNeeded', why === undefined ? says : `${says} ${why}`, [
    declared(policy, round),
  ]);
}

/** Only where one approval is there: before the first, the gate that asks for it is closed. */
export function judgeSecondPerson(round: Judged): GateFinding {
  const needed = approvalsNeeded(round.input);
  if (needed === 1) return open('second person', 'One person suffices.');
  const [first] = round.approvers;
  if (round.approved || first === undefined || !asksForApproval(round))
    return open('second person', round.approved ? 'Two people have approved.' : 'Nobody is asked yet.');
  return closed(
    round,
    'SecondPersonNeeded',
    `policy.approvals is 2: ${first} has approved, and another person must.`,
    [declared('policy.approvals is 2', round), ...approvedBy(round)],
  );
}

export function judgeFence(round: Judged): GateFinding {
  const { fenceReturnedCopy } = round.input.pool.policy;
  const fences = round.steps.some(({ action }) => action === 'fence');
  if (!fences) return open('fence', 'The plan fences nothing.');
  const facts = [declared(`policy.fenceReturnedCopy is ${fenceReturnedCopy}`, round)];
  if (fenceReturnedCopy === 'act' || round.approved)
    return open('fence', 'The fence may be done.', [...facts, ...approvedBy(round)]);
  const why = voidWords(round.input, round.steps);
  const says = 'policy.fenceReturnedCopy is ask: the fence needs an approval.';
  return closed(round, 'FenceNeedsAnswer', why === undefined ? says : `${says} ${why}`, facts);
}

/** Who approves a plan accepts the loss that was shown with it. */
export function judgeLoss(round: Judged): GateFinding {
  const { input, steps } = round;
  const { lossMinutes, lostFiles } = input.ledger;
  const accepted = acceptedMinutes(input);
  const predicted = lossMinutes === null ? 'not bounded' : `${lossMinutes.toFixed(1)} minutes`;
  const facts: GuardFact[] = [
    {
      fact: `loss on this course: ${predicted}, ${String(lostFiles)} log backups`,
      source: 'loss ledger',
      ageMs: 0,
    },
    ...input.ledger.lines
      .filter(({ kind }) => kind === 'at-risk' || kind === 'unreachable-file')
      .map(({ file, note }) => ({ fact: note, source: file ?? 'loss ledger', ageMs: null })),
    declared(`${String(accepted)} minutes are accepted, by policy.maxDataLoss or people`, round),
  ];
  if (steps.every(({ risk }) => risk === 'safe')) return open('loss', 'No step gives anything up.', facts);
  if (round.approved) return open('loss', 'The loss was approved with the plan.', facts);
  if (!losesTooMuch(round)) return open('loss', 'The loss is within what is accepted.', facts);
  const loss =
    lossMinutes === null
      ? 'a loss that cannot be bounded'
      : `${lossMinutes.toFixed(1)} minutes of chat history`;
  const { name } = input.pool.topology;
  const gives = `The plan gives up ${loss}; ${String(accepted)} minutes are accepted.`;
  if (lossMinutes === null)
    return closed(round, 'LossAboveBound', gives, facts, {
      nextAction: `restore the sight of the copies and of the share, so that the loss can be told; or pchat accept-loss ${name} --unbounded`,
    });
  const unseen = 'What was written between the last log backup and the silence is not known.';
  const says = `${mayLoseUnseen(round) ? `${gives} ${unseen}` : gives} Accept it: pchat accept-loss ${name}.`;
  const minutes = String(Math.max(1, Math.ceil(lossMinutes)));
  return closed(round, 'LossAboveBound', says, facts, {
    nextAction: `pchat accept-loss ${name} --minutes ${minutes}, or save what the ledger names`,
  });
}
