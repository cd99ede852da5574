import { describe, expect, test } from 'vitest';
import { ACTION_TABLE, WAIT_TABLE, type ActionRow } from '../../src/reconciler/action-table.ts';
import { createPlanner } from '../../src/reconciler/find-plan.ts';
import { ground, type GroundStep, type PoolShape } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import {
  CONVERGED_HOME,
  FAILED_OVER,
  HOME_LOST,
  HOME_REBUILT,
  ROUTES,
} from '../../src/reconciler/route-starts.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { ACTION_IDS } from '../../src/reconciler/step-id.ts';
import { movesFrom, shortest } from '../support/brute-force.ts';

const SHAPE: PoolShape = { mirrored: { home: true, backup: true }, mirrorBeforeActivation: 'required' };
const planner = createPlanner(SHAPE);
const keysOf = (steps: readonly GroundStep[]): string[] =>
  steps.map((step) => `${step.action}:${step.target}`);

/** Every state along a route as its effects promise it, with the goal of the route. */
function statesAlong(): {
  readonly title: string;
  readonly goal: 'home' | 'backup';
  readonly state: Vector;
}[] {
  return ROUTES.flatMap(({ name, goal, start }) => {
    const found = planner.find(goal, start);
    const states = [start];
    for (const step of found.kind === 'steps' ? found.steps : []) {
      const next = afterStep(step, states.at(-1) ?? start);
      if (next !== undefined) states.push(next);
    }
    return states.map((state, index) => ({ title: `${name}, after ${String(index)} steps`, goal, state }));
  });
}
const ALONG = statesAlong();

describe('shortest plans', () => {
  test('the routes are as long as the seed says', () => {
    const lengths = ROUTES.map(({ goal, start }) => {
      const found = planner.find(goal, start);
      return found.kind === 'steps' ? found.steps.length : found.kind;
    });
    expect(lengths).toEqual([7, 8, 12, 9]);
  });

  test.each(ALONG)('flipped either way, no longer than brute force: $title', ({ state }) => {
    for (const goal of ['home', 'backup'] as const) {
      const found = planner.find(goal, state);
      const expected = shortest(goal, state);
      if (found.kind === 'blocked') {
        expect(expected).toBeUndefined();
      } else {
        expect(found.kind === 'steps' ? found.steps.length : 0).toBe(expected);
      }
      if (found.kind === 'steps')
        expect(movesFrom(state).map((move) => move.key)).toContain(keysOf(found.steps)[0]);
    }
  });

  test('rows in another order give the same plans', () => {
    const reversed = createPlanner(
      SHAPE,
      ground(SHAPE, [...ACTION_TABLE].reverse(), [...WAIT_TABLE].reverse()),
    );
    const rotated = createPlanner(
      SHAPE,
      ground(SHAPE, [...ACTION_TABLE.slice(9), ...ACTION_TABLE.slice(0, 9)]),
    );
    const view = (by: typeof planner) =>
      ALONG.map(({ goal, state }) => {
        const found = by.find(goal, state);
        return found.kind === 'steps' ? keysOf(found.steps) : found.kind;
      });
    expect(view(reversed)).toEqual(view(planner));
    expect(view(rotated)).toEqual(view(planner));
  });

  test('whatever plan is begun, its rest is the next plan', () => {
    for (const { goal, state } of ALONG) {
      const found = planner.find(goal, state);
      const [first, ...rest] = found.kind === 'steps' ? found.steps : [];
      const next = first === undefined ? undefined : afterStep(first, state);
      if (next === undefined) continue;
      const after = planner.find(goal, next);
      expect(after.kind === 'steps' ? keysOf(after.steps) : []).toEqual(keysOf(rest));
    }
  });
});

describe('unknown', () => {
  test.each(ALL_VARIABLES)(
    '%s unknown: no first step needs or reads it, and nothing runs to repair what is not seen',
    (variable) => {
      for (const { goal, state } of [...ALONG, { goal: 'home' as const, state: CONVERGED_HOME }]) {
        const found = planner.find(goal, { ...state, [variable]: 'unknown' });
        if (found.kind !== 'steps') continue;
        const [first] = found.steps;
        expect(first?.reads).not.toContain(variable);
        expect(first?.variants.some(({ needs }) => !needs.has(variable))).toBe(true);
      }
    },
  );

  test.each(ALL_VARIABLES)('%s unknown in the converged state never yields a step', (variable) => {
    for (const [goal, state] of [
      ['home', CONVERGED_HOME],
      ['backup', FAILED_OVER],
    ] as const) {
      expect(planner.find(goal, { ...state, [variable]: 'unknown' }).kind).not.toBe('steps');
    }
  });

  test('blocked names its assumptions and shows the steps that would follow', () => {
    const dark: Vector = {
      ...HOME_LOST,
      'home.cannotWrite': 'unknown',
      current: 'unknown',
      'home.logBackups': 'unknown',
    };
    const found = planner.find('backup', dark);
    expect(found.kind === 'blocked' && found.assumed.map((one) => one.variable).sort()).toEqual([
      'current',
      'home.cannotWrite',
      'home.logBackups',
    ]);
    expect(found.kind === 'blocked' && found.steps).toHaveLength(7);
  });

  test('a read-only Central Management blocks before step 1 and names its command', () => {
    const found = planner.find('backup', { ...HOME_LOST, management: 'read-only' });
    expect(found.kind === 'blocked' && [found.steps.length, found.waysOut.map((way) => way.id)]).toEqual([
      7,
      ['central-management'],
    ]);
  });

  test('with nothing seen at all the pool is blocked, quickly', () => {
    const nothing = Object.fromEntries(ALL_VARIABLES.map((name) => [name, 'unknown'])) as Vector;
    for (const goal of ['home', 'backup'] as const) expect(planner.find(goal, nothing).kind).toBe('blocked');
  });
});

describe('protection and waiting', () => {
  test('a missing partner of the home mirror does not hold up the failback', () => {
    const found = planner.find('home', { ...HOME_REBUILT, 'home.partner': 'unknown' });
    expect(found.kind === 'steps' && found.steps.map((step) => step.seedStep)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => `failback ${String(n)}`),
    );
  });

  test('a missing partner at backup blocks a failover that must be mirrored, and not one that may go bare', () => {
    const state: Vector = { ...HOME_LOST, 'backup.partner': 'unknown' };
    const preferred = createPlanner({ ...SHAPE, mirrorBeforeActivation: 'preferred' });
    expect([planner.find('backup', state).kind, preferred.find('backup', state).kind]).toEqual([
      'blocked',
      'steps',
    ]);
  });

  test('missing heartbeats are awaited, not repaired', () => {
    const found = planner.find('backup', { ...FAILED_OVER, active: 'backupStarting' });
    expect(found.kind === 'steps' && keysOf(found.steps)).toEqual(['await-heartbeats:backup']);
  });
});

describe('the table', () => {
  test('every action id has a row and every row an action id', () => {
    expect([...new Set(ACTION_TABLE.map((row) => row.id))].sort()).toEqual([...ACTION_IDS].sort());
  });

  test('only apply-log-backups overlaps, and only copy-log-backups', () => {
    const rows: readonly ActionRow[] = ACTION_TABLE;
    expect(rows.filter((row) => row.overlaps !== null).map((row) => [row.id, row.overlaps])).toEqual([
      ['apply-log-backups', 'copy-log-backups'],
    ]);
  });

  test('is pinned', () => {
    const lines = ACTION_TABLE.map(
      (row) =>
        `${row.id} ${row.targets.join('+')} | ${row.needs.join(' ')} | ${row.effects.join(' ')} | ${row.done.join(' ')} | ${row.risk} | ${String(row.rank)}`,
    );
    expect(lines.join('\n')).toMatchSnapshot();
  });
});
