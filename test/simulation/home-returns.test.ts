import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { sampled, WHOLE } from '../support/budget.ts';
import { homeLost, recordFailover } from './crash-judge.ts';
import { problemsAfterReturn, problemsOf, settle, stageIn } from './return-judge.ts';

const TIMEOUT = { timeout: 300_000 };
/** Each of these plays for twenty minutes more. */
const EVERY = WHOLE ? 4 : 24;

test(
  'home back as it was at any cut: a restarted daemon fences it or goes home, and no message is gone',
  TIMEOUT,
  async () => {
    const { cuts } = await recordFailover();
    const problems: string[] = [];
    for (const cut of sampled(cuts, 20)) problems.push(...(await problemsAfterReturn(cut)));
    expect(problems).toEqual([]);
  },
);

test(
  'cnpg#9273: home back as it was, and nobody there until it has written log backups of the old branch',
  TIMEOUT,
  async () => {
    const { cuts } = await recordFailover();
    const problems: string[] = [];
    for (const cut of cuts.filter((_, index) => index % EVERY === 3))
      problems.push(...(await problemsAfterReturn(cut, 20)));
    expect(problems).toEqual([]);
  },
);

/** The world as it is when the daemon, which lives on, begins or has ended its n-th step. */
async function problemsOfReturnDuring(
  nth: number,
): Promise<{ readonly met: boolean; readonly problems: string[] }> {
  const world = new SimulatedWorld(await homeLost());
  let seen = 0;
  let met = '';
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (moment !== 'after' || (record.kind !== 'intent' && record.kind !== 'outcome')) return;
    seen += 1;
    if (seen !== nth) return;
    met = `${record.kind} of ${record.action}`;
    world.clock.after(1, () => {
      world.estate.fault('return site home');
    });
  };
  const stage = new Stage(world, new SeededRandom(21), onAppend);
  world.setPrimaryDatacenter('lyon');
  const problems = problemsOf(await settle(stage), stage).map((problem) => `${met}: ${problem}`);
  stage.daemon.crash();
  return { met: met !== '', problems };
}

test(
  'home back as it was at any step: the living daemon fences it or goes home, and no message is gone',
  TIMEOUT,
  async () => {
    const problems: string[] = [];
    for (let nth = 1; ; nth += WHOLE ? 1 : 5) {
      const one = await problemsOfReturnDuring(nth);
      if (!one.met) break;
      problems.push(...one.problems);
      expect(nth).toBeLessThan(40);
    }
    expect(problems).toEqual([]);
  },
);

test(
  'pg_auto_failover#683, repmgr#618, #766: home back as it was after the failover: fenced, and overwritten only once a person gave up what it held',
  TIMEOUT,
  async () => {
    const { end } = await recordFailover();
    const stage = stageIn(end, (world) => {
      world.estate.fault('return site home');
    });
    const fenced = await settle(stage);
    expect([fenced.kind, problemsOf(fenced, stage)]).toEqual(['converged', []]);
    const inQuarantine = fenced.account.lost.filter(({ files }) =>
      files.some((path) => path.includes('tail')),
    );
    expect(inQuarantine.length).toBe(fenced.account.lost.length);
    stage.world.setPrimaryDatacenter('paris');
    const asking = await settle(stage);
    expect(asking.obstacles.map(({ variable, wayOut }) => [variable, wayOut])).toEqual([
      ['home.holds', `pchat decide ${POOL} --keep lyon`],
    ]);
    expect([asking.kind, asking.account.counts]).toEqual(['asks', fenced.account.counts]);
    await stage.daemon.daemon.decide({
      pool: POOL,
      by: 'alice',
      reason: 'read it',
      expiresAt: null,
      decision: 'keep',
      site: 'backup',
    });
    const back = await settle(stage);
    expect([back.kind, problemsOf(back, stage), back.account.lost.length]).toEqual([
      'converged',
      [],
      fenced.account.lost.length,
    ]);
    stage.daemon.crash();
  },
);

test(
  'home back as it was after the edit back was made: fenced first, then a person is asked',
  TIMEOUT,
  async () => {
    const { end } = await recordFailover();
    const stage = stageIn(end, (world) => {
      world.setPrimaryDatacenter('paris');
    });
    await stage.pass(2);
    const before = stage.world.account();
    stage.world.estate.fault('return site home');
    const asking = await settle(stage);
    expect([asking.kind, problemsOf(asking, stage), stage.world.account().serving]).toEqual([
      'asks',
      [],
      before.serving,
    ]);
    const status = stage.daemon.daemon.pool(POOL);
    expect(status?.conditions.find(({ type }) => type === 'Blocked')?.reason).toBe('DecisionNeeded');
    stage.daemon.crash();
  },
);
