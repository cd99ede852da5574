/**
 * How mirroring and log shipping of a database are set up on one instance: names, folders, schedules and thresholds, which a round
 * never looks at, and the epochs that the instance keeps. Result sets are named like those of the observing batch. Columns: catalogue. Reads only.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { epochJob } from './epoch-guard.ts';
import { identifier, integer, literal } from './quote.ts';

/** ms; as in the observing batch. */
const LOCK_TIMEOUT_MS = 1500;

const text = (database: string): string => `SET NOCOUNT ON;
SET LOCK_TIMEOUT ${integer(LOCK_TIMEOUT_MS)};
SET DEADLOCK_PRIORITY LOW;
SELECT 1 AS part_setup_mirroring, m.mirroring_role_desc, m.mirroring_partner_name, m.mirroring_partner_instance,
  m.mirroring_witness_name
FROM sys.database_mirroring AS m INNER JOIN sys.databases AS d ON d.database_id = m.database_id
WHERE d.name = ${database} AND m.mirroring_guid IS NOT NULL;
SELECT 1 AS part_setup_primary, p.backup_share, p.backup_retention_period, p.backup_job_id, m.backup_threshold
FROM msdb.dbo.log_shipping_primary_databases AS p
LEFT JOIN msdb.dbo.log_shipping_monitor_primary AS m ON m.primary_id = p.primary_id
WHERE p.primary_database = ${database};
SELECT 1 AS part_setup_secondary, s.backup_source_directory, s.backup_destination_directory, s.copy_job_id, s.restore_job_id,
  m.restore_threshold
FROM msdb.dbo.log_shipping_secondary AS s
INNER JOIN msdb.dbo.log_shipping_secondary_databases AS d ON d.secondary_id = s.secondary_id
LEFT JOIN msdb.dbo.log_shipping_monitor_secondary AS m
  ON m.secondary_id = s.secondary_id AND m.secondary_database = d.secondary_database
WHERE d.secondary_database = ${database};
SELECT 1 AS part_setup_schedules, j.job_id, c.enabled, c.freq_type, c.freq_subday_type, c.freq_subday_interval
FROM msdb.dbo.sysjobschedules AS j INNER JOIN msdb.dbo.sysschedules AS c ON c.schedule_id = j.schedule_id;
SELECT 1 AS part_setup_epochs, j.name, j.enabled, j.description FROM msdb.dbo.sysjobs AS j
WHERE j.name LIKE ${literal(epochJob('%'))};`;

export function observeLogShippingSetup(database: string): SqlStatement {
  identifier(database);
  return { name: 'observe-log-shipping-setup', text: text(literal(database)), parameters: {}, mode: 'batch' };
}
