import { defineConfig } from 'vitest/config';

/** Parts that we did not write, against the estate: FreeTDS, PowerShell's engine, sshd. They need `npm run setup`. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // They wait more than they work.
    maxWorkers: 3,
    passWithNoTests: false,
  },
});
