/**
 * Every gate closed at every step of the three long courses: the plan does not start, or it goes on to its end; nothing stops it
 * while users are out of service but what a person, the lease or the loss holds. In memory; the world does what the table promises.
 */
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import { usersServed } from '../../src/reconciler/gates/course.ts';
import { ALONE, type GateInput } from '../../src/reconciler/gates/gate-input.ts';
import { GATE_TABLE } from '../../src/reconciler/gates/gate-table.ts';
import { judgeGates } from '../../src/reconciler/gates/judge-gates.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { predictPlan } from '../../src/reconciler/predict-plan.ts';
import { CONVERGED_HOME, HOME_LOST, HOME_REBUILT } from '../../src/reconciler/route-starts.ts';
import { stepKey, type ActionId } from '../../src/reconciler/step-id.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { DesiredPool, Policy, Site } from '../../src/topology/pool-topology.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { NOW_MS } from '../support/facts.ts';

const COURSES = [
  ['the planned move', 'backup', CONVERGED_HOME],
  ['the failover', 'backup', HOME_LOST],
  ['the failback', 'home', HOME_REBUILT],
] as const satisfies readonly (readonly [string, Site, Vector])[];

const STEP_MS = 60_000;
const WINDOW = { cron: '0 12 23 11 *', timeZone: 'UTC' };
const planner = createPlanner(shapeOf(desiredPool().topology, desiredPool().policy));

const worded = ({ action, target, seedStep, risk, what }: GroundStep): PlannedStep => ({
  action: action as ActionId,
  target,
  seedStep,
  risk,
  reason: what,
});

function courseOf(site: Site, vector: Vector) {
  const found = planner.find(site, vector);
  if (found.kind !== 'steps') throw new Error(`no plan: ${found.kind}`);
  const steps = found.steps.filter((step) => !step.waits);
  return { steps: steps.map(worded), vectors: predictPlan(steps, vector) };
}

/** What is in force when the step with this index is about to begin. */
type World = (index: number) => Partial<Omit<GateInput, 'pool'>> & { readonly pool?: DesiredPool };

interface End {
  /** Steps that were done. */
  readonly done: number;
  readonly code: string | null;
  readonly served: boolean;
}

/** As the loop does it: the remainder is judged before each step, and the journal knows of the first that was not safe. */
function run(site: Site, start: Vector, policy: Partial<Policy>, world: World): End {
  const { steps, vectors } = courseOf(site, start);
  const pool = desiredPool({ primarySite: site, policy });
  const seconds = new Map(steps.map((step) => [stepKey(step), STEP_MS / 1_000]));
  const first = steps.findIndex(({ risk }) => risk !== 'safe');
  for (const index of steps.keys()) {
    const vector = vectors[index] ?? start;
    const begunAtMs = index > first ? NOW_MS + first * STEP_MS : undefined;
    const more = world(index);
    const gate = judgeGates({
      pool,
      plan: { kind: 'steps', steps: steps.slice(index), statesExpanded: 0 },
      vector,
      ledger: { lines: [], lossMinutes: 0, lostFiles: 0 },
      decisions: [],
      nowMs: NOW_MS + index * STEP_MS,
      ...more,
      surroundings: {
        ...ALONE,
        ...more.surroundings,
        history: { movedAtMs: undefined, ...more.surroundings?.history, seconds, begunAtMs },
      },
    });
    if (gate.kind !== 'proceed') return { done: index, code: gate.code, served: usersServed(vector) };
  }
  return { done: steps.length, code: null, served: usersServed(vectors.at(-1) ?? start) };
}

const person = { pool: 'chat', by: 'ann', reason: 'drill' };
const stepsOf = (site: Site, start: Vector): readonly string[] =>
  courseOf(site, start).steps.map((step) => stepKey(step));
const atIndex = (k: number): string => new Date(NOW_MS + k * STEP_MS).toISOString();
const others = (stalled: readonly string[], moving: readonly string[]): Partial<GateInput> => ({
  surroundings: { ...ALONE, fleet: { limit: 1, moving, holdsSlot: false, stopAfter: 1, stalled } },
});

/** Gates about the moment, and decisions that end: closed from step k on. */
const CLOSING: readonly (readonly [
  string,
  (site: Site, start: Vector, k: number) => readonly [Partial<Policy>, World],
])[] = [
  [
    'the change window ends',
    (_site, _start, k) => [{ changeWindows: [{ ...WINDOW, durationMs: k * STEP_MS }] }, () => ({})],
  ],
  [
    'a cooldown begins',
    (_site, _start, k) => [
      { cooldownMs: 3_600_000 },
      (index) =>
        index < k ? {} : { surroundings: { ...ALONE, history: { ...ALONE.history, movedAtMs: NOW_MS } } },
    ],
  ],
  [
    'compliance events begin to wait',
    (_site, _start, k) => [
      {},
      (index) =>
        index < k
          ? {}
          : { ledger: { lines: [], lossMinutes: 0, lostFiles: 0, backlog: { home: 3, backup: 3 } } },
    ],
  ],
  ['another pool stalls', (_site, _start, k) => [{}, (index) => (index < k ? {} : others(['other'], []))]],
  ['another pool moves', (_site, _start, k) => [{}, (index) => (index < k ? {} : others([], ['other']))]],
  [
    'the approval ends',
    (site, start, k) => [
      { mode: 'propose' },
      () => ({
        decisions: [
          {
            ...person,
            decision: 'approve',
            generation: desiredPool().generation,
            steps: stepsOf(site, start),
            lossMinutes: 0,
            expiresAt: atIndex(k),
          },
        ],
      }),
    ],
  ],
  [
    'the accepted loss ends',
    (_site, _start, k) => [
      { maxDataLossMinutes: 0 },
      () => ({
        ledger: { lines: [], lossMinutes: 5, lostFiles: 0 },
        decisions: [
          {
            ...person,
            decision: 'accept-loss',
            generation: desiredPool().generation,
            lossMinutes: 5,
            expiresAt: atIndex(k),
          },
        ],
      }),
    ],
  ],
  [
    'the break-glass ends',
    (site, _start, k) => [
      {},
      (index) => ({
        pool: {
          ...desiredPool({ primarySite: site }),
          breakGlass: {
            state: index < k ? 'in-force' : 'expired',
            by: 'ann',
            reason: 'git burns',
            file: 'local.yaml',
            expiresAt: atIndex(k),
          },
        },
      }),
    ],
  ],
];

describe.each(COURSES)('%s', (_, site, start) => {
  const { steps, vectors } = courseOf(site, start);
  const first = steps.findIndex(({ risk }) => risk !== 'safe');

  test.each(CLOSING)('is never stopped with users out of service when %s at any step', (_name, closing) => {
    const ends = steps.map((_step, k) => {
      const [policy, world] = closing(site, start, k);
      return { k, ...run(site, start, policy, world) };
    });
    // Stopped before the first step that is not safe, or not at all.
    const stopped = ends.filter(({ code }) => code !== null);
    expect(stopped.filter(({ done }) => done > first)).toEqual([]);
    expect(ends.filter(({ code, done }) => code === null && done !== steps.length)).toEqual([]);
  });

  const HOLDING: readonly (readonly [string, string, (k: number) => World])[] = [
    ['a suspension', 'Suspended', () => () => ({})],
    [
      'the stop switch',
      'StopSwitch',
      (k) => (index) => (index < k ? {} : { surroundings: { ...ALONE, stopped: 'ann: fire' } }),
    ],
    [
      'the lost lease',
      'LeaseLost',
      (k) => (index) => (index < k ? {} : { surroundings: { ...ALONE, leaseHeld: false } }),
    ],
    [
      'a loss above what was accepted',
      'LossAboveBound',
      (k) => (index) => (index < k ? {} : { ledger: { lines: [], lossMinutes: 600, lostFiles: 0 } }),
    ],
  ];
  test.each(HOLDING)('is held by %s at every step', (_name, code, closing) => {
    const suspend: Decision = { ...person, decision: 'suspend', expiresAt: null };
    for (const k of steps.keys()) {
      const remaining = steps.slice(k);
      // What is left gives nothing up: no loss can hold it.
      if (code === 'LossAboveBound' && remaining.every(({ risk }) => risk === 'safe')) continue;
      const world: World =
        code === 'Suspended' ? (index) => (index < k ? {} : { decisions: [suspend] }) : closing(k);
      expect(run(site, start, {}, world)).toMatchObject({ done: k, code });
    }
  });

  test('takes the service from its users and gives it back', () => {
    expect(vectors.some((vector) => !usersServed(vector))).toBe(true);
    expect(usersServed(vectors.at(-1) ?? start) || vectors.at(-1)?.active.endsWith('Starting')).toBe(true);
  });
});

describe('before the first step', () => {
  test('a window that is too short for the whole plan keeps it from starting, one that is long enough does not', () => {
    const { steps } = courseOf('backup', CONVERGED_HOME);
    const within = (count: number): End =>
      run(
        'backup',
        CONVERGED_HOME,
        { changeWindows: [{ ...WINDOW, durationMs: count * STEP_MS }] },
        () => ({}),
      );
    expect(within(steps.length - 1)).toEqual({ done: 0, code: 'OutsideWindow', served: true });
    expect(within(steps.length)).toMatchObject({ done: steps.length, code: null });
  });

  test('a window never holds the way out of an outage', () => {
    const never = { changeWindows: [{ cron: '0 0 29 2 *', timeZone: 'UTC', durationMs: STEP_MS }] };
    expect(run('backup', HOME_LOST, never, () => ({})).code).toBeNull();
    expect(run('backup', CONVERGED_HOME, never, () => ({}))).toMatchObject({
      done: 0,
      code: 'OutsideWindow',
    });
  });

  test('a fence further down the plan is asked about before anything is done', () => {
    const policy = { fenceReturnedCopy: 'ask' } as const;
    const { steps } = courseOf('backup', CONVERGED_HOME);
    const fence: PlannedStep = {
      action: 'fence',
      target: 'home',
      seedStep: null,
      risk: 'fences',
      reason: '',
    };
    const plan = { kind: 'steps' as const, steps: [...steps, fence], statesExpanded: 0 };
    const gate = run('backup', CONVERGED_HOME, policy, () => ({ plan }));
    expect(gate).toMatchObject({ done: 0, code: 'FenceNeedsAnswer' });
  });
});

test('every gate that may hold a transition that has begun says so in the table', () => {
  const names = GATE_TABLE.filter(({ holdsBegun }) => !holdsBegun).map(({ code }) => code);
  expect(names).toEqual([
    'BreakGlassExpired',
    'ComplianceBacklog',
    'StoppedAfterFailures',
    'OutsideWindow',
    'CoolingDown',
    'TooManyTransitions',
  ]);
});
