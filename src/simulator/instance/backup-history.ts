/** Writing msdb's backup and restore history: one row per backup set, also on the instance that restored it. */
import type { BackupSetHeader } from '../backup-file.ts';
import type { BackupSetRow } from './history-rows.ts';
import type { InstanceDraft } from './instance-state.ts';
import { instanceUtcMs } from './instants.ts';
import { plain } from './plain.ts';

const rowOf = (header: BackupSetHeader): Omit<BackupSetRow, 'id' | 'mediaSetId' | 'position'> => ({
  uuid: header.backupSetGuid,
  name: header.name,
  userName: header.userName,
  firstLsn: header.firstLsn,
  lastLsn: header.lastLsn,
  checkpointLsn: header.checkpointLsn,
  databaseBackupLsn: header.databaseBackupLsn,
  forkPointLsn: header.forkPointLsn,
  startedAtMs: header.startedAtMs,
  finishedAtMs: header.finishedAtMs,
  timeZoneMinutes: header.timeZoneMinutes,
  databaseCreatedAtMs: header.databaseCreatedAtMs,
  type: header.type === 'full' ? 'D' : 'L',
  databaseName: header.databaseName,
  serverName: header.serverName,
  recoveryModel: header.recoveryModel,
  checksums: header.checksums,
  beginsLogChain: header.beginsLogChain,
  isSingleUser: header.userAccess === 'SINGLE_USER',
  isForceOffline: header.tail,
  isCopyOnly: header.copyOnly,
  isDamaged: header.damaged,
  firstForkGuid: header.firstForkGuid,
  lastForkGuid: header.lastForkGuid,
  databaseGuid: header.databaseGuid,
  familyGuid: header.familyGuid,
  backupBytes: header.backupBytes,
  softwareVersion: header.softwareVersion,
});

/** A set that is known already (same guid) is not written again. Returns backup_set_id. */
export function rememberBackupSet(
  instance: InstanceDraft,
  header: BackupSetHeader,
  path: string,
  position: number,
): number {
  const known = plain(instance.backupSets).find((row) => row.uuid === header.backupSetGuid);
  if (known !== undefined) return known.id;
  instance.next.backupSet += 1;
  instance.next.mediaSet += 1;
  const mediaSetId = instance.next.mediaSet;
  instance.backupSets.push({ ...rowOf(header), id: instance.next.backupSet, mediaSetId, position });
  instance.mediaFamilies.push({ mediaSetId, familyId: header.mediaFamilyId, physicalName: path });
  return instance.next.backupSet;
}

export function rememberRestore(
  instance: InstanceDraft,
  nowMs: number,
  restored: {
    readonly header: BackupSetHeader;
    readonly path: string;
    readonly position: number;
    readonly database: string;
    readonly userName: string;
    readonly replace: boolean;
    readonly recovery: boolean;
  },
): void {
  instance.next.restore += 1;
  instance.restores.push({
    id: instance.next.restore,
    atMs: instanceUtcMs(instance, nowMs),
    database: restored.database,
    userName: restored.userName,
    backupSetId: rememberBackupSet(instance, restored.header, restored.path, restored.position),
    type: restored.header.type === 'full' ? 'D' : 'L',
    replace: restored.replace,
    recovery: restored.recovery,
  });
}
