/** Log shipping as msdb tells it: the primary's half, the secondary's half and the Agent jobs of both. */
import type { InstanceFacts, JobFacts } from '../topology/pool-facts.ts';
import { sameName, type AnswerParts } from './answer-parts.ts';
import type { RowReader } from './row-reader.ts';

const ROLES = ['backup', 'copy', 'restore', 'alert'] as const satisfies readonly JobFacts['role'][];
/** sysjobhistory.run_status. */
const RUN_STATUS: Readonly<Record<number, NonNullable<JobFacts['lastRun']>['status']>> = {
  0: 'failed',
  1: 'succeeded',
  2: 'retry',
  3: 'canceled',
  4: 'in progress',
};
const MINUTE_MS = 60_000;

export function readShippingPrimary(
  parts: AnswerParts,
  databases: readonly string[],
): InstanceFacts['shippingPrimary'] {
  if (databases.length === 0) return {};
  const rows = parts.required('shipping_primary');
  const targets = parts.required('shipping_targets');
  const ofDatabase = (database: string): InstanceFacts['shippingPrimary'][string] => {
    const row = rows.find((candidate) => sameName(candidate.text('primary_database'), database));
    if (row === undefined) return null;
    const primaryId = row.guid('primary_id');
    return {
      primaryId,
      backupDirectory: row.text('backup_directory'),
      backupShare: row.text('backup_share'),
      backupJobId: row.guid('backup_job_id'),
      lastBackupFile: row.textOrNull('last_backup_file'),
      lastBackupAt: row.utcOrNull('last_backup_date_utc') ?? row.localOrNull('last_backup_date'),
      secondaries: targets
        .filter((target) => target.guid('primary_id') === primaryId)
        .map((target) => ({
          server: target.text('secondary_server'),
          database: target.text('secondary_database'),
        })),
    };
  };
  return Object.fromEntries(databases.map((database) => [database, ofDatabase(database)]));
}

/**
 * null also while only the first half of a set-up is there (log_shipping_secondary without a secondary database); its jobs are
 * still in `jobs`.
 */
export function readShippingSecondary(
  parts: AnswerParts,
  databases: readonly string[],
): InstanceFacts['shippingSecondary'] {
  if (databases.length === 0) return {};
  const rows = parts.required('shipping_secondary');
  const ofDatabase = (database: string): InstanceFacts['shippingSecondary'][string] => {
    const row = rows.find((candidate) => sameName(candidate.text('secondary_database'), database));
    if (row === undefined) return null;
    return {
      secondaryId: row.guid('secondary_id'),
      primaryServer: row.text('primary_server'),
      sourceDirectory: row.text('backup_source_directory'),
      destinationDirectory: row.text('backup_destination_directory'),
      copyJobId: row.guid('copy_job_id'),
      restoreJobId: row.guid('restore_job_id'),
      restoreMode: row.bit('restore_mode') ? 'STANDBY' : 'NORECOVERY',
      lastCopiedFile: row.textOrNull('last_copied_file'),
      lastCopiedAt: row.utcOrNull('last_copied_date_utc') ?? row.localOrNull('last_copied_date'),
      lastRestoredFile: row.textOrNull('last_restored_file'),
      lastRestoredAt: row.utcOrNull('last_restored_date_utc') ?? row.localOrNull('last_restored_date'),
    };
  };
  return Object.fromEntries(databases.map((database) => [database, ofDatabase(database)]));
}

/** run_date yyyymmdd and run_time hhmmss, local: the start of the run. */
export function agentInstant(runDate: number, runTime: number, zoneMinutes: number): string {
  const day = Date.UTC(Math.floor(runDate / 10_000), (Math.floor(runDate / 100) % 100) - 1, runDate % 100);
  const hours = Math.floor(runTime / 10_000);
  const minutes = hours * 60 + (Math.floor(runTime / 100) % 100) - zoneMinutes;
  return new Date(day + minutes * MINUTE_MS + (runTime % 100) * 1000).toISOString();
}

function lastRunOf(row: RowReader, zoneMinutes: number): JobFacts['lastRun'] {
  const code = row.integerOrNull('run_status');
  const status = code === null ? undefined : RUN_STATUS[code];
  if (status === undefined) return null;
  return { status, at: agentInstant(row.integer('run_date'), row.integer('run_time'), zoneMinutes) };
}

/**
 * Running: in the newest agent session the job was started and has not stopped. Without the session filter of the statement a
 * job that died with the agent would look running for ever (reference 1.9). Alert jobs are of no database.
 */
export function readJobs(parts: AnswerParts, databases: readonly string[]): JobFacts[] {
  if (databases.length === 0) return [];
  const rows = parts.required('jobs').filter((row) => {
    const shipped = row.textOrNull('database_name');
    return shipped === null || databases.some((name) => sameName(shipped, name));
  });
  const jobs = rows.map((row): JobFacts => ({
    id: row.guid('job_id'),
    name: row.text('name'),
    role: ROLES.find((role) => role === row.text('role')) ?? 'alert',
    enabled: row.integer('enabled') === 1,
    running:
      row.textOrNull('start_execution_date') !== null && row.textOrNull('stop_execution_date') === null,
    lastRun: lastRunOf(row, parts.zoneMinutes),
  }));
  const byId = new Map<string, JobFacts>();
  for (const job of jobs) {
    const known = byId.get(job.id);
    // Several activity rows of one job: any that runs counts.
    byId.set(job.id, known === undefined ? job : { ...known, running: known.running || job.running });
  }
  return [...byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** status 4 is running (reference 1.10); no row: the service is hidden or not installed. */
export function readAgent(parts: AnswerParts): boolean | 'unknown' {
  const [row] = parts.optional('agent') ?? [];
  const status = row?.integerOrNull('status') ?? null;
  return status === null ? 'unknown' : status === 4;
}
