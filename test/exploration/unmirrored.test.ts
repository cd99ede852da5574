/** Around a pool without mirrors whose home copy is damaged: every step does what its row promises, and breaks nothing. */
import { expect, test } from 'vitest';
import { explorePart } from '../../proof/exploration/part.ts';
import { WHOLE } from '../support/budget.ts';

test('around a damaged home copy every step keeps its promise', { timeout: 600_000 }, async () => {
  const { tally, violations } = await explorePart({
    shareSite: 'backup',
    mirrors: 'none',
    maxCost: WHOLE ? 1 : 0,
    mayGoOn: () => true,
    progress: () => undefined,
    without: undefined,
  });
  const told = violations.map(({ during, violation, found }) => `${during}: ${violation}: ${found}`);
  expect(told).toEqual([]);
  expect(tally.expanded).toBeGreaterThan(10);
});
