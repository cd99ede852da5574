/** Three pools in one directory over real sockets, files and processes: each goes its own way. */
import { expect, test } from 'vitest';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import { PoolTrio, TRIO } from '../wire/pool-trio.ts';

const REST_ROUNDS = 8;

const roundOf = (round: string | null | undefined): number => Number(round?.split('-r')[1] ?? 0);

/** Rounds of each pool and round trips with the shared witness while the pools rest. */
async function atRest(trio: PoolTrio): Promise<{ readonly most: number; readonly turns: number }> {
  const rounds = async (): Promise<readonly number[]> =>
    (await trio.status()).pools.map(({ round }) => roundOf(round));
  const turnsBefore = trio.witnessTurns;
  const before = await rounds();
  let after = before;
  await trio.until('some rounds of every pool', async () => {
    after = await rounds();
    return after.every((round, index) => round >= (before[index] ?? 0) + REST_ROUNDS);
  });
  const most = Math.max(...after.map((round, index) => round - (before[index] ?? 0)));
  return { most, turns: trio.witnessTurns - turnsBefore };
}

test(
  'one pool with a broken file, one suspended and one that fails over each go their own way, and a shared witness is polled once',
  { timeout: 150_000 },
  async () => {
    await using trio = await PoolTrio.open();
    await trio.until('three pools as declared', async () => {
      const { pools } = await trio.status();
      return pools.length === TRIO.length && pools.every(({ state }) => state === 'converged');
    });
    const { most, turns } = await atRest(trio);
    // A look that another pool's round has just taken is shared; one per pool would be three times as many.
    expect(turns).toBeLessThanOrEqual(1.5 * most + 1);

    trio.rewrite('contoso', (text) => text.replace('mode: act', 'mode: maybe'));
    await (
      await trio.client()
    ).decide({
      pool: 'fabrikam',
      decision: 'suspend',
      by: 'Ann',
      reason: 'patch night',
      expiresAt: null,
    });
    trio.rewrite('fabrikam', (text) => withPrimaryDatacenter(text, 'lyon'));
    await trio.estate('adatum').fault('down site home');
    trio.rewrite('adatum', (text) => withPrimaryDatacenter(text, 'lyon'));
    await trio.seen(
      'adatum in lyon',
      'adatum',
      (pool) => pool.state === 'converged' && pool.primarySite === 'backup',
    );

    const seed = ['remove-log-shipping', 'copy-log-backups', 'apply-log-backups', 'recover-backup'];
    expect(trio.steps('adatum').filter((step) => seed.includes(step.split(':')[0] ?? ''))).not.toEqual([]);
    expect(trio.steps('adatum').at(-1)).toBe('activate-servers:backup');
    const { desiredStateProblems } = await trio.status();
    expect(desiredStateProblems).toHaveLength(1);
    expect(desiredStateProblems[0]).toMatch(
      /pools\/contoso\.yaml:\d+:13: pools\[0\]\.policy\.mode: expected one of/,
    );
    const contoso = await trio.seen('contoso at rest', 'contoso', (pool) => pool.state === 'converged');
    expect(contoso).toMatchObject({ generation: { counter: 1 } });
    expect(trio.steps('contoso')).toEqual([]);
    const fabrikam = await trio.seen(
      'fabrikam held',
      'fabrikam',
      (pool) => pool.state === 'suspended' && pool.primarySite === 'backup',
    );
    expect(fabrikam).toMatchObject({
      gate: {
        code: 'Suspended',
        reason: expect.stringContaining('Suspended by Ann: patch night.') as string,
      },
    });
    expect(trio.steps('fabrikam')).toEqual([]);

    trio.rewrite('contoso', (text) => text.replace('mode: maybe', 'mode: act'));
    await trio.until(
      'no problem any more',
      async () => (await trio.status()).desiredStateProblems.length === 0,
    );
    expect(await trio.pool('contoso')).toMatchObject({ generation: { counter: 1 } });
  },
);
