/** The compliance backlog of the site that a planned move leaves: mgccomp does not come along. */
import { closed, declared, open, type Judged } from './gate-answers.ts';
import { isLossAccepted } from './approvals.ts';
import type { GateFinding, GuardFact } from './gate-input.ts';

const MOVES: readonly string[] = ['set-pool-failed-over', 'set-pool-normal'];

/** A way out of an outage does not wait for it; the ledger names it there. */
export function judgeBacklog(round: Judged): GateFinding {
  const { input, steps } = round;
  const { backlog } = input.ledger;
  const moves = steps.some(({ action }) => MOVES.includes(action));
  if (!moves) return open('compliance', 'The plan does not move the pool between the sites.');
  const left = input.vector.poolState === 'failedOver' ? 'backup' : 'home';
  const waiting = backlog?.[left];
  if (waiting === undefined) return open('compliance', `No compliance store is declared at ${left}.`);
  const { complianceDatabase } = input.pool.topology;
  const count = waiting === null ? 'an unknown number of' : String(waiting);
  const what = `${count} compliance events wait in ${complianceDatabase} of ${left}`;
  const facts: GuardFact[] = [{ fact: what, source: 'loss ledger', ageMs: 0 }, declared('compliance', round)];
  if (waiting === 0) return open('compliance', 'No compliance event waits.', facts);
  if (round.begun) return open('compliance', 'The transition has begun and is brought to its end.', facts);
  if (round.approved || isLossAccepted(input)) return open('compliance', 'The backlog was accepted.', facts);
  if (!round.disturbs())
    return open('compliance', 'The plan takes the service from nobody who has it.', facts);
  return closed(round, 'ComplianceBacklog', `${what}, which is never failed over.`, facts);
}
