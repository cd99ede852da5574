/** Worlds in which a daemon was killed inside one step: before and after every record of it, and in the middle of its effects. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import type { SimulatedWorld, WorldSnapshot } from '../../src/simulation/simulated-world.ts';

export interface StepCut {
  readonly name: string;
  readonly world: WorldSnapshot;
}

/** ms after the record of an effect. */
const INSIDE_MS = [3, 150];

/** @param world nobody drives it yet; @param until plays it past the step */
export async function cutsOfStep(
  world: SimulatedWorld,
  action: string,
  until: (stage: Stage) => Promise<unknown>,
): Promise<readonly StepCut[]> {
  const cuts: StepCut[] = [];
  const take = (name: string): void => void cuts.push({ name, world: world.snapshot() });
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (!('action' in record) || record.action !== action) return;
    take(`${moment} ${record.kind} ${String(record.seq)}`);
    if (record.kind !== 'effect' || moment === 'before') return;
    for (const ms of INSIDE_MS)
      world.clock.after(ms, () => {
        take(`${String(ms)} ms into effect ${String(record.seq)}`);
      });
  };
  const stage = new Stage(world, new SeededRandom(5), onAppend);
  await until(stage);
  stage.daemon.crash();
  return cuts;
}
