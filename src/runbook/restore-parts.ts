/** RESTORE LOG, recovery, the full backup behind its barrier, and the restores over a whole copy. */
import { copyWay } from '../topology/copy-way.ts';
import { chainLogBackups } from '../topology/log-chain.ts';
import { valueOf } from '../topology/known.ts';
import { otherSite, type InstanceName, type Site } from '../topology/pool-topology.ts';
import type { SqlStatement } from '../ports/sql-connection.ts';
import { observedPosition } from '../actuators/choose-files.ts';
import { baseName, joinPath } from '../actuators/file-names.ts';
import { fullToRestore } from '../actuators/restore-from-full.ts';
import { closedCopyOf } from './closed-copy.ts';
import {
  backupDatabase,
  readFileList,
  recoverDatabase,
  restoreDatabase,
  restoreLog,
  verifyBackup,
} from '../statements/change-backup-restore.ts';
import { bringOnline, openAccess, restrictAccess } from '../statements/change-database.ts';
import { readCopyNow, readFilePaths, readSessionsIn } from '../statements/change-recheck.ts';
import {
  closeIfOnline,
  stopIfMirrored,
  stopIfSecondary,
  stopIfSessions,
  stopUnlessAt,
  stopUnlessBarred,
  stopUnlessNewestBackup,
  stopUnlessOpenToAll,
  stopUnlessState,
} from '../statements/guard-batch.ts';
import { OWN_PROGRAM } from '../statements/observe-instance.ts';
import { unlessBehind } from '../statements/wait-batch.ts';
import { ownTail } from './file-parts.ts';
import { stopPart, type Part } from './part.ts';
import { check, copyAt, databaseOf, ownFile, serving, share, siteOfStep, sql, type Scene } from './scene.ts';

/** What the chain of known files brings the copy to: backup's out of both folders, home's out of the share. */
function chainOf(scene: Scene, site: Site = 'backup') {
  const copy = copyAt(scene, serving(scene, site));
  if (site === 'backup' && scene.before.has('restore-backup-from-full:backup'))
    return fullToRestore(scene.facts, scene.pool.topology, copy)?.chain;
  const position = observedPosition(copy);
  const folders = site === 'home' ? [scene.facts.share] : [scene.facts.copyFolder, scene.facts.share];
  const files = folders.flatMap((observed) => {
    const folder = valueOf(observed);
    return folder === 'unknown' ? [] : folder.files;
  });
  const named = new Map(files.map((file) => [file.name.toLowerCase(), file]));
  return position === undefined ? undefined : chainLogBackups([...named.values()], position);
}

/** Out of the copy folder, and what is not there straight from the share, where SQL Server reads it (as apply-log-backups does). */
function folderFor(scene: Scene, instance: InstanceName): (name: string) => string {
  const { copyFolder } = scene.pool.topology.logShipping;
  if (siteOfStep(scene) === 'home') return () => share(scene);
  if (copyWay(scene.facts, scene.pool.topology, instance) !== 'restore') return () => copyFolder;
  const folder = valueOf(scene.facts.copyFolder);
  const copied = new Set(folder === 'unknown' ? [] : folder.files.map(({ name }) => name.toLowerCase()));
  return (name) => (copied.has(name.toLowerCase()) ? copyFolder : share(scene));
}

/** STANDBY counts as ONLINE with the server; its readers must be gone, and 3101 says when they are not. */
const rollsForward = (scene: Scene, instance: InstanceName): readonly SqlStatement[] =>
  copyAt(scene, instance)?.state === 'STANDBY' ? [] : [stopUnlessState(databaseOf(scene), 'RESTORING')];

export function applyLogBackups(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const site = siteOfStep(scene);
  const instance = serving(scene, site);
  const chain = chainOf(scene, site);
  if (chain === undefined)
    return [
      stopPart(
        `${instance} does not say where ${database} stands, so its log backups cannot be put in order.`,
      ),
    ];
  const folderOf = folderFor(scene, instance);
  const guards = [...rollsForward(scene, instance), stopIfMirrored(database)];
  const restores = chain.applicable.map((name) => {
    const last = chain.files.find((file) => file.name === name)?.header?.lastLsn;
    const known = last === undefined ? [] : [unlessBehind(database, last)];
    return sql(
      scene,
      instance,
      `Restore ${name}`,
      [...guards, ...known, restoreLog(database, joinPath(folderOf(name), name))],
      'RESTORE LOG successfully processed ..., or: applied already',
    );
  });
  const tail = ownTail(scene, otherSite(site));
  if (tail === undefined) {
    const reached = check(
      scene,
      instance,
      'The copy stands at the end of the last log backup',
      [stopUnlessAt(database, chain.reaches.lsn), readCopyNow(database)],
      `redo_start_lsn ${chain.reaches.lsn}`,
    );
    return [...restores, reached];
  }
  const path = joinPath(folderOf(tail), tail);
  const tailToo = sql(
    scene,
    instance,
    `Restore the tail ${tail}`,
    [...guards, restoreLog(database, path)],
    'RESTORE LOG successfully processed ...; 4326: applied already; 4305: a log backup in between is missing, write the runbook anew',
  );
  return [...restores, tailToo];
}

const openToAll = (scene: Scene, instance: InstanceName, database: string): readonly Part[] => [
  sql(
    scene,
    instance,
    'Open the database to all',
    [stopUnlessState(database, 'ONLINE'), openAccess(database)],
    'no error',
  ),
  check(
    scene,
    instance,
    'The database is ONLINE and open to all',
    [stopUnlessOpenToAll(database), readCopyNow(database)],
    'ONLINE, MULTI_USER',
  ),
];

export function recoverBackup(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, 'backup');
  const at = ownTail(scene) === undefined ? chainOf(scene)?.reaches.lsn : undefined;
  return [
    check(
      scene,
      instance,
      'Nobody is in the database',
      [readSessionsIn(database)],
      'no row; end each other one with KILL and its session_id',
    ),
    sql(
      scene,
      instance,
      'Recover the database',
      [
        ...rollsForward(scene, instance),
        stopIfMirrored(database),
        stopIfSecondary(database),
        ...(at === undefined ? [] : [stopUnlessAt(database, at)]),
        recoverDatabase(database),
      ],
      'RESTORE DATABASE successfully processed ...',
    ),
    ...openToAll(scene, instance, database),
  ];
}

/** Undo of a tail, of a fence or of the barrier: how depends on what closed the copy. */
export function recoverSite(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const { instance, state } = closedCopyOf(scene, siteOfStep(scene));
  if (state === 'OFFLINE')
    return [
      sql(
        scene,
        instance,
        'Bring the database online',
        [stopUnlessState(database, 'OFFLINE'), bringOnline(database)],
        'no error',
      ),
      ...openToAll(scene, instance, database),
    ];
  if (state === 'ONLINE') return openToAll(scene, instance, database);
  return [
    sql(
      scene,
      instance,
      'Recover the database',
      [stopUnlessState(database, 'RESTORING'), stopIfMirrored(database), recoverDatabase(database)],
      'RESTORE DATABASE successfully processed ...',
    ),
    ...openToAll(scene, instance, database),
  ];
}

const failbackFile = (scene: Scene): string => ownFile(scene, share(scene), 'failback', 'bak');

export function fullBackup(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const instance = serving(scene, 'backup');
  const path = failbackFile(scene);
  return [
    sql(
      scene,
      instance,
      'Raise the write barrier',
      [stopUnlessState(database, 'ONLINE'), stopIfMirrored(database), restrictAccess(database)],
      'no error; every other session is ended',
    ),
    sql(
      scene,
      instance,
      'Take the full backup',
      [stopUnlessBarred(database), stopIfSessions(database, OWN_PROGRAM), backupDatabase(database, path)],
      'BACKUP DATABASE successfully processed ...; when it fails, open the database again: ALTER DATABASE ... SET MULTI_USER',
    ),
    check(scene, instance, 'Verify it', [verifyBackup(path)], 'The backup set on file 1 is valid.'),
  ];
}

/** Without MOVE the files go where the backup says; only a person can judge whether that is right on this instance. */
export const placesOf = (scene: Scene, instance: InstanceName, path: string): readonly Part[] => [
  check(
    scene,
    instance,
    'Where the files will go',
    [readFileList(path), readFilePaths(databaseOf(scene))],
    "PhysicalName of the first answer: folders that this instance has; where its own database lies elsewhere (second answer), add MOVE N'logical' TO N'path' to the restore",
  ),
];

/** Over a whole copy: closed to all where it is open, in the same batch. 3101: somebody was faster; run the file again. */
export const restoreOver = (
  scene: Scene,
  instance: InstanceName,
  title: string,
  path: string,
  end: 'RECOVERY' | 'NORECOVERY',
): Part =>
  sql(
    scene,
    instance,
    title,
    [
      stopIfMirrored(databaseOf(scene)),
      closeIfOnline(databaseOf(scene)),
      restoreDatabase(databaseOf(scene), path, end, []),
    ],
    'RESTORE DATABASE successfully processed ...; 3101: somebody came in, run this file again',
  );

export function restoreHome(scene: Scene): readonly Part[] {
  const database = databaseOf(scene);
  const source = serving(scene, 'backup');
  const target = serving(scene, 'home');
  const path = failbackPath(scene);
  if (path === undefined)
    return [stopPart('The share holds no full backup that equals the copy of the backup site.')];
  return [
    check(
      scene,
      source,
      'The source still is what the backup holds',
      [
        stopUnlessBarred(database),
        stopIfSessions(database, OWN_PROGRAM),
        stopUnlessNewestBackup(database, path),
      ],
      `no error; ${baseName(path)} is the newest full backup and nobody has been inside since`,
    ),
    ...placesOf(scene, target, path),
    restoreOver(scene, target, 'Restore the full backup over home', path, 'RECOVERY'),
    ...openToAll(scene, target, database),
  ];
}

/** Of this runbook, or the one that was observed on the share. */
function failbackPath(scene: Scene): string | undefined {
  if (scene.before.has('full-backup:backup')) return failbackFile(scene);
  const fresh = closedCopyOf(scene, 'backup').fullBackup;
  return fresh === undefined ? undefined : joinPath(share(scene), fresh);
}
