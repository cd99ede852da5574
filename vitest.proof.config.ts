import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** A test that asks how much it may take plays more here; the others say the same in `npm test`. */
const asksForBudget = (file: string): boolean => readFileSync(file, 'utf8').includes('support/budget.ts');

/** The proofs that `npm test` plays in part, whole, and those that are too long for it. */
export default defineConfig({
  test: {
    include: [
      'test/proof/**/*.test.ts',
      'test/simulation/flip.test.ts',
      ...globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter(asksForBudget),
    ],
    env: { PCHAT_PROOF: 'whole' },
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
