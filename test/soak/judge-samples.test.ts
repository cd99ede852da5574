/** What `npm run soak` concludes from its looks at a daemon. */
import { describe, expect, test } from 'vitest';
import { judgeSamples } from '../../proof/soak/judge-samples.ts';
import type { DaemonSample } from '../../proof/soak/sample-daemon.ts';

const COUNT = 40;
const EVERY_S = 60;
const JOURNAL_BAR_MB = 1.5;

/** One look a minute; the daemon's caches fill in the first quarter. */
const samples = (change: (index: number) => Partial<DaemonSample>): readonly DaemonSample[] =>
  Array.from({ length: COUNT }, (_, index) => ({
    at: index * EVERY_S,
    rssMb: index < COUNT / 4 ? 100 + index : 120 + (index % 3),
    descriptors: 38,
    lagP99Ms: 12,
    journalMb: 0.5,
    archives: 2,
    ...change(index),
  }));

describe('a soak', () => {
  test('says nothing of a daemon whose memory rises only while its caches fill', () => {
    const { beyond, rssSlopePerHour, archives } = judgeSamples(
      samples(() => ({})),
      JOURNAL_BAR_MB,
    );
    expect(beyond).toEqual([]);
    expect(Math.abs(rssSlopePerHour)).toBeLessThan(1);
    expect(archives).toBe(2);
  });

  test.each([
    ['memory grows', (index: number) => ({ rssMb: 100 + index })],
    ['descriptors grow', (index: number) => ({ descriptors: 38 + index })],
    ['the journal outgrows its bound', (index: number) => ({ journalMb: index === 7 ? 1.6 : 0.5 })],
  ])('finds that %s', (what, change) => {
    expect(judgeSamples(samples(change), JOURNAL_BAR_MB).beyond).toEqual([what]);
  });

  test('tells the slope of the memory in an hour', () => {
    const { rssSlopePerHour } = judgeSamples(
      samples((index) => ({ rssMb: 100 + index })),
      JOURNAL_BAR_MB,
    );
    expect(rssSlopePerHour).toBeCloseTo(60, 5);
  });
});
