import { expect, test } from 'vitest';
import { sampled } from '../support/budget.ts';
import { partOf, problemsAfterAll, recordFailback } from './crash-judge.ts';

test(
  'cnpg#6317: a daemon killed anywhere in the second half of a failback finishes it without a second effect',
  { timeout: 600_000 },
  async () => {
    const failback = await recordFailback();
    expect(failback.cuts.length).toBeGreaterThan(130);
    expect(await problemsAfterAll(sampled(partOf(failback.cuts, 2, 2), 12), failback)).toEqual([]);
  },
);
