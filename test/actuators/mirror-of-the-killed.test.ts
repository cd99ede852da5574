/** A daemon is killed while Install-CsMirrorDatabase runs; the cmdlet goes on in the management shell. */
import { expect, test } from 'vitest';
import { letHappen, runSteps, type StepRun } from '../../proof/exploration/daemon-life.ts';
import { exploredWorld, poolsOf, startWorld, type Pools } from '../../proof/exploration/explored-world.ts';
import { plannedStep } from '../../proof/exploration/judge-sights.ts';
import { ALL_PARTIES } from '../../proof/exploration/sight.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';

/** The first step of the plan towards backup, really run. */
async function nextStep(world: WorldSnapshot, pools: Pools, wantCuts: boolean): Promise<StepRun> {
  const { reduction } = await exploredWorld(world, pools);
  const { topology, policy } = pools.backup;
  const found = plannerFor(shapeOf(topology, policy)).find('backup', reduction.vector);
  const [first] = found.kind === 'steps' ? found.steps : [];
  if (first === undefined) throw new RangeError(`the plan towards backup is ${found.kind}`);
  const sight = { seen: ALL_PARTIES, silentLong: true };
  const order = { pool: pools.backup, steps: [plannedStep(first)], sight, decisions: [] };
  return runSteps(world, order, wantCuts);
}

async function killedInMirrorBackup(): Promise<{ readonly left: WorldSnapshot; readonly pools: Pools }> {
  const start = await startWorld('backup');
  const pools = poolsOf(start);
  let world = await letHappen(start, ({ estate }) => estate.fault('down site home'), 6_000);
  for (let step = 0; step < 10; step += 1) {
    const run = await nextStep(world, pools, true);
    if (run.outcomes[0]?.step.action !== 'mirror-backup') {
      world = run.world;
      continue;
    }
    const [cut] = run.cuts;
    if (cut === undefined) throw new RangeError('the daemon was never killed');
    return { left: await letHappen(cut.world, () => undefined, 3_000), pools };
  }
  throw new RangeError('mirror-backup never came');
}

test('the next daemon waits for the cmdlet that the killed one has left behind, and starts no second one', async () => {
  const { left, pools } = await killedInMirrorBackup();
  const { outcomes, effects, world } = await nextStep(left, pools, false);
  expect(outcomes.map(({ step, result }) => `${step.action} ${result}`)).toEqual(['mirror-backup done']);
  expect(effects).toEqual([]);
  const { reduction } = await exploredWorld(world, pools);
  expect(reduction.vector['backup.mirror']).toBe('healthy');
});
