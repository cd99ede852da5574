/** Rows promise what comes, and need what they use: each found by running the actuator in a world where it did not hold. */
import { expect, test } from 'vitest';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';

const planner = createPlanner({ mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' });
const stepsTo = (goal: 'home' | 'backup', vector: Vector): readonly string[] => {
  const found = planner.find(goal, vector);
  return found.kind === 'steps'
    ? found.steps.map(({ action, target }) => `${action}:${target}`)
    : [found.kind];
};

test('a planned move does not begin while it cannot be seen which log backups are still to be copied or applied', () => {
  const unread = { ...CONVERGED_HOME, 'share.uncopied': 'unknown', 'copied.unapplied': 'unknown' };
  expect(stepsTo('backup', unread)).toEqual(['blocked']);
  expect(stepsTo('backup', CONVERGED_HOME)[0]).toBe('pause-log-shipping:backup');
});

test('of two open and equal copies, the one that is left open by a fence is current', () => {
  const fence = planner.steps.find(({ action, target }) => action === 'fence' && target === 'backup');
  const bothOpen = { ...CONVERGED_HOME, 'backup.mgc': 'online', 'backup.cannotWrite': 'no', current: 'both' };
  expect(fence === undefined ? undefined : afterStep(fence, bothOpen)?.current).toBe('home');
});

test('the home pair is mirrored by statements only where the share can be read', () => {
  const broken = { ...CONVERGED_HOME, 'home.mirror': 'none', share: 'unknown' };
  expect(stepsTo('home', broken)).toEqual(['blocked']);
  const unshipped = { ...broken, 'shipping.secondary': 'absent', 'home.logBackups': 'none' };
  const row = planner.steps.find(({ action }) => action === 'mirror-home');
  expect(row === undefined ? undefined : afterStep(row, unshipped)?.['home.mirror']).toBe('healthy');
});

test('no tail is taken of a copy that the backup copy does not follow: nothing of it could be restored there', () => {
  const foreign = {
    ...CONVERGED_HOME,
    'home.mirror': 'none',
    'home.logBackups': 'none',
    'backup.holds': 'unsaved',
  };
  expect(stepsTo('home', foreign)).toEqual(['blocked']);
});
