/** Each rule about what is given up too early: broken in one vector, kept in its neighbour. */
import { expect, test } from 'vitest';
import { givenUpTooEarly, PROTECTION_RULES } from '../../proof/exploration/judge-protection.ts';
import { problemsOf, PROTECTION_CASES } from '../../proof/exploration/protection-cases.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import { desiredPool } from '../support/desired-pool.ts';

test('every rule has its case, and every case its rule', () => {
  const starts = Object.keys(PROTECTION_CASES);
  const found = PROTECTION_RULES.map(({ says }) => starts.find((start) => says.startsWith(start)));
  expect(found.toSorted()).toEqual(starts.toSorted());
});

test.each(Object.keys(PROTECTION_CASES))('%s ...: seen where it is so, and not otherwise', (start) => {
  expect(problemsOf(start)).toEqual([]);
});

test('where home lives cut off from everybody, nothing is held against a step', () => {
  const { policy } = desiredPool();
  expect(givenUpTooEarly('remove-log-shipping:backup', CONVERGED_HOME, policy, true)).toEqual([]);
});
