import { defineConfig } from 'vitest/config';

/** The proofs that `npm test` plays in part, whole, and those that are too long for it. */
export default defineConfig({
  test: {
    include: [
      'test/simulation/**/*.test.ts',
      'test/exploration/**/*.test.ts',
      'test/partition/**/*.test.ts',
      'test/doctor/missing-rights.test.ts',
      'test/hostile/hostile-names.test.ts',
      'test/http/random-requests.test.ts',
      'test/peers/planned-move.test.ts',
      'test/proof/**/*.test.ts',
    ],
    env: { PCHAT_PROOF: 'whole' },
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
