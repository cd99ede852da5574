import { describe, expect, test } from 'vitest';
import {
  pastHash,
  pastHashAt,
  pastQuery,
  placeIn,
  storyHash,
  storyQuery,
} from '../../web/src/model/story-place.ts';
import { storyKey } from '../../web/src/model/story-key.ts';
import { dayAndTime, diffLines, instantOf, shortSpan } from '../../web/src/model/story-words.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';

describe('an address', () => {
  test.each([
    ['#/pools/chat', { kind: 'now' }],
    ['#/pools/chat/plan', { kind: 'now' }],
    ['#/pools/chat/story/x', { kind: 'now' }],
    [storyHash('chat'), { kind: 'story', record: null }],
    [storyHash('chat', 17), { kind: 'story', record: 17 }],
    [pastHash('a b/c', 17), { kind: 'past', record: 17, at: null }],
    [pastHash('chat'), { kind: 'past', record: null, at: null }],
    [
      pastHashAt('chat', '2026-11-28T02:07:12.000Z'),
      { kind: 'past', record: null, at: '2026-11-28T02:07:12.000Z' },
    ],
  ])('%s is its view', (hash, place) => {
    expect(placeIn(hash)).toEqual(place);
  });

  test('becomes the question to the API', () => {
    expect([storyQuery(null), storyQuery(17)]).toEqual(['story', 'story?record=17']);
    expect(pastQuery({ kind: 'past', record: 17, at: null })).toBe('past?record=17');
    expect(pastQuery({ kind: 'past', record: null, at: '2026-11-28T02:07:12+01:00' })).toBe(
      'past?at=2026-11-28T02%3A07%3A12%2B01%3A00',
    );
  });
});

describe('words of the story', () => {
  test.each([
    [38, '38 ms'],
    [4_200, '4.2 s'],
    [74_000, '74 s'],
    [725_000, '12 min'],
  ])('%i ms are %s', (ms, words) => {
    expect(shortSpan(ms)).toBe(words);
  });

  test.each([
    ['2026-11-28 02:07:12', '2026-11-28T02:07:12.000Z'],
    ['2026-11-28T02:07', '2026-11-28T02:07:00.000Z'],
    ['2026-11-31 02:07', null],
    ['28.11.2026', null],
    ['', null],
  ])('%j is an instant of UTC, or none', (text, at) => {
    const ms = instantOf(text);
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(at);
    if (at !== null) expect(dayAndTime(at)).toContain(text.slice(0, 10));
  });

  test('of a change are the line before and the line after, of what is new or gone only one', () => {
    expect(
      diffLines([
        { path: 'a', before: '1', after: '2' },
        { path: 'b', before: null, after: 'x' },
        { path: 'c', before: 'y', after: null },
      ]).map(({ sign, text }) => `${sign} ${text}`),
    ).toEqual(['- a: 1', '+ a: 2', '+ b: x', '- c: y']);
  });
});

describe('the story of a pool is asked for again', () => {
  const well = observed(facts());
  test('when something is written about it', () => {
    expect(storyKey(observed(homeLost()))).not.toBe(storyKey(well));
    expect(storyKey({ ...well, generation: { counter: 9, hash: 'x' } })).not.toBe(storyKey(well));
  });
  test('and not by a look that found nothing new', () => {
    expect(
      storyKey({ ...well, observedAt: 'later', state: 'observing', round: 'e1-r9' } as typeof well),
    ).toBe(storyKey(well));
  });
});
