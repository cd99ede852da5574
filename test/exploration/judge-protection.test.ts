/** Each rule about what is given up too early: broken in one vector, kept in its neighbour. */
import { expect, test } from 'vitest';
import { givenUpTooEarly, PROTECTION_RULES } from '../../proof/exploration/judge-protection.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import { desiredPool } from '../support/desired-pool.ts';

const { policy } = desiredPool({ policy: { mirrorBeforeActivation: 'required' } });
const fenced: Partial<Vector> = { 'home.mgc': 'restoring', 'home.cannotWrite': 'yes' };

const CASES: Readonly<Record<string, readonly [broken: Partial<Vector>, kept: Partial<Vector>]>> = {
  'remove-log-shipping:backup': [{}, { ...fenced, current: 'both' }],
  'apply-log-backups:backup': [{ 'shipping.secondary': 'partial' }, { 'shipping.secondary': 'paused' }],
  'recover-backup:backup': [{ 'shipping.secondary': 'paused' }, { 'shipping.secondary': 'absent' }],
  'activate-servers:backup': [{ 'backup.mirror': 'none' }, { 'backup.mirror': 'healthy' }],
  'full-backup:backup': [{ active: 'backup' }, { active: 'none' }],
  'stop-log-backups:home': [{ active: 'home' }, { active: 'none' }],
};

test('every rule has its case', () => {
  expect(PROTECTION_RULES.map(({ step }) => step)).toEqual(Object.keys(CASES));
});

test.each(Object.entries(CASES))(
  '%s is seen to give up too early, and not otherwise',
  (step, [broken, kept]) => {
    expect(givenUpTooEarly(step, { ...CONVERGED_HOME, ...broken }, policy, false)).toHaveLength(1);
    expect(givenUpTooEarly(step, { ...CONVERGED_HOME, ...kept }, policy, false)).toEqual([]);
  },
);

test('where home lives cut off from everybody, nothing is held against a step', () => {
  expect(givenUpTooEarly('remove-log-shipping:backup', CONVERGED_HOME, policy, true)).toEqual([]);
});
