/**
 * A second, independent proof that two copies are never written at once: a model in Promela that shares no line with the product,
 * searched by spin. Needs `npm run setup` and gcc.
 */
import { describe, expect, test } from 'vitest';
import { checkIntact, checkWithout, GUARDS, modelText, spinIsAbsent } from '../../proof/promela/spin.ts';

describe.skipIf(spinIsAbsent)('two writers in Promela (install: spin, gcc)', () => {
  test.each(['proven', 'silent'] as const)(
    'the intact model under evidence %s has no error',
    async (policy) => {
      const { errors, whole, states, unreached, story } = await checkIntact(policy);
      expect([errors, whole, story]).toEqual([0, true, []]);
      expect(states).toBeGreaterThan(50_000);
      // Only what cannot come true where a host stops: it makes nothing writable.
      expect(unreached.filter((line) => !line.includes('returned[1]'))).toEqual([]);
      console.log(`evidence ${policy}: ${states} states, 0 errors`);
    },
  );

  test.each(GUARDS)('without the guard %s there are two writers, and the trail tells how', async (guard) => {
    const { errors, story } = await checkWithout(guard);
    expect(errors).toBe(1);
    expect(story.length).toBeGreaterThan(1);
    expect(story.length).toBeLessThan(15);
    console.log([guard, ...story].join('\n    '));
  });

  test('every guard that can be taken away is tried', async () => {
    const named = [...(await modelText()).matchAll(/^#ifn?def ([A-Z_]+)$/gm)].map(([, name]) => name);
    const settings = ['POLICY_SILENT', 'LAST_EPOCH'];
    expect([...new Set(named)].filter((name = '') => !settings.includes(name)).sort()).toEqual(
      [...GUARDS].sort(),
    );
  });
});
