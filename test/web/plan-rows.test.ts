import { describe, expect, test } from 'vitest';
import { spanWords } from '../../web/src/model/age.ts';
import { EventText } from '../../web/src/model/event-text.ts';
import { ledgerGroups } from '../../web/src/model/ledger-groups.ts';
import { obstacleGroups, planRows } from '../../web/src/model/plan-rows.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

const failover = observed(homeLost(), desiredPool({ primarySite: 'backup' }));

describe('the plan on the page', () => {
  test('has the steps of the plan in their order, on datacenters, with the numbers of the seed', () => {
    const { plan } = failover;
    expect(planRows(failover).map(({ action }) => action)).toEqual(
      plan?.kind === 'steps' ? plan.steps.map(({ action }) => action) : [],
    );
    expect(planRows(failover).at(-1)).toMatchObject({
      action: 'activate-servers',
      on: 'lyon',
      seed: 'failover 7',
    });
  });

  test('draws the point of no return once, before the first step that has no way back', () => {
    const rows = planRows(failover);
    const points = rows.filter(({ pointOfNoReturn }) => pointOfNoReturn);
    expect(points.map(({ action }) => action)).toEqual(['recover-backup']);
    expect(rows.slice(0, points[0]?.number).filter(({ risk }) => risk === 'no way back')).toHaveLength(1);
  });

  test('says that a time is not known rather than a number that nobody measured', () => {
    expect(new Set(planRows(failover).map(({ seconds }) => seconds))).toEqual(new Set(['time not known']));
  });

  test('groups what one silence hides under one way out', () => {
    const obstacle = { actual: 'unknown', wanted: 'yes', reason: 'silent', wayOut: 'look' };
    expect(
      obstacleGroups([
        { ...obstacle, variable: 'home.reach' },
        { ...obstacle, variable: 'home.mgc' },
        { ...obstacle, variable: 'share', wayOut: 'mount' },
      ]).map(({ needs, wayOut }) => [needs.length, wayOut]),
    ).toEqual([
      [2, 'look'],
      [1, 'mount'],
    ]);
  });

  test('bounds a group of the ledger only where each of its lines is bounded', () => {
    const line = {
      kind: 'salvageable',
      file: 'a',
      fromLsn: null,
      toLsn: null,
      from: null,
      to: null,
      note: '',
    } as const;
    const bounded = { ...line, minutes: 2 };
    expect(ledgerGroups([bounded, bounded])[0]?.minutes).toBe(4);
    expect(ledgerGroups([bounded, { ...line, minutes: null }])[0]?.minutes).toBeNull();
  });
});

describe('the text of a stream', () => {
  test('is read in whatever pieces it comes', () => {
    const whole = ': hello\n\nid: 1-4\n\nid: 1-5\nevent: pool\ndata: {"pool":"chat"}\n\n';
    for (let size = 1; size <= whole.length; size += 1) {
      const text = new EventText(null);
      const events = whole
        .match(new RegExp(`[^]{1,${String(size)}}`, 'g'))
        ?.flatMap((piece) => text.take(piece));
      expect(events).toEqual([{ type: 'pool', data: '{"pool":"chat"}' }]);
      expect(text.lastId).toBe('1-5');
    }
  });

  test('goes on from the event before when nothing came', () => {
    expect(new EventText('1-9').lastId).toBe('1-9');
  });
});

test.each([
  [-5, '0 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [7_200_000, '2.0 h'],
  [172_800_000, '2 days'],
])('a span of %i ms is %s', (ms, words) => {
  expect(spanWords(ms)).toBe(words);
});
