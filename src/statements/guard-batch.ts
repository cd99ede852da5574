/**
 * What a person's batch looks at before its deed, for the runbook: each text raises error 50000 and ends the batch when something
 * is not as it must be, so that the deed behind it in the same batch does not run. Read only. Sources: sql-server reference 1.1
 * to 1.8.
 */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';
import { restrictAccess } from './change-database.ts';

const text = (value: string): SqlParameter => ({ type: 'nvarchar', value });

/** A percent sign would begin a place holder of RAISERROR, so that the words hold none. */
const stop = (
  name: string,
  condition: string,
  words: string,
  values: Record<string, string>,
): SqlStatement => ({
  name,
  text: `IF ${condition}
BEGIN
  RAISERROR(N'STOP: ${words}', 16, 1);
  RETURN;
END;`,
  parameters: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)])),
  mode: 'rpc',
});

export const stopOnOtherServer = (serverName: string): SqlStatement =>
  stop(
    'stop-on-other-server',
    "CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) <> @server_expected",
    'this is another server than the one that was observed.',
    { server_expected: serverName },
  );

export const stopUnlessState = (database: string, state: 'ONLINE' | 'RESTORING' | 'OFFLINE'): SqlStatement =>
  stop(
    'stop-unless-state',
    'NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc = @state AND d.is_in_standby = 0)',
    'the database is not in the state that this step needs.',
    { db: database, state },
  );

/** Its files are damaged or lost; of EMERGENCY no log can be backed up. */
export const stopUnlessOutOfOrder = (database: string): SqlStatement =>
  stop(
    'stop-unless-out-of-order',
    "NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc IN (N'SUSPECT', N'RECOVERY_PENDING'))",
    'the database is not SUSPECT or RECOVERY_PENDING any more.',
    { db: database },
  );

export const stopUnlessOpenToAll = (database: string): SqlStatement =>
  stop(
    'stop-unless-open',
    "NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc = N'ONLINE' AND d.user_access_desc = N'MULTI_USER')",
    'the database is not ONLINE and open to all.',
    { db: database },
  );

export const stopUnlessBarred = (database: string): SqlStatement =>
  stop(
    'stop-unless-barred',
    "NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc = N'ONLINE' AND d.user_access_desc = N'RESTRICTED_USER')",
    'the database is not behind its write barrier any more.',
    { db: database },
  );

/** The account must see sys.database_mirroring: a NULL hides a mirror from others. */
export const stopIfMirrored = (database: string): SqlStatement =>
  stop(
    'stop-if-mirrored',
    'EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_guid IS NOT NULL)',
    'the database is mirrored.',
    { db: database },
  );

export const stopUnlessPrincipal = (database: string): SqlStatement =>
  stop(
    'stop-unless-principal',
    "NOT EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_role_desc = N'PRINCIPAL')",
    'the database is not the principal of a mirroring session.',
    { db: database },
  );

export const stopUnlessMirrorAlone = (database: string): SqlStatement =>
  stop(
    'stop-unless-mirror-alone',
    "NOT EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_role_desc = N'MIRROR' AND m.mirroring_state_desc = N'DISCONNECTED')",
    'the database is not a mirror that has lost its principal.',
    { db: database },
  );

export const stopUnlessSynchronized = (database: string): SqlStatement =>
  stop(
    'stop-unless-synchronized',
    "NOT EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_state_desc = N'SYNCHRONIZED')",
    'the mirror is not synchronized.',
    { db: database },
  );

export const stopIfSecondary = (database: string): SqlStatement =>
  stop(
    'stop-if-secondary',
    'EXISTS (SELECT 1 FROM msdb.dbo.log_shipping_secondary_databases AS s WHERE s.secondary_database = @db)',
    'the database is still a log shipping secondary.',
    { db: database },
  );

export const stopIfPrimary = (database: string): SqlStatement =>
  stop(
    'stop-if-primary',
    'EXISTS (SELECT 1 FROM msdb.dbo.log_shipping_primary_databases AS p WHERE p.primary_database = @db)',
    'the database is still a log shipping primary.',
    { db: database },
  );

export const stopUnlessRestored = (database: string): SqlStatement =>
  stop(
    'stop-unless-restored',
    'NOT EXISTS (SELECT 1 FROM msdb.dbo.log_shipping_secondary_databases AS s WHERE s.secondary_database = @db AND s.last_restored_file IS NOT NULL)',
    'no log backup was restored by the restore job yet.',
    { db: database },
  );

/** Where the roll-forward stands: the last LSN of the log backup that was applied last. */
export const stopUnlessAt = (database: string, lsn: string): SqlStatement =>
  stop(
    'stop-unless-at',
    'NOT EXISTS (SELECT 1 FROM sys.master_files AS f JOIN sys.databases AS d ON d.database_id = f.database_id WHERE d.name = @db AND f.file_id = 1 AND CONVERT(varchar(26), f.redo_start_lsn) = @lsn)',
    'the copy does not stand where the last log backup ends.',
    { db: database, lsn },
  );

/** By current database; looks of `program`, that of `pchat follow`, end by themselves. */
export const stopIfSessions = (database: string, program: string): SqlStatement =>
  stop(
    'stop-if-sessions',
    "EXISTS (SELECT 1 FROM sys.dm_exec_sessions AS s WHERE s.is_user_process = 1 AND s.session_id <> @@SPID AND s.database_id = DB_ID(@db) AND ISNULL(s.program_name, N'') <> @own_program)",
    'somebody is in the database.',
    { db: database, own_program: program },
  );

/** @param path of the full backup that must be the newest one that this instance took */
export const stopUnlessNewestBackup = (database: string, path: string): SqlStatement =>
  stop(
    'stop-unless-newest-backup',
    `ISNULL((SELECT TOP (1) f.physical_device_name FROM msdb.dbo.backupset AS b
  JOIN msdb.dbo.backupmediafamily AS f ON f.media_set_id = b.media_set_id
  WHERE b.database_name = @db AND b.type = 'D' AND b.is_copy_only = 0 ORDER BY b.backup_set_id DESC), N'') <> @path`,
    'the newest full backup of this instance is another one.',
    { db: database, path },
  );

/** The address of the other side names a port: this instance's own endpoint must be started and listen there. */
export const stopUnlessEndpoint = (port: number): SqlStatement => ({
  ...stop(
    'stop-unless-endpoint',
    "NOT EXISTS (SELECT 1 FROM sys.database_mirroring_endpoints AS e JOIN sys.tcp_endpoints AS t ON t.endpoint_id = e.endpoint_id WHERE e.state_desc = N'STARTED' AND t.port = @port)",
    'the mirroring endpoint of this instance is not started, or listens on another port.',
    {},
  ),
  parameters: { port: { type: 'int', value: port } },
});

/** A person's login may begin in any database; RESTORE and ALTER want nobody in theirs. */
export const useMaster: SqlStatement = {
  name: 'use-master',
  text: 'USE master;',
  parameters: {},
  mode: 'batch',
};

/** A procedure may fail with return code 1 and without an error. */
export const stopUnlessRc0: SqlStatement = {
  name: 'stop-unless-rc-0',
  text: "IF ISNULL(@rc, 1) <> 0 RAISERROR(N'STOP: the procedure returned another code than 0.', 16, 1);",
  parameters: {},
  mode: 'rpc',
};

/** In one batch with the restore that follows: nobody comes in between. A copy that is not ONLINE is left as it is. */
export const closeIfOnline = (database: string): SqlStatement => ({
  name: 'close-if-online',
  text: `IF EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc = N'ONLINE' AND d.is_in_standby = 0)
  ${restrictAccess(database).text}`,
  parameters: { db: text(database) },
  mode: 'rpc',
});
