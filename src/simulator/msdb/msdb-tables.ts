/** The msdb tables as rows in catalogue order. A table shows what the state holds; nothing is computed but the Agent's encodings. */
import type { CellValue } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import { keptView } from '../instance/kept-views.ts';
import { dateNumber, timeNumber } from './instance-clock.ts';
import { CATEGORIES } from './jobs.ts';
import { msdbColumns, type MsdbTable } from './msdb-columns.ts';
import type { Job, JobSchedule, MsdbState, Schedule } from './msdb-state.ts';

type Row = Readonly<Record<string, CellValue | undefined>>;
const row = (value: object): Row => ({ ...value });

/** SID of sa. */
const OWNER_SID = new Uint8Array([1]);
const LOCAL_SERVER_ID = 0;

const jobRow = (job: Job): Row => ({
  job_id: job.id,
  originating_server_id: LOCAL_SERVER_ID,
  name: job.name,
  enabled: job.enabled ? 1 : 0,
  description: job.description,
  start_step_id: 1,
  category_id: CATEGORIES.find(({ name }) => name === job.category)?.category_id ?? 0,
  owner_sid: OWNER_SID,
  notify_level_eventlog: 2,
  notify_level_email: 0,
  notify_level_netsend: 0,
  notify_level_page: 0,
  notify_email_operator_id: 0,
  notify_netsend_operator_id: 0,
  notify_page_operator_id: 0,
  delete_level: 0,
  date_created: job.createdLocal,
  date_modified: job.modifiedLocal,
  version_number: job.version,
});

const scheduleRow = (schedule: Schedule): Row => ({
  schedule_id: schedule.id,
  schedule_uid: schedule.uid,
  originating_server_id: LOCAL_SERVER_ID,
  name: schedule.name,
  owner_sid: OWNER_SID,
  enabled: schedule.enabled ? 1 : 0,
  freq_type: schedule.freqType,
  freq_interval: schedule.freqInterval,
  freq_subday_type: schedule.freqSubdayType,
  freq_subday_interval: schedule.freqSubdayInterval,
  freq_relative_interval: schedule.freqRelativeInterval,
  freq_recurrence_factor: schedule.freqRecurrenceFactor,
  active_start_date: schedule.activeStartDate,
  active_end_date: schedule.activeEndDate,
  active_start_time: schedule.activeStartTime,
  active_end_time: schedule.activeEndTime,
  date_created: schedule.createdLocal,
  date_modified: schedule.modifiedLocal,
  version_number: 1,
});

function jobScheduleRow(entry: JobSchedule, timeZoneMinutes: number): Row {
  const local = entry.nextRunAtMs === undefined ? undefined : entry.nextRunAtMs + timeZoneMinutes * 60_000;
  return {
    schedule_id: entry.scheduleId,
    job_id: entry.jobId,
    next_run_date: local === undefined ? 0 : dateNumber(local),
    next_run_time: local === undefined ? 0 : timeNumber(local),
  };
}

function rowsOf(table: MsdbTable, msdb: MsdbState, timeZoneMinutes: number): readonly Row[] {
  switch (table) {
    case 'log_shipping_primary_databases':
      return msdb.primaryDatabases.map(row);
    case 'log_shipping_primary_secondaries':
      return msdb.primarySecondaries.map(row);
    case 'log_shipping_secondary':
      return msdb.secondaries.map(row);
    case 'log_shipping_secondary_databases':
      return msdb.secondaryDatabases.map(row);
    case 'log_shipping_monitor_primary':
      return msdb.monitorPrimary.map(row);
    case 'log_shipping_monitor_secondary':
      return msdb.monitorSecondary.map(row);
    case 'log_shipping_monitor_history_detail':
      return msdb.historyDetail.map(row);
    case 'log_shipping_monitor_error_detail':
      return msdb.errorDetail.map(row);
    case 'log_shipping_monitor_alert':
      return msdb.alertJobId === undefined ? [] : [{ alert_job_id: msdb.alertJobId }];
    case 'sysjobs':
    case 'sysjobs_view':
      return msdb.jobs.map(jobRow);
    case 'sysjobschedules':
      return msdb.jobSchedules.map((entry) => jobScheduleRow(entry, timeZoneMinutes));
    case 'sysschedules':
      return msdb.schedules.map(scheduleRow);
    case 'sysjobactivity':
      return msdb.activity.map(row);
    case 'sysjobhistory':
      return msdb.jobHistory.map((entry) => ({
        ...row(entry),
        operator_id_emailed: 0,
        operator_id_netsent: 0,
        operator_id_paged: 0,
        retries_attempted: 0,
      }));
    case 'syssessions':
      return msdb.agentSessions.map(row);
    case 'syscategories':
      return CATEGORIES.map(row);
  }
}

/** `msdb` frozen between steps: the same object, the same rows. */
export const msdbTable = (table: MsdbTable, msdb: MsdbState, timeZoneMinutes: number): VirtualTable =>
  keptView(partOf(table, msdb), `${table} ${timeZoneMinutes}`, () => madeTable(table, msdb, timeZoneMinutes));

/** What of msdb the table shows. */
function partOf(table: MsdbTable, msdb: MsdbState): object {
  switch (table) {
    case 'log_shipping_primary_databases':
      return msdb.primaryDatabases;
    case 'log_shipping_primary_secondaries':
      return msdb.primarySecondaries;
    case 'log_shipping_secondary':
      return msdb.secondaries;
    case 'log_shipping_secondary_databases':
      return msdb.secondaryDatabases;
    case 'log_shipping_monitor_primary':
      return msdb.monitorPrimary;
    case 'log_shipping_monitor_secondary':
      return msdb.monitorSecondary;
    case 'log_shipping_monitor_history_detail':
      return msdb.historyDetail;
    case 'sysjobs':
    case 'sysjobs_view':
      return msdb.jobs;
    case 'sysjobactivity':
      return msdb.activity;
    case 'sysjobhistory':
      return msdb.jobHistory;
    default:
      return msdb;
  }
}

function madeTable(table: MsdbTable, msdb: MsdbState, timeZoneMinutes: number): VirtualTable {
  const columns = msdbColumns(table);
  const rows = rowsOf(table, msdb, timeZoneMinutes).map((values) =>
    columns.map(({ name }) => values[name] ?? null),
  );
  return { columns, rows };
}
