/** Agent jobs of log shipping by hand: the id is found by the batch itself, because a job's name is anybody's to change. */
import { setJobEnabled, startJob, stopJob } from '../statements/change-jobs.ts';
import {
  awaitIdleJob,
  awaitOutcome,
  findJob,
  noteOutcome,
  unlessRunning,
  type ShippingJob,
} from '../statements/wait-batch.ts';
import type { InstanceName, Site } from '../topology/pool-topology.ts';
import { pairOf } from '../actuators/serving-instance.ts';
import type { Part } from './part.ts';
import { databaseOf, seen, serving, siteOfStep, sql, type Scene } from './scene.ts';

/** The batch declares @job itself, so that this value never shows. */
export const FOUND_JOB = '';
const RC_0 = 'rc 0';

export const switchJob = (scene: Scene, instance: InstanceName, which: ShippingJob, enabled: boolean): Part =>
  sql(
    scene,
    instance,
    `${enabled ? 'Enable' : 'Disable'} the ${which} job`,
    [findJob(which, databaseOf(scene)), setJobEnabled(FOUND_JOB, enabled)],
    RC_0,
  );

/** Disabling does not stop a run in progress. */
export function quietJob(scene: Scene, instance: InstanceName, which: ShippingJob): readonly Part[] {
  const found = findJob(which, databaseOf(scene));
  return [
    switchJob(scene, instance, which, false),
    sql(
      scene,
      instance,
      `Stop the ${which} job where it runs`,
      [found, unlessRunning, stopJob(FOUND_JOB)],
      `${RC_0}, or the job does not run; 22022 says that it has just ended`,
    ),
    sql(scene, instance, `Wait until the ${which} job is idle`, [found, awaitIdleJob], 'no error'),
  ];
}

export const runJob = (scene: Scene, instance: InstanceName, which: ShippingJob): Part =>
  sql(
    scene,
    instance,
    `Run the ${which} job once and wait for its end`,
    [findJob(which, databaseOf(scene)), noteOutcome, startJob(FOUND_JOB), awaitOutcome],
    `${RC_0}; 22022 says that the job runs already or that SQL Server Agent does not`,
  );

/** Instances of a site that answered: on a mirror LSBackup succeeds without a file, so both partners are switched. */
const backupJobs = (scene: Scene, site: Site): readonly InstanceName[] =>
  pairOf(scene.facts, scene.pool.topology, site).filter(
    (instance) => seen(scene, instance)?.shippingPrimary[databaseOf(scene)] != null,
  );

export const quietLogBackups = (scene: Scene, site: Site): readonly Part[] =>
  backupJobs(scene, site).flatMap((instance) => quietJob(scene, instance, 'backup'));

export const stopLogBackups = (scene: Scene): readonly Part[] => quietLogBackups(scene, 'home');

export const resumeLogBackups = (scene: Scene): readonly Part[] =>
  backupJobs(scene, 'home').map((instance) => switchJob(scene, instance, 'backup', true));

/** LSCopy also runs while it is disabled: it is started by hand. */
export const runCopyJob = (scene: Scene): readonly Part[] => [
  runJob(scene, serving(scene, 'backup'), 'copy'),
];

export function pauseLogShipping(scene: Scene): readonly Part[] {
  const instance = serving(scene, 'backup');
  const home = serving(scene, 'home');
  return [
    ...(backupJobs(scene, 'home').includes(home) ? [runJob(scene, home, 'backup')] : []),
    runJob(scene, instance, 'copy'),
    runJob(scene, instance, 'restore'),
    ...quietJob(scene, instance, 'copy'),
    ...quietJob(scene, instance, 'restore'),
  ];
}

export function enableJobs(scene: Scene): readonly Part[] {
  if (siteOfStep(scene) === 'home') return resumeLogBackups(scene);
  const instance = serving(scene, 'backup');
  return [switchJob(scene, instance, 'copy', true), switchJob(scene, instance, 'restore', true)];
}
