import { expect, test } from 'vitest';
import { sampled } from '../support/budget.ts';
import { problemsAfterAll, recordFailover } from './crash-judge.ts';

test(
  'orchestrator#1296: a daemon killed before, during or after any effect of a failover finishes it without a second effect',
  { timeout: 120_000 },
  async () => {
    const failover = await recordFailover();
    expect(failover.cuts.length).toBeGreaterThan(30);
    expect(await problemsAfterAll(sampled(failover.cuts, 6), failover)).toEqual([]);
  },
);
