/** What a killed and restarted daemon may not do, judged by the world against the run that nobody disturbed. */
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { continueFrom, recordTransition, type CutPoint, type Transition } from './cut-points.ts';

/** Jobs of the estate's Agent and restarts of a cut-off BACKUP count by time, not by deed. */
const BY_TIME = /^(backup-log|backup-database)@/;

/** Deeds done more often than in the run that nobody disturbed. */
export function doneTwice(
  counts: Readonly<Record<string, number>>,
  undisturbed: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(counts)
    .filter(([deed, count]) => !BY_TIME.test(deed) && count > (undisturbed[deed] ?? 0))
    .map(([deed, count]) => `${deed}: ${String(count)} instead of ${String(undisturbed[deed] ?? 0)}`);
}

/** The same world without the daemon that was just killed. */
export function abandoned(snapshot: WorldSnapshot): SimulatedWorld {
  const world = new SimulatedWorld(snapshot);
  world.dropDaemonConnections();
  return world;
}

async function loseHome(): Promise<WorldSnapshot> {
  const stage = new Stage(new SimulatedWorld(freshWorld({ seed: 'crash anywhere' })), new SeededRandom(1));
  await stage.converge();
  stage.world.estate.fault('clients on');
  await stage.pass(43);
  stage.world.estate.fault('down site home');
  await stage.pass(4);
  stage.daemon.crash();
  return abandoned(stage.world.snapshot()).snapshot();
}

let lost: Promise<WorldSnapshot> | undefined;
let failover: Promise<Transition> | undefined;

/** Clients have posted for a while; home is gone and its silence is long enough. Played once for a file. */
export const homeLost = (): Promise<WorldSnapshot> => (lost ??= loseHome());

/** Played once for a file. */
export const recordFailover = (): Promise<Transition> =>
  (failover ??= homeLost().then((from) => recordTransition(from, 'lyon')));

/** After the failover; home's machines are new and empty. */
export async function homeRebuilt(): Promise<WorldSnapshot> {
  const { end } = await recordFailover();
  const rebuilt = abandoned(end);
  rebuilt.estate.fault('rebuild site home');
  await rebuilt.clock.run(() => false, 60_000);
  return rebuilt.snapshot();
}

export const recordFailback = async (): Promise<Transition> => recordTransition(await homeRebuilt(), 'paris');

/** One line for everything that went wrong after this cut; none when the restarted daemon finished the work. */
export async function problemsAfter(cut: CutPoint, { account: undisturbed }: Transition): Promise<string[]> {
  try {
    const { account } = await continueFrom(cut);
    const problems = doneTwice(account.counts, undisturbed.counts);
    if (account.lost.length > undisturbed.lost.length)
      problems.push(
        `${String(account.lost.length)} messages lost instead of ${String(undisturbed.lost.length)}`,
      );
    if (account.writableAtTwoSitesMs > 0) problems.push('writable at two sites');
    return problems.map((problem) => `${cut.name}: ${problem}`);
  } catch (error) {
    return [`${cut.name}: ${String(error)}`];
  }
}

/** The cuts of one part of the way, so that several files can share the work. */
export function partOf<T>(cuts: readonly T[], part: number, parts: number): readonly T[] {
  const at = (index: number): number => Math.round((cuts.length * index) / parts);
  return cuts.slice(at(part - 1), at(part));
}

export async function problemsAfterAll(cuts: readonly CutPoint[], transition: Transition): Promise<string[]> {
  const problems: string[] = [];
  for (const cut of cuts) problems.push(...(await problemsAfter(cut, transition)));
  return problems;
}
