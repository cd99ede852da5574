/** Log backups of another lineage or branch leave the share and the copy folder, into a subfolder that no job reads. */
import type { BackupFile, DatabaseFacts, FolderFacts } from '../topology/pool-facts.ts';
import { PoolError } from '../topology/pool-error.ts';
import { valueOf } from '../topology/known.ts';
import { joinPath } from './file-names.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';

const SUBFOLDER = 'quarantine';

/**
 * Files that can never follow the serving copy: other family, or not on its present branch. A file whose header is not known
 * stays: unknown is not foreign. Pure.
 */
export function strayLogBackups(folder: FolderFacts, serving: DatabaseFacts): readonly BackupFile[] {
  const { familyGuid, forkGuid } = serving;
  if (familyGuid === 'unknown' || familyGuid === null || forkGuid === 'unknown' || forkGuid === null)
    return [];
  return folder.files.filter(({ name, header }) => {
    if (header === 'unknown' || !name.toLowerCase().endsWith('.trn')) return false;
    return header.familyGuid !== familyGuid || header.lastForkGuid !== forkGuid;
  });
}

/** SQL Server has no documented way to move a file. */
function requireReach(ports: ActuatorPorts, folder: FolderFacts, strays: readonly BackupFile[]): void {
  const [first] = strays;
  if (first === undefined || ports.files.reaches(folder.path)) return;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${strays.length} log backups of another branch, ${first.name} first, lie in ${folder.path}, which the daemon does not reach`,
    {
      hint: `Move them into ${joinPath(folder.path, SUBFOLDER)} by hand; the restore job would stop at them.`,
    },
  );
}

/** Moved, never deleted: an old branch may hold what nobody else has. */
export async function quarantineStrays(
  ports: ActuatorPorts,
  context: StepContext,
  serving: DatabaseFacts,
): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const observed of [context.facts.share, context.facts.copyFolder]) {
    const folder = valueOf(observed);
    if (folder === 'unknown') continue;
    const strays = strayLogBackups(folder, serving);
    requireReach(ports, folder, strays);
    for (const file of strays) {
      const target = joinPath(joinPath(folder.path, SUBFOLDER), `${ports.random.id()}_${file.name}`);
      await context.effect(folder.path, `move ${file.name} to ${target}`);
      await ports.files.move(joinPath(folder.path, file.name), target, {
        signal: context.signal,
        leave: context.leave.bind(context),
      });
      moved.push(joinPath(folder.path, file.name));
    }
  }
  return moved;
}
