/** remove-log-shipping-primary: the order that the procedures ask for, and a monitor that does not answer. */
import { expect, test } from 'vitest';
import type { StepId } from '../../src/reconciler/step-id.ts';
import type { World } from '../support/scripted-world.ts';
import { convergedWorld, LYO1, LYO2, runStep, sent, SHARE } from './step-bed.ts';

const REMOVE: StepId = { action: 'remove-log-shipping-primary', target: 'backup' };
const job = { enabled: true, running: true, schedules: 1, outcome: 0 };

/** A primary half at backup that names two secondaries, its job running. */
function leftOver(): World {
  const world = convergedWorld();
  const backup = world.instance(LYO1);
  backup.primary = { share: SHARE, jobId: 'LSBACK', secondaries: ['SQL-PAR-1', 'SQL-PAR-2'] };
  backup.jobs.set('LSBACK', { ...job, name: 'LSBackup_mgc', role: 'backup' });
  return world;
}
const calls = (world: World): readonly string[] =>
  sent(world).flatMap(
    (line) => /(?:sp_stop_job|sp_update_job|sp_delete_log_shipping_\w+)/.exec(line)?.[0] ?? [],
  );

test('the job is quieted first, then each secondary that it names goes, then the primary', async () => {
  const world = leftOver();
  const notes = await runStep(world, REMOVE);
  expect(calls(world)).toEqual([
    'sp_update_job',
    'sp_stop_job',
    'sp_delete_log_shipping_primary_secondary',
    'sp_delete_log_shipping_primary_secondary',
    'sp_delete_log_shipping_primary_database',
  ]);
  expect(world.instance(LYO1).primary).toBeUndefined();
  const effect = world.log.find((line) => line.includes('delete log shipping primary'));
  expect(effect).toContain('LSBACK');
  expect(JSON.stringify(notes)).toContain('LSBACK');
});

test('a monitor that cannot be reached does not keep the primary', async () => {
  const world = leftOver();
  world.instance(LYO1).refusals.push({ text: 'sp_delete_log_shipping_primary_database', numbers: [32054] });
  await runStep(world, REMOVE);
  expect(world.instance(LYO1).primary).toBeUndefined();
  expect(sent(world).at(-1)).toContain('@ignoreremotemonitor = 1');
});

test('the secondary that ships stays, the one beside it goes', async () => {
  const world = leftOver();
  const [ships, beside] = [world.instance(LYO1), world.instance(LYO2)];
  beside.secondary = ships.secondary && { ...ships.secondary, copyJob: 'COPY2', restoreJob: 'RESTORE2' };
  beside.jobs.set('COPY2', { ...job, running: false, name: 'LSCopy_2', role: 'copy' });
  beside.jobs.set('RESTORE2', { ...job, running: false, name: 'LSRestore_2', role: 'restore' });
  await runStep(world, REMOVE);
  expect([beside.secondary, beside.jobs.size, ships.secondary?.copyJob]).toEqual([undefined, 0, 'LSCOPY']);
});
