/** The restore of the full backup that leads furthest over an unusable backup copy, by hand. */
import { fullToRestore } from '../actuators/restore-from-full.ts';
import { joinPath } from '../actuators/file-names.ts';
import { verifyBackup } from '../statements/change-backup-restore.ts';
import { stopPart, type Part } from './part.ts';
import { placesOf, restoreOver } from './restore-parts.ts';
import { check, copyAt, serving, share, type Scene } from './scene.ts';

export function restoreBackupFromFull(scene: Scene): readonly Part[] {
  const instance = serving(scene, 'backup');
  const full = fullToRestore(scene.facts, scene.pool.topology, copyAt(scene, instance));
  if (full === undefined) return [stopPart('No full backup on the share leads the backup copy anywhere.')];
  const path = joinPath(share(scene), full.name);
  return [
    check(
      scene,
      instance,
      'Verify the full backup',
      [verifyBackup(path)],
      'The backup set on file 1 is valid.',
    ),
    ...placesOf(scene, instance, path),
    restoreOver(scene, instance, 'Restore it over the unusable copy', path, 'NORECOVERY'),
  ];
}
