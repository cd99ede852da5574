import { expect, test } from 'vitest';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { abandoned, homeLost, homeRebuilt, recordFailover } from './crash-judge.ts';
import { problemsOfFlips } from './flip-judge.ts';

const TIMEOUT = { timeout: 300_000 };

async function atHome(): Promise<WorldSnapshot> {
  const stage = new Stage(new SimulatedWorld(freshWorld({ seed: 'flips' })), new SeededRandom(2));
  await stage.converge();
  stage.world.estate.fault('clients on');
  await stage.pass(20);
  stage.daemon.crash();
  return abandoned(stage.world.snapshot()).snapshot();
}

test('a planned move flipped back at any step ends where it began, and loses nothing', TIMEOUT, async () => {
  const { last, problems } = await problemsOfFlips({
    from: await atHome(),
    towards: 'lyon',
    back: 'paris',
    lostBefore: 0,
  });
  expect(problems).toEqual([]);
  expect(last).toBeGreaterThan(15);
});

test('a failback flipped back at any step ends where it began, and loses nothing more', TIMEOUT, async () => {
  const { account } = await recordFailover();
  const { last, problems } = await problemsOfFlips({
    from: await homeRebuilt(),
    towards: 'paris',
    back: 'lyon',
    lostBefore: account.lost.length,
  });
  expect(problems).toEqual([]);
  expect(last).toBeGreaterThan(13);
});

test.each(['return site home', 'rebuild site home'] as const)(
  'a failover flipped back at any step as the world does "%s" ends at home, if need be by a decision',
  TIMEOUT,
  async (meanwhile) => {
    const { account } = await recordFailover();
    const flip = { from: await homeLost(), towards: 'lyon', back: 'paris', lostBefore: account.lost.length };
    const { last, problems } = await problemsOfFlips({ ...flip, meanwhile });
    expect(problems).toEqual([]);
    expect(last).toBeGreaterThan(9);
  },
);
