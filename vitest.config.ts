import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/e2e/**', 'node_modules/**'],
    testTimeout: 5_000,
    hookTimeout: 20_000,
    maxWorkers: 2,
    reporters: ['default'],
  },
});
