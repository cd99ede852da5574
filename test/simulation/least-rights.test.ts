/** The main job with nothing but the rights of `pchat grants`, and what the product says when just one of them is missing. */
import { describe, expect, test } from 'vitest';
import { playFailoverStory, POOL, Stage, storyOverrides } from '../../src/simulation/failover-story.ts';
import { giveRights, LEAST_LOGIN, leastRights, runText } from '../../src/simulation/administrator.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { WHOLE } from '../support/budget.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';

const converged = freshWorld(storyOverrides({ seed: 1, shareSite: 'backup' }));
const ACT = { purpose: 'act', version: '2016' } as const;
const OBSERVE = { purpose: 'observe', version: '2016' } as const;
const HOME = 'sql-par-1.contoso.com';

interface Missing {
  readonly right: string;
  readonly instance: string;
}

/** What a daemon sees that has all rights of a purpose but one. */
async function seen(wanted: typeof ACT | typeof OBSERVE, missing?: Missing): Promise<PoolFacts> {
  const world = new SimulatedWorld(converged);
  const rights = leastRights(world, wanted);
  const given = rights.filter(
    ({ name, instance }) => name !== missing?.right || instance !== missing.instance,
  );
  giveRights(world, given);
  const stage = new Stage(world, new SeededRandom(1), undefined, LEAST_LOGIN);
  const facts = (): PoolFacts | undefined => stage.daemon.daemon.pool(POOL)?.facts ?? undefined;
  await world.clock.run(() => facts() !== undefined, 60_000);
  const found = facts();
  stage.daemon.crash();
  if (found === undefined) throw new Error('the daemon saw nothing within a minute');
  return found;
}

describe('with just the rights of pchat grants', () => {
  test.each(WHOLE ? (['2012', '2016', '2022'] as const) : (['2012'] as const))(
    'failover and failback run to their end on SQL Server %s',
    async (sqlVersion) => {
      const { account, afterFailover } = await playFailoverStory({
        seed: 1,
        shareSite: 'backup',
        sqlVersion,
        leastRights: true,
      });
      expect([afterFailover.serving, account.serving]).toEqual(['sql-lyo-1.contoso.com', HOME]);
    },
    240_000,
  );
});

describe('an acting daemon without', () => {
  test.each(leastRights(new SimulatedWorld(converged), ACT).map(({ name, instance }) => [name, instance]))(
    '%s on %s does not know that instance and says whose right is missing',
    async (right = '', instance = '') => {
      const facts = await seen(ACT, { right, instance });
      expect(facts.instances[instance]).toMatchObject({
        kind: 'unknown',
        code: 'PCO_PERMISSION_DENIED',
        reason: expect.stringContaining(`The login on ${instance} needs VIEW`) as string,
      });
    },
  );
});

describe('a daemon that only looks', () => {
  const mgcOf = (facts: PoolFacts, instance: string) => {
    const answer = facts.instances[instance];
    return answer?.kind === 'value' ? answer.value.databases['mgc'] : undefined;
  };

  test('knows everything of the copies but what a mirror shows to sysadmin alone', async () => {
    const facts = await seen(OBSERVE);
    expect(Object.values(facts.instances).map(({ kind }) => kind)).not.toContain('unknown');
    expect(mgcOf(facts, HOME)).toMatchObject({ state: 'ONLINE', mirroring: { role: 'PRINCIPAL' } });
    expect(mgcOf(facts, HOME)?.content).not.toBe('unknown');
    expect(mgcOf(facts, 'sql-par-2.contoso.com')?.mirroring).toBe('unknown');
  });

  test.each([
    ['VIEW SERVER STATE', 'VIEW SERVER STATE'],
    ['db_datareader in msdb', 'db_datareader in msdb'],
  ])('without %s names it', async (right, named) => {
    const facts = await seen(OBSERVE, { right, instance: HOME });
    expect(facts.instances[HOME]).toMatchObject({
      kind: 'unknown',
      code: 'PCO_PERMISSION_DENIED',
      reason: expect.stringContaining(`needs ${named}`) as string,
    });
  });

  test.each(['CONNECT ANY DATABASE', 'SELECT ALL USER SECURABLES'])(
    'without %s does not know the content',
    async (right) => {
      const facts = await seen(OBSERVE, { right, instance: HOME });
      expect(mgcOf(facts, HOME)?.content).toBe('unknown');
    },
  );

  test('with CONTROL SERVER instead of sysadmin does not take a mirror for a plain restoring copy', async () => {
    const world = new SimulatedWorld(converged);
    giveRights(world, leastRights(world, OBSERVE));
    const text = `GRANT CONTROL SERVER TO [${LEAST_LOGIN}];`;
    expect(runText(world, 'sql-par-2.contoso.com', text).errors).toEqual([]);
    const stage = new Stage(world, new SeededRandom(1), undefined, LEAST_LOGIN);
    const facts = (): PoolFacts | undefined => stage.daemon.daemon.pool(POOL)?.facts ?? undefined;
    await world.clock.run(() => facts() !== undefined, 60_000);
    const found = facts();
    stage.daemon.crash();
    expect(found === undefined ? undefined : mgcOf(found, 'sql-par-2.contoso.com')?.mirroring).toBe(
      'unknown',
    );
  });
});
