import { defineConfig } from 'vitest/config';

/** These change the action table of their worker. */
const ALONE = ['test/exploration/**/*.test.ts'];

/** Every test leaves its worker as it was, so that all of them share what a worker has loaded: to load it anew costs more than to test it. */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ['test/interop/**', 'test/e2e/**', 'test/proof/**', 'node_modules/**', ...ALONE],
          isolate: false,
        },
      },
    ],
  },
});
