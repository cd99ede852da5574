import { defineConfig } from 'vitest/config';

/**
 * Tests of values and of simulated worlds: they open no socket, start no process, change no table and leave nothing behind, so many
 * of them share one worker and what it has loaded.
 */
const PURE = [
  'actuators',
  'adoption',
  'observers',
  'partition',
  'peers',
  'reconciler',
  'recording',
  'rights',
  'runbook',
  'simulation',
  'simulator/{agent,catalogue,chat,estate,instance,management-shell,msdb,tsql}',
  'statements',
  'story',
  'topology',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/interop/**', 'test/e2e/**', 'test/proof/**', 'node_modules/**', ...PURE],
        },
      },
    ],
  },
});
