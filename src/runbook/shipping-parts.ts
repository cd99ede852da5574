/** Log shipping by hand: making both halves anew from home. */
import { samePath } from '../actuators/file-names.ts';
import { addJobSchedule } from '../statements/change-jobs.ts';
import {
  addAlertJob,
  addPrimarySecondary,
  addSecondaryDatabase,
  readPrimaryHalf,
} from '../statements/change-log-shipping.ts';
import {
  primaryHalf as wantedPrimary,
  secondaryHalf as wantedSecondary,
} from '../actuators/shipping-halves.ts';
import { backupDatabase } from '../statements/change-backup-restore.ts';
import { readCopyNow } from '../statements/change-recheck.ts';
import { stopUnlessOpenToAll, stopUnlessRestored, stopUnlessState } from '../statements/guard-batch.ts';
import { findJob, unlessScheduled, type ShippingJob } from '../statements/wait-batch.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { FOUND_JOB, runJob, switchJob } from './job-parts.ts';
import { quarantineStrays } from './file-parts.ts';
import type { Part } from './part.ts';
import { removeSecondary } from './removal-parts.ts';
import { placesOf, restoreOver } from './restore-parts.ts';
import { check, databaseOf, ownFile, seen, serverNameOf, serving, share, sql, type Scene } from './scene.ts';

const RC_0 = 'rc 0';

const schedule = (
  scene: Scene,
  instance: InstanceName,
  which: ShippingJob,
  name: string,
  everyMinutes: number,
): Part =>
  sql(
    scene,
    instance,
    `Let the ${which} job run every ${String(everyMinutes)} minutes`,
    [
      findJob(which, databaseOf(scene)),
      unlessScheduled,
      addJobSchedule(FOUND_JOB, `${name}_${databaseOf(scene)}`, everyMinutes),
    ],
    `${RC_0}, or: the job has a schedule`,
  );

function primaryHalf(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, 'home');
  const { logShipping } = scene.pool.topology;
  const before = seen(scene, instance)?.shippingPrimary[database];
  const secondary = serverNameOf(scene, serving(scene, 'backup'));
  const mapped =
    before?.secondaries.some(({ server }) => server.toLowerCase() === secondary.toLowerCase()) ?? false;
  const half = wantedPrimary(logShipping, database, before != null);
  const job = seen(scene, instance)?.jobs.some(({ id }) => id === before?.backupJobId) ?? false;
  const fits = before != null && job && samePath(before.backupShare, logShipping.share);
  return [
    ...(fits
      ? []
      : [
          sql(
            scene,
            instance,
            'Add the primary half',
            [stopUnlessOpenToAll(database), half],
            `${RC_0}; 32009: it is there already`,
          ),
        ]),
    schedule(scene, instance, 'backup', 'LSBackupSchedule', logShipping.backupEveryMinutes),
    sql(scene, instance, 'Add the alert job', [addAlertJob], RC_0),
    ...(mapped
      ? []
      : [
          sql(
            scene,
            instance,
            'Name the secondary to the primary',
            [addPrimarySecondary(database, secondary)],
            `${RC_0}; 32012: it is there already`,
          ),
        ]),
    check(
      scene,
      instance,
      'The primary half is there',
      [readPrimaryHalf(database)],
      `one row with the share, and one that names ${secondary}`,
    ),
  ];
}

/** Behind one log backup of home's present line: a secondary cannot take the one that crosses the recovery. */
function seed(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const home = serving(scene, 'home');
  const backup = serving(scene, 'backup');
  // Home was recovered where the tail of backup ended: the backup copy goes on from there.
  if (['tail-log-backup:backup', 'recover:home'].every((step) => scene.before.has(step))) return [];
  const path = ownFile(scene, share(scene), 'seed', 'bak');
  return [
    runJob(scene, home, 'backup'),
    sql(
      scene,
      home,
      'Take the full backup that seeds the secondary',
      [stopUnlessOpenToAll(database), backupDatabase(database, path)],
      'BACKUP DATABASE successfully processed ...',
    ),
    ...placesOf(scene, backup, path),
    restoreOver(scene, backup, 'Restore it over the backup copy', path, 'NORECOVERY'),
  ];
}

function secondaryHalf(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, 'backup');
  const { logShipping } = scene.pool.topology;
  const primaryServer = serverNameOf(scene, serving(scene, 'home'));
  const half = wantedSecondary(
    logShipping,
    database,
    primaryServer,
    seen(scene, instance)?.shippingSecondary[database] != null,
  );
  const row = addSecondaryDatabase(database, primaryServer, logShipping.restoreThresholdMinutes);
  return [
    sql(
      scene,
      instance,
      'Register the primary on the secondary',
      [stopUnlessState(database, 'RESTORING'), half],
      `${RC_0}; 32024: it is registered already`,
    ),
    schedule(scene, instance, 'copy', 'LSCopySchedule', logShipping.copyEveryMinutes),
    schedule(scene, instance, 'restore', 'LSRestoreSchedule', logShipping.restoreEveryMinutes),
    sql(scene, instance, 'Add the secondary database', [row], `${RC_0}; 32013: it is there already`),
  ];
}

export function establishLogShipping(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const home = serving(scene, 'home');
  const backup = serving(scene, 'backup');
  return [
    ...quarantineStrays(scene),
    ...primaryHalf(scene),
    ...seed(scene),
    ...secondaryHalf(scene),
    switchJob(scene, backup, 'copy', true),
    switchJob(scene, backup, 'restore', true),
    switchJob(scene, home, 'backup', true),
    runJob(scene, home, 'backup'),
    runJob(scene, backup, 'copy'),
    runJob(scene, backup, 'restore'),
    check(
      scene,
      backup,
      'The first cycle has arrived',
      [stopUnlessState(database, 'RESTORING'), stopUnlessRestored(database), readCopyNow(database)],
      'RESTORING, and last_restored_file is not NULL',
    ),
    check(
      scene,
      home,
      'Where home stands',
      [readCopyNow(database)],
      'last_log_backup_lsn is not beyond the redo_start_lsn of the backup copy; else run the three jobs once more',
    ),
  ];
}

/** A primary without its job is written over: the procedure makes the job only together with the row. */
export const reAddPrimary = (scene: Scene): readonly Part[] => [
  ...primaryHalf(scene),
  switchJob(scene, serving(scene, 'home'), 'backup', true),
];

/** A secondary without its jobs goes first: the procedures make them only together with the registration. */
export function reAddSecondary(scene: Scene): readonly Part[] {
  const backup = serving(scene, 'backup');
  const left = seen(scene, backup)?.shippingSecondary[databaseOf(scene)] != null;
  return [
    ...(left ? removeSecondary(scene, backup) : []),
    ...primaryHalf(scene),
    ...secondaryHalf(scene),
    switchJob(scene, backup, 'copy', true),
    switchJob(scene, backup, 'restore', true),
  ];
}
