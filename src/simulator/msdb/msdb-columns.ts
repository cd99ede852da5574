/**
 * Columns of the msdb tables and of the procedures' result sets that the estate serves, in catalogue order, with their types.
 * Source: catalogue pages of the log shipping, Agent and help procedure objects; types that a page leaves out come from the tables.
 */
import type { ColumnToken, SqlType } from '../sql-tokens.ts';

const FIXED: Readonly<Record<string, SqlType>> = {
  int: { name: 'int' },
  bit: { name: 'bit' },
  tinyint: { name: 'tinyint' },
  smallint: { name: 'smallint' },
  datetime: { name: 'datetime' },
  guid: { name: 'uniqueidentifier' },
  sysname: { name: 'nvarchar', length: 128 },
};

function typeOf(text: string): SqlType {
  const fixed = FIXED[text];
  if (fixed !== undefined) return fixed;
  const sized = /^(nvarchar|varchar|varbinary)\((\d+|max)\)$/.exec(text);
  const name = sized?.[1];
  const length = sized?.[2] === 'max' ? 'max' : Number(sized?.[2]);
  if (name !== 'nvarchar' && name !== 'varchar' && name !== 'varbinary')
    throw new Error(`unknown type ${text}`);
  return { name, length };
}

/** `'a int, b sysname'` -> columns; nullability is what the pages are silent about, so all may be NULL. */
export function columns(text: string): readonly ColumnToken[] {
  return text.split(',').map((part) => {
    const [name = '', type = ''] = part.trim().split(' ');
    return { name, type: typeOf(type), nullable: true };
  });
}

const NOTIFY =
  'notify_level_eventlog int, notify_level_email int, notify_level_netsend int, notify_level_page int';
const JOBS = columns(
  'job_id guid, originating_server_id int, name sysname, enabled tinyint, description nvarchar(512), start_step_id int, ' +
    `category_id int, owner_sid varbinary(85), ${NOTIFY}, notify_email_operator_id int, notify_netsend_operator_id int, ` +
    'notify_page_operator_id int, delete_level int, date_created datetime, date_modified datetime, version_number int',
);
const MONITOR_PRIMARY =
  'primary_id guid, primary_server sysname, primary_database sysname, backup_threshold int, threshold_alert int, ' +
  'threshold_alert_enabled bit, last_backup_file nvarchar(500), last_backup_date datetime, last_backup_date_utc datetime, ' +
  'history_retention_period int';
const MONITOR_SECONDARY =
  'secondary_server sysname, secondary_database sysname, secondary_id guid, primary_server sysname, primary_database sysname, ' +
  'restore_threshold int, threshold_alert int, threshold_alert_enabled bit, last_copied_file nvarchar(500), ' +
  'last_copied_date datetime, last_copied_date_utc datetime, last_restored_file nvarchar(500), last_restored_date datetime, ' +
  'last_restored_date_utc datetime';
const SECONDARY_HEAD =
  'secondary_id guid, primary_server sysname, primary_database sysname, backup_source_directory nvarchar(500), ' +
  'backup_destination_directory nvarchar(500), file_retention_period int, copy_job_id guid, restore_job_id guid, ' +
  'monitor_server sysname, monitor_server_security_mode bit';
const DETAIL = 'agent_id guid, agent_type tinyint, session_id int, database_name sysname';

/** Table name in msdb.dbo -> columns. `sysjobs_view` has no page; it shows the rows of sysjobs (sql-server reference 1.9). */
export const MSDB_TABLES = {
  log_shipping_primary_databases: columns(
    'primary_id guid, primary_database sysname, backup_directory nvarchar(500), backup_share nvarchar(500), ' +
      'backup_retention_period int, backup_job_id guid, monitor_server sysname, monitor_server_security_mode bit, ' +
      'last_backup_file nvarchar(500), last_backup_date datetime, user_specified_monitor bit, backup_compression tinyint',
  ),
  log_shipping_primary_secondaries: columns(
    'primary_id guid, secondary_server sysname, secondary_database sysname',
  ),
  log_shipping_secondary: columns(
    `${SECONDARY_HEAD}, last_copied_file nvarchar(500), last_copied_date datetime`,
  ),
  log_shipping_secondary_databases: columns(
    'secondary_database sysname, secondary_id guid, restore_delay int, restore_all bit, restore_mode bit, disconnect_users bit, ' +
      'block_size int, buffer_count int, max_transfer_size int, last_restored_file nvarchar(500), last_restored_date datetime',
  ),
  log_shipping_monitor_primary: columns(MONITOR_PRIMARY),
  log_shipping_monitor_secondary: columns(
    `${MONITOR_SECONDARY}, last_restored_latency int, history_retention_period int`,
  ),
  log_shipping_monitor_history_detail: columns(
    `${DETAIL}, session_status tinyint, log_time datetime, log_time_utc datetime, message nvarchar(max)`,
  ),
  log_shipping_monitor_error_detail: columns(
    `${DETAIL}, sequence_number int, log_time datetime, log_time_utc datetime, message nvarchar(max), source nvarchar(max), ` +
      'help_url nvarchar(max)',
  ),
  log_shipping_monitor_alert: columns('alert_job_id guid'),
  sysjobs: JOBS,
  sysjobs_view: JOBS,
  sysjobschedules: columns('schedule_id int, job_id guid, next_run_date int, next_run_time int'),
  sysschedules: columns(
    'schedule_id int, schedule_uid guid, originating_server_id int, name sysname, owner_sid varbinary(85), enabled int, ' +
      'freq_type int, freq_interval int, freq_subday_type int, freq_subday_interval int, freq_relative_interval int, ' +
      'freq_recurrence_factor int, active_start_date int, active_end_date int, active_start_time int, active_end_time int, ' +
      'date_created datetime, date_modified datetime, version_number int',
  ),
  sysjobactivity: columns(
    'session_id int, job_id guid, run_requested_date datetime, run_requested_source sysname, queued_date datetime, ' +
      'start_execution_date datetime, last_executed_step_id int, last_executed_step_date datetime, ' +
      'stop_execution_date datetime, job_history_id int, next_scheduled_run_date datetime',
  ),
  sysjobhistory: columns(
    'instance_id int, job_id guid, step_id int, step_name sysname, sql_message_id int, sql_severity int, ' +
      'message nvarchar(4000), run_status int, run_date int, run_time int, run_duration int, operator_id_emailed int, ' +
      'operator_id_netsent int, operator_id_paged int, retries_attempted int, server sysname',
  ),
  syssessions: columns('session_id int, agent_start_date datetime'),
  syscategories: columns('category_id int, category_class int, category_type tinyint, name sysname'),
} as const satisfies Readonly<Record<string, readonly ColumnToken[]>>;

export type MsdbTable = keyof typeof MSDB_TABLES;

/** Result sets of the help procedures. */
export const HELP_SETS = {
  primaryDatabase: columns(
    'primary_id guid, primary_database sysname, backup_directory nvarchar(500), backup_share nvarchar(500), ' +
      'backup_retention_period int, backup_compression tinyint, backup_job_id guid, monitor_server sysname, ' +
      'monitor_server_security_mode bit, backup_threshold int, threshold_alert int, threshold_alert_enabled bit, ' +
      'last_backup_file nvarchar(500), last_backup_date datetime, last_backup_date_utc datetime, history_retention_period int',
  ),
  primarySecondary: columns('secondary_server sysname, secondary_database sysname'),
  secondaryPrimary: columns(SECONDARY_HEAD),
  secondaryDatabase: columns(
    `${SECONDARY_HEAD}, secondary_database sysname, restore_delay int, restore_all bit, restore_mode bit, ` +
      'disconnect_users bit, block_size int, buffer_count int, max_transfer_size int, restore_threshold int, ' +
      'threshold_alert int, threshold_alert_enabled bit, last_copied_file nvarchar(500), last_copied_date datetime, ' +
      'last_copied_date_utc datetime, last_restored_file nvarchar(500), last_restored_date datetime, ' +
      'last_restored_date_utc datetime, history_retention_period int, last_restored_latency int',
  ),
  monitorPrimary: columns(MONITOR_PRIMARY),
  monitorSecondary: columns(`${MONITOR_SECONDARY}, history_retention_period int`),
  alertJob: columns('alert_job_id guid'),
  monitor: columns(
    'status bit, is_primary bit, server sysname, database_name sysname, time_since_last_backup int, ' +
      'last_backup_file nvarchar(500), backup_threshold int, is_backup_alert_enabled bit, time_since_last_copy int, ' +
      'last_copied_file nvarchar(500), time_since_last_restore int, last_restored_file nvarchar(500), ' +
      'last_restored_latency int, restore_threshold int, is_restore_alert_enabled bit',
  ),
  job: columns(
    'job_id guid, originating_server nvarchar(30), name sysname, enabled tinyint, description nvarchar(512), ' +
      `start_step_id int, category sysname, owner sysname, ${NOTIFY}, notify_email_operator sysname, ` +
      'notify_netsend_operator sysname, notify_page_operator sysname, delete_level int, date_created datetime, ' +
      'date_modified datetime, version_number int, last_run_date int, last_run_time int, last_run_outcome int, ' +
      'next_run_date int, next_run_time int, next_run_schedule_id int, current_execution_status int, ' +
      'current_execution_step sysname, current_retry_attempt int, has_step int, has_schedule int, has_target int, type int',
  ),
  jobActivity: columns(
    'session_id int, job_id guid, job_name sysname, run_requested_date datetime, run_requested_source sysname, ' +
      'queued_date datetime, start_execution_date datetime, last_executed_step_id int, last_exectued_step_date datetime, ' +
      'stop_execution_date datetime, next_scheduled_run_date datetime, job_history_id int, message nvarchar(1024), ' +
      'run_status int, operator_id_emailed int, operator_id_netsent int, operator_id_paged int',
  ),
} as const satisfies Readonly<Record<string, readonly ColumnToken[]>>;
