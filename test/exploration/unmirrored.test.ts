/** Around a pool without mirrors whose home copy is damaged: the two steps that close it do what their rows promise, and break nothing. */
import { expect, test } from 'vitest';
import { explorePart } from '../../proof/exploration/part.ts';
import { WHOLE } from '../support/budget.ts';

const CLOSING = /^(tail-damaged|fence):home/;

test('the tail and the fence of a damaged home copy keep their promises', { timeout: 600_000 }, async () => {
  const { tally, violations } = await explorePart({
    shareSite: 'backup',
    mirrors: 'none',
    maxCost: WHOLE ? 1 : 0,
    mayGoOn: () => true,
    progress: () => undefined,
    without: undefined,
  });
  const told = violations.map(({ during, violation, found }) => `${during}: ${violation}: ${found}`);
  expect(told.filter((line) => CLOSING.test(line))).toEqual([]);
  expect(tally.expanded).toBeGreaterThan(10);
});
