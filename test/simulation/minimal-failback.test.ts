/** The way back that restores nothing in full, with clients posting all the time: what was run, and what was lost, in the world. */
import { expect, test } from 'vitest';
import type { Stage } from '../../src/simulation/failover-story.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { EstateAccount } from '../../src/simulator/estate/checker.ts';
import type { WayBack } from '../../src/topology/forecast.ts';
import { WHOLE } from '../support/budget.ts';
import { abandoned, problemsAfterAll } from './crash-judge.ts';
import { recordTransition, type Transition } from './cut-points.ts';
import { problemsOfFlips } from './flip-judge.ts';
import { driftStage, LYO1, PAR1, PAR2, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 600_000 };
const minimal = (text: string): string =>
  text.replace(/^( *)policy:\n/m, (line, indent: string) => `${line}${indent}  failback: minimal\n`);

async function moveAway(): Promise<WorldSnapshot> {
  const stage = await driftStage({}, minimal);
  stage.world.setPrimaryDatacenter('lyon');
  await stage.converge();
  await stage.pass(1);
  stage.daemon.crash();
  return abandoned(stage.world.snapshot()).snapshot();
}

let moved: Promise<WorldSnapshot> | undefined;
let way: Promise<Transition> | undefined;
/** Moved to lyon by plan, clients posting there. Played once. */
const movedAway = (): Promise<WorldSnapshot> => (moved ??= moveAway());
const recorded = (): Promise<Transition> =>
  (way ??= movedAway().then((from) => recordTransition(from, 'paris')));

/** Restores into mgc on an instance, by type: D is a whole database, L a log backup. */
const restoresOf = ({ state }: WorldSnapshot, instance: string): readonly string[] =>
  (state.instances[instance]?.restores ?? []).flatMap(({ database, type }) =>
    database === 'mgc' ? [type] : [],
  );
const newDeeds = (name: RegExp, before: EstateAccount, after: EstateAccount): readonly string[] =>
  Object.entries(after.counts).flatMap(([deed, count]) =>
    name.test(deed) && count > (before.counts[deed] ?? 0) ? [deed] : [],
  );

test(
  'a moved pool comes back by the log of backup alone: nothing is restored in full, nothing is lost',
  TIMEOUT,
  async () => {
    const from = await movedAway();
    const { end, account } = await recorded();
    const before = new SimulatedWorld(from).account();
    expect(newDeeds(/^(backup|restore)-database@.*\/mgc$/, before, account)).toEqual([]);
    expect(newDeeds(/^recovered@/, before, account)).toEqual([`recovered@${PAR1}/mgc`]);
    for (const instance of [PAR1, PAR2, LYO1]) {
      const had = restoresOf(from, instance).length;
      expect([...new Set(restoresOf(end, instance).slice(had))]).toEqual(['L']);
    }
    expect(account).toMatchObject({ lost: [], serving: PAR1, writableAtTwoSitesMs: 0 });
    expect(account.acknowledged).toBeGreaterThan(before.acknowledged);
  },
);

test.each(WHOLE ? ['killed'] : [])(
  'a daemon %s anywhere on the way back finishes it without a second effect',
  TIMEOUT,
  async () => {
    const back = await recorded();
    expect(back.cuts.length).toBeGreaterThan(100);
    const problems = await problemsAfterAll(back.cuts, back);
    // Closing a door that is closed changes nothing, and how many log backups the partner has to take goes by the clock.
    const harmless = /: (access-changed@|restore-log@sql-par-2)/;
    expect(problems.filter((problem) => !harmless.test(problem))).toEqual([]);
  },
);

test.each(WHOLE ? ['lyon'] : [])(
  'a way back flipped at any step ends in %s again, and loses nothing',
  TIMEOUT,
  async (back) => {
    const flip = { from: await movedAway(), towards: 'paris', back, lostBefore: 0 };
    const { last, problems } = await problemsOfFlips(flip);
    expect(problems).toEqual([]);
    expect(last).toBeGreaterThan(15);
  },
);

const withWay = (text: string, way: 'documented' | 'minimal'): string =>
  text.replace(/failback: \w+/, `failback: ${way}`);
const MINUTE_MS = 60_000;

/** Clients posting, moved to lyon; then home by this way. What was said beforehand of both ways, and how it came. */
async function thereAndBack(stage: Stage, way: 'documented' | 'minimal') {
  // What the backup pair is mirrored by decides whether the log is kept.
  stage.world.document.save(withWay(stage.world.document.text, 'minimal'));
  stage.world.setPrimaryDatacenter('lyon');
  await stage.converge();
  await stage.pass(1);
  stage.world.document.save(withWay(stage.world.document.text, way));
  stage.world.setPrimaryDatacenter('paris');
  const ways = (): readonly WayBack[] => statusOf(stage)?.forecast?.waysBack ?? [];
  await stage.world.clock.run(() => ways().some((one) => one.chosen && one.way === way), MINUTE_MS);
  const beforehand = ways();
  await stage.converge();
  const account = statusOf(stage)?.forecast?.lastTransition;
  if (account == null) throw new Error('the way back is accounted for');
  return { beforehand, account };
}

const nameOf = (steps: readonly string[] | undefined): string =>
  steps?.includes('restore-home:home') === true ? 'documented' : 'minimal';

test.each(WHOLE ? ['seconds'] : [])(
  'both ways back stand beside each other with predicted %s, and each takes about what was predicted of it',
  TIMEOUT,
  async () => {
    const stage = await driftStage({ backupEveryMinutes: 5 }, minimal);
    const rounds = ['minimal', 'documented', 'minimal', 'documented'] as const;
    const played = [];
    for (const way of rounds) played.push({ way, ...(await thereAndBack(stage, way)) });
    for (const { way, beforehand, account } of played) {
      expect(beforehand.map((one) => nameOf(one.steps))).toEqual(['documented', 'minimal']);
      expect(beforehand.map(({ hindrance }) => hindrance)).toEqual([null, null]);
      expect(nameOf(account.steps)).toBe(way);
    }
    for (const { way, beforehand, account } of played.slice(2)) {
      const said = beforehand.find((one) => one.way === way);
      expect(beforehand.flatMap(({ assumed }) => assumed)).toEqual([]);
      expect(account.actual.durationSeconds / (said?.seconds ?? 0)).toBeGreaterThan(0.5);
      expect(account.actual.durationSeconds / (said?.seconds ?? 0)).toBeLessThan(2);
      expect(account.actual.outageSeconds).toBeGreaterThan(0);
    }
    expect(stage.world.account()).toMatchObject({ lost: [], writableAtTwoSitesMs: 0 });
    stage.daemon.crash();
  },
);
