/**
 * restore-home: the newest full backup of the backup site's copy over home's. No way back, so the source is read again to be
 * still what the file holds, and home to be still what the plan saw.
 */
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { restoreDatabase } from '../statements/change-backup-restore.ts';
import { openAccess } from '../statements/change-database.ts';
import { readNewestFullBackup } from '../statements/change-recheck.ts';
import { requireText, rowsOf } from './answer-rows.ts';
import { isOpen, readCopy, type CopyNow } from './copy-now.ts';
import { IN_USE, sessionsIn, withExclusiveAccess } from './end-sessions.ts';
import { baseName, joinPath } from './file-names.ts';
import { freshFullBackup, type FullBackup } from './fresh-full-backup.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { movesFor } from './restore-files.ts';
import { fileProgress, sizeOnShare } from './restore-progress.ts';
import { servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { raiseBarrier } from './write-barrier.ts';

const sameGuid = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && a.toUpperCase() === b.toUpperCase();

/** ONLINE from exactly this file: a retry after a cut only has to open the door. */
function isRestoredFrom(now: CopyNow, full: FullBackup): boolean {
  return (
    isOpen(now) &&
    sameGuid(now.familyGuid, full.header.familyGuid) &&
    now.restored?.type === 'D' &&
    now.restored.lastLsn === full.header.lastLsn &&
    sameGuid(now.restored.fork, full.header.lastForkGuid)
  );
}

/** On the source's own connection: restricted, empty, and no newer full backup than the file. */
async function requireSourceUnchanged(
  ports: ActuatorPorts,
  context: StepContext,
  source: InstanceName,
  full: FullBackup,
): Promise<void> {
  const database = context.pool.topology.chatDatabase;
  await using session = await openInstance(ports, context, source);
  const now = await recheckCopy(session, database);
  const inside = (await sessionsIn(session, database)).filter((one) => !one.own);
  const newest = rowsOf(await session.read(readNewestFullBackup(database)))[0];
  const sameFile =
    baseName(requireText(newest, 'physical_device_name')).toLowerCase() === full.name.toLowerCase() &&
    requireText(newest, 'last_lsn') === full.header.lastLsn;
  if (isOpen(now) && now.access === 'RESTRICTED_USER' && inside.length === 0 && sameFile) return;
  throw new PoolError('PCO_STEP_REFUSED', `${full.name} may not be the newest content of ${source} any more`);
}

/** REPLACE would bypass the server's own checks of lineage and tail, so nothing is left to them. */
function requireOverwritable(session: InstanceSession, database: string, now: CopyNow): void {
  if (now.role === null) return;
  throw new PoolError('PCO_STEP_REFUSED', `${database} on ${session.instance} is mirrored as ${now.role}`, {
    hint: 'remove mirroring first',
  });
}

async function restoreOver(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  full: FullBackup,
): Promise<void> {
  const path = joinPath(session.context.pool.topology.logShipping.share, full.name);
  const moves = await movesFor(session, database, path);
  const now = await recheckCopy(session, database);
  requireOverwritable(session, database, now);
  if (isOpen(now)) await raiseBarrier(ports, session, database);
  const what = `RESTORE DATABASE [${database}] FROM ${full.name} WITH REPLACE, RECOVERY`;
  const tell = fileProgress(what, sizeOnShare(session.context.facts, full.name));
  await withExclusiveAccess(ports, session, database, () =>
    session.long(what, restoreDatabase(database, path, 'RECOVERY', moves), { tolerate: [IN_USE], tell }),
  );
}

/** The lineage is another one than the facts of this step show, so the copy is compared with the file instead. */
async function openRestored(session: InstanceSession, database: string, full: FullBackup): Promise<void> {
  const now = await readCopy(session, database);
  if (!isRestoredFrom(now, full)) {
    throw new PoolError(
      'PCO_DONE_NOT_SEEN',
      `${database} on ${session.instance} is ${now.state}, not ${full.name}`,
    );
  }
  if (now.access === 'MULTI_USER') return;
  await session.change(`ALTER DATABASE [${database}] SET MULTI_USER`, openAccess(database));
}

export const restoreHome: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const source = servingInstance(context.facts, topology, 'backup');
  const target = servingInstance(context.facts, topology, 'home');
  const full = freshFullBackup(context.facts, source, database);
  if (full === undefined) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `the share holds no full backup that equals ${database} on ${source}`,
    );
  }
  await using session = await openInstance(ports, context, target);
  if (isRestoredFrom(await recheckCopy(session, database), full)) {
    await openRestored(session, database, full);
    return { target, file: full.name, restored: 'already' };
  }
  await context.recheck();
  await requireSourceUnchanged(ports, context, source, full);
  await restoreOver(ports, session, database, full);
  await openRestored(session, database, full);
  return { target, source, file: full.name, lastLsn: full.header.lastLsn, restored: 'now' };
};
