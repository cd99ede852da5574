import { describe, expect, test } from 'vitest';
import { headlineOf } from '../../src/story/headline.ts';
import { keptOf } from '../../src/story/kept-records.ts';
import { renderTransition } from '../../src/story/render-transition.ts';
import { spanText } from '../../src/story/span-text.ts';
import { findTransitions } from '../../src/story/transitions-of.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { Transition } from '../../src/story/transition.ts';
import { accepted, begins, CHAT, ends, keptJournal, written } from '../support/written-journal.ts';

function newest(records: readonly JournalRecord[], pool = CHAT): Transition {
  const found = findTransitions(keptOf(records, pool), pool)
    .map((found) => found.read())
    .at(-1);
  if (found === undefined) throw new Error('there is no transition');
  return found;
}
const [failover] = findTransitions(keptOf(keptJournal(), 'contoso-chat'), 'contoso-chat').map((found) =>
  found.read(),
);

/** Headings, and lines of a table that are as wide as its head. */
function shapeOf(markdown: string): { headings: readonly string[]; broken: readonly string[] } {
  const lines = markdown.split('\n');
  const cells = (line: string): number => line.split(/(?<!\\)\|/).length;
  let head = 0;
  const broken = lines.filter((line) => {
    if (!line.startsWith('|')) head = 0;
    else if (head === 0) head = cells(line);
    return head > 0 && cells(line) !== head;
  });
  return { headings: lines.filter((line) => line.startsWith('#')), broken };
}

describe('the report of a transition', () => {
  test('tells in one document what asked for it, on what evidence, who, what, for how long, and what was lost', () => {
    if (failover === undefined) throw new Error('the kept journal has a failover');
    const text = renderTransition(failover);
    expect(shapeOf(text)).toEqual({
      headings: [
        '# contoso-chat: Generation 2 wants the service in lyon; it was wanted in paris.',
        '## What asked for it',
        '## Evidence',
        '## Who decided',
        '## Steps',
        '## Where the time went',
        '## Predicted and actual',
        '## Records',
      ],
      broken: [],
    });
    expect(text).toContain('**Overhead 3.2 s over the unavoidable minimum of 5.1 s, 8.3 s in all**');
    expect(text).toContain('| primaryDatacenter | paris | lyon |');
    expect(text).toContain('home: down (silent), since 2026-11-28 05:22:32 (before the first step)');
    expect(text).toContain('home came back rebuilt: what it held is gone and cannot be counted');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test('calls what nobody measured not recorded, and an end that has not come an end that has not come', () => {
    const text = renderTransition(
      newest(
        written(
          [0, accepted(2, 'lyon')],
          [1, begins('a:home', 0)],
          [9, ends('a:home', 1, { notes: { afterRestart: true } }), 2],
          [10, begins('b:home', 1), 2],
        ),
      ),
    );
    expect(text).toMatch(/a:home .*\| not recorded \| not recorded \| not recorded \| not known \|/);
    expect(text).toContain('Last step ended: it goes on');
    expect(text).toContain('in all so far; not recorded for 8.0 s');
    expect(text).toContain('The generation before it is not kept: what was changed cannot be told.');
  });

  test('makes no markup out of what people and files say', () => {
    const revision = {
      commit: 'abc',
      author: 'Eve <eve@contoso.com>',
      subject: '| x | [link](http://eve) @all #7 `code`\n## heading',
      at: '2026-11-24T02:00:00Z',
    };
    const text = renderTransition(
      newest(
        written(
          [0, accepted(2, 'lyon', { revision })],
          [1, begins('a:home', 0)],
          [2, ends('a:home', 1, { result: 'failed', reason: '<script>|' })],
        ),
      ),
    );
    expect(shapeOf(text).broken).toEqual([]);
    expect(shapeOf(text).headings).toHaveLength(8);
    expect(text).not.toMatch(/<script>|@all|\[link\]\(|(?<!&)#7/);
  });
});

test('the headline names what is no overhead beside it', () => {
  const spent = {
    wallMs: 90_000,
    workMs: 50_000,
    ownMs: 1_000,
    looksMs: 2_000,
    pausesMs: 0,
    heldMs: 30_000,
    unknownMs: 7_000,
    overheadMs: 3_000,
  };
  expect(headlineOf({ spent, endedAt: 'x', state: 'at-rest' })).toBe(
    'Overhead 3.0 s over the unavoidable minimum of 50 s, 90 s in all; held for 30 s, not recorded for 7.0 s',
  );
});

test.each([
  [38, '38 ms'],
  [4_200, '4.2 s'],
  [74_000, '74 s'],
  [725_000, '12 min 5 s'],
  [10_920_000, '3 h 2 min'],
])('%i ms are %s', (ms, words) => {
  expect(spanText(ms)).toBe(words);
});
