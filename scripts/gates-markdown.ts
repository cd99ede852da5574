/** docs/gates.md: what gates are for, in words, and their codes out of the table. */
import { GATE_TABLE } from '../src/reconciler/gates/gate-table.ts';
import { NEED_CODES } from '../src/reconciler/why/need-guards.ts';
import { markdownTable } from './markdown-table.ts';

const rows = (): readonly (readonly string[])[] =>
  GATE_TABLE.map(({ code, gate, verdict, closed, holdsBegun, answer }) => [
    `\`${code}\``,
    gate,
    verdict,
    closed,
    holdsBegun ? 'yes' : 'no',
    answer.replaceAll('{pool}', 'POOL'),
  ]);

const needs = (): readonly (readonly string[])[] =>
  Object.entries(NEED_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);

export const gatesMarkdown = (): string => `# Gates

Generated from \`src/reconciler/gates/gate-table.ts\` by \`npm run docs\`.

A need is about the world, a gate about permission. Needs shape the plan; gates never change it. All gates are judged on the whole predicted course before
the first step, again before every step and right before every effect that re-reads the world, in the order of this table; the first that is closed
decides. \`pchat why POOL\` shows every gate with the facts behind it, and \`pchat_gate\` carries the code. Codes never change their meaning.

${markdownTable([['Code', 'Gate', 'Verdict', 'Closed when', 'Holds a transition that has begun', 'What opens it'], ...rows()])}

**Needs.** What the world lacks has codes, too: \`pchat why\` and \`GET /api/v1/pools/POOL/why\` begin with the first guard that is closed.

${markdownTable([['Code', 'Means'], ...needs()])}

Besides these: \`AsDesired\` and \`Proceeds\` (nothing is in the way), \`Waiting\` (the world finishes something by itself), \`StepKeepsFailing\` (stalled: a person
must act) and \`PlanTooLarge\`.

**Begun.** A transition has begun once the journal holds the first effect of a step that is not \`safe\`, of this generation and since the pool was
converged last. From there on only what the column says holds it, so that no gate strands users half way. What was in force when it began, an approval, an
accepted loss, a break-glass, counts until it has ended, even when it expires on the way. A new step under \`propose\` and a fence under
\`fenceReturnedCopy: ask\` are still asked about: nobody has agreed to them.

**Fence.** Where \`policy.mode\` is \`act\` and \`fenceReturnedCopy\` is \`act\`, a writable copy that comes back is fenced whatever holds the pool; only the stop
switch, a lost lease and \`LossAboveBound\` are stronger.

**Approval.** It covers the plan and its remainders: same generation, remaining steps an end of the approved ones, loss not above the approved one in
minutes and in log backups, no new step. Anything else voids it, and the reason of \`ApprovalNeeded\` says why. With \`policy.approvals: 2\` two different
people must approve the same plan; names are compared without case and outer blanks, and the same person is refused with \`PCO_SAME_PERSON\`. A loss is then
accepted as far as two people accept it.

**Change windows, cooldown.** They hold only a plan that takes the service from users who have it: a repair beside the service goes on, and so does the
way out of an outage. A window begins by a cron line of five fields on the clock of its time zone, read as node-cron does (both day fields must match);
it lasts in real time, and windows that touch are one. A beginning that is skipped in spring is taken an hour later, one that comes twice in autumn the
first time. A plan starts only when the whole of it fits: by the 95th percentile of what each step took here, and by an assumption of ours for a step that
was never done here, which \`pchat why\` names. The cooldown counts from the last step that moved the pool between its sites.

**Stop switch.** \`pchat stop --as NAME --reason TEXT\` writes the stop file (settings: \`stopFile\`), \`pchat go\` removes it; both work without a daemon, and any other
way to make the file does as well. While it is there no step of any pool starts, not even a fence; an effect that has begun is finished. A stop file that
cannot be read stops as well. The condition \`Suspended\` says \`StopSwitch\`.

**Several pools.** \`maxConcurrentTransitions\` pools are moved at once; a fence and a transition that has begun take a slot over the limit. While
\`stopAfterFailures\` pools are stalled no other pool starts; it goes on when one of them is mended, or when a decision about it lets it try again.

**Identity.** Right before every step that fences or has no way back, the names of the instances and the lineage of the chat database are read afresh and
compared with those that the plan was made on. Where they differ the step is refused with \`PCO_IDENTITY_MISMATCH\`, and the pool is observed and
planned anew.
`;
