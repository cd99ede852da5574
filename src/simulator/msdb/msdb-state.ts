/**
 * What one instance's msdb knows of log shipping and of SQL Server Agent. Plain data: rows carry the names and values of the
 * tables' columns, so that a table is shown by picking columns. Changed only by the procedures here and by src/simulator/agent.
 */

/** datetime columns: ISO 8601 text without zone; `null` is NULL. */
export type DateText = string | null;

export interface PrimaryDatabaseRow {
  primary_id: string;
  primary_database: string;
  backup_directory: string;
  backup_share: string;
  backup_retention_period: number;
  backup_job_id: string;
  monitor_server: string;
  monitor_server_security_mode: boolean;
  last_backup_file: string | null;
  last_backup_date: DateText;
  user_specified_monitor: boolean;
  backup_compression: number;
}

export interface PrimarySecondaryRow {
  primary_id: string;
  secondary_server: string;
  secondary_database: string;
}

export interface SecondaryRow {
  secondary_id: string;
  primary_server: string;
  primary_database: string;
  backup_source_directory: string;
  backup_destination_directory: string;
  file_retention_period: number;
  copy_job_id: string;
  restore_job_id: string;
  monitor_server: string;
  monitor_server_security_mode: boolean;
  last_copied_file: string | null;
  last_copied_date: DateText;
}

export interface SecondaryDatabaseRow {
  secondary_database: string;
  secondary_id: string;
  restore_delay: number;
  restore_all: boolean;
  restore_mode: boolean;
  disconnect_users: boolean;
  block_size: number;
  buffer_count: number;
  max_transfer_size: number;
  last_restored_file: string | null;
  last_restored_date: DateText;
}

export interface MonitorPrimaryRow {
  primary_id: string;
  primary_server: string;
  primary_database: string;
  backup_threshold: number;
  threshold_alert: number;
  threshold_alert_enabled: boolean;
  last_backup_file: string | null;
  last_backup_date: DateText;
  last_backup_date_utc: DateText;
  history_retention_period: number;
}

export interface MonitorSecondaryRow {
  secondary_server: string;
  secondary_database: string;
  secondary_id: string;
  primary_server: string;
  primary_database: string;
  restore_threshold: number;
  threshold_alert: number;
  threshold_alert_enabled: boolean;
  last_copied_file: string | null;
  last_copied_date: DateText;
  last_copied_date_utc: DateText;
  last_restored_file: string | null;
  last_restored_date: DateText;
  last_restored_date_utc: DateText;
  last_restored_latency: number | null;
  history_retention_period: number;
}

/** 0 backup, 1 copy, 2 restore. */
export type AgentType = 0 | 1 | 2;

export interface HistoryDetailRow {
  agent_id: string;
  agent_type: AgentType;
  session_id: number;
  database_name: string | null;
  /** 0 starting, 1 running, 2 success, 3 error, 4 warning. */
  session_status: 0 | 1 | 2 | 3 | 4;
  log_time: string;
  log_time_utc: string;
  message: string;
}

export interface ErrorDetailRow {
  agent_id: string;
  agent_type: AgentType;
  session_id: number;
  database_name: string | null;
  sequence_number: number;
  log_time: string;
  log_time_utc: string;
  message: string;
  source: string;
  help_url: string;
}

/** What the job's step does; `none`: a job without a step that the estate understands. */
export type JobWork =
  | { kind: 'log-shipping-backup'; primaryId: string }
  | { kind: 'log-shipping-copy'; secondaryId: string }
  | { kind: 'log-shipping-restore'; secondaryId: string }
  | { kind: 'log-shipping-alert' }
  | { kind: 'none' };

export interface Job {
  id: string;
  name: string;
  enabled: boolean;
  description: string;
  category: string;
  owner: string;
  createdLocal: string;
  modifiedLocal: string;
  version: number;
  work: JobWork;
}

export interface Schedule {
  id: number;
  uid: string;
  name: string;
  enabled: boolean;
  freqType: number;
  freqInterval: number;
  freqSubdayType: number;
  freqSubdayInterval: number;
  freqRelativeInterval: number;
  freqRecurrenceFactor: number;
  activeStartDate: number;
  activeEndDate: number;
  activeStartTime: number;
  activeEndTime: number;
  createdLocal: string;
  modifiedLocal: string;
}

export interface JobSchedule {
  scheduleId: number;
  jobId: string;
  /** Instance clock, UTC ms; undefined: not scheduled. */
  nextRunAtMs: number | undefined;
}

export interface JobActivityRow {
  session_id: number;
  job_id: string;
  run_requested_date: DateText;
  /** 1 scheduler, 4 user. */
  run_requested_source: string | null;
  queued_date: DateText;
  start_execution_date: DateText;
  last_executed_step_id: number | null;
  last_executed_step_date: DateText;
  stop_execution_date: DateText;
  job_history_id: number | null;
  next_scheduled_run_date: DateText;
}

export interface JobHistoryRow {
  instance_id: number;
  job_id: string;
  step_id: number;
  step_name: string;
  sql_message_id: number;
  sql_severity: number;
  message: string;
  /** 0 failed, 1 succeeded, 3 canceled. */
  run_status: number;
  run_date: number;
  run_time: number;
  run_duration: number;
  server: string;
}

export interface MsdbState {
  primaryDatabases: PrimaryDatabaseRow[];
  primarySecondaries: PrimarySecondaryRow[];
  secondaries: SecondaryRow[];
  secondaryDatabases: SecondaryDatabaseRow[];
  monitorPrimary: MonitorPrimaryRow[];
  monitorSecondary: MonitorSecondaryRow[];
  historyDetail: HistoryDetailRow[];
  errorDetail: ErrorDetailRow[];
  alertJobId: string | undefined;
  jobs: Job[];
  schedules: Schedule[];
  jobSchedules: JobSchedule[];
  activity: JobActivityRow[];
  agentSessions: { session_id: number; agent_start_date: string }[];
  jobHistory: JobHistoryRow[];
  nextScheduleId: number;
  nextHistoryId: number;
  /** Numbers the runs of the log shipping programs. */
  nextRunSession: number;
}

export function createMsdb(): MsdbState {
  return {
    primaryDatabases: [],
    primarySecondaries: [],
    secondaries: [],
    secondaryDatabases: [],
    monitorPrimary: [],
    monitorSecondary: [],
    historyDetail: [],
    errorDetail: [],
    alertJobId: undefined,
    jobs: [],
    schedules: [],
    jobSchedules: [],
    activity: [],
    agentSessions: [],
    jobHistory: [],
    nextScheduleId: 1,
    nextHistoryId: 1,
    nextRunSession: 1,
  };
}

/** The row of the current Agent session; older sessions' rows may look "running" for ever (sql-server reference 1.9). */
export function currentActivity(msdb: MsdbState, jobId: string): JobActivityRow | undefined {
  const session = msdb.agentSessions.at(-1)?.session_id;
  return msdb.activity.find((row) => row.session_id === session && row.job_id === jobId);
}

export const isRunning = (msdb: MsdbState, jobId: string): boolean => {
  const row = currentActivity(msdb, jobId);
  return row !== undefined && row.start_execution_date !== null && row.stop_execution_date === null;
};
