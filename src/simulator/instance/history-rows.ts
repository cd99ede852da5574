/** Rows of msdb's backup and restore history, in the words of the engine; views turn them into columns. sql-server reference 1.8. */
export type BackupType = 'D' | 'I' | 'L';

export interface BackupSetRow {
  id: number;
  uuid: string;
  mediaSetId: number;
  position: number;
  name: string | null;
  userName: string;
  firstLsn: string;
  lastLsn: string;
  checkpointLsn: string;
  databaseBackupLsn: string;
  forkPointLsn: string | null;
  /** UTC ms of the instance that took the backup, by its own clock. */
  startedAtMs: number;
  finishedAtMs: number;
  /** Zone of that instance then; RESTORE carries it over (unverified). */
  timeZoneMinutes: number;
  databaseCreatedAtMs: number;
  type: BackupType;
  databaseName: string;
  serverName: string;
  recoveryModel: string;
  checksums: boolean;
  beginsLogChain: boolean;
  isSingleUser: boolean;
  isForceOffline: boolean;
  isCopyOnly: boolean;
  isDamaged: boolean;
  firstForkGuid: string;
  lastForkGuid: string;
  databaseGuid: string;
  familyGuid: string;
  backupBytes: number;
  softwareVersion: string;
}

export interface MediaFamilyRow {
  mediaSetId: number;
  familyId: string;
  physicalName: string;
}

export interface RestoreRow {
  id: number;
  atMs: number;
  database: string;
  userName: string;
  backupSetId: number | null;
  type: BackupType;
  replace: boolean;
  recovery: boolean;
}
