/** msdb.dbo.backupset, backupmediafamily, backupmediaset, restorehistory. Dates are the instance's local time. Reference 1.8. */
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf, type NamedValues } from './catalogue-columns.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { BackupSetRow, MediaFamilyRow, RestoreRow } from './history-rows.ts';
import type { InstanceDraft } from './instance-state.ts';
import { datetimeText } from './instants.ts';
import { keptView, viewKey } from './kept-views.ts';
import { plain } from './plain.ts';
import { compatibilityOf } from './views-databases.ts';

const MINUTE_MS = 60_000;
const MICROSOFT = 4608;
const QUARTER_HOUR_MINUTES = 15;

/** History keeps UTC by the clock of the instance that did it; msdb shows that instance's wall clock, also where it was restored. */
const wall = ({ timeZoneMinutes }: Pick<InstanceDraft, 'timeZoneMinutes'>, utcMs: number): string =>
  datetimeText(utcMs + timeZoneMinutes * MINUTE_MS);

const versionParts = (version: string): readonly number[] => version.split('.').map(Number);

function setRow(instance: InstanceDraft, row: BackupSetRow): NamedValues {
  const [major, minor, build] = versionParts(row.softwareVersion);
  return {
    backup_set_id: row.id,
    backup_set_uuid: row.uuid,
    media_set_id: row.mediaSetId,
    first_family_number: 1,
    first_media_number: 1,
    last_family_number: 1,
    last_media_number: 1,
    catalog_family_number: 1,
    catalog_media_number: 1,
    position: row.position,
    software_vendor_id: MICROSOFT,
    name: row.name,
    user_name: row.userName,
    software_major_version: major ?? null,
    software_minor_version: minor ?? null,
    software_build_version: build ?? null,
    time_zone: row.timeZoneMinutes / QUARTER_HOUR_MINUTES,
    mtf_minor_version: 0,
    first_lsn: row.firstLsn,
    last_lsn: row.lastLsn,
    checkpoint_lsn: row.checkpointLsn,
    database_backup_lsn: row.databaseBackupLsn,
    database_creation_date: wall(row, row.databaseCreatedAtMs),
    backup_start_date: wall(row, row.startedAtMs),
    backup_finish_date: wall(row, row.finishedAtMs),
    type: row.type,
    compatibility_level: compatibilityOf(row.softwareVersion),
    database_version: 852,
    backup_size: String(row.backupBytes),
    database_name: row.databaseName,
    server_name: row.serverName,
    machine_name: row.serverName.split('\\')[0] ?? row.serverName,
    flags: flagsOf(row),
    collation_name: 'SQL_Latin1_General_CP1_CI_AS',
    // backupset spells the model as HEADERONLY does (reference 1.1).
    recovery_model: row.recoveryModel.replace('_', '-'),
    is_single_user: row.isSingleUser,
    has_backup_checksums: row.checksums,
    is_damaged: row.isDamaged,
    begins_log_chain: row.beginsLogChain,
    is_force_offline: row.isForceOffline,
    is_copy_only: row.isCopyOnly,
    first_recovery_fork_guid: row.firstForkGuid,
    last_recovery_fork_guid: row.lastForkGuid,
    fork_point_lsn: row.forkPointLsn,
    database_guid: row.databaseGuid,
    family_guid: row.familyGuid,
    compressed_backup_size: String(row.backupBytes),
  };
}

const FLAG = { singleUser: 8, checksums: 16, damaged: 32, forceOffline: 256, full: 512 } as const;

/** Bits: reference 3.4; 512 as recorded (section 12). */
export function flagsOf(
  row: Pick<BackupSetRow, 'isSingleUser' | 'checksums' | 'isDamaged' | 'isForceOffline'>,
): number {
  return (
    FLAG.full |
    (row.isSingleUser ? FLAG.singleUser : 0) |
    (row.checksums ? FLAG.checksums : 0) |
    (row.isDamaged ? FLAG.damaged : 0) |
    (row.isForceOffline ? FLAG.forceOffline : 0)
  );
}

export const backupSets = ({ instance }: ModuleCall): VirtualTable =>
  keptView(instance.backupSets, viewKey(instance, 'backupset'), () => {
    const rows = plain(instance.backupSets).map((row) => setRow(instance, row));
    return tableOf('msdb.dbo.backupset', instance.productVersion, rows, false);
  });

const familyRow = (row: MediaFamilyRow): NamedValues => ({
  media_set_id: row.mediaSetId,
  family_sequence_number: 1,
  media_family_id: row.familyId,
  media_count: 1,
  physical_device_name: row.physicalName,
  device_type: 2,
  physical_block_size: 4096,
  mirror: 0,
});

export const mediaFamilies = ({ instance }: ModuleCall): VirtualTable =>
  keptView(instance.mediaFamilies, viewKey(instance, 'backupmediafamily'), () => {
    const rows = plain(instance.mediaFamilies).map(familyRow);
    return tableOf('msdb.dbo.backupmediafamily', instance.productVersion, rows);
  });

const mediaSetRow = (row: MediaFamilyRow): NamedValues => ({
  media_set_id: row.mediaSetId,
  media_family_count: 1,
  software_name: 'Microsoft SQL Server',
  software_vendor_id: MICROSOFT,
  MTF_major_version: 1,
  mirror_count: 1,
  is_password_protected: false,
  is_compressed: false,
  is_encrypted: false,
});

export const mediaSets = ({ instance }: ModuleCall): VirtualTable =>
  keptView(instance.mediaFamilies, viewKey(instance, 'backupmediaset'), () => {
    const rows = plain(instance.mediaFamilies).map(mediaSetRow);
    return tableOf('msdb.dbo.backupmediaset', instance.productVersion, rows);
  });

const restoreRow = (instance: InstanceDraft, row: RestoreRow): NamedValues => ({
  restore_history_id: row.id,
  restore_date: wall(instance, row.atMs),
  destination_database_name: row.database,
  user_name: row.userName,
  backup_set_id: row.backupSetId,
  restore_type: row.type,
  replace: row.replace,
  recovery: row.recovery,
  restart: false,
  device_count: 1,
});

export const restoreHistory = ({ instance }: ModuleCall): VirtualTable =>
  keptView(instance.restores, viewKey(instance, 'restorehistory'), () => {
    const rows = plain(instance.restores).map((row) => restoreRow(instance, row));
    return tableOf('msdb.dbo.restorehistory', instance.productVersion, rows);
  });
