import { describe, expect, test } from 'vitest';
import { nextFiring } from '../../../src/simulator/agent/schedule-times.ts';
import type { Schedule } from '../../../src/simulator/msdb/msdb-state.ts';
import { BACKUP, COPY, DrivenEstate, HOME, SHARE } from '../estate/driven-estate.ts';

const schedule = (change: Partial<Schedule>): Schedule => ({
  id: 1,
  uid: '',
  name: '',
  enabled: true,
  freqType: 4,
  freqInterval: 1,
  freqSubdayType: 4,
  freqSubdayInterval: 15,
  freqRelativeInterval: 0,
  freqRecurrenceFactor: 0,
  activeStartDate: 20_200_101,
  activeEndDate: 99_991_231,
  activeStartTime: 0,
  activeEndTime: 235_959,
  createdLocal: '',
  modifiedLocal: '',
  ...change,
});
const at = (text: string): number => Date.parse(`${text}Z`);

describe('a schedule', () => {
  test.each([
    ['every 15 minutes', {}, '2026-11-23T08:07:00', '2026-11-23T08:15:00'],
    ['on the border the next one', {}, '2026-11-23T08:15:00', '2026-11-23T08:30:00'],
    [
      'every 10 seconds',
      { freqSubdayType: 2, freqSubdayInterval: 10 },
      '2026-11-23T08:00:01',
      '2026-11-23T08:00:10',
    ],
    [
      'every 2 hours from half past one',
      { freqSubdayType: 8, freqSubdayInterval: 2, activeStartTime: 13_000 },
      '2026-11-23T02:00:00',
      '2026-11-23T03:30:00',
    ],
    [
      'once a day',
      { freqSubdayType: 1, activeStartTime: 220_000 },
      '2026-11-23T23:00:00',
      '2026-11-24T22:00:00',
    ],
    ['past the end of the day', { activeEndTime: 120_000 }, '2026-11-23T12:00:00', '2026-11-24T00:00:00'],
    [
      'not before its first day',
      { activeStartDate: 20_270_101 },
      '2026-11-23T12:00:00',
      '2027-01-01T00:00:00',
    ],
  ])('%s', (_title, change, after, expected) => {
    const next = nextFiring(schedule(change), at(after));
    expect(next === undefined ? undefined : new Date(next).toISOString().slice(0, 19)).toBe(expected);
  });

  test.each([
    ['disabled', { enabled: false }],
    ['weekly, which log shipping does not use', { freqType: 8 }],
    ['past its last day', { activeEndDate: 20_260_101 }],
  ])('never fires when it is %s', (_title, change) => {
    expect(nextFiring(schedule(change), at('2026-11-23T12:00:00'))).toBeUndefined();
  });
});

const jobId = (estate: DrivenEstate, instance: string, prefix: string): string =>
  estate.msdb(instance).jobs.find(({ name }) => name.startsWith(prefix))?.id ?? '';

const lastRun = (estate: DrivenEstate, instance: string, prefix: string) =>
  estate.msdb(instance).jobHistory.findLast((row) => row.job_id === jobId(estate, instance, prefix));

describe('jobs', () => {
  test('start by hand although they are disabled, and are refused while they run', () => {
    const estate = new DrivenEstate();
    const id = jobId(estate, HOME, 'LSBackup');
    estate.sql(HOME, `exec msdb.dbo.sp_update_job @job_id = '${id}', @enabled = 0`);
    const start = `exec msdb.dbo.sp_start_job @job_id = '${id}'`;
    expect(estate.sql(HOME, start).numbers).toEqual([]);
    expect(estate.sql(HOME, start).numbers).toEqual([22022]);
    estate.minutes(1);
    expect(estate.files(SHARE)).toHaveLength(1);
    estate.minutes(31);
    expect(estate.files(SHARE)).toHaveLength(1);
  });

  test('that are disabled finish the run that is under way', () => {
    const estate = new DrivenEstate();
    const id = jobId(estate, HOME, 'LSBackup');
    estate.sql(
      HOME,
      `exec msdb.dbo.sp_start_job @job_id = '${id}'; exec msdb.dbo.sp_update_job @job_id = '${id}', @enabled = 0`,
    );
    estate.minutes(1);
    expect(estate.files(SHARE)).toHaveLength(1);
  });

  test('that are stopped leave a half-written file, and history says canceled', () => {
    const estate = new DrivenEstate();
    const id = jobId(estate, BACKUP, 'LSCopy');
    estate.until(() => estate.state.hosts[BACKUP]?.agent.runs[0]?.phase.kind === 'copying');
    expect(estate.sql(BACKUP, `exec msdb.dbo.sp_stop_job @job_id = '${id}'`).numbers).toEqual([]);
    expect(estate.files(COPY)).toEqual([expect.stringMatching(/\.wrk$/)]);
    expect(lastRun(estate, BACKUP, 'LSCopy')).toMatchObject({ run_status: 3 });
    estate.sql(BACKUP, `exec msdb.dbo.sp_start_job @job_id = '${id}'`);
    estate.minutes(1);
    expect(estate.files(COPY)).toEqual(estate.files(SHARE));
  });

  test('show as running in the session of the Agent, and only there', () => {
    const estate = new DrivenEstate();
    const id = jobId(estate, HOME, 'LSBackup');
    const running = `SELECT COUNT(*) FROM msdb.dbo.sysjobactivity WHERE session_id = (SELECT MAX(session_id) FROM msdb.dbo.sysjobactivity)
      AND start_execution_date IS NOT NULL AND stop_execution_date IS NULL`;
    estate.sql(HOME, `exec msdb.dbo.sp_start_job @job_id = '${id}'`);
    expect(estate.sql(HOME, running).rows).toEqual([[1]]);
    estate.fault('down instance sql-par-1');
    estate.fault('up instance sql-par-1');
    expect(estate.sql(HOME, running).rows).toEqual([[0]]);
    const all =
      'SELECT COUNT(*) FROM msdb.dbo.sysjobactivity WHERE start_execution_date IS NOT NULL AND stop_execution_date IS NULL';
    expect(estate.sql(HOME, all).rows).toEqual([[1]]);
  });

  test('do not run and cannot be started while the Agent is stopped', () => {
    const estate = new DrivenEstate();
    estate.fault('stop agent sql-par-1');
    estate.minutes(31);
    expect(estate.files(SHARE)).toEqual([]);
    expect(estate.sql(HOME, "exec msdb.dbo.sp_start_job @job_name = N'LSBackup_mgc'").numbers).toEqual([
      22022,
    ]);
    estate.fault('start agent sql-par-1');
    estate.minutes(16);
    expect(estate.files(SHARE)).toHaveLength(1);
  });

  test('LSRestore succeeds with nothing to do, and does not advance the restore time', () => {
    const estate = new DrivenEstate();
    const id = jobId(estate, BACKUP, 'LSRestore');
    estate.sql(BACKUP, `exec msdb.dbo.sp_start_job @job_id = '${id}'`);
    estate.minutes(1);
    expect(lastRun(estate, BACKUP, 'LSRestore')).toMatchObject({ run_status: 1 });
    expect(estate.msdb(BACKUP).secondaryDatabases[0]?.last_restored_date).toBeNull();
    expect(
      estate
        .msdb(BACKUP)
        .historyDetail.some(({ message }) => message.startsWith('Could not find a log backup')),
    ).toBe(true);
  });

  test('LSCopy fails while the share is dead and catches up later', () => {
    const estate = new DrivenEstate();
    estate.minutes(14);
    estate.fault('cut link backup-share');
    estate.minutes(17);
    expect(lastRun(estate, BACKUP, 'LSCopy')).toMatchObject({ run_status: 0 });
    expect(estate.files(COPY)).toEqual([]);
    estate.fault('heal link backup-share');
    estate.minutes(15);
    expect(estate.files(COPY).length).toBeGreaterThanOrEqual(2);
  });

  test('LSBackup deletes what is past the retention', () => {
    const estate = new DrivenEstate({ retentionMinutes: 30 });
    estate.minutes(91);
    expect(estate.files(SHARE).length).toBeLessThanOrEqual(3);
  });

  test('the alert job fails when the last backup is older than its threshold', () => {
    const estate = new DrivenEstate({
      chat: { heartbeatMs: 600_000, connectRetryMs: 60_000, postEveryMs: 60_000 },
    });
    estate.minutes(16);
    const id = jobId(estate, HOME, 'LSBackup');
    estate.sql(HOME, `exec msdb.dbo.sp_update_job @job_id = '${id}', @enabled = 0`);
    estate.minutes(70);
    expect(lastRun(estate, HOME, 'LSAlert')).toMatchObject({ run_status: 0 });
    expect(lastRun(estate, HOME, 'LSAlert')?.message).toContain('backup threshold of 60 minutes');
  });
});
