/**
 * Waiting inside a person's batch, for the runbook, and finding ids that only the server knows. Every loop ends by itself; what
 * is awaited is looked at again behind it. Sources: sql-server reference 1.5, 1.7, 1.9, 2.2.
 */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';

const text = (value: string): SqlParameter => ({ type: 'nvarchar', value });
const LOOKS = 600;

/** One look a second, ten minutes at most. */
const whileTrue = (condition: string): string => `DECLARE @looks int = 0;
WHILE @looks < ${LOOKS} AND ${condition}
BEGIN
  WAITFOR DELAY '00:00:01';
  SET @looks = @looks + 1;
END;`;

const waiting = (name: string, body: string, parameters: Record<string, SqlParameter>): SqlStatement => ({
  name,
  text: body,
  parameters,
  mode: 'rpc',
});

export type ShippingJob = 'backup' | 'copy' | 'restore';

const FIND: Readonly<Record<ShippingJob, string>> = {
  backup:
    'SELECT @job = p.backup_job_id FROM msdb.dbo.log_shipping_primary_databases AS p WHERE p.primary_database = @db;',
  copy: 'SELECT @job = s.copy_job_id FROM msdb.dbo.log_shipping_secondary AS s WHERE s.primary_database = @db;',
  restore:
    'SELECT @job = s.restore_job_id FROM msdb.dbo.log_shipping_secondary AS s WHERE s.primary_database = @db;',
};

/** Leaves the id in @job; ends the batch without an error when there is no such job. */
export const findJob = (which: ShippingJob, database: string): SqlStatement =>
  waiting(
    `find-${which}-job`,
    `DECLARE @job uniqueidentifier;
${FIND[which]}
IF @job IS NULL
BEGIN
  PRINT N'no such job: nothing to do';
  RETURN;
END;`,
    { db: text(database) },
  );

/** Behind findJob: ends the batch when the job has its schedule already. */
export const unlessScheduled: SqlStatement = waiting(
  'unless-scheduled',
  `IF EXISTS (SELECT 1 FROM msdb.dbo.sysjobschedules AS s WHERE s.job_id = @job)
BEGIN
  PRINT N'the job has a schedule';
  RETURN;
END;`,
  {},
);

const RUNS = `EXISTS (SELECT 1 FROM msdb.dbo.sysjobactivity AS a WHERE a.job_id = @job
  AND a.session_id = (SELECT MAX(b.session_id) FROM msdb.dbo.sysjobactivity AS b)
  AND a.start_execution_date IS NOT NULL AND a.stop_execution_date IS NULL)`;

/** Behind findJob: ends the batch unless the job runs; only a running job can be stopped (22022). */
export const unlessRunning: SqlStatement = waiting(
  'unless-running',
  `IF NOT ${RUNS}
BEGIN
  PRINT N'the job does not run';
  RETURN;
END;`,
  {},
);

/** Behind findJob. */
export const awaitIdleJob: SqlStatement = waiting(
  'await-idle-job',
  `${whileTrue(RUNS)}
IF ${RUNS} RAISERROR(N'STOP: the job still runs.', 16, 1);`,
  {},
);

/** Behind findJob, before its start: the number of its newest outcome in @before. */
export const noteOutcome: SqlStatement = waiting(
  'note-outcome',
  `DECLARE @before int;
SELECT @before = ISNULL(MAX(h.instance_id), 0) FROM msdb.dbo.sysjobhistory AS h WHERE h.job_id = @job AND h.step_id = 0;`,
  {},
);

const NEW_OUTCOME =
  'EXISTS (SELECT 1 FROM msdb.dbo.sysjobhistory AS h WHERE h.job_id = @job AND h.step_id = 0 AND h.instance_id > @before)';

/** Behind noteOutcome and the start: starting is asynchronous, so the end is a new outcome. */
export const awaitOutcome: SqlStatement = waiting(
  'await-outcome',
  `${whileTrue(`NOT ${NEW_OUTCOME}`)}
IF NOT EXISTS (SELECT 1 FROM msdb.dbo.sysjobhistory AS h WHERE h.job_id = @job AND h.step_id = 0 AND h.instance_id > @before
  AND h.run_status = 1) RAISERROR(N'STOP: the job did not succeed; read its history.', 16, 1);`,
  {},
);

/** A session that gives no name counts, too. */
const CHAT_INSIDE = `EXISTS (SELECT 1 FROM sys.dm_exec_sessions AS s WHERE s.is_user_process = 1 AND s.session_id <> @@SPID
  AND s.database_id = DB_ID(@db) AND (s.host_name IS NULL OR CHARINDEX(N';' + s.host_name + N';', N';' + @hosts + N';') > 0))`;

/** `hosts`: short names, with `;` in between. Until no chat server is in the database, or ten minutes are over; then it is an error. */
export const awaitNoChat = (database: string, hosts: string): SqlStatement =>
  waiting(
    'await-no-chat',
    `${whileTrue(CHAT_INSIDE)}
IF ${CHAT_INSIDE} RAISERROR(N'STOP: chat servers are still in the database.', 16, 1);`,
    { db: text(database), hosts: text(hosts) },
  );

export const awaitSynchronized = (database: string): SqlStatement =>
  waiting(
    'await-synchronized',
    whileTrue(
      "NOT EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_state_desc = N'SYNCHRONIZED')",
    ),
    { db: text(database) },
  );

/** Of the mirroring session; ends the batch without an error when the database is not mirrored. */
export const unlessMirrored = (database: string): SqlStatement =>
  waiting(
    'unless-mirrored',
    `IF NOT EXISTS (SELECT 1 FROM sys.database_mirroring AS m JOIN sys.databases AS d ON d.database_id = m.database_id WHERE d.name = @db AND m.mirroring_guid IS NOT NULL)
BEGIN
  PRINT N'the database is not mirrored: nothing to do';
  RETURN;
END;`,
    { db: text(database) },
  );

/** Ends the batch without an error where there is no such database, or it cannot be opened: nobody can be inside. */
export const unlessOnline = (database: string): SqlStatement =>
  waiting(
    'unless-online',
    `IF NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = @db AND d.state_desc = N'ONLINE' AND d.is_in_standby = 0)
BEGIN
  PRINT N'the database is not ONLINE: nothing to do';
  RETURN;
END;`,
    { db: text(database) },
  );

/** Ends the batch without an error when the copy stands at this LSN or beyond: the log backup was applied already. */
export const unlessBehind = (database: string, lsn: string): SqlStatement =>
  waiting(
    'unless-behind',
    `IF EXISTS (SELECT 1 FROM sys.master_files AS f JOIN sys.databases AS d ON d.database_id = f.database_id
  WHERE d.name = @db AND f.file_id = 1 AND f.redo_start_lsn >= CONVERT(numeric(25, 0), @lsn))
BEGIN
  PRINT N'applied already';
  RETURN;
END;`,
    { db: text(database), lsn: text(lsn) },
  );
