/** Taking from a copy the ability to write: the tail to the share (planned move), or to quarantine (fence). */
import { pairOf } from '../actuators/serving-instance.ts';
import { backupDamagedTail, backupDatabase, backupTail } from '../statements/change-backup-restore.ts';
import { takeOffline } from '../statements/change-database.ts';
import { setPartnerOff } from '../statements/change-mirroring.ts';
import { readCopyNow, readSessionsIn } from '../statements/change-recheck.ts';
import { stopIfMirrored, stopUnlessOutOfOrder, stopUnlessState } from '../statements/guard-batch.ts';
import { unlessMirrored, unlessOnline } from '../statements/wait-batch.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { quietLogBackups } from './job-parts.ts';
import { stopPart, type Part } from './part.ts';
import {
  check,
  copyAt,
  databaseOf,
  ownFile,
  seen,
  serving,
  share,
  siteOfStep,
  sql,
  type Scene,
} from './scene.ts';

const TAKEN =
  'BACKUP LOG successfully processed ..., and the copy is RESTORING; 3101: somebody is inside, run it again';

export function tailLogBackup(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const site = siteOfStep(scene);
  const instance = serving(scene, site);
  const path = ownFile(scene, share(scene), 'tail', 'trn');
  return [
    ...quietLogBackups(scene, site),
    check(
      scene,
      instance,
      'Who is inside',
      [readSessionsIn(database)],
      'no row of a chat server; the next batch ends everybody',
    ),
    sql(
      scene,
      instance,
      'Take the tail',
      [stopUnlessState(database, 'ONLINE'), stopIfMirrored(database), backupTail(database, path, [])],
      TAKEN,
    ),
    check(
      scene,
      instance,
      `${site === 'home' ? 'Home' : 'Backup'} cannot write`,
      [stopUnlessState(database, 'RESTORING'), readCopyNow(database)],
      'RESTORING',
    ),
  ];
}

/** Its files stay damaged, so that nothing but a full restore brings this copy back: never by hand where a restart may heal it. */
export function tailDamaged(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, 'home');
  const path = ownFile(scene, share(scene), 'damaged-tail', 'trn');
  const take = (title: string, anyway: boolean): Part =>
    sql(
      scene,
      instance,
      title,
      [stopUnlessOutOfOrder(database), stopIfMirrored(database), backupDamagedTail(database, path, anyway)],
      anyway
        ? 'BACKUP LOG successfully processed ...; the database is not SUSPECT any more: nothing to do. Any other error: no tail can be had, and what home wrote since its last log backup is lost'
        : 'BACKUP LOG successfully processed ..., and the copy is RESTORING',
    );
  return [
    ...quietLogBackups(scene, 'home'),
    take('Take what the log of the damaged copy still holds', false),
    take('Only where that failed: take it in spite of errors', true),
    check(
      scene,
      instance,
      'Home cannot write',
      [stopUnlessState(database, 'RESTORING'), readCopyNow(database)],
      'RESTORING; it is never recovered: its data files are damaged',
    ),
  ];
}

/** The daemon asks behind the closed door whether both copies hold the newest message; by hand nobody does, so the tail stays a tail. */
function fenceOne(scene: Scene, instance: InstanceName): readonly Part[] {
  const database = databaseOf(scene);
  const folder = scene.pool.topology.sites[siteOfStep(scene)].quarantineFolder;
  const state = copyAt(scene, instance)?.state;
  const broken = state === 'SUSPECT' || state === 'RECOVERY_PENDING' || state === 'EMERGENCY';
  const off = sql(
    scene,
    instance,
    'End the mirroring',
    [unlessMirrored(database), setPartnerOff(database)],
    'no error',
  );
  if (broken)
    return [
      off,
      sql(
        scene,
        instance,
        'Take the broken copy offline; no tail can be had',
        [stopIfMirrored(database), takeOffline(database)],
        'no error',
      ),
    ];
  return [
    off,
    sql(
      scene,
      instance,
      'Take the tail to quarantine',
      [
        stopIfMirrored(database),
        unlessOnline(database),
        backupTail(database, ownFile(scene, folder, 'tail', 'trn'), []),
      ],
      `${TAKEN}; 4208 or 4214: no tail can be had, the next two batches save what can be read`,
    ),
    sql(
      scene,
      instance,
      'Only where no tail could be had: save the copy',
      [
        stopIfMirrored(database),
        unlessOnline(database),
        backupDatabase(database, ownFile(scene, folder, 'fenced', 'bak'), 'copy-only'),
      ],
      'the database is not ONLINE: nothing to do',
    ),
    sql(
      scene,
      instance,
      'Only where no tail could be had: take it offline',
      [stopIfMirrored(database), unlessOnline(database), takeOffline(database)],
      'the database is not ONLINE: nothing to do',
    ),
    check(scene, instance, 'This copy cannot write', [readCopyNow(database)], 'RESTORING or OFFLINE'),
  ];
}

export function fence(scene: Scene): readonly Part[] {
  const site = siteOfStep(scene);
  const pair = pairOf(scene.facts, scene.pool.topology, site);
  const silent = pair.filter((instance) => seen(scene, instance) === undefined);
  return [
    ...quietLogBackups(scene, site),
    ...pair.filter((instance) => !silent.includes(instance)).flatMap((instance) => fenceOne(scene, instance)),
    ...silent.map((instance) =>
      stopPart(`${instance} does not answer: when it comes back, it is fenced before anything else.`),
    ),
  ];
}
