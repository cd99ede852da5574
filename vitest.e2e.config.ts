import { defineConfig } from 'vitest/config';

/** The program as a person starts it: real processes, sockets, files and signals. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // They wait more than they work.
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
