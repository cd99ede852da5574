/**
 * One batch that answers everything InstanceFacts needs, in one round trip. Every result set is known by its first column,
 * `part_<name>`, so a refused SELECT in the middle shifts nothing; what is read of one database alone carries the place of that
 * database in the list, `part_<name>_<place>`. Columns: sql-server reference 1 and the catalogue; LSNs
 * travel as text (5.1). Local instants stay local here (datetime); the reader moves them to UTC by the two clocks of
 * `part_instance`. Reads only; conclusions are src/observers'.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { observeBacklog } from './observe-backlog.ts';
import { observeContent } from './observe-content.ts';
import { identifier, integer, literal } from './quote.ts';
import { observeServerObjects } from './server-objects.ts';

export interface ObserveInstance {
  /** Every database of the product on this instance, of all pools that it serves; none on an instance that is only a witness. */
  readonly databases: readonly string[];
  /** Those of them whose content and backup history are read. */
  readonly chatDatabases: readonly string[];
  /** program_name of the daemon's own sessions; they never count. */
  readonly program: string;
}

/** program_name that the daemon's connections give at login. */
export const OWN_PROGRAM = 'pchat-operator';

/** How many log backups and how many full backups of the history are read. */
const NEWEST_LOGS = 198;
const NEWEST_FULLS = 2;
/** ms; a lock held by ALTER DATABASE or RESTORE costs one part (1222), not the round. */
const LOCK_TIMEOUT_MS = 1500;

const SETTINGS = [
  'SET NOCOUNT ON;',
  `SET LOCK_TIMEOUT ${integer(LOCK_TIMEOUT_MS)};`,
  'SET DEADLOCK_PRIORITY LOW;',
].join('\n');

/**
 * What the login would see. A mirror's row is for the role sysadmin, not for a permission (reference 1.2, 8); OFFLINE rows for
 * who may create databases. A permission that the version does not know is NULL: 2022 split VIEW SERVER STATE (9).
 */
const INSTANCE = `SELECT 1 AS part_instance, CONVERT(nvarchar(128), SERVERPROPERTY(N'ServerName')) AS server_name,
  CONVERT(nvarchar(128), SERVERPROPERTY(N'ProductVersion')) AS product_version, i.sqlserver_start_time,
  GETUTCDATE() AS utc_now, GETDATE() AS local_now,
  IS_SRVROLEMEMBER(N'sysadmin') AS sees_mirrors,
  HAS_PERMS_BY_NAME(NULL, NULL, N'CREATE ANY DATABASE') AS sees_databases,
  ISNULL(HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER PERFORMANCE STATE'),
    HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE')) AS sees_sessions,
  HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW ANY DEFINITION') AS sees_witnesses
FROM sys.dm_os_sys_info AS i;`;

const databases = (
  names: string,
): string => `SELECT 1 AS part_databases, d.name, d.state_desc, d.is_in_standby,
  d.user_access_desc, d.recovery_model_desc
FROM sys.databases AS d WHERE d.name IN (${names});
SELECT 1 AS part_files, d.name, CONVERT(varchar(26), f.redo_start_lsn) AS redo_start_lsn, f.redo_start_fork_guid,
  CONVERT(varchar(26), f.redo_target_lsn) AS redo_target_lsn
FROM sys.master_files AS f INNER JOIN sys.databases AS d ON d.database_id = f.database_id
WHERE f.file_id = 1 AND d.name IN (${names});
SELECT 1 AS part_recovery, d.name, r.family_guid, CONVERT(varchar(26), r.last_log_backup_lsn) AS last_log_backup_lsn,
  r.recovery_fork_guid, r.first_recovery_fork_guid, CONVERT(varchar(26), r.fork_point_lsn) AS fork_point_lsn
FROM sys.database_recovery_status AS r INNER JOIN sys.databases AS d ON d.database_id = r.database_id
WHERE d.name IN (${names});`;

const mirroring = (
  names: string,
): string => `SELECT 1 AS part_mirroring, d.name, m.mirroring_guid, m.mirroring_role_desc,
  m.mirroring_state_desc, m.mirroring_safety_level_desc, m.mirroring_role_sequence, m.mirroring_partner_name,
  m.mirroring_partner_instance, m.mirroring_witness_name, m.mirroring_witness_state_desc,
  CONVERT(varchar(26), m.mirroring_failover_lsn) AS mirroring_failover_lsn
FROM sys.database_mirroring AS m INNER JOIN sys.databases AS d ON d.database_id = m.database_id
WHERE d.name IN (${names});`;

const WITNESSES = `SELECT 1 AS part_witnesses, w.database_name, w.principal_server_name, w.mirror_server_name, w.role_sequence_number,
  w.partner_sync_state_desc
FROM sys.database_mirroring_witnesses AS w;`;

/** A session occupies a database by its context or by a DATABASE lock; cross-database work shows only in the locks (1.5). */
const sessions = (
  names: string,
  program: string,
): string => `SELECT DISTINCT 1 AS part_sessions, d.name, s.session_id, s.login_name, s.host_name, s.program_name
FROM (SELECT e.session_id, e.database_id FROM sys.dm_exec_sessions AS e
  UNION ALL SELECT l.request_session_id, l.resource_database_id FROM sys.dm_tran_locks AS l
  WHERE l.resource_type = N'DATABASE') AS u
INNER JOIN sys.databases AS d ON d.database_id = u.database_id
INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = u.session_id
WHERE s.is_user_process = 1 AND s.session_id <> @@SPID AND ISNULL(s.program_name, N'') <> ${program}
  AND d.name IN (${names});`;

const RUNNING = `SELECT 1 AS part_running, r.session_id, r.command, r.percent_complete
FROM sys.dm_exec_requests AS r
WHERE (r.command LIKE N'BACKUP%' OR r.command LIKE N'RESTORE%') AND r.command NOT LIKE N'RESTORE HEADER%';`;

const shipping = (
  names: string,
): string => `SELECT 1 AS part_shipping_primary, p.primary_id, p.primary_database, p.backup_directory,
  p.backup_share, p.backup_job_id, p.last_backup_file, p.last_backup_date, m.last_backup_date_utc
FROM msdb.dbo.log_shipping_primary_databases AS p
LEFT JOIN msdb.dbo.log_shipping_monitor_primary AS m ON m.primary_id = p.primary_id
WHERE p.primary_database IN (${names});
SELECT 1 AS part_shipping_targets, s.primary_id, s.secondary_server, s.secondary_database
FROM msdb.dbo.log_shipping_primary_secondaries AS s;
SELECT 1 AS part_shipping_secondary, s.secondary_id, s.primary_server, s.backup_source_directory,
  s.backup_destination_directory, s.copy_job_id, s.restore_job_id, s.last_copied_file, s.last_copied_date,
  d.secondary_database, d.restore_mode, d.last_restored_file, d.last_restored_date,
  m.last_copied_date_utc, m.last_restored_date_utc
FROM msdb.dbo.log_shipping_secondary AS s
INNER JOIN msdb.dbo.log_shipping_secondary_databases AS d ON d.secondary_id = s.secondary_id
LEFT JOIN msdb.dbo.log_shipping_monitor_secondary AS m
  ON m.secondary_id = s.secondary_id AND m.secondary_database = d.secondary_database
WHERE d.secondary_database IN (${names});`;

/** The newest agent session comes from sysjobactivity itself: msdb.dbo.syssessions is for sysadmin only (catalogue). */
const jobs = (
  names: string,
): string => `SELECT 1 AS part_jobs, r.role, r.database_name, j.job_id, j.name, j.enabled,
  a.start_execution_date, a.stop_execution_date, h.run_status, h.run_date, h.run_time
FROM (SELECT N'backup' AS role, p.backup_job_id AS job_id, p.primary_database AS database_name
    FROM msdb.dbo.log_shipping_primary_databases AS p WHERE p.primary_database IN (${names})
  UNION ALL SELECT N'copy', c.copy_job_id, c.primary_database FROM msdb.dbo.log_shipping_secondary AS c
    WHERE c.primary_database IN (${names})
  UNION ALL SELECT N'restore', c.restore_job_id, c.primary_database FROM msdb.dbo.log_shipping_secondary AS c
    WHERE c.primary_database IN (${names})
  UNION ALL SELECT N'alert', t.alert_job_id, CONVERT(nvarchar(128), NULL)
    FROM msdb.dbo.log_shipping_monitor_alert AS t) AS r
INNER JOIN msdb.dbo.sysjobs AS j ON j.job_id = r.job_id
LEFT JOIN msdb.dbo.sysjobactivity AS a ON a.job_id = j.job_id
  AND a.session_id = (SELECT MAX(x.session_id) FROM msdb.dbo.sysjobactivity AS x)
OUTER APPLY (SELECT TOP (1) y.run_status, y.run_date, y.run_time FROM msdb.dbo.sysjobhistory AS y
  WHERE y.job_id = j.job_id AND y.step_id = 0 ORDER BY y.instance_id DESC) AS h;`;

const AGENT = `SELECT 1 AS part_agent, v.status FROM sys.dm_server_services AS v
WHERE v.servicename LIKE N'SQL Server Agent%';`;

const RESTORED = `b.type, b.backup_set_id, CONVERT(varchar(26), b.first_lsn) AS first_lsn,
  CONVERT(varchar(26), b.last_lsn) AS last_lsn, CONVERT(varchar(26), b.checkpoint_lsn) AS checkpoint_lsn,
  b.backup_start_date, b.backup_finish_date, b.is_copy_only, b.is_force_offline, b.family_guid,
  b.first_recovery_fork_guid, b.last_recovery_fork_guid, f.physical_device_name`;

/** Only sets that this instance took: a RESTORE writes the foreign set into backupset too (1.8). */
const backups = (
  place: number,
  database: string,
  type: 'D' | 'L',
  newest: number,
): string => `SELECT TOP (${integer(newest)}) 1 AS part_backups_${integer(place)}, ${RESTORED}
FROM msdb.dbo.backupset AS b INNER JOIN msdb.dbo.backupmediafamily AS f ON f.media_set_id = b.media_set_id
WHERE b.database_name = ${database} AND b.type = '${type}'
  AND b.server_name = CONVERT(nvarchar(128), SERVERPROPERTY(N'ServerName'))
ORDER BY b.backup_set_id DESC;`;

/** No row where nothing was ever restored. */
const restores = (
  place: number,
  database: string,
): string => `SELECT TOP (1) 1 AS part_restores_${integer(place)}, h.destination_database_name, h.restore_type, h.restore_date,
  CONVERT(varchar(26), b.first_lsn) AS first_lsn, CONVERT(varchar(26), b.last_lsn) AS last_lsn, b.family_guid,
  b.last_recovery_fork_guid, b.backup_start_date, b.backup_finish_date, b.time_zone, b.server_name
FROM msdb.dbo.restorehistory AS h INNER JOIN msdb.dbo.backupset AS b ON b.backup_set_id = h.backup_set_id
WHERE h.destination_database_name = ${database} AND h.restore_type IN ('D', 'I', 'L')
ORDER BY h.restore_history_id DESC;`;

/** The instance's clock once more, at the end: between here and our clock lies only the way back. */
const END = 'SELECT 1 AS part_end, GETUTCDATE() AS utc_now;';

/** The same for every instance and every poll of a pool. */
const known = new Map<string, SqlStatement>();
/** More than this many remembered texts: start anew. */
const MOST_KNOWN = 100;

export function observeInstance(wanted: ObserveInstance): SqlStatement {
  const key = JSON.stringify(wanted);
  const statement = known.get(key) ?? observation(wanted);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, statement);
  return statement;
}

/** What is read of the databases; IN () is no T-SQL, and there is nothing to ask where there are none. */
function ofDatabases({ databases: names, chatDatabases, program }: ObserveInstance): readonly string[] {
  if (names.length === 0) return [];
  const list = names.map(literal).join(', ');
  return [
    databases(list),
    mirroring(list),
    sessions(list, literal(program)),
    shipping(list),
    jobs(list),
    ...names.map((name, place) => restores(place, literal(name))),
    ...chatDatabases.map((name) => ofChatDatabase(names.indexOf(name), name)),
    ...names.flatMap((name, place) => (chatDatabases.includes(name) ? [] : [observeBacklog(place, name)])),
  ];
}

const ofChatDatabase = (place: number, name: string): string =>
  [
    backups(place, literal(name), 'D', NEWEST_FULLS),
    backups(place, literal(name), 'L', NEWEST_LOGS),
    observeContent(place, name),
    observeServerObjects(place, name),
  ].join('\n');

function observation(wanted: ObserveInstance): SqlStatement {
  for (const name of wanted.databases) identifier(name);
  const parts = [SETTINGS, INSTANCE, WITNESSES, RUNNING, AGENT, ...ofDatabases(wanted), END];
  return { name: 'observe-instance', text: parts.join('\n'), parameters: {}, mode: 'batch' };
}
