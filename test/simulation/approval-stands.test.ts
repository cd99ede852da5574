/** An approval holds for as long as nothing new is seen: the clock alone, and a daemon that is killed on the way, void none. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { abandoned } from './crash-judge.ts';
import { driftStage, LYO1, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 120_000 };
const SECOND_MS = 1_000;
/** Longer than the interval of the log backups. */
const LATER_MINUTES = 7;
const PERSON = { by: 'ann', reason: 'home is down', expiresAt: null };

const recordsOf = (stage: Stage): readonly JournalRecord[] =>
  stage.world.disk.lines.map((line) => JSON.parse(line) as JournalRecord);

const newestLogBackup = ({ world }: Stage): number | undefined =>
  world.state.instances['sql-par-1.contoso.com']?.backupSets.filter(({ type }) => type === 'L').at(-1)
    ?.startedAtMs;

const seconds = async ({ world: { clock } }: Stage, count: number): Promise<void> => {
  const end = clock.monotonicMs() + count * SECOND_MS;
  await clock.run(() => clock.monotonicMs() >= end, count * SECOND_MS + 1);
};

/** Seconds after the begin of a log backup; the next one is due after 300. */
interface Loss {
  readonly unseen: number;
  readonly dead: number;
}

/** The daemon loses sight of home, and then home is lost; the edit is made, and the plan waits for a person. */
async function awaitingApproval({ unseen, dead }: Loss): Promise<Stage> {
  const stage = await driftStage(
    { backupEveryMinutes: 5, copyEveryMinutes: 60, restoreEveryMinutes: 240 },
    (text) => text.replace('mode: act', 'mode: propose'),
  );
  const { clock, estate } = stage.world;
  await stage.pass(6);
  const before = newestLogBackup(stage);
  await clock.run(() => newestLogBackup(stage) !== before, 10 * 60 * SECOND_MS);
  await seconds(stage, unseen);
  estate.fault('cut link daemon-home store');
  await seconds(stage, dead - unseen);
  estate.fault('down site home');
  await stage.pass(2);
  stage.world.setPrimaryDatacenter('lyon');
  const asked = await clock.run(() => statusOf(stage)?.gate?.code === 'ApprovalNeeded', 30 * 60 * SECOND_MS);
  if (!asked) throw new Error(`nobody is asked: ${String(statusOf(stage)?.gate?.code)}`);
  return stage;
}

const lossOf = (stage: Stage): number | null | undefined => statusOf(stage)?.ledger?.lossMinutes;

test(
  'what is lost does not grow while the plan waits, although home wrote a log backup after it was seen last',
  TIMEOUT,
  async () => {
    const stage = await awaitingApproval({ unseen: 275, dead: 305 });
    const told = lossOf(stage);
    await stage.pass(2);
    expect(lossOf(stage)).toBe(told);
    await stage.daemon.daemon.decide({ pool: POOL, ...PERSON, decision: 'approve' });
    await stage.converge();
    expect(told).toBe(5);
    expect(stage.world.account()).toMatchObject({ serving: LYO1, writableAtTwoSitesMs: 0 });
    stage.daemon.crash();
  },
);

test.each(['copy-log-backups', 'apply-log-backups'])(
  'a daemon that is killed in %s and started much later finishes what was approved',
  TIMEOUT,
  async (action) => {
    const first = await awaitingApproval({ unseen: 200, dead: 201 });
    const told = lossOf(first) ?? Number.NaN;
    await first.daemon.daemon.decide({ pool: POOL, ...PERSON, decision: 'approve' });
    const begun = (): boolean =>
      recordsOf(first).some((record) => record.kind === 'intent' && record.action === action);
    expect(await first.world.clock.run(begun, 60 * 60 * SECOND_MS)).toBe(true);
    first.daemon.crash();
    const world = new SimulatedWorld(abandoned(first.world.snapshot()).snapshot());
    await world.clock.run(() => false, LATER_MINUTES * 60 * SECOND_MS);
    const second = new Stage(world, new SeededRandom(42));
    await second.converge();
    const { serving, lost } = world.account();
    expect(serving).toBe(LYO1);
    expect(lost.length).toBeGreaterThan(0);
    const approvals = recordsOf(second).filter(
      (record) => record.kind === 'decision' && record.decision === 'approve',
    );
    expect(approvals).toEqual([expect.objectContaining({ lossMinutes: told })]);
    second.daemon.crash();
  },
);
