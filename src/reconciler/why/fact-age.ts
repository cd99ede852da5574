/** How old the facts of a source are, from the observation that a decision was made on. */
import type { Observed } from '../../topology/known.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';

function* observedIn(facts: PoolFacts): Generator<readonly [string, Observed<unknown>]> {
  yield* Object.entries(facts.instances);
  yield* Object.entries(facts.chatServers);
  const { share, copyFolder, quarantine, poolState, comparison } = facts;
  for (const one of [share, copyFolder, quarantine.home, quarantine.backup, poolState, comparison])
    yield [one.source, one];
}

/** ms: the age of what the source said, for one that is silent the length of its silence; null: it is no source of facts. */
export function ageOf(source: string, facts: PoolFacts, nowMs: number): number | null {
  const sinceRoundMs = Math.max(0, nowMs - Date.parse(facts.observedAt));
  for (const [key, observed] of observedIn(facts)) {
    if (key !== source && observed.source !== source) continue;
    return (observed.kind === 'value' ? observed.ageMs : observed.silentForMs) + sinceRoundMs;
  }
  return null;
}
