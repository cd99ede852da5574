/** The outcome of an Agent job is that of the run which was asked for. In memory, by the real actuator. */
import { expect, test } from 'vitest';
import { runSteps, FULL_SIGHT, letHappen } from '../../proof/exploration/daemon-life.ts';
import { poolsOf, startWorld } from '../../proof/exploration/explored-world.ts';
import { afterEvent, WORLD_EVENTS } from '../../proof/exploration/world-events.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';

async function after(from: WorldSnapshot, ...names: readonly string[]): Promise<WorldSnapshot> {
  let world = from;
  for (const name of names) {
    const event = WORLD_EVENTS.find((one) => one.name === name);
    if (event === undefined) throw new RangeError(name);
    world = await afterEvent(world, event);
  }
  return world;
}

const COPY: PlannedStep = {
  action: 'run-copy-job',
  target: 'backup',
  seedStep: null,
  risk: 'safe',
  reason: '',
};

/** Only the jobs reach the share, so that the copy job is run as a step. */
const JOBS_ONLY = {
  closedToDaemon: [DEFAULT_ESTATE.share, DEFAULT_ESTATE.copyFolder],
  shareOpensTo: 'jobs',
  sqlVersion: '15.0.4415.2',
} as const;

test('dbatools, job outcome of a previous run: a copy job that succeeded before and fails now has failed', async () => {
  const shipped = await after(
    await startWorld('backup', { overrides: JOBS_ONLY }),
    'clients post',
    'LSBackup runs at home',
    'LSCopy runs at backup',
    'clients post',
    'LSBackup runs at home',
  );
  const copy = async (world: WorldSnapshot) => {
    const request = { pool: poolsOf(world).backup, steps: [COPY], sight: FULL_SIGHT, decisions: [] };
    return (await runSteps(world, request, false)).outcomes[0];
  };
  expect(await copy(shipped)).toMatchObject({ result: 'done' });
  const cut = await letHappen(shipped, (world) => world.estate.fault('cut link backup-share'), 0);
  const outcome = await copy(cut);
  expect(outcome?.result).toBe('failed');
  expect(outcome?.error?.message).toMatch(/copy job .* failed/);
});
