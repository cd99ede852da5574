/**
 * The two halves of log shipping in msdb: read them, add them, delete them. All procedures run with database
 * context master and may fail with return code 1 without an error. Source: sql-server reference 1.7, 2.1 to 2.3.
 */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';

const text = (value: string): SqlParameter => ({ type: 'nvarchar', value });
const number = (value: number): SqlParameter => ({ type: 'int', value });
const flag = (value: boolean): SqlParameter => ({ type: 'bit', value });
/** Minutes; the usual number of the documented scripts. */
const HISTORY_RETENTION_MINUTES = 5760;

const rpc = (name: string, body: string, parameters: Record<string, SqlParameter>): SqlStatement => ({
  name,
  text: body,
  parameters,
  mode: 'rpc',
});

/** First set: the primary row of the database, if any; second: its secondaries. */
export const readPrimaryHalf = (database: string): SqlStatement =>
  rpc(
    'read-primary-half',
    `SELECT p.primary_id, p.backup_directory, p.backup_share, p.backup_job_id, p.last_backup_file
FROM msdb.dbo.log_shipping_primary_databases AS p WHERE p.primary_database = @db;
SELECT s.secondary_server, s.secondary_database FROM msdb.dbo.log_shipping_primary_secondaries AS s
JOIN msdb.dbo.log_shipping_primary_databases AS p ON p.primary_id = s.primary_id WHERE p.primary_database = @db;`,
    { db: text(database) },
  );

/** One row per registered primary of the database; `secondary_database` is NULL when only the first half exists. */
export const readSecondaryHalf = (database: string): SqlStatement =>
  rpc(
    'read-secondary-half',
    `SELECT s.secondary_id, s.primary_server, s.backup_source_directory, s.backup_destination_directory, s.copy_job_id,
  s.restore_job_id, s.last_copied_file, d.secondary_database, d.last_restored_file
FROM msdb.dbo.log_shipping_secondary AS s
LEFT JOIN msdb.dbo.log_shipping_secondary_databases AS d ON d.secondary_id = s.secondary_id AND d.secondary_database = @db
WHERE s.primary_database = @db OR d.secondary_database = @db;`,
    { db: text(database) },
  );

/**
 * Deletes the secondary; as its last database it takes copy job, restore job and registration with it.
 * `ignoreMonitor` adds @ignoreremotemonitor: accepted, but missing from the parameter documentation (unverified).
 */
export const deleteSecondary = (database: string, ignoreMonitor = false): SqlStatement =>
  rpc(
    'delete-secondary',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_delete_log_shipping_secondary_database @secondary_database = @db${ignoreMonitor ? ', @ignoreremotemonitor = 1' : ''};
SELECT @rc AS rc;`,
    { db: text(database) },
  );

/** Left over when the secondary database row is gone and its registration with the two jobs is not. */
export const deleteSecondaryPrimary = (primaryServer: string, database: string): SqlStatement =>
  rpc(
    'delete-secondary-primary',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_delete_log_shipping_secondary_primary @primary_server = @server, @primary_database = @db;
SELECT @rc AS rc;`,
    { server: text(primaryServer), db: text(database) },
  );

/** Before the primary itself: it cannot go while it names a secondary (32011). Nothing is asked of the secondary. */
export const deletePrimarySecondary = (
  database: string,
  secondaryServer: string,
  secondaryDatabase: string,
): SqlStatement =>
  rpc(
    'delete-primary-secondary',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_delete_log_shipping_primary_secondary @primary_database = @db, @secondary_server = @server,
  @secondary_database = @secondary;
SELECT @rc AS rc;`,
    { db: text(database), server: text(secondaryServer), secondary: text(secondaryDatabase) },
  );

/**
 * Takes the log-backup job, the monitor rows and, where nothing else uses it, the alert job along. `ignoreMonitor` as for the
 * secondary (unverified).
 */
export const deletePrimary = (database: string, ignoreMonitor = false): SqlStatement =>
  rpc(
    'delete-primary',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_delete_log_shipping_primary_database @database = @db${ignoreMonitor ? ', @ignoreremotemonitor = 1' : ''};
SELECT @rc AS rc;`,
    { db: text(database) },
  );

export interface PrimaryHalf {
  readonly database: string;
  readonly share: string;
  readonly jobName: string;
  readonly retentionMinutes: number;
  readonly backupThresholdMinutes: number;
  readonly overwrite: boolean;
}

export const addPrimary = (half: PrimaryHalf): SqlStatement =>
  rpc(
    'add-primary',
    `DECLARE @rc int, @job_id uniqueidentifier, @primary_id uniqueidentifier;
EXEC @rc = master.dbo.sp_add_log_shipping_primary_database @database = @db, @backup_directory = @share, @backup_share = @share,
  @backup_job_name = @job_name, @backup_retention_period = @retention, @backup_compression = 2,
  @backup_threshold = @threshold, @threshold_alert_enabled = 1, @history_retention_period = @history,
  @backup_job_id = @job_id OUTPUT, @primary_id = @primary_id OUTPUT, @overwrite = @overwrite;
SELECT @rc AS rc;`,
    {
      db: text(half.database),
      share: text(half.share),
      job_name: text(half.jobName),
      retention: number(half.retentionMinutes),
      threshold: number(half.backupThresholdMinutes),
      history: number(HISTORY_RETENTION_MINUTES),
      overwrite: flag(half.overwrite),
    },
  );

/** Creates the alert job once; calling it again is harmless. */
export const addAlertJob: SqlStatement = rpc(
  'add-alert-job',
  'DECLARE @rc int;\nEXEC @rc = master.dbo.sp_add_log_shipping_alert_job;\nSELECT @rc AS rc;',
  {},
);

export const addPrimarySecondary = (database: string, secondaryServer: string): SqlStatement =>
  rpc(
    'add-primary-secondary',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_add_log_shipping_primary_secondary @primary_database = @db, @secondary_server = @server,
  @secondary_database = @db;
SELECT @rc AS rc;`,
    { db: text(database), server: text(secondaryServer) },
  );

export interface SecondaryHalf {
  readonly database: string;
  readonly primaryServer: string;
  readonly share: string;
  readonly copyFolder: string;
  readonly copyJobName: string;
  readonly restoreJobName: string;
  readonly retentionMinutes: number;
  readonly overwrite: boolean;
}

export const addSecondaryPrimary = (half: SecondaryHalf): SqlStatement =>
  rpc(
    'add-secondary-primary',
    `DECLARE @rc int, @copy_id uniqueidentifier, @restore_id uniqueidentifier, @secondary_id uniqueidentifier;
EXEC @rc = master.dbo.sp_add_log_shipping_secondary_primary @primary_server = @server, @primary_database = @db,
  @backup_source_directory = @share, @backup_destination_directory = @folder, @copy_job_name = @copy_name,
  @restore_job_name = @restore_name, @file_retention_period = @retention, @overwrite = @overwrite,
  @copy_job_id = @copy_id OUTPUT, @restore_job_id = @restore_id OUTPUT, @secondary_id = @secondary_id OUTPUT;
SELECT @rc AS rc;`,
    {
      db: text(half.database),
      server: text(half.primaryServer),
      share: text(half.share),
      folder: text(half.copyFolder),
      copy_name: text(half.copyJobName),
      restore_name: text(half.restoreJobName),
      retention: number(half.retentionMinutes),
      overwrite: flag(half.overwrite),
    },
  );

/** NORECOVERY mode, no delay, every file in one run; readers are never disconnected because there are none. */
export const addSecondaryDatabase = (
  database: string,
  primaryServer: string,
  thresholdMinutes: number,
): SqlStatement =>
  rpc(
    'add-secondary-database',
    `DECLARE @rc int;
EXEC @rc = master.dbo.sp_add_log_shipping_secondary_database @secondary_database = @db, @primary_server = @server,
  @primary_database = @db, @restore_delay = 0, @restore_all = 1, @restore_mode = 0, @disconnect_users = 0,
  @restore_threshold = @threshold, @threshold_alert_enabled = 1, @history_retention_period = @history;
SELECT @rc AS rc;`,
    {
      db: text(database),
      server: text(primaryServer),
      threshold: number(thresholdMinutes),
      history: number(HISTORY_RETENTION_MINUTES),
    },
  );
