import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptOf } from '../../src/story/kept-records.ts';
import { findTransitions } from '../../src/story/transitions-of.ts';
import type { Transition } from '../../src/story/transition.ts';
import { ganttOf } from '../../web/src/model/story-gantt.ts';
import {
  accepted,
  atSecond,
  begins,
  CHAT,
  ends,
  judged,
  planned,
  written,
  type Entry,
} from '../support/written-journal.ts';

function told(...entries: readonly Entry[]): Transition {
  const records = written([0, accepted(2, 'lyon')], ...entries);
  const found = findTransitions(keptOf(records, CHAT), CHAT).at(-1)?.read();
  if (found === undefined) throw new Error('there is no transition');
  return found;
}
const at = (second: number): number => Date.parse(atSecond(second));
const close = (value: number): unknown => expect.closeTo(value, 5);

/** Of ten seconds: four of a step, a look of two, four of another one that goes on in `open`. */
const TWO: readonly Entry[] = [
  [10, begins('a:home', 0)],
  [14, ends('a:home', 3, { durationMs: 4_000, externalMs: 3_000 })],
  [16, begins('b:home', 4)],
];

describe('the time line', () => {
  test('shows of each step the share of the outside first, then ours, and between the steps the look', () => {
    const ended: Entry = [20, ends('b:home', 8, { durationMs: 4_000, externalMs: 4_000 })];
    const { rows, between } = ganttOf(told(...TWO, ended, [20, planned('converged')]), at(500));
    expect(rows.map(({ bars }) => bars)).toEqual([
      [
        { from: 0, width: close(30), part: 'workMs' },
        { from: close(30), width: close(10), part: 'ownMs' },
      ],
      [
        { from: close(60), width: close(40), part: 'workMs' },
        { from: close(100), width: close(0), part: 'ownMs' },
      ],
    ]);
    expect(between).toMatchObject([{ from: close(40), width: close(20), part: 'looksMs', short: false }]);
  });

  test('goes on to now while a step runs, and does not say whose time that is', () => {
    const open = told(...TWO);
    expect(ganttOf(open, at(20)).rows[1]?.bars).toEqual([
      { from: close(60), width: close(40), part: 'running' },
    ]);
    expect(ganttOf(open, at(30)).rows[1]?.bars).toEqual([
      { from: close(30), width: close(70), part: 'running' },
    ]);
  });

  test('stands still once nothing runs', () => {
    const { rows, wallMs } = ganttOf(told(...TWO.slice(0, 2)), at(9_000));
    expect([wallMs, rows[0]?.bars.at(-1)]).toEqual([
      4_000,
      { from: close(75), width: close(25), part: 'ownMs' },
    ]);
  });

  test('draws a night of waiting short, and says so', () => {
    const night: readonly Entry[] = [
      [10, begins('a:home', 0)],
      [20, ends('a:home', 10, { durationMs: 10_000, externalMs: 10_000 })],
      [21, judged('AwaitingApproval', 'True')],
      [30_000, begins('b:home', 20)],
      [30_010, ends('b:home', 30, { durationMs: 10_000, externalMs: 10_000 })],
      [30_010, planned('converged')],
    ];
    const { rows, between, ticks } = ganttOf(told(...night), at(0));
    expect(between).toMatchObject([{ part: 'heldMs', short: true, ms: 29_980_000 }]);
    expect(between[0]?.width).toBeLessThan(15);
    for (const { bars } of rows) expect(bars[0]?.width).toBeGreaterThan(40);
    // None lies where the wait was cut out.
    const [wait] = between;
    const inside = ticks.filter(
      ({ at: place }) =>
        place > (wait?.from ?? 0) + 0.1 && place < (wait?.from ?? 0) + (wait?.width ?? 0) - 0.1,
    );
    expect(inside).toEqual([]);
  });

  test('does not show as measured what nobody measured', () => {
    const found = told(
      [10, begins('a:home', 0)],
      [20, ends('a:home', 1, { notes: { afterRestart: true } }), 2],
      [20, planned('converged'), 2],
    );
    expect(ganttOf(found, at(0)).rows[0]?.bars).toEqual([{ from: 0, width: 100, part: 'unknownMs' }]);
  });

  test('keeps every bar and tick within its width, in their order, whatever was written', () => {
    const second = fc.integer({ min: 0, max: 3_000 });
    fc.assert(
      fc.property(fc.array(second, { minLength: 2, maxLength: 10 }), fc.boolean(), (seconds, held) => {
        const times = [...seconds].sort((one, other) => one - other);
        const entries = times.flatMap((time, index): readonly Entry[] => {
          const step = `s${String(Math.floor(index / 2))}:home`;
          if (index % 2 === 0) return [[time, begins(step, 0)]];
          const ended: Entry = [time, ends(step, 0, { durationMs: 900, externalMs: 400 })];
          return held ? [ended, [time, judged('Blocked', 'True')]] : [ended];
        });
        const { rows, between, ticks } = ganttOf(told(...entries), at(times.at(-1) ?? 0));
        for (const { from, width } of [...rows.flatMap(({ bars }) => bars), ...between]) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(width).toBeGreaterThanOrEqual(0);
          expect(from + width).toBeLessThanOrEqual(100.0001);
        }
        const begun = rows.map(({ bars }) => bars[0]?.from ?? 0);
        expect(begun).toEqual([...begun].sort((one, other) => one - other));
        const places = ticks.map(({ at: place }) => place);
        expect(places).toEqual([...places].sort((one, other) => one - other));
      }),
    );
  });
});
