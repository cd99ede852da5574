/** The daemon is killed while it seeds the backup copy anew, and then home is lost: what the full backup and the log reach serves. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { runText } from '../../src/simulation/administrator.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { abandoned } from './crash-judge.ts';
import { changesOf, databaseAt, driftStage, LYO1, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 300_000 };

/** A person drops the backup copy, the daemon seeds it anew from home, and is killed in the middle of the restore. */
async function killedInReSeed(): Promise<WorldSnapshot> {
  const before = await driftStage();
  before.daemon.crash();
  const world = abandoned(before.world.snapshot());
  let cut: WorldSnapshot | undefined;
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (record.kind !== 'effect' || moment === 'before' || !record.what.startsWith('RESTORE DATABASE'))
      return;
    world.clock.after(150, () => {
      cut ??= world.snapshot();
    });
  };
  const stage = new Stage(world, new SeededRandom(7), onAppend);
  expect(runText(world, LYO1, 'DROP DATABASE [mgc];').errors).toEqual([]);
  await world.clock.run(() => cut !== undefined, 600_000);
  stage.daemon.crash();
  if (cut === undefined) throw new Error('the backup copy was never seeded anew');
  return cut;
}

test(
  'a re-seed that was cut off and a lost home: the full backup and its log serve, the loss as told',
  TIMEOUT,
  async () => {
    const world = abandoned(await killedInReSeed());
    await world.clock.run(() => false, 40 * 60_000);
    world.estate.fault('down site home');
    const stage = new Stage(world, new SeededRandom(8));
    expect(databaseAt(stage, LYO1)?.state).toBe('RESTORING');
    await stage.pass(6);
    const told = statusOf(stage)?.ledger?.lines.find(({ kind }) => kind === 'at-risk');
    stage.world.setPrimaryDatacenter('lyon');
    await stage.pass(1);
    await stage.converge();
    expect(changesOf(stage)).toContain('restore-backup-from-full:backup');
    const { lost, serving, writableAtTwoSitesMs } = stage.world.account();
    expect({ serving, writableAtTwoSitesMs }).toEqual({ serving: LYO1, writableAtTwoSitesMs: 0 });
    const [from, to] = [Date.parse(told?.from ?? ''), Date.parse(told?.to ?? '')];
    expect(lost.length).toBeGreaterThan(0);
    for (const { message } of lost)
      expect(message.acknowledgedAtMs >= from && message.acknowledgedAtMs <= to).toBe(true);
    stage.daemon.crash();
  },
);
