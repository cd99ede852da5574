import { expect, test } from 'vitest';
import { lastLine, runProgram } from './run-program.ts';

/** Installation aside, the demo has three minutes. */
const LIMIT_MS = 180_000;

test('npm run demo moves the pool to lyon and back in the order of the seed and accounts for every message', async () => {
  const demo = await runProgram(['run', '--silent', 'demo', '--', '--output', 'json'], LIMIT_MS);
  expect(demo.code).toBe(0);
  expect(lastLine(demo)).toMatchObject({
    failover: { seedSteps: [1, 2, 3, 4, 5, 6, 7] },
    failback: { seedSteps: [1, 2, 3, 4, 5, 6, 7] },
    ledger: { unnamedLost: 0 },
    writableAtTwoSitesMs: 0,
  });
});
