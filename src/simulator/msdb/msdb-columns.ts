/** Columns of the msdb tables and of the help procedures' result sets that the estate serves, from the catalogue. */
import { columnsOf, resultColumnsOf } from '../catalogue/columns.ts';
import type { ColumnToken } from '../sql-tokens.ts';

/** The pages know no difference between the releases served in any of these (backupset and its like are the engine's). */
const ANY_VERSION = '16.0';

/** Tables of msdb.dbo. */
export const MSDB_TABLE_NAMES = [
  'log_shipping_primary_databases',
  'log_shipping_primary_secondaries',
  'log_shipping_secondary',
  'log_shipping_secondary_databases',
  'log_shipping_monitor_primary',
  'log_shipping_monitor_secondary',
  'log_shipping_monitor_history_detail',
  'log_shipping_monitor_error_detail',
  'log_shipping_monitor_alert',
  'sysjobs',
  'sysjobs_view',
  'sysjobschedules',
  'sysschedules',
  'sysjobactivity',
  'sysjobhistory',
  'syssessions',
  'syscategories',
] as const;

export type MsdbTable = (typeof MSDB_TABLE_NAMES)[number];

export const msdbColumns = (table: MsdbTable): readonly ColumnToken[] =>
  columnsOf(`msdb.dbo.${table}`, ANY_VERSION);

/** Result sets of the help procedures. */
export const HELP_SETS = {
  primaryDatabase: resultColumnsOf('master.sp_help_log_shipping_primary_database', ANY_VERSION),
  primarySecondary: resultColumnsOf('master.sp_help_log_shipping_primary_secondary', ANY_VERSION),
  secondaryPrimary: resultColumnsOf('master.sp_help_log_shipping_secondary_primary', ANY_VERSION),
  secondaryDatabase: resultColumnsOf('master.sp_help_log_shipping_secondary_database', ANY_VERSION),
  monitorPrimary: resultColumnsOf('master.sp_help_log_shipping_monitor_primary', ANY_VERSION),
  monitorSecondary: resultColumnsOf('master.sp_help_log_shipping_monitor_secondary', ANY_VERSION),
  alertJob: resultColumnsOf('master.sp_help_log_shipping_alert_job', ANY_VERSION),
  monitor: resultColumnsOf('master.sp_help_log_shipping_monitor', ANY_VERSION),
  job: resultColumnsOf('msdb.sp_help_job', ANY_VERSION),
  jobActivity: resultColumnsOf('msdb.sp_help_jobactivity', ANY_VERSION),
} as const;
