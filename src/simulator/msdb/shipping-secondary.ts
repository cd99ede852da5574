/**
 * The secondary half of log shipping: sp_*_log_shipping_secondary_*. Deleting the last database of a secondary takes the copy
 * and restore jobs with it (sql-server reference 2.1). Nothing here touches a database itself.
 */
import type { CommandOutcome } from '../tsql/host.ts';
import { addJob, deleteJob, jobNamed } from './jobs.ts';
import { done, info, sameName, shippingProcedure, type MsdbCall, type MsdbProcedure } from './msdb-call.ts';
import type { MsdbState, SecondaryDatabaseRow, SecondaryRow } from './msdb-state.ts';
import { orderFailure } from './order-table.ts';
import type { BoundArguments } from './procedure-arguments.ts';
import {
  ALERT_PRIMARY,
  deleteAlertJobIfUnused,
  FIRST_USER_MESSAGE,
  monitorSilent,
} from './shipping-primary.ts';

const DEFAULT_RETENTION_MINUTES = 1440;
const ALERT_SECONDARY = 14_421;

const secondaryOf = (msdb: MsdbState, server: string, database: string): SecondaryRow | undefined =>
  msdb.secondaries.find(
    (row) => sameName(row.primary_server, server) && sameName(row.primary_database, database),
  );

const databaseOf = (msdb: MsdbState, database: string): SecondaryDatabaseRow | undefined =>
  msdb.secondaryDatabases.find((row) => sameName(row.secondary_database, database));

function takenJobName(
  call: MsdbCall,
  names: readonly string[],
  own: SecondaryRow | undefined,
): string | undefined {
  return names.find((name) => {
    const job = jobNamed(call, name);
    return job !== undefined && job.id !== own?.copy_job_id && job.id !== own?.restore_job_id;
  });
}

function addSecondaryPrimary(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const server = args.text('@primary_server') ?? '';
  const database = args.text('@primary_database') ?? '';
  const names = [args.text('@copy_job_name') ?? '', args.text('@restore_job_name') ?? ''] as const;
  const existing = secondaryOf(call.msdb, server, database);
  if (existing !== undefined && args.flag('@overwrite') !== true)
    return orderFailure('secondary/exists', server, database);
  const taken = takenJobName(call, names, existing);
  if (taken !== undefined) return orderFailure('job/name-taken', taken);
  if (monitorSilent(call, args.text('@monitor_server') ?? call.serverName))
    return orderFailure('monitor/no-link');
  const secondaryId = existing?.secondary_id ?? call.newGuid();
  if (existing !== undefined) removeSecondary(call, existing);
  const copy = addJob(call, names[0], { kind: 'log-shipping-copy', secondaryId });
  const restore = addJob(call, names[1], { kind: 'log-shipping-restore', secondaryId });
  call.msdb.secondaries.push({
    secondary_id: secondaryId,
    primary_server: server,
    primary_database: database,
    backup_source_directory: args.text('@backup_source_directory') ?? '',
    backup_destination_directory: args.text('@backup_destination_directory') ?? '',
    file_retention_period: args.number('@file_retention_period') ?? DEFAULT_RETENTION_MINUTES,
    copy_job_id: copy.id,
    restore_job_id: restore.id,
    monitor_server: args.text('@monitor_server') ?? call.serverName,
    monitor_server_security_mode: args.flag('@monitor_server_security_mode') ?? true,
    last_copied_file: null,
    last_copied_date: null,
  });
  return done(
    args.outputs({ '@copy_job_id': copy.id, '@restore_job_id': restore.id, '@secondary_id': secondaryId }),
  );
}

function addSecondaryDatabase(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const server = args.text('@primary_server') ?? '';
  const database = args.text('@primary_database') ?? '';
  const secondaryDatabase = args.text('@secondary_database') ?? '';
  const secondary = secondaryOf(call.msdb, server, database);
  if (secondary === undefined) return orderFailure('secondary/absent', server, database);
  // The docs give 14420 as the default here, 14421 is the matching number (reference 2.1): both are taken.
  const alert = args.number('@threshold_alert') ?? ALERT_SECONDARY;
  if (alert !== ALERT_PRIMARY && alert !== ALERT_SECONDARY && alert < FIRST_USER_MESSAGE)
    return orderFailure('threshold/invalid', alert);
  if (databaseOf(call.msdb, secondaryDatabase) !== undefined) {
    if (args.flag('@overwrite') !== true) return orderFailure('secondary-database/exists', secondaryDatabase);
    removeDatabaseRows(call, secondaryDatabase);
  }
  call.msdb.secondaryDatabases.push({
    secondary_database: secondaryDatabase,
    secondary_id: secondary.secondary_id,
    restore_delay: args.number('@restore_delay') ?? 0,
    restore_all: args.flag('@restore_all') ?? true,
    restore_mode: args.flag('@restore_mode') ?? false,
    disconnect_users: args.flag('@disconnect_users') ?? false,
    block_size: args.number('@block_size') ?? -1,
    buffer_count: args.number('@buffer_count') ?? -1,
    max_transfer_size: args.number('@max_transfer_size') ?? -1,
    last_restored_file: null,
    last_restored_date: null,
  });
  call.msdb.monitorSecondary.push({
    secondary_server: call.serverName,
    secondary_database: secondaryDatabase,
    secondary_id: secondary.secondary_id,
    primary_server: server,
    primary_database: database,
    restore_threshold: args.number('@restore_threshold') ?? 45,
    threshold_alert: alert,
    threshold_alert_enabled: args.flag('@threshold_alert_enabled') ?? true,
    last_copied_file: null,
    last_copied_date: null,
    last_copied_date_utc: null,
    last_restored_file: null,
    last_restored_date: null,
    last_restored_date_utc: null,
    last_restored_latency: null,
    history_retention_period: args.number('@history_retention_period') ?? DEFAULT_RETENTION_MINUTES,
  });
  return done();
}

function removeDatabaseRows(call: MsdbCall, database: string): void {
  const { msdb } = call;
  msdb.secondaryDatabases = msdb.secondaryDatabases.filter(
    (row) => !sameName(row.secondary_database, database),
  );
  msdb.monitorSecondary = msdb.monitorSecondary.filter((row) => !sameName(row.secondary_database, database));
}

function removeSecondary(call: MsdbCall, row: SecondaryRow): void {
  const { msdb } = call;
  deleteJob(call, row.copy_job_id);
  deleteJob(call, row.restore_job_id);
  msdb.secondaries = msdb.secondaries.filter((other) => other.secondary_id !== row.secondary_id);
  msdb.historyDetail = msdb.historyDetail.filter((other) => other.agent_id !== row.secondary_id);
  msdb.errorDetail = msdb.errorDetail.filter((other) => other.agent_id !== row.secondary_id);
}

function deleteSecondaryDatabase(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const database = args.text('@secondary_database') ?? '';
  const row = databaseOf(call.msdb, database);
  if (row === undefined) return orderFailure('secondary-database/absent', database);
  const secondary = call.msdb.secondaries.find((other) => other.secondary_id === row.secondary_id);
  removeDatabaseRows(call, database);
  const more = call.msdb.secondaryDatabases.some((other) => other.secondary_id === row.secondary_id);
  if (secondary === undefined || more) return done();
  removeSecondary(call, secondary);
  deleteAlertJobIfUnused(call);
  const silent =
    !sameName(secondary.monitor_server, call.serverName) &&
    call.monitor(secondary.monitor_server) === undefined;
  const text = `Could not query monitor information for log shipping secondary ${call.serverName}.${database} from monitor server ${secondary.monitor_server}.`;
  return done({}, silent && args.flag('@ignoreremotemonitor') !== true ? [info(32031, text)] : []);
}

function deleteSecondaryPrimary(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const server = args.text('@primary_server') ?? '';
  const database = args.text('@primary_database') ?? '';
  const row = secondaryOf(call.msdb, server, database);
  // The reference has no number for deleting an entry that is not there; 32023's text fits and is unverified here.
  if (row === undefined) return orderFailure('secondary/absent', server, database);
  if (call.msdb.secondaryDatabases.some((other) => other.secondary_id === row.secondary_id))
    return orderFailure('secondary/has-databases', server, database);
  removeSecondary(call, row);
  deleteAlertJobIfUnused(call);
  return done();
}

export const SECONDARY_PROCEDURES: readonly MsdbProcedure[] = [
  shippingProcedure('sp_add_log_shipping_secondary_primary', addSecondaryPrimary),
  shippingProcedure('sp_add_log_shipping_secondary_database', addSecondaryDatabase),
  shippingProcedure('sp_delete_log_shipping_secondary_database', deleteSecondaryDatabase),
  shippingProcedure('sp_delete_log_shipping_secondary_primary', deleteSecondaryPrimary),
];
