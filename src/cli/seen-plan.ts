/** The plan that a command has read, beside the one that a refusal found: may the decision be sent again for a person who saw the first? */
import type { PoolStatus } from '../reconciler/pool-status.ts';

type Seen = Pick<PoolStatus, 'generation' | 'plan' | 'ledger'>;

/** Whole minutes, upwards, as the entity tag counts them; unknown is more than any number. */
const minutesOf = ({ ledger }: Seen): number => Math.ceil(ledger?.lossMinutes ?? Infinity);

const stepsOf = ({ plan }: Seen): string =>
  plan !== null && 'steps' in plan
    ? plan.steps.map(({ action, target }) => `${action}:${target}`).join(', ')
    : '';

/** Empty: what the person saw still stands, with no greater loss. */
export function movedSince(before: Seen, now: Seen): readonly string[] {
  const words: string[] = [];
  if (before.generation.counter !== now.generation.counter || before.generation.hash !== now.generation.hash)
    words.push(
      `the generation was ${String(before.generation.counter)} and is ${String(now.generation.counter)}`,
    );
  if (before.plan?.kind !== now.plan?.kind || stepsOf(before) !== stepsOf(now))
    words.push(`the plan was ${planWords(before)} and is ${planWords(now)}`);
  if (minutesOf(now) > minutesOf(before))
    words.push(`the loss was ${lossWords(before)} and is ${lossWords(now)}`);
  const [lost, losing] = [before.ledger?.lostFiles ?? 0, now.ledger?.lostFiles ?? 0];
  if (losing > lost) words.push(`${String(lost)} log backups were lost and ${String(losing)} are`);
  return words;
}

function planWords(seen: Seen): string {
  const steps = stepsOf(seen);
  return steps === '' ? (seen.plan?.kind ?? 'none') : steps;
}

function lossWords(seen: Seen): string {
  const minutes = minutesOf(seen);
  return Number.isFinite(minutes) ? `${String(minutes)} minutes` : 'unknown';
}
