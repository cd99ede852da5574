/** The principal of the home pair is lost and SQL Server does not fail over by itself: what is promoted, when, and what of it is lost, in the world. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { runText } from '../../src/simulation/administrator.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { DEFAULT_ESTATE, type EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import { sampled } from '../support/budget.ts';
import { abandoned } from './crash-judge.ts';
import { cutsOfStep, type StepCut } from './cuts-of-step.ts';
import { changesOf, databaseAt, driftStage, PAR1, PAR2, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 300_000 };
const HOUR_MS = 3_600_000;
const WITNESS = 'sql-par-w.contoso.com';
const { sites } = DEFAULT_ESTATE;
/** Nobody makes the mirror principal but a step. */
const NO_WITNESS: EstateOverrides = { sites: { ...sites, home: { ...sites.home, witness: undefined } } };

const attest = async ({ world, daemon }: Stage): Promise<void> => {
  const expiresAt = new Date(world.clock.now() + HOUR_MS).toISOString();
  const person = { by: 'ann', reason: 'its power supply burnt', expiresAt };
  await daemon.daemon.decide({
    pool: POOL,
    ...person,
    decision: 'attest-down',
    site: 'home',
    instance: PAR1,
  });
};

/** Every obstacle of the plan: what is seen, and what would change it. */
const obstaclesAt = (stage: Stage): string => {
  const plan = statusOf(stage)?.plan;
  const obstacles = plan?.kind === 'blocked' ? plan.obstacles : [];
  return obstacles.map(({ reason, wayOut }) => `${reason}: ${wayOut}`).join('\n');
};

const effectsOf = ({ world }: Stage, action: string): readonly string[] =>
  world.disk.lines
    .map((line) => JSON.parse(line) as JournalRecord)
    .flatMap((record) => (record.kind === 'effect' && record.action === action ? [record.what] : []));

const forced = (stage: Stage): number => stage.world.account().counts[`force-service@${PAR2}/mgc`] ?? 0;

test(
  'a mirror is promoted on a person’s word alone, and the old principal comes back as its mirror',
  TIMEOUT,
  async () => {
    const stage = await driftStage(NO_WITNESS);
    stage.world.estate.fault(`down instance ${PAR1}`);
    await stage.pass(5);
    expect(forced(stage)).toBe(0);
    expect(obstaclesAt(stage)).toContain(`pchat attest paris --down --instance ${PAR1}`);
    await attest(stage);
    await stage.pass(2);
    expect([forced(stage), databaseAt(stage, PAR2)?.state]).toEqual([1, 'ONLINE']);
    stage.world.estate.fault(`up instance ${PAR1}`);
    await stage.converge();
    await stage.pass(1);
    expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ role: 'PRINCIPAL', state: 'SYNCHRONIZED' });
    expect(changesOf(stage)).toEqual(['promote-mirror:home', 'resume-mirroring:home', 'move-principal:home']);
    expect(stage.world.account()).toMatchObject({ lost: [], serving: PAR1, writableAtTwoSitesMs: 0 });
    stage.daemon.crash();
  },
);

test(
  'what a suspended mirror had not received is named beforehand, and stays with the old principal',
  TIMEOUT,
  async () => {
    const stage = await driftStage(NO_WITNESS, (text) =>
      text.replace(
        /^( *)policy:\n/m,
        (line, indent: string) => `${line}${indent}  drift: {mirroring: report}\n`,
      ),
    );
    const suspendedAt = stage.world.clock.now();
    runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
    await stage.pass(4);
    stage.world.estate.fault(`down instance ${PAR1}`);
    await stage.pass(2);
    await attest(stage);
    let ledger = statusOf(stage)?.ledger;
    await stage.world.clock.run(() => {
      const status = statusOf(stage);
      if (status?.plan?.kind === 'steps') ledger = status.ledger;
      return forced(stage) === 1;
    }, HOUR_MS);
    expect(ledger?.lossMinutes).toBeGreaterThan(3.5);
    expect(ledger?.lossMinutes).toBeLessThan(6);
    const [line] = ledger?.lines.filter(({ kind }) => kind === 'at-risk') ?? [];
    const from = Date.parse(line?.from ?? '');
    expect(Math.abs(from - suspendedAt)).toBeLessThan(60_000);
    stage.world.estate.fault(`up instance ${PAR1}`);
    await stage.pass(5);
    const { lost } = stage.world.account();
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.map(({ verdict }) => verdict)).not.toContain('gone');
    expect(obstaclesAt(stage)).toContain('save it by hand (SET PARTNER OFF');
    expect(effectsOf(stage, 'resume-mirroring')).toEqual([]);
    expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ role: 'MIRROR', state: 'SUSPENDED' });
    stage.daemon.crash();
  },
);

test(
  'a mirror that log backups have overtaken is not promoted, whoever vouches for the loss',
  TIMEOUT,
  async () => {
    const stage = await driftStage({ ...NO_WITNESS, backupEveryMinutes: 5 }, (text) =>
      text.replace(
        /^( *)policy:\n/m,
        (line, indent: string) => `${line}${indent}  drift: {mirroring: report}\n`,
      ),
    );
    runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
    await stage.pass(8);
    stage.world.estate.fault(`down instance ${PAR1}`);
    await stage.pass(2);
    await attest(stage);
    await stage.pass(3);
    expect(forced(stage)).toBe(0);
    expect(obstaclesAt(stage)).toMatch(/holds the log up to \d+; log backup mgc_\d+\.trn goes on to \d+/);
    stage.daemon.crash();
  },
);

test(
  'a mirror whose witness is lost too is not promoted: SQL Server would refuse, and to end the session would leave a second writer',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    stage.world.estate.fault(`down instance ${WITNESS}`);
    await stage.pass(1);
    stage.world.estate.fault(`down instance ${PAR1}`);
    await stage.pass(2);
    await attest(stage);
    await stage.pass(3);
    expect(forced(stage)).toBe(0);
    expect(obstaclesAt(stage)).toContain('without it service cannot be forced');
    // With its witness back the mirror still waits: all links were lost at once (sql-server reference 4.3).
    stage.world.estate.fault(`up instance ${WITNESS}`);
    await stage.pass(2);
    expect([forced(stage), databaseAt(stage, PAR2)?.mirroring?.role]).toEqual([1, 'PRINCIPAL']);
    stage.daemon.crash();
  },
);

async function cutsOfPromotion(): Promise<readonly StepCut[]> {
  const before = await driftStage(NO_WITNESS);
  before.world.estate.fault(`down instance ${PAR1}`);
  await before.pass(2);
  await attest(before);
  before.daemon.crash();
  return cutsOfStep(abandoned(before.world.snapshot()), 'promote-mirror', (stage) => stage.pass(3));
}

test('a daemon killed anywhere in a promotion finishes it, and forces service once', TIMEOUT, async () => {
  const cuts = await cutsOfPromotion();
  expect(cuts.length).toBeGreaterThan(5);
  const problems: string[] = [];
  for (const cut of sampled(cuts, 16)) {
    const stage = new Stage(abandoned(cut.world), new SeededRandom(6));
    await stage.pass(3);
    stage.world.estate.fault(`up instance ${PAR1}`);
    await stage.converge();
    const { lost, serving } = new SimulatedWorld(stage.world.snapshot()).account();
    const seen = [forced(stage), lost.length, serving].join();
    if (seen !== `1,0,${PAR1}`) problems.push(`${cut.name}: ${seen}`);
    stage.daemon.crash();
  }
  expect(problems).toEqual([]);
});
