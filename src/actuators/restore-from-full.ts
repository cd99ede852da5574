/**
 * restore-backup-from-full: over a backup copy that is usable for nothing, the full backup on the share that leads furthest, without
 * recovery, so that its log backups go on from there. The file is verified first, and the copy read again right before.
 */
import { restoreDatabase, verifyBackup } from '../statements/change-backup-restore.ts';
import { valueOf } from '../topology/known.ts';
import { leadingFull, type LeadingFull } from '../topology/leading-full.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';
import { readCopy, type CopyNow } from './copy-now.ts';
import { joinPath } from './file-names.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { movesFor } from './restore-files.ts';
import { fileProgress, sizeOnShare } from './restore-progress.ts';
import { requireInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, StepNotes } from './step-context.ts';

/** The choice of the planner, made again from fresh facts; undefined: none is to be restored. Pure. */
export function fullToRestore(
  facts: PoolFacts,
  { chatDatabase }: PoolTopology,
  copy: DatabaseFacts | undefined,
): LeadingFull | undefined {
  const [share, copied] = [valueOf(facts.share), valueOf(facts.copyFolder)];
  if (share === 'unknown' || copied === 'unknown') return undefined;
  const family = copy?.familyGuid;
  const lineage = family === 'unknown' || family === null ? undefined : family;
  const choice = leadingFull(chatDatabase, share.files, copied.files, lineage);
  return choice.kind === 'leads' ? choice : undefined;
}

/** Still the copy that was found unusable: nobody has restored anything into it, and it is neither open nor mirrored. Pure. */
export function isAsSeen(now: CopyNow, seen: DatabaseFacts | undefined): boolean {
  if (now.role !== null) return false;
  if (now.state === 'ABSENT') return seen === undefined || seen.state === 'ABSENT';
  if (now.state !== 'RESTORING' || seen?.state !== 'RESTORING' || seen.lastRestore === 'unknown')
    return false;
  const restored = seen.lastRestore?.lastLsn ?? null;
  return now.redoLsn === seen.positionLsn && (now.restored?.lastLsn ?? null) === restored;
}

async function restoreIt(
  session: InstanceSession,
  database: string,
  full: LeadingFull,
  seen: DatabaseFacts | undefined,
): Promise<StepNotes> {
  const { instance } = session;
  const path = joinPath(session.context.pool.topology.logShipping.share, full.name);
  await session.longRead(`RESTORE VERIFYONLY FROM ${path}`, verifyBackup(path));
  const moves = await movesFor(session, database, path);
  if (!isAsSeen(await recheckCopy(session, database), seen))
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${database} on ${instance} is not the unusable copy that was seen`,
    );
  const what = `RESTORE DATABASE [${database}] FROM ${full.name} WITH REPLACE, NORECOVERY`;
  const tell = fileProgress(what, sizeOnShare(session.context.facts, full.name));
  await session.long(what, restoreDatabase(database, path, 'NORECOVERY', moves), { tell });
  const { state, restored } = await readCopy(session, database);
  if (state !== 'RESTORING' || restored?.lastLsn !== full.header.lastLsn)
    throw new PoolError('PCO_DONE_NOT_SEEN', `${database} on ${instance} is ${state}, not ${full.name}`);
  return { instance, file: full.name, lastLsn: full.header.lastLsn, leadsTo: full.chain.reaches.lsn };
}

export const restoreBackupFromFull: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const instance = servingInstance(context.facts, topology, 'backup');
  await using session = await openInstance(ports, context, instance);
  const facts = await context.recheck();
  const seen = requireInstance(facts, instance).databases[database];
  const full = fullToRestore(facts, topology, seen);
  if (full === undefined)
    throw new PoolError('PCO_STEP_REFUSED', `no full backup on the share leads ${database} on ${instance}`);
  return await restoreIt(session, database, full, seen);
};
