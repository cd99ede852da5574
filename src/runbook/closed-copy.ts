/** Which copy of a site is closed and how, and which full backup equals the backup site's copy: by the actuators' own rules. */
import { freshFullBackup } from '../actuators/fresh-full-backup.ts';
import { closedInstance } from '../actuators/recover-database.ts';
import type { DatabaseState } from '../topology/pool-facts.ts';
import type { InstanceName, Site } from '../topology/pool-topology.ts';
import { copyAt, databaseOf, type Scene } from './scene.ts';

export interface ClosedCopy {
  readonly instance: InstanceName;
  readonly state: DatabaseState | undefined;
  /** Name of the full backup on the share that is still the newest content of this copy. */
  readonly fullBackup: string | undefined;
}

export function closedCopyOf(scene: Scene, site: Site): ClosedCopy {
  const instance = closedInstance(scene, site);
  const fullBackup = freshFullBackup(scene.facts, instance, databaseOf(scene))?.name;
  return { instance, state: copyAt(scene, instance)?.state, fullBackup };
}
