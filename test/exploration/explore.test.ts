/** The exploration with a small, fixed budget: a whole failover and failback, and what surrounds its worlds. */
import { expect, test } from 'vitest';
import { shortestOfEach } from '../../proof/exploration/counterexample.ts';
import { explorePart, type PartResult } from '../../proof/exploration/part.ts';
import { judgePlans } from '../../proof/exploration/judge-plans.ts';
import { mergeStates } from '../../proof/exploration/state-count.ts';

/** Worlds to expand: counted, not timed, so that every run is the same. */
const BUDGET = 10;

function explored(): Promise<PartResult> {
  let asked = 0;
  return explorePart({
    shareSite: 'backup',
    maxCost: 1,
    without: undefined,
    progress: () => undefined,
    mayGoOn: () => (asked += 1) <= BUDGET,
  });
}

test('what steps, kills and events bring about is what the table promises, and breaks no invariant', async () => {
  const { violations, tally, counted, ends, shape } = await explored();
  const found = shortestOfEach(violations).map(({ shortest }) => `${shortest.violation}: ${shortest.found}`);
  expect(found).toEqual([]);
  expect(ends.converged).toBeGreaterThan(0);
  expect(tally.steps).toBeGreaterThan(20);
  const merged = mergeStates([counted]);
  expect(merged.states).toBeGreaterThan(5_000);
  expect(judgePlans(merged.vectors, shape).wrong).toEqual([]);
}, 120_000);
