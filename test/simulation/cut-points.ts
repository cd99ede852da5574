/** Every instant at which a daemon could be killed during one transition, found by running it once and looking at its journal. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import { Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { EstateAccount } from '../../src/simulator/estate/checker.ts';

export interface CutPoint {
  /** For example `before effect 57 restore-home:home BACKUP ...`. */
  readonly name: string;
  readonly world: WorldSnapshot;
}

export interface Transition {
  readonly cuts: readonly CutPoint[];
  readonly account: EstateAccount;
  readonly end: WorldSnapshot;
}

const SEED = 11;
const STEP_KINDS: readonly JournalRecord['kind'][] = ['intent', 'effect', 'outcome'];
/** ms after an effect was announced: on its way, just begun, in its middle. */
const DURING_MS = [3, 150, 900];

const nameOf = (record: JournalRecord): string =>
  record.kind === 'effect'
    ? `effect ${record.seq} of ${record.action}: ${record.what.slice(0, 60)}`
    : 'action' in record
      ? `${record.kind} ${record.seq} of ${record.action}:${record.target}`
      : `${record.kind} ${record.seq}`;

/** Runs the transition to its end and keeps the world at every cut point on the way. */
export async function recordTransition(from: WorldSnapshot, datacenter: string): Promise<Transition> {
  const world = new SimulatedWorld(from);
  const cuts: CutPoint[] = [];
  const newest = (): number => world.disk.lines.length;
  const take = (name: string): void => void cuts.push({ name, world: world.snapshot() });
  const onAppend = (record: JournalRecord, moment: 'before' | 'after'): void => {
    if (!STEP_KINDS.includes(record.kind)) return;
    // Before an intent is after the outcome before it, before an effect is after it: nothing was sent in between.
    if (moment === 'before' && record.kind !== 'outcome') return;
    take(`${moment} ${nameOf(record)}`);
    if (record.kind !== 'effect') return;
    for (const ms of DURING_MS)
      world.clock.after(ms, () => {
        if (newest() === record.seq) take(`${ms} ms into ${nameOf(record)}`);
      });
  };
  const stage = new Stage(world, new SeededRandom(SEED), onAppend);
  world.setPrimaryDatacenter(datacenter);
  take('before the first intent');
  await stage.converge();
  stage.daemon.crash();
  return { cuts, account: world.account(), end: world.snapshot() };
}

export interface Continued {
  readonly account: EstateAccount;
  readonly journal: readonly JournalRecord[];
}

/** Kills the daemon at the cut, lets `meanwhile` happen, starts a new one and lets it converge. */
export async function continueFrom(
  cut: CutPoint,
  meanwhile: (world: SimulatedWorld) => void = () => undefined,
): Promise<Continued> {
  const world = new SimulatedWorld(cut.world);
  world.dropDaemonConnections();
  meanwhile(world);
  const stage = new Stage(world, new SeededRandom(SEED + 1));
  await stage.converge();
  stage.daemon.crash();
  return {
    account: world.account(),
    journal: world.disk.lines.map((line) => JSON.parse(line) as JournalRecord),
  };
}
