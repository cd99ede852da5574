import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { POOL, Stage, storyOverrides } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';

const TIMEOUT = { timeout: 120_000 };

const recordsOf = ({ world }: Stage): JournalRecord[] =>
  world.disk.lines.map((line) => JSON.parse(line) as JournalRecord);

async function opened(seed: number): Promise<Stage> {
  const overrides = storyOverrides({ seed, shareSite: 'backup' });
  const stage = new Stage(new SimulatedWorld(freshWorld(overrides)), new SeededRandom(seed));
  await stage.converge();
  stage.world.estate.fault('clients on');
  await stage.pass(16);
  return stage;
}

test(
  'a failover is journalled with its loss beside what home shows when it comes back, and there is no prediction without a history',
  TIMEOUT,
  async () => {
    const stage = await opened(3);
    const ready = stage.daemon.daemon.pool(POOL)?.forecast?.readiness;
    expect(ready).toMatchObject({ answer: 'yes', lost: 'home', outage: null });
    stage.world.estate.fault('down site home');
    await stage.pass(6);
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    const ended = recordsOf(stage).filter((record) => record.kind === 'transition');
    expect(ended).toMatchObject([{ predicted: { duration: null, outage: null } }]);
    expect(ended[0]?.steps).toContain('recover-backup:backup');
    expect(ended[0]?.actual.durationSeconds).toBeGreaterThan(1);
    const copied = recordsOf(stage).filter(
      (record) => record.kind === 'outcome' && record.action === 'apply-log-backups',
    );
    expect(copied).toMatchObject([{ result: 'done' }]);
    expect(copied[0]?.kind === 'outcome' ? copied[0].bytes : 0).toBeGreaterThan(0);
    const predicted = ended[0]?.predicted.lossMinutes ?? 0;
    expect(predicted).toBeGreaterThan(0);
    // What was promised before anything was lost is what the loss then was.
    expect(Math.abs((ready?.lossMinutes ?? 0) - predicted)).toBeLessThan(1);

    stage.world.estate.fault('return site home');
    await stage.pass(2);
    const seen = recordsOf(stage).filter((record) => record.kind === 'loss-seen');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.predictedMinutes).toBe(predicted);
    const actual = seen[0]?.actualMinutes ?? Number.NaN;
    expect(actual).toBeGreaterThan(0);
    expect(actual).toBeLessThanOrEqual(predicted + 0.1);
    stage.daemon.crash();
  },
);

test(
  'a move that was made before is predicted from it, and the account says how near it was',
  TIMEOUT,
  async () => {
    const stage = await opened(4);
    for (const datacenter of ['lyon', 'paris', 'lyon']) {
      stage.world.setPrimaryDatacenter(datacenter);
      await stage.converge();
      await stage.pass(1);
    }
    const accounts = recordsOf(stage).filter((record) => record.kind === 'transition');
    expect(accounts.map(({ predicted }) => predicted.duration === null)).toEqual([true, true, false]);
    const { predicted, actual } = accounts[2] ?? {};
    if (predicted?.duration == null || predicted.outage === null || actual?.outageSeconds == null)
      throw new Error('the second move is predicted');
    expect(actual.outageSeconds).toBeGreaterThan(0);
    expect(actual.outageSeconds).toBeLessThanOrEqual(actual.durationSeconds);
    expect(actual.durationSeconds / predicted.duration.p50).toBeGreaterThan(0.5);
    expect(actual.durationSeconds / predicted.duration.p50).toBeLessThan(2);
    expect(stage.daemon.daemon.pool(POOL)?.forecast?.lastTransition).toMatchObject({ predicted, actual });
    stage.daemon.crash();
  },
);
