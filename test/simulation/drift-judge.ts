/** A converged pool for a person to disturb: what the daemon shows of it, and which steps it took. */
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { InstanceState } from '../../src/simulator/instance/instance-state.ts';

export const PAR1 = 'sql-par-1.contoso.com';
export const PAR2 = 'sql-par-2.contoso.com';
export const LYO1 = 'sql-lyo-1.contoso.com';

/** A look every 10 s at the latest: two of them, and the time that one takes. */
const TWO_LOOKS_MS = 21_000;

/** At home with clients, and nothing to do. `edit` is what a person wrote into the desired state beforehand. */
export async function driftStage(
  overrides: EstateOverrides = {},
  edit: (document: string) => string = (text) => text,
): Promise<Stage> {
  const world = new SimulatedWorld(freshWorld({ seed: 'drift', ...overrides }));
  world.document.save(edit(world.document.text));
  const stage = new Stage(world, new SeededRandom(41));
  await stage.converge();
  world.estate.fault('clients on');
  await stage.pass(1);
  return stage;
}

export const statusOf = (stage: Stage): PoolStatus | undefined => stage.daemon.daemon.pool(POOL);

/** The first drift that is shown, within two looks; none: an empty list. */
export async function driftsAt(stage: Stage): Promise<readonly string[]> {
  const shown = (): readonly string[] =>
    (statusOf(stage)?.drift ?? []).map(({ path, actual }) => `${path} is ${actual}`);
  await stage.world.clock.run(() => shown().length > 0, TWO_LOOKS_MS);
  return shown();
}

export const databaseAt = (
  stage: Stage,
  instance: string,
  name = 'mgc',
): InstanceState['databases'][string] | undefined => stage.world.state.instances[instance]?.databases[name];

/** Every step that was begun, in order. */
export const changesOf = (stage: Stage): readonly string[] =>
  stage.world.disk.lines
    .map((line) => JSON.parse(line) as JournalRecord)
    .flatMap((record) => (record.kind === 'intent' ? [`${record.action}:${record.target}`] : []));

/** How each of them ended. */
export const resultsOf = (stage: Stage): readonly string[] =>
  stage.world.disk.lines
    .map((line) => JSON.parse(line) as JournalRecord)
    .flatMap((record) => (record.kind === 'outcome' ? [record.result] : []));
