import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gapsOf, spentTime } from '../../src/story/spent-time.ts';
import { begins, ends, judged, planned, written, type Entry } from '../support/written-journal.ts';

const spent = (...entries: readonly Entry[]) => spentTime(written(...entries));

describe('the time of a transition', () => {
  test('is work while a step waits for the outside, and our own for the rest of the step', () => {
    expect(spent([0, begins('a:home', 10)], [10, ends('a:home', 17)])).toMatchObject({
      wallMs: 10_000,
      workMs: 7_000,
      ownMs: 3_000,
      overheadMs: 3_000,
    });
  });

  test('of two steps at once is counted once', () => {
    const both = spent(
      [0, begins('a:home', 0)],
      [1, begins('b:home', 1)],
      [5, ends('a:home', 5)],
      [9, ends('b:home', 8)],
    );
    expect(both).toMatchObject({ wallMs: 9_000, workMs: 8_000, ownMs: 1_000, looksMs: 0 });
  });

  test('between two steps is a look, and ours where nothing was waited for', () => {
    const looked = spent(
      [0, begins('a:home', 0)],
      [1, ends('a:home', 1)],
      [3, begins('b:home', 2.5)],
      [4, ends('b:home', 3.5)],
    );
    expect(looked).toMatchObject({
      wallMs: 4_000,
      workMs: 2_000,
      looksMs: 1_500,
      ownMs: 500,
      overheadMs: 2_000,
    });
  });

  test.each([
    [
      'a condition that holds it',
      judged('AwaitingApproval', 'True', 'two people must approve'),
      /two people/,
    ],
    ['a plan without steps to take', planned('waiting'), /no step could be taken/],
    [
      'a decision',
      { kind: 'decision', pool: 'chat', by: 'ann', reason: 'x', expiresAt: null, decision: 'resume' },
      /ann decided: resume/,
    ],
  ] as const)('is held, and no overhead, after %s', (_, body, says) => {
    const records = written(
      [0, begins('a:home', 0)],
      [1, ends('a:home', 1)],
      [2, body],
      [600, begins('b:home', 2)],
      [601, ends('b:home', 3)],
    );
    expect(spentTime(records)).toMatchObject({ heldMs: 599_000, overheadMs: 0, workMs: 2_000 });
    expect(gapsOf(records)).toMatchObject([{ kind: 'held', says: expect.stringMatching(says) as string }]);
  });

  test('after a step that was not done is a pause of ours', () => {
    const records = written(
      [0, begins('a:home', 0, 'first')],
      [1, ends('a:home', 1, { attempt: 'first', result: 'failed', code: 'PCO_SQL_ERROR' })],
      [6, begins('a:home', 2, 'second')],
      [7, ends('a:home', 3, { attempt: 'second' })],
    );
    expect(spentTime(records)).toMatchObject({ pausesMs: 5_000, overheadMs: 5_000 });
    expect(gapsOf(records)).toMatchObject([
      { kind: 'pause', says: expect.stringMatching(/after a:home, which was not done/) as string },
    ]);
  });

  test('is a pause as well where the step that is tried again ended before the one beside it', () => {
    const beside = spent(
      [0, begins('a:home', 0)],
      [1, begins('b:home', 1)],
      [2, ends('b:home', 2, { result: 'failed' })],
      [3, ends('a:home', 3)],
      [8, begins('b:home', 4)],
      [9, ends('b:home', 5)],
    );
    expect(beside).toMatchObject({ pausesMs: 5_000, looksMs: 0, workMs: 4_000 });
  });

  test('across a start of the daemon is called not recorded, also in the middle of a step', () => {
    const records = written(
      [0, begins('a:home', 50)],
      [30, ends('a:home', 2, { notes: { afterRestart: true } }), 2],
      [31, begins('b:home', 2.5), 2],
      [33, ends('b:home', 4.5), 2],
    );
    expect(spentTime(records)).toMatchObject({ unknownMs: 30_000, workMs: 2_000, looksMs: 500, ownMs: 500 });
  });

  test('is never less than nothing, though the clock was set back', () => {
    expect(spent([10, begins('a:home', 0)], [4, ends('a:home', 5)]).wallMs).toBe(0);
  });

  test('is the sum of its parts, whatever was written', () => {
    const step = fc.constantFrom('a:home', 'b:home', 'c:backup');
    const entry: fc.Arbitrary<Entry> = fc.tuple(
      fc.integer({ min: 0, max: 500 }),
      fc.oneof(
        fc.tuple(step, fc.integer({ min: 0, max: 900 })).map(([one, outside]) => begins(one, outside)),
        fc
          .tuple(step, fc.integer({ min: 0, max: 900 }), fc.constantFrom('done', 'failed'))
          .map(([one, outside, result]) => ends(one, outside, { result: result })),
        fc.constant(planned('waiting')),
        fc.constant(judged('Suspended', 'True')),
      ),
      fc.integer({ min: 1, max: 2 }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const inOrder = [...entries].sort(([one], [other]) => one - other);
        const { wallMs, overheadMs, ...parts } = spent(...inOrder);
        const { ownMs, looksMs, pausesMs } = parts;
        const steps = inOrder.filter(([, { kind }]) => kind === 'intent' || kind === 'outcome');
        const [first = [0], last = [0]] = [steps[0], steps.at(-1)];
        expect(Object.values(parts).every((ms) => ms >= 0)).toBe(true);
        expect(Object.values(parts).reduce((sum, ms) => sum + ms, 0)).toBe(wallMs);
        expect(wallMs).toBe((last[0] - first[0]) * 1_000);
        expect(overheadMs).toBe(ownMs + looksMs + pausesMs);
      }),
    );
  });
});
