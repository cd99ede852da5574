/** The desired state is flipped back at a step boundary while the daemon lives on: how that ended, judged by the world. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { WHOLE } from '../support/budget.ts';
import { problemsOf, settle, type Ending } from './return-judge.ts';

export interface Flip {
  readonly from: WorldSnapshot;
  readonly towards: string;
  readonly back: string;
  /** Messages that the world takes: they may be missing. */
  readonly lostBefore: number;
  /** What the world does with home at the same instant. A person may then be asked, who keeps the backup copy. */
  readonly meanwhile?: 'return site home' | 'rebuild site home';
}

async function decided(stage: Stage, ending: Ending): Promise<Ending> {
  if (ending.kind !== 'asks') return ending;
  const person = { by: 'alice', reason: 'compared', expiresAt: null };
  await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'keep', site: 'backup' });
  return settle(stage);
}

const SEED = 31;
/** Odd, so that both beginnings and ends of steps are met. */
const STRIDE = 15;

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
      if (flip.meanwhile !== undefined) world.estate.fault(flip.meanwhile);
    });
  };
  const stage = new Stage(world, new SeededRandom(SEED), onAppend);
  world.setPrimaryDatacenter(flip.towards);
  const settled = await settle(stage);
  const ending = flip.meanwhile === undefined ? settled : await decided(stage, settled);
  stage.daemon.crash();
  if (met === '') return undefined;
  const lost = ending.account.lost.length;
  const problems = [
    ...problemsOf(ending, stage, { gone: flip.lostBefore }),
    ...(ending.kind === 'asks' ? ['a person is asked'] : []),
    ...(lost > flip.lostBefore && flip.meanwhile === undefined
      ? [`${String(lost)} messages are missing instead of ${String(flip.lostBefore)}`]
      : []),
  ];
  return problems.map((problem) => `${met}: ${problem}`);
}

export async function problemsOfFlips(flip: Flip): Promise<{
  /** No boundary is after this one. */
  readonly last: number;
  readonly problems: readonly string[];
}> {
  const problems: string[] = [];
  for (let nth = 1; ; nth += WHOLE ? 1 : STRIDE) {
    const one = await problemsOfFlip(flip, nth);
    if (one === undefined) return { last: nth - 1, problems };
    problems.push(...one);
  }
}
