import { describe, expect, test } from 'vitest';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { CONVERGED_HOME, HOME_LOST, HOME_REBUILT } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

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

const SHARE = '\\\\fs01\\mgc-logs';
const COPIES = 'D:\\LSCopy';
const LYO_1 = 'sql-lyo-1.contoso.com';
const LYO_2 = 'sql-lyo-2.contoso.com';

function vectorOf(facts: PoolFacts): Vector {
  return decidePool(desiredPool({ primarySite: 'backup' }), facts, [], world.NOW_MS).reduction.vector;
}

/** Home is lost; two log backups are copied, two more lie on the share. */
function closedSite(closedFolders: string[], restorableBy: string[]): PoolFacts {
  const { share } = world.homeLost();
  if (share.kind === 'unknown') throw new Error('the share is listed');
  return world.homeLost({
    closedFolders,
    share: { ...share, value: { ...share.value, restorableBy } },
  });
}

const shippingOf = (facts: PoolFacts): readonly unknown[] => {
  const { copying, ...vector } = vectorOf(facts);
  return [copying, vector['share.uncopied'], vector['copied.unapplied']];
};

describe('how log backups come to the backup copy, from facts', () => {
  test.each([
    ['nothing closed', [], [], ['files', 'some', 'some']],
    ['the share', [SHARE], [LYO_1], ['restore', 'none', 'some']],
    ['the copy folder', [COPIES], [LYO_1], ['restore', 'none', 'some']],
    ['both, and the share too for SQL Server', [SHARE, COPIES], [], ['job', 'some', 'some']],
    ['both, and only the partner reads the share', [SHARE, COPIES], [LYO_2], ['job', 'some', 'some']],
    ['another folder', ['\\\\fs-par\\quarantine'], [], ['files', 'some', 'some']],
  ] as const)('closed is %s', (_, closed, openers, shipping) => {
    expect(shippingOf(closedSite([...closed], [...openers]))).toEqual(shipping);
  });

  /** Minutes ago; home has been silent for ten. */
  test.each([
    ['before home fell silent', 11, 'succeeded', false, 'some'],
    ['since home fell silent', 9, 'succeeded', false, 'none'],
    ['since, and failed', 9, 'failed', false, 'some'],
    ['since, and runs again', 9, 'succeeded', true, 'some'],
  ] as const)('a share that nobody lists is copied when the copy job ran %s: %s min ago, %s', (...row) => {
    const [, minutesAgo, status, running, uncopied] = row;
    const secondary = world.secondaryShipping();
    const lastRun = { status, at: world.minutesAgo(minutesAgo) };
    const jobs = secondary.jobs.map((job) => (job.role === 'copy' ? { ...job, lastRun, running } : job));
    const lost = closedSite([SHARE, COPIES], []);
    const copy = world.singlePair('lyo', world.restoringDatabase(), { ...secondary, jobs });
    const instances = { ...lost.instances, ...copy };
    const facts = { ...lost, instances, share: world.notSeen(SHARE) as PoolFacts['share'] };
    expect(vectorOf(facts)['share.uncopied']).toBe(uncopied);
  });

  test('without a copy job what nobody can list is a loss and no work', () => {
    const lost = closedSite([SHARE, COPIES], []);
    const instances = { ...lost.instances, ...world.singlePair('lyo', world.restoringDatabase()) };
    const facts = { ...lost, instances, share: world.notSeen(SHARE) as PoolFacts['share'] };
    expect(vectorOf(facts)['share.uncopied']).toBe('none');
  });
});

test.each([
  ['the share', [SHARE], 'stuck'],
  ['the copy folder', [COPIES], 'stuck'],
  ['none of them', [], 'none'],
] as const)(
  'old log backups are stuck where the daemon does not reach them: closed is %s',
  (_, closed, strays) => {
    expect(vectorOf(closedSite([...closed], [LYO_1]))['shipping.strays']).toBe(strays);
  },
);
