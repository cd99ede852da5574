/**
 * What an actuator reads on its own connection right before and after a change: who answers, what the copy is now, who is in
 * it, how far a BACKUP or RESTORE is. Read only. Sources: sql-server reference 1.1, 1.2, 1.4, 1.5, 1.8, 5.4.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';

const COPY_NOW = `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) AS server_name,
  d.state_desc, d.is_in_standby, d.user_access_desc,
  CONVERT(varchar(26), f.redo_start_lsn) AS redo_start_lsn, f.redo_start_fork_guid,
  CONVERT(varchar(26), r.last_log_backup_lsn) AS last_log_backup_lsn, r.recovery_fork_guid, r.family_guid,
  r.first_recovery_fork_guid, CONVERT(varchar(26), r.fork_point_lsn) AS fork_point_lsn,
  m.mirroring_guid, m.mirroring_role_desc, m.mirroring_state_desc, m.mirroring_witness_name
FROM (SELECT 1 AS one) AS o
LEFT JOIN sys.databases AS d ON d.name = @db
LEFT JOIN sys.master_files AS f ON f.database_id = d.database_id AND f.file_id = 1
LEFT JOIN sys.database_recovery_status AS r ON r.database_id = d.database_id
LEFT JOIN sys.database_mirroring AS m ON m.database_id = d.database_id;
SELECT TOP (1) h.restore_type, CONVERT(varchar(26), b.last_lsn) AS last_lsn, b.last_recovery_fork_guid, b.family_guid
FROM msdb.dbo.restorehistory AS h JOIN msdb.dbo.backupset AS b ON b.backup_set_id = h.backup_set_id
WHERE h.destination_database_name = @db AND h.restore_type IN ('D', 'I', 'L')
ORDER BY h.restore_history_id DESC;`;

/** Two result sets: one row about the copy (state_desc NULL: no such database), and its newest restore. */
export const readCopyNow = (database: string): SqlStatement => ({
  name: 'recheck-copy',
  text: COPY_NOW,
  parameters: { db: { type: 'nvarchar', value: database } },
  mode: 'rpc',
});

const SESSIONS = `SELECT s.session_id, s.host_name, s.program_name,
  CASE WHEN s.program_name = (SELECT me.program_name FROM sys.dm_exec_sessions AS me WHERE me.session_id = @@SPID)
    THEN 1 ELSE 0 END AS own_program
FROM sys.dm_exec_sessions AS s
WHERE s.is_user_process = 1 AND s.session_id <> @@SPID
  AND (s.database_id = DB_ID(@db) OR EXISTS (SELECT 1 FROM sys.dm_tran_locks AS l
    WHERE l.request_session_id = s.session_id AND l.resource_type = N'DATABASE' AND l.resource_database_id = DB_ID(@db)))
ORDER BY s.session_id;`;

/** Sessions in the database: by current database or by a DATABASE lock (cross-database queries show only there). */
export const readSessionsIn = (database: string): SqlStatement => ({
  name: 'recheck-sessions',
  text: SESSIONS,
  parameters: { db: { type: 'nvarchar', value: database } },
  mode: 'rpc',
});

/** Which server answers on this connection. */
export const readServerName: SqlStatement = {
  name: 'recheck-server',
  text: "SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) AS server_name;",
  parameters: {},
  mode: 'batch',
};

export const readOwnSession: SqlStatement = {
  name: 'read-own-session',
  text: 'SELECT @@SPID AS session_id;',
  parameters: {},
  mode: 'batch',
};

/** Asked on a second connection while the first one runs a BACKUP or RESTORE. */
export const readProgressOf = (sessionId: number): SqlStatement => ({
  name: 'read-progress',
  text: 'SELECT r.command, r.percent_complete FROM sys.dm_exec_requests AS r WHERE r.session_id = @session;',
  parameters: { session: { type: 'int', value: sessionId } },
  mode: 'rpc',
});

/** The newest full backup that this instance took of the database. */
export const readNewestFullBackup = (database: string): SqlStatement => ({
  name: 'recheck-full-backup',
  text: `SELECT TOP (1) CONVERT(varchar(26), b.last_lsn) AS last_lsn, b.family_guid, f.physical_device_name
FROM msdb.dbo.backupset AS b JOIN msdb.dbo.backupmediafamily AS f ON f.media_set_id = b.media_set_id
WHERE b.database_name = @db AND b.type = 'D' AND b.is_copy_only = 0 AND b.server_name = CONVERT(nvarchar(128), SERVERPROPERTY('ServerName'))
ORDER BY b.backup_set_id DESC;`,
  parameters: { db: { type: 'nvarchar', value: database } },
  mode: 'rpc',
});

/** Files of the database as it stands, and where this instance puts new ones; the first set is empty without the database. */
export const readFilePaths = (database: string): SqlStatement => ({
  name: 'read-file-paths',
  text: `SELECT f.name, f.type_desc, f.physical_name FROM sys.master_files AS f
JOIN sys.databases AS d ON d.database_id = f.database_id WHERE d.name = @db ORDER BY f.file_id;
SELECT CONVERT(nvarchar(260), SERVERPROPERTY('InstanceDefaultDataPath')) AS data_path,
  CONVERT(nvarchar(260), SERVERPROPERTY('InstanceDefaultLogPath')) AS log_path;`,
  parameters: { db: { type: 'nvarchar', value: database } },
  mode: 'rpc',
});
