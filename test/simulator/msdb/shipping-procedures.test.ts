import { describe, expect, test } from 'vitest';
import { BACKUP, DrivenEstate, HOME } from '../estate/driven-estate.ts';

const PRIMARY = `EXEC master.dbo.sp_add_log_shipping_primary_database @database = N'mgc', @backup_directory = N'\\\\fs01\\mgc-logs',
  @backup_share = N'\\\\fs01\\mgc-logs', @backup_job_name = N'LSBackup_mgc'`;
const SECONDARY_PRIMARY = `EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = N'SQL-PAR-1', @primary_database = N'mgc',
  @backup_source_directory = N'\\\\fs01\\mgc-logs', @backup_destination_directory = N'D:\\LSCopy',
  @copy_job_name = N'LSCopy', @restore_job_name = N'LSRestore'`;

describe('log shipping procedures', () => {
  // Numbers and situations: sql-server reference 2.2 and 2.6.
  test.each([
    ['an unknown secondary', BACKUP, 'exec sp_delete_log_shipping_secondary_database other', [32014]],
    [
      'the wrong database context',
      HOME,
      "USE msdb; exec sp_delete_log_shipping_primary_database 'mgc'",
      [5001],
    ],
    ['a primary that exists', HOME, PRIMARY, [32009]],
    ['a primary that is not ONLINE', BACKUP, PRIMARY, [32007]],
    [
      'a primary that still has secondaries',
      HOME,
      'exec sp_delete_log_shipping_primary_database mgc',
      [32011],
    ],
    ['a foreign primary', HOME, 'exec sp_delete_log_shipping_primary_database other', [32010]],
    [
      'a mapping that exists',
      HOME,
      "exec sp_add_log_shipping_primary_secondary 'mgc', 'SQL-LYO-1', 'mgc'",
      [32012],
    ],
    ['a secondary primary that exists', BACKUP, SECONDARY_PRIMARY, [32024]],
    [
      'a secondary primary with databases',
      BACKUP,
      "exec sp_delete_log_shipping_secondary_primary 'SQL-PAR-1', 'mgc'",
      [32025],
    ],
    [
      'a database before its primary',
      BACKUP,
      "exec sp_add_log_shipping_secondary_database 'mgc', 'NOBODY', 'mgc'",
      [32023],
    ],
    [
      'a database that exists',
      BACKUP,
      "exec sp_add_log_shipping_secondary_database 'mgc', 'SQL-PAR-1', 'mgc'",
      [32013],
    ],
    ['a missing parameter', BACKUP, 'exec sp_delete_log_shipping_secondary_database', [201]],
    [
      'an unknown parameter',
      BACKUP,
      "exec sp_delete_log_shipping_secondary_database @colour = 'red'",
      [8145],
    ],
    ['too many parameters', BACKUP, "exec sp_delete_log_shipping_alert_job 'a'", [8144]],
    ['an unknown job', HOME, "exec msdb.dbo.sp_start_job @job_name = N'nothing'", [14262]],
    ['a job that does not run', HOME, "exec msdb.dbo.sp_stop_job @job_name = N'LSBackup_mgc'", [22022]],
  ])('%s is refused on %s', (_what, instance, text, numbers) => {
    expect(new DrivenEstate().sql(instance, text).numbers).toEqual(numbers);
  });

  test('deleting the last secondary database takes its jobs, its schedules and a run in progress with it', () => {
    const estate = new DrivenEstate();
    estate.minutes(31);
    const { secondaries } = estate.msdb(BACKUP);
    const copyJob = secondaries[0]?.copy_job_id ?? '';
    estate.sql(BACKUP, `exec msdb.dbo.sp_start_job @job_id = '${copyJob}'`);
    expect(estate.state.hosts[BACKUP]?.agent.runs).toHaveLength(1);
    expect(estate.sql(BACKUP, 'exec sp_delete_log_shipping_secondary_database mgc').numbers).toEqual([]);
    expect(estate.state.hosts[BACKUP]?.agent.runs).toEqual([]);
    const msdb = estate.msdb(BACKUP);
    expect([
      msdb.secondaries,
      msdb.secondaryDatabases,
      msdb.monitorSecondary,
      msdb.jobs,
      msdb.jobSchedules,
    ]).toEqual([[], [], [], [], []]);
    const files = estate.files('D:\\LSCopy');
    estate.minutes(31);
    expect(estate.files('D:\\LSCopy')).toEqual(files);
  });

  test('a whole configuration can be removed and made again by text', () => {
    const estate = new DrivenEstate();
    const removed = estate.sql(
      HOME,
      `exec sp_delete_log_shipping_primary_secondary 'mgc', 'SQL-LYO-1', 'mgc'; exec sp_delete_log_shipping_primary_database 'mgc'`,
    );
    expect(removed.numbers).toEqual([]);
    expect(estate.msdb(HOME).jobs).toEqual([]);
    const made = estate.sql(
      HOME,
      `DECLARE @job uniqueidentifier, @id uniqueidentifier, @rc int, @suid uniqueidentifier, @sid int;
       EXEC @rc = master.dbo.sp_add_log_shipping_primary_database @database = N'mgc', @backup_directory = N'\\\\fs01\\mgc-logs',
         @backup_share = N'\\\\fs01\\mgc-logs', @backup_job_name = N'LSBackup_mgc', @backup_job_id = @job OUTPUT, @primary_id = @id OUTPUT;
       EXEC msdb.dbo.sp_add_schedule @schedule_name = N'every minute', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4,
         @freq_subday_interval = 1, @schedule_uid = @suid OUTPUT, @schedule_id = @sid OUTPUT;
       EXEC msdb.dbo.sp_attach_schedule @job_id = @job, @schedule_id = @sid;
       EXEC msdb.dbo.sp_update_job @job_id = @job, @enabled = 1;
       SELECT @rc AS rc, @job AS job, p.primary_id FROM msdb.dbo.log_shipping_primary_databases p WHERE p.primary_id = @id;`,
    );
    expect(made.numbers).toEqual([]);
    expect(made.rows[0]?.[0]).toBe(0);
    expect(made.rows[0]?.[1]).toBe(estate.msdb(HOME).primaryDatabases[0]?.backup_job_id);
    estate.minutes(3);
    expect(estate.files('\\\\fs01\\mgc-logs').length).toBeGreaterThanOrEqual(2);
  });

  test('a person without sysadmin is refused', () => {
    const estate = new DrivenEstate();
    const connection = 'plain';
    const request = {
      login: 'CONTOSO\\svc-persistentchat',
      password: '',
      database: '',
      host: 'h',
      program: 'p',
      windows: true as const,
    };
    estate.input({ kind: 'login', instance: BACKUP, connection, party: 'operator', request });
    estate.send(BACKUP, connection, 'exec sp_delete_log_shipping_secondary_database mgc');
    expect(
      estate.tokensOf(connection).flatMap((token) => (token.kind === 'error' ? [token.number] : [])),
    ).toEqual([229]);
    expect(estate.msdb(BACKUP).secondaryDatabases).toHaveLength(1);
  });

  test.each([
    ['sp_help_log_shipping_primary_database', HOME, "exec sp_help_log_shipping_primary_database 'mgc'", 1],
    [
      'sp_help_log_shipping_secondary_database',
      BACKUP,
      "exec sp_help_log_shipping_secondary_database 'mgc'",
      1,
    ],
    [
      'sp_help_log_shipping_secondary_primary',
      BACKUP,
      "exec sp_help_log_shipping_secondary_primary 'SQL-PAR-1', 'mgc'",
      1,
    ],
    ['sp_help_log_shipping_monitor', BACKUP, 'exec sp_help_log_shipping_monitor', 1],
    ['sp_help_job', HOME, 'exec msdb.dbo.sp_help_job', 2],
    ['sp_help_jobactivity', BACKUP, 'exec msdb.dbo.sp_help_jobactivity', 2],
  ])('%s shows what msdb holds', (_name, instance, text, rows) => {
    const answer = new DrivenEstate().sql(instance, text);
    expect(answer.numbers).toEqual([]);
    expect(answer.rows).toHaveLength(rows);
  });
});
