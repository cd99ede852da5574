/** Home's instance lives and its mgc is damaged, and no mirror could take over: what the log still gives comes along, and when. */
import { expect, test } from 'vitest';
import { runText } from '../../src/simulation/administrator.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { sampled } from '../support/budget.ts';
import { abandoned } from './crash-judge.ts';
import { cutsOfStep, type StepCut } from './cuts-of-step.ts';
import { changesOf, databaseAt, driftStage, LYO1, PAR1, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 300_000 };
const { sites } = DEFAULT_ESTATE;
const ALONE = { mirror: undefined, witness: undefined };
/** Nobody but the log holds what the damaged copy held. */
const NO_MIRRORS: EstateOverrides = {
  sites: { home: { ...sites.home, ...ALONE }, backup: { ...sites.backup, ...ALONE } },
};

const restart = ({ world }: { readonly world: SimulatedWorld }): void => {
  for (const word of ['down', 'up']) world.estate.fault(`${word} instance ${PAR1}`);
};

/** Its disk comes back as it was. */
function mend({ world }: Stage): void {
  world.estate.fault(`mend files ${PAR1} mgc`);
  runText(world, PAR1, 'ALTER DATABASE [mgc] SET ONLINE;');
}

/** Clients have posted since the last log backup; then mgc at home is found damaged. */
async function damagedHome(harm: 'damage' | 'lose' | 'ruin' = 'damage'): Promise<Stage> {
  const stage = await driftStage(NO_MIRRORS, (text) => text.replace('maxDataLoss: 60m', 'maxDataLoss: 2m'));
  await stage.pass(6);
  stage.world.estate.fault(`${harm} files ${PAR1} mgc`);
  restart(stage);
  await stage.pass(1);
  return stage;
}

test.each(['damage', 'lose'] as const)(
  'the tail of a copy whose files are gone by "%s" comes along, and nothing is lost',
  TIMEOUT,
  async (harm) => {
    const stage = await damagedHome(harm);
    stage.world.setPrimaryDatacenter('lyon');
    await stage.converge();
    await stage.pass(1);
    expect(changesOf(stage).slice(0, 4)).toEqual([
      'tail-damaged:home',
      'remove-log-shipping:backup',
      'copy-log-backups:backup',
      'apply-log-backups:backup',
    ]);
    expect(databaseAt(stage, PAR1)?.state).toBe('RESTORING');
    expect(stage.world.account()).toMatchObject({ lost: [], serving: LYO1, writableAtTwoSitesMs: 0 });
    stage.world.setPrimaryDatacenter('paris');
    await stage.converge();
    expect(stage.world.account()).toMatchObject({ lost: [], serving: PAR1, writableAtTwoSitesMs: 0 });
    stage.daemon.crash();
  },
);

test(
  'while home is to serve its damaged copy is left alone, and goes on once its disk is back',
  TIMEOUT,
  async () => {
    const stage = await damagedHome();
    await stage.pass(5);
    expect(changesOf(stage)).toEqual([]);
    mend(stage);
    await stage.converge();
    expect(stage.world.account()).toMatchObject({ lost: [], serving: PAR1 });
    expect(changesOf(stage)).toEqual([]);
    stage.daemon.crash();
  },
);

test('what the mirror of a damaged principal holds is not thrown away for a tail', TIMEOUT, async () => {
  const stage = await driftStage({
    sites: { home: { ...sites.home, witness: undefined }, backup: { ...sites.backup, ...ALONE } },
  });
  stage.world.estate.fault(`damage files ${PAR1} mgc`);
  restart(stage);
  stage.world.setPrimaryDatacenter('lyon');
  await stage.pass(5);
  expect(changesOf(stage)).toEqual([]);
  stage.daemon.crash();
});

async function cutsOfTail(): Promise<readonly StepCut[]> {
  const before = await damagedHome();
  before.daemon.crash();
  const world = abandoned(before.world.snapshot());
  return cutsOfStep(world, 'tail-damaged', (stage) => {
    world.setPrimaryDatacenter('lyon');
    return stage.pass(3);
  });
}

const tails = ({ world }: Stage): number => world.account().counts[`backup-log-norecovery@${PAR1}/mgc`] ?? 0;

/** What is wrong in the end, whichever way the edit goes after the cut. */
async function problemAfter(cut: StepCut, goal: 'lyon' | 'paris'): Promise<readonly string[]> {
  const stage = new Stage(abandoned(cut.world), new SeededRandom(6));
  const taken = tails(stage);
  stage.world.setPrimaryDatacenter(goal);
  if (goal === 'paris') await stage.pass(3);
  // Without the tail nothing but its own disk brings home back.
  if (goal === 'paris' && tails(stage) === 0) mend(stage);
  await stage.converge();
  const { lost, writableAtTwoSitesMs, counts } = new SimulatedWorld(stage.world.snapshot()).account();
  const wanted = goal === 'lyon' ? 1 : taken;
  const bad = lost.length > 0 || writableAtTwoSitesMs > 0 || tails(stage) !== wanted;
  stage.daemon.crash();
  return bad
    ? [`${cut.name}, ${goal}: ${JSON.stringify({ lost: lost.length, writableAtTwoSitesMs, counts })}`]
    : [];
}

test(
  'a daemon killed anywhere in the tail of a damaged copy takes it once, whichever way the edit goes then',
  TIMEOUT,
  async () => {
    const cuts = await cutsOfTail();
    expect(cuts.length).toBeGreaterThan(5);
    const problems: string[] = [];
    for (const cut of sampled(cuts, 12))
      for (const goal of ['lyon', 'paris'] as const) problems.push(...(await problemAfter(cut, goal)));
    expect(problems).toEqual([]);
  },
);

test(
  'where its log is lost too, a person gives up what home held: named beforehand, accepted, and no more is lost',
  TIMEOUT,
  async () => {
    const stage = await damagedHome('ruin');
    stage.world.setPrimaryDatacenter('lyon');
    await stage.pass(15);
    expect(statusOf(stage)?.state).toBe('stalled');
    expect(databaseAt(stage, PAR1)?.state).toBe('RECOVERY_PENDING');
    const person = { pool: POOL, by: 'ann', reason: 'its disks are gone', expiresAt: null };
    await stage.daemon.daemon.decide({ ...person, decision: 'keep', site: 'backup' });
    await stage.daemon.daemon.decide({ ...person, decision: 'resume' });
    await stage.pass(2);
    const held = statusOf(stage);
    expect(held?.gate).toMatchObject({ kind: 'await-approval', code: 'LossAboveBound' });
    const [line] = held?.ledger?.lines.filter(({ kind }) => kind === 'at-risk') ?? [];
    const { lost } = stage.world.account();
    await stage.daemon.daemon.decide({
      ...person,
      decision: 'accept-loss',
      lossMinutes: Math.ceil(line?.minutes ?? 0),
    });
    await stage.converge();
    expect(changesOf(stage).slice(-8)).toContain('fence:home');
    expect(databaseAt(stage, PAR1)?.state).toBe('OFFLINE');
    const after = stage.world.account();
    expect(after).toMatchObject({ serving: LYO1, writableAtTwoSitesMs: 0 });
    const [from, to] = [Date.parse(line?.from ?? ''), Date.parse(line?.to ?? '')];
    expect(lost.length).toBeGreaterThan(0);
    for (const { message } of after.lost)
      expect(message.acknowledgedAtMs >= from && message.acknowledgedAtMs <= to).toBe(true);
    stage.daemon.crash();
  },
);
