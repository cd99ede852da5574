/** Drift policy: what is repaired, asked for, or only shown, while the service is where it shall be. */
import { describe, expect, test } from 'vitest';
import { diffPool } from '../../src/reconciler/diff-pool.ts';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import type { PoolShape } from '../../src/reconciler/ground-rows.ts';
import { CONVERGED_HOME, FAILED_OVER, HOME_LOST, HOME_REBUILT } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import { DRIFT_FIELDS, type DriftAnswer, type DriftField } from '../../src/topology/pool-topology.ts';
import { POLICY } from '../support/desired-pool.ts';

const shape = (drift: Partial<Record<DriftField, DriftAnswer>> = {}): PoolShape => ({
  mirrored: { home: true, backup: true },
  mirrorBeforeActivation: 'required',
  drift: { ...POLICY.drift, ...drift },
});
const all = (answer: DriftAnswer): PoolShape =>
  shape(Object.fromEntries(DRIFT_FIELDS.map((field) => [field, answer])));

const plan = (by: PoolShape, goal: 'home' | 'backup', vector: Vector): readonly string[] => {
  const found = createPlanner(by).find(goal, vector);
  return found.kind === 'steps'
    ? found.steps.map(({ action, target }) => `${action}:${target}`)
    : [found.kind];
};

const DRIFTS: readonly (readonly [DriftField, Partial<Vector>, string])[] = [
  ['mirroring', { 'home.mirror': 'suspended' }, 'resume-mirroring:home'],
  ['mirroring', { 'home.mirror': 'none' }, 'mirror-home:home'],
  ['witness', { 'home.witness': 'wrong' }, 'set-witness:home'],
  ['principal', { 'home.principal': 'partner' }, 'move-principal:home'],
  ['principal', { 'home.principal': 'partner', 'home.logBackups': 'elsewhere' }, 'move-principal:home'],
  ['jobs', { 'shipping.secondary': 'paused' }, 'enable-jobs:backup'],
  ['jobs', { 'home.logBackups': 'stopped' }, 'resume-log-backups:home'],
  ['shipping', { 'shipping.secondary': 'absent' }, 're-add-secondary:backup'],
  ['shipping', { 'shipping.secondary': 'jobless' }, 're-add-secondary:backup'],
  ['shipping', { 'shipping.secondary': 'absent', 'shipping.follows': 'no' }, 'establish-log-shipping:home'],
  ['shipping', { 'shipping.follows': 'no' }, 'establish-log-shipping:home'],
  ['shipping', { 'home.halves': 'wrong' }, 'remove-log-shipping:home'],
  ['shipping', { 'backup.halves': 'wrong' }, 'remove-log-shipping-primary:backup'],
  ['activeServers', { active: 'other' }, 'activate-servers:home'],
  ['serverObjects', { 'home.objects': 'differ' }, 'align-server-objects:home'],
];

describe.each(DRIFTS)('%s: %j', (field, changed, step) => {
  const drifted: Vector = { ...CONVERGED_HOME, ...changed };

  test('is repaired by one step', () => {
    expect(plan(shape(), 'home', drifted)).toEqual([step]);
  });

  test('is left alone where it is only reported', () => {
    expect(plan(shape({ [field]: 'report' }), 'home', drifted)).toEqual(['converged']);
  });

  test('is planned and asked for where it is proposed', () => {
    const found = createPlanner(shape({ [field]: 'propose' })).find('home', drifted);
    expect(found).toMatchObject({ kind: 'steps', proposed: [field] });
    expect(plan(shape({ [field]: 'propose' }), 'home', drifted)).toEqual([step]);
  });

  test('says nothing about the repair of another field', () => {
    const other = { 'home.witness': 'wrong', 'home.mirror': 'suspended' };
    const both = { ...drifted, ...(field === 'mirroring' ? { 'shipping.secondary': 'paused' } : other) };
    const repaired = plan(shape({ [field]: 'report' }), 'home', both);
    expect(repaired).not.toContain(step);
    expect(repaired).not.toEqual(['converged']);
  });
});

test('what may be repaired comes first, and is not held up by what waits for an approval', () => {
  const drifted = { ...CONVERGED_HOME, 'home.mirror': 'suspended', 'shipping.secondary': 'paused' };
  const found = createPlanner(shape({ mirroring: 'propose' })).find('home', drifted);
  expect(found.kind === 'steps' && [found.proposed, found.steps.map(({ action }) => action)]).toEqual([
    undefined,
    ['enable-jobs'],
  ]);
});

test.each([
  ['failover', 'backup', HOME_LOST, 7],
  ['planned move', 'backup', CONVERGED_HOME, 12],
  ['move back to a rebuilt home, up to the mirror that the seed leaves out', 'home', HOME_REBUILT, 8],
] as const)('a %s is no drift: it is planned whole whatever is only reported', (_, goal, start, steps) => {
  expect(plan(all('report'), goal, start)).toHaveLength(steps);
  expect(plan(all('report'), goal, start)).toEqual(plan(shape(), goal, start));
});

test('two copies that both can be written are no drift', () => {
  const returned: Vector = {
    ...FAILED_OVER,
    'home.reach': 'yes',
    'home.mgc': 'online',
    'home.cannotWrite': 'no',
    'home.mirror': 'none',
    'home.partner': 'yes',
    'home.sessions': 'none',
    'home.holds': 'unsaved',
    'home.logBackups': 'enabled',
  };
  expect(plan(all('report'), 'backup', returned)[0]).toBe('fence:home');
});

test('a principal on the partner never leads to new log shipping, whatever the policy says of it', () => {
  const drifted: Vector = {
    ...CONVERGED_HOME,
    'home.principal': 'partner',
    'home.logBackups': 'elsewhere',
    'home.mirror': 'establishing',
  };
  expect(plan(shape(), 'home', drifted)).toEqual(['await-mirroring:home', 'move-principal:home']);
  expect(plan(shape({ principal: 'report' }), 'home', drifted)).toEqual(['await-mirroring:home']);
});

test('with the declared principal out of sight, the mirror is awaited and the rest is not held up', () => {
  const failedOver: Vector = {
    ...CONVERGED_HOME,
    'home.principal': 'partner',
    'home.mirror': 'establishing',
    'home.partner': 'unknown',
  };
  expect(plan(shape(), 'home', failedOver)).toEqual(['await-mirroring:home']);
  expect(plan(shape(), 'home', { ...failedOver, 'shipping.secondary': 'paused' })).toContain(
    'enable-jobs:backup',
  );
});

test('what only a person can change is shown, and neither planned nor in the way', () => {
  const drifted: Vector = { ...CONVERGED_HOME, 'home.objects': 'byHand' };
  expect(plan(shape(), 'home', drifted)).toEqual(['converged']);
  expect(diffPool('home', drifted, shape()).map(({ path }) => path)).toEqual(['home.objects']);
  expect(plan(shape(), 'home', { ...drifted, 'home.witness': 'wrong' })).toEqual(['set-witness:home']);
});

test('a copy whose owner and logins this login is not shown is neither drift nor blocked', () => {
  const hidden: Vector = { ...CONVERGED_HOME, 'home.objects': 'unseen' };
  expect(plan(shape(), 'home', hidden)).toEqual(['converged']);
  expect(diffPool('home', hidden, shape())).toEqual([]);
});

test('chat servers are activated before what their copy lacks is repaired', () => {
  const start: Vector = {
    ...FAILED_OVER,
    active: 'none',
    'backup.objects': 'differ',
    'backup.sessions': 'none',
  };
  expect(plan(shape(), 'backup', start)).toEqual(['activate-servers:backup', 'align-server-objects:backup']);
  expect(plan(shape(), 'backup', { ...start, active: 'backupStarting' })[0]).toBe(
    'align-server-objects:backup',
  );
});
