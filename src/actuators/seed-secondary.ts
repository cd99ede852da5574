/**
 * Seeds the backup copy from home: a full backup to the share and a restore WITH REPLACE, NORECOVERY. Left out where the
 * copy stands on home's branch, or where home left its own, and the files on the share reach home's next log backup.
 */
import { chainLogBackups } from '../topology/log-chain.ts';
import { PoolError } from '../topology/pool-error.ts';
import { valueOf } from '../topology/known.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { backupDatabase, restoreDatabase } from '../statements/change-backup-restore.ts';
import type { BackupFile, BackupHeader } from '../topology/pool-facts.ts';
import { withoutTakenNames } from '../topology/reused-names.ts';
import { BackupHeaders } from './backup-headers.ts';
import { listFiles } from './list-files.ts';
import { beginsOnOwnFork, isOpen, positionOf, type CopyNow } from './copy-now.ts';
import { chatSessionsIn, IN_USE, withExclusiveAccess } from './end-sessions.ts';
import { joinPath, uniqueName } from './file-names.ts';
import { recheckCopy, type InstanceSession } from './instance-session.ts';
import { movesFor } from './restore-files.ts';
import { fileProgress, sizeOnShare } from './restore-progress.ts';
import { requireInstance } from './serving-instance.ts';
import type { ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { raiseBarrier } from './write-barrier.ts';

const reaches = (position: string, wanted: string): boolean => compareLsn(lsn(position), lsn(wanted)) >= 0;

/**
 * A restore that was cut off leaves no finished history row on this branch, or no position. Pure.
 * @param byTail the copy ended with its own tail; no row tells of that
 */
export function followsHome(
  home: CopyNow,
  backup: CopyNow,
  share: readonly BackupFile[],
  byTail = false,
): boolean {
  const position = positionOf(backup);
  const { nextLogLsn, recoveryFork } = home;
  if (backup.state !== 'RESTORING' || backup.role !== null || position === undefined) return false;
  if (nextLogLsn === null || recoveryFork === null || !beginsOnOwnFork(home)) return false;
  if (position.familyGuid !== home.familyGuid) return false;
  if (!byTail && backup.restored?.fork !== position.forkGuid) return false;
  if (position.forkGuid === recoveryFork && reaches(position.lsn, nextLogLsn)) return true;
  const end = chainLogBackups(share, position).reaches;
  return end.forkGuid === recoveryFork && reaches(end.lsn, nextLogLsn);
}

/** A seed of an earlier attempt: full, on home's branch, and home's next log backup still begins inside or before it. Pure. */
export function usableSeed(
  home: CopyNow,
  share: readonly BackupFile[],
): { readonly name: string; readonly header: BackupHeader } | undefined {
  const { nextLogLsn } = home;
  if (nextLogLsn === null || !beginsOnOwnFork(home)) return undefined;
  return share
    .flatMap(({ name, header }) => (header === 'unknown' ? [] : [{ name, header }]))
    .filter(({ header }) => header.type === 'full' && !header.damaged)
    .filter(
      ({ header }) => header.familyGuid === home.familyGuid && header.lastForkGuid === home.recoveryFork,
    )
    .filter(({ header }) => reaches(header.lastLsn, nextLogLsn))
    .sort((a, b) => compareLsn(lsn(b.header.lastLsn), lsn(a.header.lastLsn)))[0];
}

async function takeSeed(ports: ActuatorPorts, home: InstanceSession, database: string): Promise<string> {
  const { share } = home.context.pool.topology.logShipping;
  const name = uniqueName(ports, database, 'seed', 'bak');
  const path = joinPath(share, name);
  await home.long(`BACKUP DATABASE [${database}] TO ${path}`, backupDatabase(database, path));
  return name;
}

/** Read again on the backup's own connection right before it is overwritten. */
async function requireOverwritable(backup: InstanceSession, database: string): Promise<CopyNow> {
  const now = await recheckCopy(backup, database);
  if (now.role !== null) {
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${backup.instance} is mirrored as ${now.role}`);
  }
  const inside = isOpen(now) ? await chatSessionsIn(backup, database) : [];
  if (inside.length > 0) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${inside.length} sessions are on ${database} of ${backup.instance}`,
    );
  }
  return now;
}

async function restoreSeed(
  ports: ActuatorPorts,
  backup: InstanceSession,
  database: string,
  name: string,
  sizeBytes: number | null,
): Promise<void> {
  const path = joinPath(backup.context.pool.topology.logShipping.share, name);
  const moves = await movesFor(backup, database, path);
  const now = await requireOverwritable(backup, database);
  if (isOpen(now)) await raiseBarrier(ports, backup, database);
  const statement = restoreDatabase(database, path, 'NORECOVERY', moves);
  const what = `RESTORE DATABASE [${database}] FROM ${name} WITH REPLACE, NORECOVERY`;
  await withExclusiveAccess(ports, backup, database, () =>
    backup.long(what, statement, { tolerate: [IN_USE], tell: fileProgress(what, sizeBytes) }),
  );
}

async function shareNow(
  ports: ActuatorPorts,
  context: StepContext,
  backup: InstanceSession,
): Promise<readonly BackupFile[]> {
  const seen = valueOf(context.facts.share);
  const { version } = requireInstance(context.facts, backup.instance);
  const headers = new BackupHeaders(backup, version, seen === 'unknown' ? [] : [seen]);
  const { share } = context.pool.topology.logShipping;
  return headers.backupsNow(share, await listFiles(ports, backup, share));
}

/** @param backUpLog takes one log backup of home: a seed must lie behind home's first log backup after its recovery */
export async function seedSecondary(
  ports: ActuatorPorts,
  context: StepContext,
  home: InstanceSession,
  backup: InstanceSession,
  backUpLog: () => Promise<void>,
): Promise<StepNotes> {
  const database = context.pool.topology.chatDatabase;
  let source = await recheckCopy(home, database);
  if (!isOpen(source)) {
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${home.instance} is ${source.state}, not ONLINE`);
  }
  // A database that was never backed up has no log backup either (4214): its first full one begins the chain.
  if (source.nextLogLsn === null) {
    await takeSeed(ports, home, database);
    source = await recheckCopy(home, database);
  }
  if (!beginsOnOwnFork(source)) {
    await backUpLog();
    source = await recheckCopy(home, database);
  }
  const share = await shareNow(ports, context, backup);
  const copied = valueOf(context.facts.copyFolder);
  const shipped = copied === 'unknown' ? share : withoutTakenNames(share, copied.files);
  const copy = await recheckCopy(backup, database);
  const byTail = requireInstance(context.facts, backup.instance).backups.some(
    (set) => set.tail && set.lastLsn === copy.redoLsn,
  );
  if (followsHome(source, copy, shipped, byTail)) return { seeded: 'already' };
  await requireOverwritable(backup, database);
  const there = usableSeed(source, share)?.name;
  const name = there ?? (await takeSeed(ports, home, database));
  const facts = await context.recheck();
  await restoreSeed(ports, backup, database, name, sizeOnShare(facts, name));
  return { seeded: 'now', file: name, taken: there === undefined ? 'now' : 'already' };
}
