import { expect, test } from 'vitest';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { CONVERGED_HOME, HOME_LOST, HOME_REBUILT } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { Site } from '../../src/topology/pool-topology.ts';

const planner = plannerFor({ mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' });

function actions(goal: Site, start: Vector): readonly string[] {
  const found = planner.find(goal, start);
  if (found.kind !== 'steps') throw new Error(found.kind);
  return found.steps.map(({ action }) => action);
}

const SEED = ['set-pool-failed-over', 'mirror-backup', 'activate-servers'];

test('where only the copy job copies, it runs before remove-log-shipping takes it away', () => {
  expect(actions('backup', { ...HOME_LOST, copying: 'job' })).toEqual([
    ...['run-copy-job', 'remove-log-shipping', 'apply-log-backups', 'recover-backup'],
    ...SEED,
  ]);
});

test('a share that nobody lists does not hold up the copy job', () => {
  expect(actions('backup', { ...HOME_LOST, copying: 'job', share: 'unknown' })).toContain('run-copy-job');
});

test('where the backup instance reads the share nothing is copied, after a tail neither', () => {
  const straight: Vector = { ...HOME_LOST, copying: 'restore', 'share.uncopied': 'none' };
  expect(actions('backup', straight)).toEqual([
    ...['remove-log-shipping', 'apply-log-backups', 'recover-backup'],
    ...SEED,
  ]);
  const planned = actions('backup', { ...CONVERGED_HOME, copying: 'restore' });
  expect(planned).toContain('tail-log-backup');
  expect(planned.filter((action) => action.includes('copy'))).toEqual([]);
});

test('with the copy job gone and files left on the share the plan is blocked, and says who can go on', () => {
  const late: Vector = { ...HOME_LOST, copying: 'job', 'shipping.secondary': 'absent' };
  const found = planner.find('backup', late);
  expect(found).toMatchObject({ kind: 'blocked', waysOut: [{ id: 'copy-by-hand' }] });
});

test('old log backups in a closed folder block a failback before its first step', () => {
  const found = planner.find('home', { ...HOME_REBUILT, 'shipping.strays': 'stuck' });
  expect(found).toMatchObject({ kind: 'blocked', waysOut: [{ id: 'move-strays' }] });
});
