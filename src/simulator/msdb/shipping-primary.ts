/**
 * The primary half of log shipping: sp_*_log_shipping_primary_*, and the alert job. Parameters and effects: sql-server
 * reference 2.1 and catalogue; which 32xxx number a situation gives is inferred there (2.2).
 */
import type { CommandOutcome } from '../tsql/host.ts';
import { addJob, deleteJob, jobNamed } from './jobs.ts';
import { done, info, sameName, shippingProcedure, type MsdbCall, type MsdbProcedure } from './msdb-call.ts';
import type { MonitorPrimaryRow, MsdbState, PrimaryDatabaseRow } from './msdb-state.ts';
import { orderFailure } from './order-table.ts';
import type { BoundArguments } from './procedure-arguments.ts';

/** Minutes; the reference lists several documented defaults, these are the newest page's. */
const DEFAULT_HISTORY_MINUTES = 1440;
export const ALERT_PRIMARY = 14_420;
/** sp_addmessage gives numbers from here. */
export const FIRST_USER_MESSAGE = 50_001;

const primaryOf = (msdb: MsdbState, database: string): PrimaryDatabaseRow | undefined =>
  msdb.primaryDatabases.find((row) => sameName(row.primary_database, database));

/** The msdb tables that hold monitor rows: the instance's own, and a remote monitor's when it answers. */
function monitorsOf(call: MsdbCall, monitorServer: string): readonly MsdbState[] {
  if (sameName(monitorServer, call.serverName)) return [call.msdb];
  const remote = call.monitor(monitorServer);
  return remote === undefined ? [call.msdb] : [call.msdb, remote];
}

export const monitorSilent = (call: MsdbCall, monitorServer: string): boolean =>
  !sameName(monitorServer, call.serverName) && call.monitor(monitorServer) === undefined;

function monitorRow(call: MsdbCall, args: BoundArguments, primaryId: string): MonitorPrimaryRow {
  return {
    primary_id: primaryId,
    primary_server: call.serverName,
    primary_database: args.text('@database') ?? '',
    backup_threshold: args.number('@backup_threshold') ?? 45,
    threshold_alert: args.number('@threshold_alert') ?? ALERT_PRIMARY,
    threshold_alert_enabled: args.flag('@threshold_alert_enabled') ?? false,
    last_backup_file: null,
    last_backup_date: null,
    last_backup_date_utc: null,
    history_retention_period: args.number('@history_retention_period') ?? DEFAULT_HISTORY_MINUTES,
  };
}

/** Refusals of sp_add_log_shipping_primary_database; undefined: it may go on. */
function refuseAdd(call: MsdbCall, args: BoundArguments, jobName: string): CommandOutcome | undefined {
  const database = args.text('@database') ?? '';
  const state = call.database(database);
  const existing = primaryOf(call.msdb, database);
  if (state?.online !== true) return orderFailure('primary/not-online', database);
  if (state.recoveryModel === 'SIMPLE') return orderFailure('primary/simple', database);
  const alert = args.number('@threshold_alert') ?? ALERT_PRIMARY;
  if (alert !== ALERT_PRIMARY && alert < FIRST_USER_MESSAGE) return orderFailure('threshold/invalid', alert);
  if (existing !== undefined && args.flag('@overwrite') !== true)
    return orderFailure('primary/exists', database);
  const job = jobNamed(call, jobName);
  if (job !== undefined && job.id !== existing?.backup_job_id) return orderFailure('job/name-taken', jobName);
  const monitorServer = args.text('@monitor_server') ?? call.serverName;
  if (monitorSilent(call, monitorServer)) return orderFailure('monitor/no-link');
  return undefined;
}

function addPrimaryDatabase(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const database = args.text('@database') ?? '';
  const jobName = args.text('@backup_job_name') ?? `LSBackup_${database}`;
  const refused = refuseAdd(call, args, jobName);
  if (refused !== undefined) return refused;
  const existing = primaryOf(call.msdb, database);
  if (existing !== undefined) removePrimary(call, existing);
  const primaryId = existing?.primary_id ?? call.newGuid();
  const job = addJob(call, jobName, { kind: 'log-shipping-backup', primaryId });
  const monitorServer = args.text('@monitor_server') ?? call.serverName;
  call.msdb.primaryDatabases.push({
    primary_id: primaryId,
    primary_database: database,
    backup_directory: args.text('@backup_directory') ?? '',
    backup_share: args.text('@backup_share') ?? '',
    backup_retention_period: args.number('@backup_retention_period') ?? DEFAULT_HISTORY_MINUTES,
    backup_job_id: job.id,
    monitor_server: monitorServer,
    monitor_server_security_mode: args.flag('@monitor_server_security_mode') ?? true,
    last_backup_file: null,
    last_backup_date: null,
    user_specified_monitor: args.text('@monitor_server') !== undefined,
    backup_compression: args.number('@backup_compression') ?? 2,
  });
  for (const msdb of monitorsOf(call, monitorServer))
    msdb.monitorPrimary.push(monitorRow(call, args, primaryId));
  return done(args.outputs({ '@backup_job_id': job.id, '@primary_id': primaryId }));
}

function removePrimary(call: MsdbCall, row: PrimaryDatabaseRow): void {
  deleteJob(call, row.backup_job_id);
  call.msdb.primaryDatabases = call.msdb.primaryDatabases.filter(
    (other) => other.primary_id !== row.primary_id,
  );
  for (const msdb of monitorsOf(call, row.monitor_server)) {
    msdb.monitorPrimary = msdb.monitorPrimary.filter((other) => other.primary_id !== row.primary_id);
    msdb.historyDetail = msdb.historyDetail.filter((other) => other.agent_id !== row.primary_id);
    msdb.errorDetail = msdb.errorDetail.filter((other) => other.agent_id !== row.primary_id);
  }
}

function deletePrimaryDatabase(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const database = args.text('@database') ?? '';
  const row = primaryOf(call.msdb, database);
  if (row === undefined) return orderFailure('primary/absent', database);
  if (call.msdb.primarySecondaries.some((other) => other.primary_id === row.primary_id))
    return orderFailure('primary/has-secondaries', database);
  const silent = monitorSilent(call, row.monitor_server);
  removePrimary(call, row);
  deleteAlertJobIfUnused(call);
  const text = `Could not query monitor information for log shipping primary ${call.serverName}.${database} from monitor server ${row.monitor_server}.`;
  return done({}, silent && args.flag('@ignoreremotemonitor') !== true ? [info(32030, text)] : []);
}

function addPrimarySecondary(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const database = args.text('@primary_database') ?? '';
  const secondary_server = args.text('@secondary_server') ?? '';
  const secondary_database = args.text('@secondary_database') ?? '';
  const row = primaryOf(call.msdb, database);
  if (row === undefined) return orderFailure('primary/absent', database);
  const exists = call.msdb.primarySecondaries.some(
    (other) =>
      other.primary_id === row.primary_id &&
      sameName(other.secondary_server, secondary_server) &&
      sameName(other.secondary_database, secondary_database),
  );
  if (exists && args.flag('@overwrite') !== true)
    return orderFailure('mapping/exists', secondary_server, secondary_database, database);
  if (!exists)
    call.msdb.primarySecondaries.push({ primary_id: row.primary_id, secondary_server, secondary_database });
  return done();
}

function deletePrimarySecondary(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const database = args.text('@primary_database') ?? '';
  const row = primaryOf(call.msdb, database);
  if (row === undefined) return orderFailure('primary/absent', database);
  call.msdb.primarySecondaries = call.msdb.primarySecondaries.filter(
    (other) =>
      other.primary_id !== row.primary_id ||
      !sameName(other.secondary_server, args.text('@secondary_server') ?? '') ||
      !sameName(other.secondary_database, args.text('@secondary_database') ?? ''),
  );
  return done();
}

/** Enabled, every two minutes (catalogue); made once. */
function addAlertJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const { msdb } = call;
  if (msdb.alertJobId === undefined) {
    const job = addJob(call, `LSAlert_${call.serverName}`, { kind: 'log-shipping-alert' });
    job.enabled = true;
    msdb.alertJobId = job.id;
    const scheduleId = msdb.nextScheduleId;
    msdb.nextScheduleId += 1;
    msdb.schedules.push({
      id: scheduleId,
      uid: call.newGuid(),
      name: 'Log shipping alert job schedule.',
      enabled: true,
      freqType: 4,
      freqInterval: 1,
      freqSubdayType: 4,
      freqSubdayInterval: 2,
      freqRelativeInterval: 0,
      freqRecurrenceFactor: 0,
      activeStartDate: 20_050_101,
      activeEndDate: 99_991_231,
      activeStartTime: 0,
      activeEndTime: 235_959,
      createdLocal: job.createdLocal,
      modifiedLocal: job.modifiedLocal,
    });
    msdb.jobSchedules.push({ scheduleId, jobId: job.id, nextRunAtMs: undefined });
  }
  return done(args.outputs({ '@alert_job_id': msdb.alertJobId }));
}

/** Goes only when nothing on this instance uses it any more. */
export function deleteAlertJobIfUnused(call: MsdbCall): void {
  const { msdb } = call;
  if (msdb.alertJobId === undefined) return;
  if (msdb.primaryDatabases.length + msdb.secondaries.length > 0) return;
  deleteJob(call, msdb.alertJobId);
  msdb.alertJobId = undefined;
}

export const PRIMARY_PROCEDURES: readonly MsdbProcedure[] = [
  shippingProcedure('sp_add_log_shipping_primary_database', addPrimaryDatabase),
  shippingProcedure('sp_delete_log_shipping_primary_database', deletePrimaryDatabase),
  shippingProcedure('sp_add_log_shipping_primary_secondary', addPrimarySecondary),
  shippingProcedure('sp_delete_log_shipping_primary_secondary', deletePrimarySecondary),
  shippingProcedure('sp_add_log_shipping_alert_job', addAlertJob),
  shippingProcedure('sp_delete_log_shipping_alert_job', (call) => {
    deleteAlertJobIfUnused(call);
    return done();
  }),
];
