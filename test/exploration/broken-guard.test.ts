/** A table that has lost a need, in the memory of this file: the exploration finds it and tells the way there. */
import { expect, test } from 'vitest';
import { scenarioText, shortestOfEach } from '../../proof/exploration/counterexample.ts';
import { explorePart } from '../../proof/exploration/part.ts';

test('mirroring that may be removed under chat sessions gives a scenario with every event and step', async () => {
  let asked = 0;
  const { violations } = await explorePart({
    shareSite: 'backup',
    maxCost: 0,
    without: 'remove-mirroring:noSession',
    progress: () => undefined,
    mayGoOn: () => (asked += 1) <= 4,
  });
  const found = shortestOfEach(violations).find(
    ({ shortest }) => shortest.violation === 'remove-mirroring:home refused',
  );
  expect(found?.shortest.found).toMatch(/sessions are on mgc/);
  const text = found === undefined ? '' : scenarioText(found.shortest);
  expect(text).toContain('happens: converged at home');
  expect(text).toContain('during: remove-mirroring:home towards backup');
}, 120_000);
