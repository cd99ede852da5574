/** sp_help_log_shipping_*: what msdb holds, as result sets with the documented columns. They change nothing. */
import type { CellValue } from '../sql-tokens.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { HELP_SETS } from './msdb-columns.ts';
import {
  done,
  resultSet,
  sameName,
  grantableProcedure,
  shippingProcedure,
  type MsdbCall,
  type MsdbProcedure,
} from './msdb-call.ts';
import type { DateText } from './msdb-state.ts';
import type { BoundArguments } from './procedure-arguments.ts';

type Row = Readonly<Record<string, CellValue | undefined>>;
/** Row interfaces have no index signature; a copy does. */
const row = (value: object): Row => ({ ...value });

const matches = (wanted: string | undefined, value: string): boolean =>
  wanted === undefined || sameName(wanted, value);

function primaryDatabase(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const rows = call.msdb.primaryDatabases
    .filter(
      (primary) =>
        matches(args.text('@database'), primary.primary_database) &&
        matches(args.text('@primary_id'), primary.primary_id),
    )
    .map((primary) => ({
      ...row(call.msdb.monitorPrimary.find(({ primary_id }) => primary_id === primary.primary_id) ?? {}),
      ...row(primary),
    }));
  return done({}, resultSet(HELP_SETS.primaryDatabase, rows));
}

function secondaryRows(call: MsdbCall, args: BoundArguments): readonly Row[] {
  return call.msdb.secondaryDatabases
    .filter(
      (database) =>
        matches(args.text('@secondary_database'), database.secondary_database) &&
        matches(args.text('@secondary_id'), database.secondary_id),
    )
    .map((database) => ({
      ...row(call.msdb.secondaries.find(({ secondary_id }) => secondary_id === database.secondary_id) ?? {}),
      ...row(
        call.msdb.monitorSecondary.find((monitor) =>
          sameName(monitor.secondary_database, database.secondary_database),
        ) ?? {},
      ),
      ...row(database),
    }));
}

const minutesSince = (call: MsdbCall, utc: DateText): number | null =>
  utc === null ? null : Math.max(0, Math.floor((call.clock.utcMs - Date.parse(`${utc}Z`)) / 60_000));

const late = (minutes: number | null, threshold: number): boolean => minutes === null || minutes > threshold;

function monitorRows(call: MsdbCall): readonly Row[] {
  const primaries = call.msdb.monitorPrimary.map((monitor): Row => {
    const age = minutesSince(call, monitor.last_backup_date_utc);
    return {
      status: late(age, monitor.backup_threshold),
      is_primary: true,
      server: monitor.primary_server,
      database_name: monitor.primary_database,
      time_since_last_backup: age,
      last_backup_file: monitor.last_backup_file,
      backup_threshold: monitor.backup_threshold,
      is_backup_alert_enabled: monitor.threshold_alert_enabled,
    };
  });
  const secondaries = call.msdb.monitorSecondary.map((monitor): Row => {
    const age = minutesSince(call, monitor.last_restored_date_utc);
    return {
      status: late(age, monitor.restore_threshold),
      is_primary: false,
      server: monitor.secondary_server,
      database_name: monitor.secondary_database,
      time_since_last_copy: minutesSince(call, monitor.last_copied_date_utc),
      last_copied_file: monitor.last_copied_file,
      time_since_last_restore: age,
      last_restored_file: monitor.last_restored_file,
      last_restored_latency: monitor.last_restored_latency,
      restore_threshold: monitor.restore_threshold,
      is_restore_alert_enabled: monitor.threshold_alert_enabled,
    };
  });
  return [...primaries, ...secondaries];
}

export const HELP_PROCEDURES: readonly MsdbProcedure[] = [
  shippingProcedure('sp_help_log_shipping_primary_database', primaryDatabase),
  shippingProcedure('sp_help_log_shipping_primary_secondary', (call, args) => {
    const ids = call.msdb.primaryDatabases
      .filter((primary) => matches(args.text('@primary_database'), primary.primary_database))
      .map((primary) => primary.primary_id);
    const rows = call.msdb.primarySecondaries.filter(({ primary_id }) => ids.includes(primary_id)).map(row);
    return done({}, resultSet(HELP_SETS.primarySecondary, rows));
  }),
  shippingProcedure('sp_help_log_shipping_secondary_primary', (call, args) => {
    const rows = call.msdb.secondaries
      .filter(
        (secondary) =>
          matches(args.text('@primary_server'), secondary.primary_server) &&
          matches(args.text('@primary_database'), secondary.primary_database),
      )
      .map(row);
    return done({}, resultSet(HELP_SETS.secondaryPrimary, rows));
  }),
  shippingProcedure('sp_help_log_shipping_secondary_database', (call, args) =>
    done({}, resultSet(HELP_SETS.secondaryDatabase, secondaryRows(call, args))),
  ),
  shippingProcedure('sp_help_log_shipping_monitor_primary', (call, args) => {
    const rows = call.msdb.monitorPrimary
      .filter(
        (monitor) =>
          matches(args.text('@primary_server'), monitor.primary_server) &&
          matches(args.text('@primary_database'), monitor.primary_database),
      )
      .map(row);
    return done({}, resultSet(HELP_SETS.monitorPrimary, rows));
  }),
  shippingProcedure('sp_help_log_shipping_monitor_secondary', (call, args) => {
    const rows = call.msdb.monitorSecondary
      .filter(
        (monitor) =>
          matches(args.text('@secondary_server'), monitor.secondary_server) &&
          matches(args.text('@secondary_database'), monitor.secondary_database),
      )
      .map(row);
    return done({}, resultSet(HELP_SETS.monitorSecondary, rows));
  }),
  shippingProcedure('sp_help_log_shipping_alert_job', (call) => {
    const { alertJobId } = call.msdb;
    return done(
      {},
      resultSet(HELP_SETS.alertJob, alertJobId === undefined ? [] : [{ alert_job_id: alertJobId }]),
    );
  }),
  grantableProcedure('sp_help_log_shipping_monitor', (call) =>
    done({}, resultSet(HELP_SETS.monitor, monitorRows(call))),
  ),
];
