/** What a step brought, against what its row promises: what is excused, and its neighbour that is not. */
import { expect, test } from 'vitest';
import { exploredWorld, poolsOf, startWorld } from '../../proof/exploration/explored-world.ts';
import { runSteps } from '../../proof/exploration/daemon-life.ts';
import { judgePlans } from '../../proof/exploration/judge-plans.ts';
import { sightDiffers } from '../../proof/exploration/judge-run.ts';
import { plannedStep, type Candidate } from '../../proof/exploration/judge-sights.ts';
import { differencesOf, type StepWorld } from '../../proof/exploration/judge-step.ts';
import { afterEvent, possibleEvents } from '../../proof/exploration/world-events.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { desiredPool } from '../support/desired-pool.ts';

const { topology, policy } = desiredPool();
const SHAPE = shapeOf(topology, policy);

function rowOf(action: string, target: string): GroundStep {
  const found = plannerFor(SHAPE).steps.find((step) => step.action === action && step.target === target);
  if (found === undefined) throw new RangeError(`no row ${action}:${target}`);
  return found;
}

const told = (step: GroundStep, world: StepWorld): readonly string[] =>
  differencesOf(step, world).map(({ variable, seen }) => `${variable} ${seen}`);

/** Both copies wrote, home serves; backup is fenced. */
const DIVERGED: Vector = {
  ...CONVERGED_HOME,
  'backup.mgc': 'online',
  'backup.cannotWrite': 'no',
  'backup.holds': 'unsaved',
  'home.holds': 'unsaved',
  current: 'diverged-home',
  'shipping.follows': 'no',
};
const FENCED: Vector = {
  ...DIVERGED,
  'backup.mgc': 'restoring',
  'backup.cannotWrite': 'yes',
  'backup.holds': 'saved',
};

function fencedWith(more: Partial<Vector>, apart: boolean): readonly string[] {
  const seen = { ...FENCED, ...more };
  return told(rowOf('fence', 'backup'), {
    before: DIVERGED,
    seen,
    truthBefore: DIVERGED,
    truth: seen,
    silent: false,
    apart,
  });
}

test('copies of different databases stay diverged when one is fenced; of one line the other must become current', () => {
  expect(fencedWith({}, true)).toEqual([]);
  expect(fencedWith({ current: 'home', 'home.holds': 'nothing' }, false)).toEqual([]);
  expect(fencedWith({}, false)).toEqual(['home.holds unsaved', 'current diverged-home']);
  expect(fencedWith({ current: 'backup' }, true)).toEqual(['current backup']);
});

test.each(['remove-mirroring', 'move-principal'])(
  'no witness is asked for right after %s, and none of the other step',
  (action) => {
    const before: Vector = {
      ...CONVERGED_HOME,
      'home.principal': 'partner',
      'home.witness': 'wrong',
      'home.sessions': 'none',
      active: 'none',
    };
    const brought: Partial<Vector> =
      action === 'move-principal' ? { 'home.principal': 'declared' } : { 'home.mirror': 'none' };
    const seen: Vector = { ...before, ...brought, 'home.witness': 'right' };
    const world = { before, truthBefore: before, seen, truth: seen, silent: false, apart: false };
    expect(told(rowOf(action, 'home'), world)).toEqual([]);
    expect(told(rowOf('clear-active-servers', 'pool'), world)).toContain('home.witness right');
  },
);

/** Home is taken for down; the pool is pointed to backup. */
const TAKEN_FOR_DOWN: Vector = {
  ...CONVERGED_HOME,
  'home.reach': 'unknown',
  'home.cannotWrite': 'yes',
  'backup.mgc': 'online',
  'backup.cannotWrite': 'no',
  current: 'backup',
};

function pointedWith(seen: Partial<Vector>, more: Partial<StepWorld> = {}): readonly string[] {
  const truthBefore: Vector = { ...TAKEN_FOR_DOWN, 'home.reach': 'yes', 'home.cannotWrite': 'no' };
  return told(rowOf('set-pool-failed-over', 'pool'), {
    before: TAKEN_FOR_DOWN,
    seen: { ...TAKEN_FOR_DOWN, poolState: 'failedOver', ...seen },
    truthBefore,
    truth: { ...truthBefore, poolState: 'failedOver' },
    silent: true,
    apart: false,
    ...more,
  });
}

test('a bet on silence that a sign of life turns into unknown is not held against the step, and nothing else is excused', () => {
  expect(pointedWith({ 'home.cannotWrite': 'unknown' })).toEqual([]);
  expect(pointedWith({ 'home.cannotWrite': 'no' })).toEqual(['home.cannotWrite no']);
  expect(pointedWith({ 'home.cannotWrite': 'unknown' }, { silent: false })).toEqual(['home.cannotWrite no']);
  const truthBefore = { ...TAKEN_FOR_DOWN };
  expect(pointedWith({ 'home.cannotWrite': 'unknown' }, { truthBefore })).toEqual(['home.cannotWrite no']);
  expect(pointedWith({ poolState: 'mixed' })).toEqual(['poolState mixed']);
});

test('facts that are older than the world differ from the first look of a step, those of the same instant do not', async () => {
  const start = await startWorld('backup');
  const pools = poolsOf(start);
  const lost = possibleEvents(start).find(({ name }) => name === 'home mirror stops');
  if (lost === undefined) throw new RangeError('the mirror of home cannot stop');
  const world = await exploredWorld(await afterEvent(start, lost), pools);
  const stale = { ...world, facts: (await exploredWorld(start, pools)).facts };
  const { reduction, alive, snapshot } = world;
  const sight = { seen: alive, silentLong: true };
  const step = plannedStep(rowOf('pause-log-shipping', 'backup'));
  const candidate: Candidate = { goal: 'backup', step, sight, decisions: [], decided: 'nothing', reduction };
  const run = await runSteps(snapshot, { pool: pools.backup, steps: [step], sight, decisions: [] }, false);
  expect(sightDiffers(pools.backup, world, candidate, run)).toBe('');
  expect(sightDiffers(pools.backup, stale, candidate, run)).toContain('home.partner unknown instead of yes');
});

test('a mirror that can be had counts for more than the shortest way without it', () => {
  const vector: Vector = {
    ...CONVERGED_HOME,
    'home.mirror': 'establishing',
    'home.witness': 'wrong',
    'home.partner': 'unknown',
    'shipping.secondary': 'paused',
  };
  const { compared, wrong } = judgePlans([ALL_VARIABLES.map((name) => vector[name]).join(',')], SHAPE);
  expect({ compared, wrong }).toEqual({ compared: 2, wrong: [] });
});
