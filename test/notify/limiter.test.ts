import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, limit, nothingTold, undelivered, type Due } from '../../src/notify/limiter.ts';
import type { Situation } from '../../src/notify/notice.ts';
import type { Bounds } from '../../src/notify/receiver.ts';
import { noticeEvents } from '../../src/topology/notice-event.ts';
import { NOW_MS, situation } from './notices.ts';

const SETTLE_MS = 60_000;
const bounds = (differs: Partial<Bounds> = {}): Bounds => ({
  maxPerHour: 20,
  beginAfterMs: undefined,
  endAfterMs: SETTLE_MS,
  ...differs,
});

interface Look {
  readonly atMs: number;
  readonly situations: readonly Situation[];
}

/** What is told at each look, with its instant. */
function told(
  looks: readonly Look[],
  differs: Partial<Bounds>,
): readonly { readonly atMs: number; readonly due: Due }[] {
  let state = nothingTold;
  return looks.flatMap(({ atMs, situations }) => {
    const next = limit(state, situations, atMs, bounds(differs));
    state = next.state;
    return next.due.map((due) => ({ atMs, due }));
  });
}
const kinds = (looks: readonly Look[], differs: Partial<Bounds> = {}): readonly string[] =>
  told(looks, differs).map(({ due }) =>
    due.kind === 'held-back' ? due.kind : `${due.kind} ${due.situation.reason}`,
  );
const at = (ms: number, differs: Partial<Situation>): Look => ({
  atMs: NOW_MS + ms,
  situations: [situation(differs)],
});

describe('a situation', () => {
  test('is told once while it stands, and once again for another reason', () => {
    expect(kinds([at(0, {}), at(1, {}), at(2, { reason: 'B' }), at(3, {}), at(4, { reason: 'B' })])).toEqual([
      'raised StepKeepsFailing',
      'raised B',
    ]);
  });

  test('is told as resolved when it has been over for a minute, and then anew', () => {
    const over = { state: 'off', reason: 'StepsSucceed' } as const;
    expect(
      kinds([
        at(0, {}),
        at(1, over),
        at(SETTLE_MS, over),
        at(SETTLE_MS + 1, over),
        at(SETTLE_MS + 2, over),
        at(HOUR_MS, {}),
      ]),
    ).toEqual(['raised StepKeepsFailing', 'resolved StepsSucceed', 'raised StepKeepsFailing']);
  });

  test('is not told as resolved when nobody was told of it', () => {
    expect(kinds([at(0, { state: 'off' }), at(HOUR_MS, { state: 'off' })])).toEqual([]);
  });

  test('that cannot be seen is neither told nor resolved', () => {
    const looks = [
      at(0, { state: 'unknown' }),
      at(1, {}),
      at(HOUR_MS, { state: 'unknown' }),
      at(HOUR_MS + 1, {}),
    ];
    expect(kinds(looks)).toEqual(['raised StepKeepsFailing']);
  });

  test('is told, and its end, after the waits that a receiver asks for instead', () => {
    const waits = { beginAfterMs: 100, endAfterMs: 10 };
    const over = { state: 'off' } as const;
    const looks = [at(0, {}), at(99, {}), at(100, {}), at(200, over), at(209, over)];
    expect(kinds(looks.slice(0, 2), waits)).toEqual([]);
    expect(kinds(looks, waits)).toEqual(['raised StepKeepsFailing']);
    expect(kinds([...looks, at(210, over)], waits)).toHaveLength(2);
  });

  test('that comes and goes within a minute is told once', () => {
    const looks = Array.from({ length: 200 }, (_, n) =>
      at(n * 30_000, { state: n % 2 === 0 ? 'on' : 'off' }),
    );
    expect(kinds(looks)).toEqual(['raised StepKeepsFailing']);
  });

  test('of a pool that is blind is told after five minutes only', () => {
    const blind = { event: 'not-observed', reason: 'PartlySeen' } as const;
    expect(kinds([at(0, blind), at(299_999, blind)])).toEqual([]);
    expect(kinds([at(0, blind), at(300_000, blind)])).toEqual(['raised PartlySeen']);
  });

  test('whose message did not arrive is told again, and its end as well', () => {
    const raised = limit(nothingTold, [situation()], NOW_MS, bounds());
    const [first] = raised.due;
    if (first?.kind !== 'raised') throw new Error('nothing was told');
    const again = limit(undelivered(raised.state, first), [situation()], NOW_MS + 1, bounds());
    expect(again.due.map(({ kind }) => kind)).toEqual(['raised']);
    const off = situation({ state: 'off' });
    const over = limit(again.state, [off], NOW_MS + 2, bounds());
    const resolved = limit(over.state, [off], NOW_MS + 2 + SETTLE_MS, bounds());
    const [end] = resolved.due;
    if (end?.kind !== 'resolved') throw new Error('its end was not told');
    const lost = limit(undelivered(resolved.state, end), [off], NOW_MS + HOUR_MS, bounds());
    expect(
      limit(lost.state, [off], NOW_MS + HOUR_MS + SETTLE_MS, bounds()).due.map(({ kind }) => kind),
    ).toEqual(['resolved']);
  });
});

test('what is held back and still stands is told when the hour has passed', () => {
  const many = Array.from({ length: 5 }, (_, n) => situation({ pool: `pool-${String(n)}` }));
  const looks = [0, 1, HOUR_MS, 2 * HOUR_MS].map((ms) => ({ atMs: NOW_MS + ms, situations: many }));
  const all = told(looks, { maxPerHour: 3 });
  expect(all.map(({ atMs, due }) => [(atMs - NOW_MS) / HOUR_MS, due.kind])).toEqual([
    [0, 'raised'],
    [0, 'raised'],
    [0, 'held-back'],
    [1, 'raised'],
    [1, 'raised'],
    [1, 'held-back'],
    [2, 'raised'],
  ]);
  const pools = all.flatMap(({ due }) => (due.kind === 'raised' ? [due.situation.pool] : []));
  expect(pools).toEqual(many.map(({ pool }) => pool));
});

const storms = fc
  .array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 600_000 }),
      states: fc.array(fc.constantFrom('on', 'off', 'unknown'), { minLength: 24, maxLength: 24 }),
      reason: fc.constantFrom('A', 'B', 'C'),
    }),
    { maxLength: 120 },
  )
  .map((steps) => {
    let atMs = NOW_MS;
    return steps.map(({ waitMs, states, reason }): Look => {
      atMs += waitMs;
      const since = new Date(NOW_MS - HOUR_MS).toISOString();
      const situations = states.map((state, n) =>
        situation({
          pool: `pool-${String(n % 3)}`,
          event: noticeEvents[Math.floor(n / 3)] ?? 'stalled',
          state,
          reason,
          since,
        }),
      );
      return { atMs, situations };
    });
  });

test('a storm of flapping situations gives no more messages in any hour than the bound, one of them of what is held back', () => {
  fc.assert(
    fc.property(storms, fc.integer({ min: 2, max: 12 }), (looks, maxPerHour) => {
      const all = told(looks, { maxPerHour });
      for (const { atMs: end } of all) {
        const hour = all.filter(({ atMs }) => atMs <= end && end - atMs < HOUR_MS);
        expect(hour.length).toBeLessThanOrEqual(maxPerHour);
        expect(hour.filter(({ due }) => due.kind === 'held-back').length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 200 },
  );
});

test('in every storm a message of an end follows one of a beginning, of the same pool and event', () => {
  fc.assert(
    fc.property(storms, fc.integer({ min: 2, max: 12 }), (looks, maxPerHour) => {
      const open = new Set<string>();
      for (const { due } of told(looks, { maxPerHour })) {
        if (due.kind === 'held-back') continue;
        const key = `${due.situation.pool ?? ''} ${due.situation.event}`;
        if (due.kind === 'resolved') expect(open.delete(key)).toBe(true);
        else open.add(key);
      }
    }),
    { numRuns: 200 },
  );
});
