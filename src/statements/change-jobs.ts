/**
 * SQL Server Agent jobs, always by id (names are user-editable). Start and stop are asynchronous: read the state afterwards.
 * Disabling does not stop a run in progress. Source: sql-server reference 1.9, 2.3, 2.6.
 */
import type { SqlParameter, SqlStatement } from '../ports/sql-connection.ts';

const job = (jobId: string): { readonly job: SqlParameter } => ({
  job: { type: 'uniqueidentifier', value: jobId },
});

/** A procedure may fail with return code 1 and without an error, so every call reports its code as column `rc`. */
const call = (name: string, procedure: string, parameters: Record<string, SqlParameter>): SqlStatement => ({
  name,
  text: `DECLARE @rc int;\nEXEC @rc = ${procedure};\nSELECT @rc AS rc;`,
  parameters,
  mode: 'rpc',
});

export const setJobEnabled = (jobId: string, enabled: boolean): SqlStatement =>
  call(enabled ? 'enable-job' : 'disable-job', 'msdb.dbo.sp_update_job @job_id = @job, @enabled = @enabled', {
    ...job(jobId),
    enabled: { type: 'int', value: enabled ? 1 : 0 },
  });

/** Works on a disabled job too (enabled governs schedules only; unverified). 22022: agent down or already running. */
export const startJob = (jobId: string): SqlStatement =>
  call('start-job', 'msdb.dbo.sp_start_job @job_id = @job', job(jobId));

export const stopJob = (jobId: string): SqlStatement =>
  call('stop-job', 'msdb.dbo.sp_stop_job @job_id = @job', job(jobId));

/** Only the newest agent session counts: jobs cut off by an agent crash would look running for ever. */
export const readJob = (jobId: string): SqlStatement => ({
  name: 'read-job',
  text: `SELECT j.name, j.enabled,
  CASE WHEN EXISTS (SELECT 1 FROM msdb.dbo.sysjobactivity AS a WHERE a.job_id = j.job_id
    AND a.session_id = (SELECT MAX(b.session_id) FROM msdb.dbo.sysjobactivity AS b)
    AND a.start_execution_date IS NOT NULL AND a.stop_execution_date IS NULL) THEN 1 ELSE 0 END AS running,
  (SELECT COUNT(*) FROM msdb.dbo.sysjobschedules AS s WHERE s.job_id = j.job_id) AS schedules
FROM msdb.dbo.sysjobs AS j WHERE j.job_id = @job;
SELECT TOP (1) h.instance_id, h.run_status, h.message FROM msdb.dbo.sysjobhistory AS h
WHERE h.job_id = @job AND h.step_id = 0 ORDER BY h.instance_id DESC;`,
  parameters: job(jobId),
  mode: 'rpc',
});

/** Daily, every `everyMinutes` minutes, all day: freq_type 4 = daily, freq_subday_type 4 = minutes. */
export const addJobSchedule = (jobId: string, schedule: string, everyMinutes: number): SqlStatement => ({
  name: 'add-job-schedule',
  text: `DECLARE @rc int, @sid int;
EXEC @rc = msdb.dbo.sp_add_schedule @schedule_name = @schedule, @enabled = 1, @freq_type = 4, @freq_interval = 1,
  @freq_subday_type = 4, @freq_subday_interval = @every, @freq_recurrence_factor = 0, @active_start_date = 20170418,
  @active_end_date = 99991231, @active_start_time = 0, @active_end_time = 235900, @schedule_id = @sid OUTPUT;
IF @rc = 0 EXEC @rc = msdb.dbo.sp_attach_schedule @job_id = @job, @schedule_id = @sid;
SELECT @rc AS rc;`,
  parameters: {
    ...job(jobId),
    schedule: { type: 'nvarchar', value: schedule },
    every: { type: 'int', value: everyMinutes },
  },
  mode: 'rpc',
});
