import fc from 'fast-check';
import { createTask, validate } from 'node-cron';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isTimeZone, windowAt, type ChangeWindow } from '../../src/topology/change-window.ts';
import { parseCronLine } from '../../src/topology/cron-line.ts';

const HOUR_MS = 3_600_000;
const PARIS = 'Europe/Paris';
const window = (cron: string, hours = 4, timeZone = PARIS): ChangeWindow => ({
  cron,
  durationMs: hours * HOUR_MS,
  timeZone,
});
const at = (windows: readonly ChangeWindow[], instant: string): string => {
  const state = windowAt(windows, Date.parse(instant));
  const ms = state.kind === 'open' ? state.endsAtMs : state.opensAtMs;
  return `${state.kind} ${ms === undefined ? 'never' : new Date(ms).toISOString()}`;
};

describe('a change window', () => {
  test.each([
    ['before it', '2026-11-28T20:59:59Z', 'closed 2026-11-28T21:00:00.000Z'],
    ['at its first instant', '2026-11-28T21:00:00Z', 'open 2026-11-29T01:00:00.000Z'],
    ['over midnight', '2026-11-29T00:59:59Z', 'open 2026-11-29T01:00:00.000Z'],
    ['at its end', '2026-11-29T01:00:00Z', 'closed 2026-12-05T21:00:00.000Z'],
    ['in summer', '2026-07-04T20:00:00Z', 'open 2026-07-05T00:00:00.000Z'],
  ])('every Saturday at ten in the evening, %s', (_, instant, expected) => {
    expect(at([window('0 22 * * 6')], instant)).toBe(expected);
  });

  test('whose beginning is skipped in spring begins an hour later', () => {
    const spring = [window('30 2 * * *', 1)];
    expect(at(spring, '2026-03-29T00:00:00Z')).toBe('closed 2026-03-29T01:30:00.000Z');
  });

  test('whose beginning comes twice in autumn begins the first time, and lasts in real time', () => {
    const autumn = [window('30 2 * * *', 2)];
    expect(at(autumn, '2026-10-25T00:29:59Z')).toBe('closed 2026-10-25T00:30:00.000Z');
    expect(at(autumn, '2026-10-25T01:30:00Z')).toBe('open 2026-10-25T02:30:00.000Z');
  });

  test('that touches or overlaps another one is one window with it', () => {
    const both = [
      window('0 20 * * *', 2, 'UTC'),
      window('0 22 * * *', 1, 'UTC'),
      window('30 21 * * *', 1, 'UTC'),
    ];
    expect(at(both, '2026-06-01T20:30:00Z')).toBe('open 2026-06-01T23:00:00.000Z');
  });

  test('that never comes within a year opens never', () => {
    expect(at([window('0 0 30 2 *')], '2026-06-01T20:30:00Z')).toBe('closed never');
    expect(at([], '2026-06-01T20:30:00Z')).toBe('closed never');
  });

  test('is open exactly for its duration after each of its beginnings', () => {
    const zones = [PARIS, 'UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
    const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) });
    const minutes = fc.integer({ min: 1, max: 600 });
    fc.assert(
      fc.property(
        instant,
        minutes,
        fc.constantFrom(...zones),
        fc.nat(23),
        fc.nat(59),
        (now, length, zone, h, m) => {
          const declared: ChangeWindow = {
            cron: `${m} ${h} * * *`,
            durationMs: length * 60_000,
            timeZone: zone,
          };
          const state = windowAt([declared], now);
          if (state.kind === 'open') {
            expect(state.endsAtMs).toBeGreaterThan(now);
            expect(state.endsAtMs - declared.durationMs).toBeLessThanOrEqual(now);
            expect(windowAt([declared], state.endsAtMs).kind).toBe('closed');
          } else {
            const opens = state.opensAtMs ?? Number.NaN;
            expect(windowAt([declared], opens)).toEqual({
              kind: 'open',
              endsAtMs: opens + declared.durationMs,
            });
            expect(windowAt([declared], opens - 1).kind).toBe('closed');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a cron line', () => {
  const field = (least: number, most: number) => {
    const one = fc.integer({ min: least, max: most });
    const range = fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const stepped = fc.tuple(range, fc.integer({ min: 1, max: 9 })).map(([text, step]) => `${text}/${step}`);
    const every = fc.constantFrom('*', '*/2', '*/5');
    const part = fc.oneof(one.map(String), range, stepped);
    return fc.oneof(
      every,
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
    );
  };
  const line = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
    .map((fields) => fields.join(' '));

  test('opens its next window when node-cron would run it', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    fc.assert(
      fc.property(line, fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }), (cron, now) => {
        expect(validate(cron)).toBe(true);
        vi.setSystemTime(now);
        const task = createTask(cron, () => undefined, { timezone: 'UTC' });
        const next = task.getNextRuns(1)[0]?.getTime();
        void task.destroy();
        // One minute long: open now means that it began in this minute, which node-cron no longer counts.
        const state = windowAt([{ cron, durationMs: 1, timeZone: 'UTC' }], now);
        if (state.kind === 'closed' && state.opensAtMs !== undefined) expect(state.opensAtMs).toBe(next);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '5/10 * * * *',
    '*/0 * * * *',
    '* * L * *',
    '* * * * 1#2',
    '1,,2 * * * *',
    'x * * * *',
  ])('is not %j', (text) => {
    expect(parseCronLine(text)).toBeUndefined();
  });

  test('knows months and days by name, and Sunday by two numbers', () => {
    const parsed = parseCronLine('0 9 * JAN,dec sun-Tue');
    expect([...(parsed?.months ?? [])]).toEqual([1, 12]);
    expect([...(parsed?.daysOfWeek ?? [])]).toEqual([0, 1, 2]);
    expect([...(parseCronLine('0 9 * * 7')?.daysOfWeek ?? [])]).toEqual([0]);
  });

  test('stands on the clock of a time zone that exists', () => {
    expect([isTimeZone(PARIS), isTimeZone('UTC'), isTimeZone('Europe/Nowhere')]).toEqual([true, true, false]);
  });
});
