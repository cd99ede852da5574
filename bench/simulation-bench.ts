/** The story in memory: how much faster than real time, whether one seed gives one journal, and whether the daemon grows. */
import { playFailoverStory, storyOverrides, Stage } from '../src/simulation/failover-story.ts';
import { SeededRandom } from '../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../src/simulation/simulated-world.ts';
import { atMost, msSince, type BenchFigure } from './bench-figure.ts';
import { heapBytes, slope } from './heap.ts';

const SEED = 1;
const HOUR_MS = 3_600_000;
/** Long enough for what is kept on purpose (file headers, three days of history) to be small beside it. */
const LOOKS = 6;
const MINUTES_PER_LOOK = 60;
const KIB = 1_024;

interface Told {
  readonly journal: string;
  readonly simulatedMs: number;
  readonly realMs: number;
}

async function tell(): Promise<Told> {
  const from = process.hrtime.bigint();
  const { journal, simulatedMs } = await playFailoverStory({ seed: SEED, shareSite: 'backup' });
  return { journal, simulatedMs, realMs: msSince(from) };
}

/** KiB per simulated day of a pool at rest, estate and daemon together. */
async function growthPerDay(): Promise<number> {
  const random = new SeededRandom(SEED);
  const world = new SimulatedWorld(freshWorld(storyOverrides({ seed: SEED, shareSite: 'backup' })));
  const stage = new Stage(world, random);
  await stage.converge();
  await stage.pass(MINUTES_PER_LOOK);
  const points: (readonly [number, number])[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    await stage.pass(MINUTES_PER_LOOK);
    points.push([world.clock.monotonicMs() / HOUR_MS / 24, heapBytes() / KIB]);
  }
  stage.daemon.crash();
  return slope(points);
}

export async function runSimulationBench(): Promise<readonly BenchFigure[]> {
  const first = await tell();
  const again = await tell();
  const growth = await growthPerDay();
  const perHour = first.realMs / (first.simulatedMs / HOUR_MS);
  return [
    {
      name: 'simulation over real time, first run of the process',
      value: first.simulatedMs / first.realMs,
      unit: 'times',
      bar: null,
    },
    {
      name: 'simulation over real time, second run',
      value: again.simulatedMs / again.realMs,
      unit: 'times',
      bar: null,
    },
    { name: 'cost of a simulated hour', value: perHour, unit: 'ms', bar: null },
    {
      name: 'two runs of one seed, journals that differ',
      value: first.journal === again.journal ? 0 : 1,
      unit: 'journals',
      bar: atMost(0),
    },
    { name: 'heap of estate and daemon, growth per simulated day', value: growth, unit: 'KiB', bar: null },
  ];
}
