/** Each rule about what is given up too early: broken in one vector, kept in its neighbour. */
import { expect, test } from 'vitest';
import { givenUpTooEarly, PROTECTION_RULES } from '../../proof/exploration/judge-protection.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import { desiredPool } from '../support/desired-pool.ts';

const { policy } = desiredPool({ policy: { mirrorBeforeActivation: 'required' } });
const fenced: Partial<Vector> = { 'home.mgc': 'restoring', 'home.cannotWrite': 'yes' };

/** Broken, and kept; by the beginning of what the rule says. */
const CASES: Readonly<Record<string, readonly [broken: Partial<Vector>, kept: Partial<Vector>]>> = {
  'log shipping was removed': [{}, { ...fenced, current: 'both' }],
  'log backups were restored': [{ 'shipping.secondary': 'partial' }, { 'shipping.secondary': 'paused' }],
  'the backup copy was recovered': [{ 'shipping.secondary': 'paused' }, { 'shipping.secondary': 'absent' }],
  'a copy was recovered': [{ current: 'home' }, { current: 'both' }],
  'servers were made active on': [{ 'backup.mirror': 'none' }, { 'backup.mirror': 'healthy' }],
  'servers were sent to a backup copy': [{ current: 'home' }, { current: 'backup' }],
  'servers were sent to a home copy': [{ current: 'backup' }, { current: 'both' }],
  'the pool was pointed to a backup copy': [{ current: 'home' }, { current: 'backup' }],
  'the pool was pointed to a home copy': [{ current: 'backup' }, { current: 'home' }],
  'the pool was pointed home while the backup copy': [
    { 'backup.cannotWrite': 'no' },
    { 'backup.cannotWrite': 'yes' },
  ],
  'the pool was pointed home while servers': [{ active: 'backup' }, { active: 'none' }],
  'the full backup of a failback was taken while': [{ active: 'backup' }, { active: 'none' }],
  'the full backup of a failback was taken of': [{ current: 'home' }, { current: 'backup' }],
  'home was overwritten': [{ active: 'home' }, { active: 'none' }],
  'the newest copy was overwritten at home': [{ current: 'home' }, { current: 'backup' }],
  'the newest copy was overwritten at backup': [{ current: 'backup' }, { current: 'home' }],
  'home was closed by its tail': [{ active: 'home' }, { active: 'none' }],
  'log backups were stopped': [{ active: 'home' }, { active: 'none' }],
  'log backups were resumed': [{ current: 'backup' }, { current: 'home' }],
  'a copy that is not the newest was mirrored over its partner at home': [
    { current: 'backup' },
    { current: 'home' },
  ],
  'a copy that is not the newest was mirrored over its partner at backup': [
    { current: 'home' },
    { current: 'backup' },
  ],
  'home was opened': [{ 'backup.cannotWrite': 'no' }, { 'backup.cannotWrite': 'yes' }],
  'the copy that serves alone was fenced at home': [{ current: 'home' }, { current: 'backup' }],
  'the copy that serves alone was fenced at backup': [{ current: 'backup' }, { current: 'home' }],
};

test('every rule has its case', () => {
  const without = PROTECTION_RULES.filter(
    ({ says }) => !Object.keys(CASES).some((start) => says.startsWith(start)),
  );
  expect(without).toEqual([]);
});

test.each(Object.entries(CASES))(
  '%s ...: seen where it is so, and not otherwise',
  (start, [broken, kept]) => {
    const rule = PROTECTION_RULES.find(({ says }) => says.startsWith(start));
    const told = (vector: Partial<Vector>): readonly string[] =>
      givenUpTooEarly(rule?.step ?? '', { ...CONVERGED_HOME, ...vector }, policy, false).filter((says) =>
        says.startsWith(start),
      );
    expect(told(broken)).toHaveLength(1);
    expect(told(kept)).toEqual([]);
  },
);

test('where home lives cut off from everybody, nothing is held against a step', () => {
  expect(givenUpTooEarly('remove-log-shipping:backup', CONVERGED_HOME, policy, true)).toEqual([]);
});
