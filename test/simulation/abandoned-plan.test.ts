/**
 * A move is given up after its k-th step, for every k: the way back is as short as an independent search finds it, it is what the
 * daemon then does, nothing is restored in full before backup was recovered, and no message is lost.
 */
import { expect, test } from 'vitest';
import { look } from '../../proof/exploration/daemon-life.ts';
import { poolsOf, vectorText } from '../../proof/exploration/explored-world.ts';
import { PlanGraph } from '../../proof/exploration/plan-lengths.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { goalOf } from '../../src/reconciler/goal.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { sampled } from '../support/budget.ts';
import { abandoned } from './crash-judge.ts';
import { settle } from './return-judge.ts';

const TIMEOUT = { timeout: 300_000 };
const SEED = 17;
/** Vectors that the table's promises reach from one of them; far above anything seen. */
const MOST_VECTORS = 200_000;
/** ms; longer than the silence that the policy asks for. */
const SILENT_MS = 240_000;
/** ms until what the world did is seen by everybody. */
const SEEN_AFTER_MS = 20_000;

interface Prefix {
  /** `action:target` of every step that was done. */
  readonly done: readonly string[];
  readonly world: WorldSnapshot;
}

const recordsOf = (world: SimulatedWorld): readonly JournalRecord[] =>
  world.disk.lines.map((line) => JSON.parse(line) as JournalRecord);
const stepsOf = (records: readonly JournalRecord[]): readonly string[] =>
  records.flatMap((record) => (record.kind === 'intent' ? [`${record.action}:${record.target}`] : []));

/** The world right after each step of the move, the last one left out: a move that is done is no longer given up. */
async function prefixesOf(from: WorldSnapshot): Promise<readonly Prefix[]> {
  const world = new SimulatedWorld(from);
  const begun = stepsOf(recordsOf(world)).length;
  const prefixes: Prefix[] = [];
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (record.kind !== 'outcome' || moment !== 'after') return;
    prefixes.push({ done: stepsOf(recordsOf(world)).slice(begun), world: world.snapshot() });
  };
  const stage = new Stage(world, new SeededRandom(SEED), onAppend);
  world.setPrimaryDatacenter('lyon');
  await stage.converge();
  stage.daemon.crash();
  return prefixes.slice(0, -1);
}

/** Where a database was restored whole, since the estate began; once for each time. */
const wholeRestores = (world: SimulatedWorld): readonly string[] =>
  Object.entries(world.state.instances).flatMap(([name, { restores }]) =>
    restores.filter(({ type }) => type === 'D').map(() => name),
  );
const more = (after: readonly string[], before: readonly string[]): readonly string[] =>
  [...new Set(after)].filter(
    (name) => after.filter((one) => one === name).length > before.filter((one) => one === name).length,
  );

interface Back {
  readonly planned: readonly string[];
  /** Steps and waits of the plan, and of the shortest way there is; undefined: no way without a person. */
  readonly length: number | undefined;
  readonly shortest: number | undefined;
  readonly ran: readonly string[];
  readonly ended: 'converged' | 'asks' | 'stuck';
  /** Instances on which mgc was restored in full on the way. */
  readonly restored: readonly string[];
  readonly gone: number;
  readonly missing: number;
}

async function planBack(from: WorldSnapshot): Promise<Pick<Back, 'planned' | 'length' | 'shortest'>> {
  const { home: pool } = poolsOf(from);
  const { vector } = reducePool(pool, await look(from, pool), [], from.nowMs);
  const shape = shapeOf(pool.topology, pool.policy);
  const found = plannerFor(shape).find('home', vector);
  const graph = new PlanGraph([vectorText(vector)], MOST_VECTORS);
  const shortest = graph.distances(goalOf('home').wants, 'home')(vectorText(vector));
  const steps = found.kind === 'steps' ? found.steps : [];
  return {
    planned: steps.filter(({ waits }) => !waits).map(({ action, target }) => `${action}:${target}`),
    length: found.kind === 'steps' ? steps.length : found.kind === 'converged' ? 0 : undefined,
    shortest,
  };
}

async function givenUp({ world: from }: Prefix, meanwhile: (world: SimulatedWorld) => void): Promise<Back> {
  const world = abandoned(from);
  meanwhile(world);
  world.setPrimaryDatacenter('paris');
  await world.clock.run(() => false, SEEN_AFTER_MS);
  const plan = await planBack(world.snapshot());
  const begun = stepsOf(recordsOf(world)).length;
  const before = wholeRestores(world);
  const stage = new Stage(world, new SeededRandom(SEED + 1));
  const { kind, account } = await settle(stage);
  stage.daemon.crash();
  return {
    ...plan,
    ran: stepsOf(recordsOf(world)).slice(begun),
    ended: kind,
    restored: more(wholeRestores(world), before),
    gone: account.lost.filter(({ verdict }) => verdict === 'gone').length,
    missing: account.lost.length,
  };
}

const isRecovered = ({ done }: Prefix): boolean => done.includes('recover-backup:backup');

/** Clients have posted for a while; two log backups are not copied yet, and home holds messages that are in none. */
async function atHome(minutes: number): Promise<SimulatedWorld> {
  const jobs = { backupEveryMinutes: 5, copyEveryMinutes: 60, restoreEveryMinutes: 240 };
  const fresh = freshWorld({ seed: 'given up', shareSite: 'backup', ...jobs });
  const stage = new Stage(new SimulatedWorld(fresh), new SeededRandom(2));
  await stage.converge();
  stage.world.estate.fault('clients on');
  await stage.pass(minutes);
  stage.daemon.crash();
  return abandoned(stage.world.snapshot());
}

async function homeLost(): Promise<WorldSnapshot> {
  const world = await atHome(18);
  world.estate.fault('down site home');
  await world.clock.run(() => false, SILENT_MS);
  return world.snapshot();
}

let moved: Promise<readonly Prefix[]> | undefined;
/** Played once for the file. */
const planned = (): Promise<readonly Prefix[]> =>
  (moved ??= atHome(18).then((world) => prefixesOf(world.snapshot())));

/** Neighbours are alike; `npm run prove` gives up after each of them. */
const STRIDE = 6;
const MIRROR = 'sql-par-2.contoso.com';

async function waysBack(
  prefixes: readonly Prefix[],
  meanwhile: (world: SimulatedWorld) => void,
): Promise<readonly { readonly after: string; readonly recovered: boolean; readonly back: Back }[]> {
  const ways = [];
  for (const prefix of sampled(prefixes, STRIDE)) {
    const back = await givenUp(prefix, meanwhile);
    ways.push({ after: prefix.done.at(-1) ?? '', recovered: isRecovered(prefix), back });
  }
  return ways;
}

test(
  'a planned move that is given up after any step goes back by the shortest way, and loses nothing',
  TIMEOUT,
  async () => {
    const prefixes = await planned();
    expect(prefixes.length).toBeGreaterThan(9);
    const ways = await waysBack(prefixes, () => undefined);
    for (const { after, recovered, back } of ways) {
      expect({ after, ...back }).toMatchObject({
        ended: 'converged',
        gone: 0,
        missing: 0,
        ran: back.planned,
      });
      expect([after, back.length]).toEqual([after, back.shortest]);
      // Home's branch begins anew where it was recovered: the mirror beside it is made again, nothing else.
      if (!recovered) expect([after, back.restored.filter((name) => name !== MIRROR)]).toEqual([after, []]);
    }
    expect(ways.some(({ recovered }) => recovered)).toBe(true);
    expect(ways.some(({ back }) => back.restored.length === 0)).toBe(true);
  },
);

test(
  'given up between the tail and its application, the backup copy takes the tail and is not seeded',
  TIMEOUT,
  async () => {
    const prefixes = await planned();
    const tail = prefixes.find(({ done }) => done.at(-1) === 'tail-log-backup:home');
    if (tail === undefined) throw new Error('no tail was taken');
    const { restored, ended, missing } = await givenUp(tail, () => undefined);
    expect([restored, ended, missing]).toEqual([[MIRROR], 'converged', 0]);
  },
);

test(
  'a failover that is given up as home returns restores nothing before backup was recovered, and no message is gone',
  TIMEOUT,
  async () => {
    const prefixes = await prefixesOf(await homeLost());
    expect(prefixes.length).toBeGreaterThan(4);
    const ways = await waysBack(prefixes, (world) => world.estate.fault('return site home'));
    for (const { after, recovered, back } of ways) {
      expect({ after, ...back }).toMatchObject({ gone: 0, ran: back.planned });
      if (!recovered)
        expect({ after, ...back }).toMatchObject({ ended: 'converged', restored: [], missing: 0 });
      if (back.shortest !== undefined) expect([after, back.length]).toEqual([after, back.shortest]);
      // Both wrote: no way leads on without a person, and one of the two writers is fenced first.
      else expect([after, back.planned, back.ended]).toEqual([after, ['fence:home'], 'asks']);
    }
    expect(ways.some(({ recovered }) => !recovered)).toBe(true);
  },
);
