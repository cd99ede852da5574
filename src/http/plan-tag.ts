/** The entity tag of a pool: equal for as long as a decision about its plan would mean the same. */
import type { PoolStatus } from '../reconciler/pool-status.ts';
import type { Refusal } from './api-route.ts';

/** Generation, steps and loss. Ages, sentences and progress move every round and change no decision. */
export function planTag({ generation, plan, ledger }: PoolStatus, sha256: (text: string) => string): string {
  const steps = plan !== null && 'steps' in plan ? plan.steps : [];
  const moved = steps.length > 0;
  const gist = {
    generation: [generation.counter, generation.hash],
    kind: plan?.kind ?? null,
    steps: steps.map(({ action, target }) => `${action}:${target}`),
    // Without steps nothing is lost; the age of the newest log backup would move the tag every round.
    loss: moved && ledger !== null ? [minutesUp(ledger.lossMinutes), ledger.lostFiles] : null,
  };
  return `"${sha256(JSON.stringify(gist)).slice(0, 32)}"`;
}

/** Whole minutes, upwards: seconds are no reason to look again. */
const minutesUp = (minutes: number | null): number | null => (minutes === null ? null : Math.ceil(minutes));

/** `*` is no tag: whoever decides has seen a plan. undefined: it is the present one. */
export function unmatched(given: string | undefined, present: string): Refusal | undefined {
  if (given === undefined)
    return {
      kind: 'refusal',
      status: 428,
      code: 'PCO_USAGE',
      detail: 'this decision is about a plan: If-Match must name the entity tag of the pool',
      hint: 'read the pool, look at its plan, and send its ETag along',
    };
  if (given.split(',').some((tag) => tag.trim() === present)) return undefined;
  return {
    kind: 'refusal',
    status: 412,
    code: 'PCO_PLAN_MOVED',
    detail:
      'generation, plan or loss of the pool are no longer those that If-Match names; nothing was decided',
    hint: 'read the pool again and look at its plan',
  };
}
