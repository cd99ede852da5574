import { defineConfig } from 'vitest/config';

/** Test files that shall notice a mutant of a gate or of a judge (`npm run mutate`); none of them compares with a kept text. */
export default defineConfig({
  test: {
    setupFiles: ['proof/mutation/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    bail: 1,
    passWithNoTests: false,
  },
});
