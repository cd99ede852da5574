import { expect, test } from 'vitest';
import { partOf, problemsAfterAll, recordFailback } from './crash-judge.ts';

test(
  'a daemon killed anywhere in the second third of a failback finishes it without a second effect',
  { timeout: 300_000 },
  async () => {
    const failback = await recordFailback();
    expect(failback.cuts.length).toBeGreaterThan(130);
    expect(await problemsAfterAll(partOf(failback.cuts, 2, 3), failback)).toEqual([]);
  },
);
