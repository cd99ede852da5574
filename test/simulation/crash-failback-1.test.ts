import { expect, test } from 'vitest';
import { sampled } from '../support/budget.ts';
import { partOf, problemsAfterAll, recordFailback } from './crash-judge.ts';

test(
  'pulumi-kubernetes-operator#1058, #1293: a daemon killed anywhere in the first half of a failback finishes it without a second effect',
  { timeout: 600_000 },
  async () => {
    const failback = await recordFailback();
    expect(failback.cuts.length).toBeGreaterThan(130);
    expect(await problemsAfterAll(sampled(partOf(failback.cuts, 1, 2), 12), failback)).toEqual([]);
  },
);
