/** The daemon is killed while it seeds the backup copy anew, and then home is lost: what the full backup and the log reach serves. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { runText } from '../../src/simulation/administrator.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { sampled } from '../support/budget.ts';
import { abandoned } from './crash-judge.ts';
import { cutsOfStep, type StepCut } from './cuts-of-step.ts';
import { changesOf, databaseAt, driftStage, LYO1, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 300_000 };

const BYTES_OF_FULL = expect.stringMatching(/^RESTORE DATABASE .*, [\d.]+ of [\d.]+ [kM]?B$/) as string;

/** What people are told of running steps, until then. */
async function toldUntil(stage: Stage, isOver: () => boolean): Promise<readonly string[]> {
  const texts = new Set<string>();
  await stage.world.clock.run(() => {
    for (const { progress } of statusOf(stage)?.running ?? []) if (progress !== null) texts.add(progress);
    return isOver();
  }, 60 * 60_000);
  return [...texts];
}

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
  expect(await toldUntil(stage, () => cut !== undefined)).toContainEqual(BYTES_OF_FULL);
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
    const texts = await toldUntil(stage, () => databaseAt(stage, LYO1)?.state === 'ONLINE');
    await stage.converge();
    expect(changesOf(stage)).toContain('restore-backup-from-full:backup');
    expect(texts).toContainEqual(BYTES_OF_FULL);
    const { lost, serving, writableAtTwoSitesMs } = stage.world.account();
    expect({ serving, writableAtTwoSitesMs }).toEqual({ serving: LYO1, writableAtTwoSitesMs: 0 });
    const [from, to] = [Date.parse(told?.from ?? ''), Date.parse(told?.to ?? '')];
    expect(lost.length).toBeGreaterThan(0);
    for (const { message } of lost)
      expect(message.acknowledgedAtMs >= from && message.acknowledgedAtMs <= to).toBe(true);
    stage.daemon.crash();
  },
);

interface Played {
  readonly cuts: readonly StepCut[];
  /** What is lost where nobody kills the daemon. */
  readonly lost: number;
}

/** Home is lost beside the copy that was cut off, and the edit chooses backup. */
async function cutsOfRestore(): Promise<Played> {
  const world = abandoned(await killedInReSeed());
  await world.clock.run(() => false, 5 * 60_000);
  world.estate.fault('down site home');
  const cuts = await cutsOfStep(world, 'restore-backup-from-full', async (stage) => {
    await stage.pass(6);
    world.setPrimaryDatacenter('lyon');
    await stage.converge();
  });
  return { cuts, lost: world.account().lost.length };
}

const restores = ({ world }: Stage): number => world.account().counts[`restore-database@${LYO1}/mgc`] ?? 0;

/** What is wrong in the end. Seen done, it is not done again; cut off, it is done once more. */
async function problemsAfter({ name, world }: StepCut, lost: number): Promise<readonly string[]> {
  const stage = new Stage(abandoned(world), new SeededRandom(9));
  const before = restores(stage);
  await stage.converge();
  stage.daemon.crash();
  const account = stage.world.account();
  const end = { lost: account.lost.length, serving: account.serving, twice: account.writableAtTwoSitesMs };
  const again = restores(stage) - before;
  const most = name.includes('outcome') ? 0 : 1;
  const right = end.lost === lost && end.serving === LYO1 && end.twice === 0 && again <= most;
  return right ? [] : [`${name}: ${JSON.stringify({ ...end, again })}`];
}

test(
  'a daemon killed anywhere in the restore of the full backup does it once more at the most, and no more is lost',
  TIMEOUT,
  async () => {
    const { cuts, lost } = await cutsOfRestore();
    expect(cuts.length).toBeGreaterThan(5);
    const problems: string[] = [];
    for (const cut of sampled(cuts, 3)) problems.push(...(await problemsAfter(cut, lost)));
    expect(problems).toEqual([]);
    expect(lost).toBeGreaterThan(0);
  },
);
