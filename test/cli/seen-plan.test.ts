import { describe, expect, test } from 'vitest';
import { movedSince } from '../../src/cli/seen-plan.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const seen = observed(homeLost());
const losing = (lossMinutes: number | null, lostFiles = 0): PoolStatus =>
  seen.ledger === null ? seen : { ...seen, ledger: { ...seen.ledger, lossMinutes, lostFiles } };

describe('a plan that a command has read', () => {
  test('stands while only ages and seconds move, and while less is lost', () => {
    const later: PoolStatus = { ...losing(3.9), observedAt: 'later', round: 'e1-r9' };
    expect(movedSince(losing(3.2), later)).toEqual([]);
    expect(movedSince(losing(null, 2), losing(3, 1))).toEqual([]);
  });

  test.each([
    ['another generation', { ...seen, generation: { ...seen.generation, counter: 7 } }, 'and is 7'],
    ['other steps', { ...observed(facts()), ledger: seen.ledger }, 'and is converged'],
    ['a minute more of loss', losing(5.1), 'the loss was 5 minutes and is 6 minutes'],
    ['a loss that nobody can tell any more', losing(null), 'and is unknown'],
    ['one more lost file', losing(5, 1), '0 log backups were lost and 1 are'],
  ])('has moved with %s', (_name, now, words) => {
    expect(movedSince(losing(5), now).join()).toContain(words);
  });
});
