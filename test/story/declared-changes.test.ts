import { describe, expect, test } from 'vitest';
import { declaredChanges } from '../../src/story/declared-changes.ts';
import { generationChanges } from '../../src/story/generation-changes.ts';
import { accepted, CHAT, written } from '../support/written-journal.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';

const counters = (records: readonly JournalRecord[], completeFrom = 1) =>
  generationChanges(records, completeFrom).map(({ before }) => before?.generation.counter ?? null);

describe('what an edit changed', () => {
  test('is each value by its path, a list of names as one value', () => {
    const before = {
      primaryDatacenter: 'paris',
      paris: { active: ['a', 'b'], role: 'x' },
      policy: { mode: 'act' },
    };
    const after = { primaryDatacenter: 'lyon', paris: { active: ['a'], role: 'x' }, extra: 3 };
    expect(declaredChanges(before, after)).toEqual([
      { path: 'primaryDatacenter', before: 'paris', after: 'lyon' },
      { path: 'paris.active', before: '[a, b]', after: '[a]' },
      { path: 'extra', before: null, after: '3' },
      { path: 'policy.mode', before: 'act', after: null },
    ]);
  });

  test('goes into a list of objects by the place', () => {
    const windows = (hours: string) => ({ windows: [{ days: 'mon' }, { hours }] });
    expect(declaredChanges(windows('1'), windows('2'))).toEqual([
      { path: 'windows[1].hours', before: '1', after: '2' },
    ]);
  });

  test('is nothing where the order of the keys is another one', () => {
    expect(declaredChanges({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });

  test('is not known where one of the documents is not kept', () => {
    expect(declaredChanges(null, { a: 1 })).toBeNull();
    expect(declaredChanges({ a: 1 }, undefined)).toBeNull();
  });
});

describe('a generation', () => {
  test('stands beside the one before it, the first beside none', () => {
    const records = written(
      [0, accepted(1, 'paris')],
      [9, accepted(2, 'lyon')],
      [10, { kind: 'removed', pool: CHAT }],
    );
    expect(generationChanges(records, 1)).toMatchObject([
      { before: null, changes: null },
      {
        before: { primaryDatacenter: 'paris' },
        changes: [{ path: 'primaryDatacenter', before: 'paris', after: 'lyon' }],
      },
    ]);
  });

  test('is not set beside an older one when a generation between them may be missing', () => {
    const records = written([0, accepted(1, 'paris')], [9, accepted(4, 'lyon')]);
    expect(counters(records)).toEqual([null, 1]);
    expect(counters(records, 2)).toEqual([null, null]);
    expect(counters(written([0, accepted(3, 'paris')], [9, accepted(4, 'lyon')]), 2)).toEqual([null, 3]);
  });
});
