/** The desired state is flipped back at a step boundary while the daemon lives on: how that ended, judged by the world. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { problemsOf, settle } from './return-judge.ts';

export interface Flip {
  readonly from: WorldSnapshot;
  readonly towards: string;
  readonly back: string;
  /** Messages that the world has taken before: they may be missing, no others. */
  readonly lostBefore: number;
}

const SEED = 31;

/** undefined: the way has no such boundary. */
async function problemsOfFlip(flip: Flip, nth: number): Promise<readonly string[] | undefined> {
  const world = new SimulatedWorld(flip.from);
  world.dropDaemonConnections();
  let seen = 0;
  let met = '';
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (moment !== 'after' || (record.kind !== 'intent' && record.kind !== 'outcome')) return;
    seen += 1;
    if (seen !== nth) return;
    met = `${record.kind} ${String(nth)}, ${record.action}`;
    world.clock.after(1, () => {
      world.setPrimaryDatacenter(flip.back);
    });
  };
  const stage = new Stage(world, new SeededRandom(SEED), onAppend);
  world.setPrimaryDatacenter(flip.towards);
  const ending = await settle(stage);
  stage.daemon.crash();
  if (met === '') return undefined;
  const lost = ending.account.lost.length;
  const problems = [
    ...problemsOf(ending, stage, { gone: flip.lostBefore }),
    ...(ending.kind === 'asks' ? ['a person is asked'] : []),
    ...(lost > flip.lostBefore
      ? [`${String(lost)} messages are missing instead of ${String(flip.lostBefore)}`]
      : []),
  ];
  return problems.map((problem) => `${met}: ${problem}`);
}

export async function problemsOfFlips(flip: Flip): Promise<{
  readonly boundaries: number;
  readonly problems: readonly string[];
}> {
  const problems: string[] = [];
  for (let nth = 1; ; nth += 1) {
    const one = await problemsOfFlip(flip, nth);
    if (one === undefined) return { boundaries: nth - 1, problems };
    problems.push(...one);
  }
}
