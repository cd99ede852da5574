/**
 * LSBackup: BACKUP LOG into `<name>.wrk`, then rename to `.trn`, then delete files past the retention. On a copy that is not
 * ONLINE (a mirror) it notes 32008 and SUCCEEDS without a file (sql-server reference 2.5).
 */
import { fileStamp, localText, utcText } from '../msdb/instance-clock.ts';
import type { PrimaryDatabaseRow } from '../msdb/msdb-state.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { joinPath, type AgentEnv } from './agent-env.ts';
import type { JobRun } from './agent-state.ts';
import { note, noteErrors } from './job-history.ts';
import { failed, succeeded, type StepOutcome } from './step-outcome.ts';

const MINUTE_MS = 60_000;

export function beginBackup(env: AgentEnv, run: JobRun, primaryId: string): StepOutcome {
  const primary = env.msdb.primaryDatabases.find((row) => row.primary_id === primaryId);
  if (primary === undefined) return failed('The log shipping primary does not exist.');
  const database = primary.primary_database;
  if (env.databaseState(database) !== 'ONLINE') {
    const text = `Database ${database} is not ONLINE. The backup job will not be performed until this database is brought online.`;
    note(env, run, 4, text);
    return succeeded(text);
  }
  const stem = `${database}_${fileStamp(env.clock.utcMs)}`;
  const device = joinPath(primary.backup_directory, `${stem}.wrk`);
  const { sessionId, outcome } = env.runCommand(`job:${run.jobId}`, {
    kind: 'backup',
    what: 'log',
    database,
    devices: [device],
    options: { INIT: true },
  });
  run.phase = { kind: 'backing-up', operation: '', sessionId, folder: primary.backup_directory, stem };
  if (outcome.kind !== 'pending') return backupFinished(env, run, outcome);
  run.phase.operation = outcome.operation;
  return { kind: 'going-on' };
}

export function backupFinished(env: AgentEnv, run: JobRun, outcome: CommandOutcome): StepOutcome {
  if (run.phase.kind !== 'backing-up') return { kind: 'going-on' };
  const { folder, stem, sessionId } = run.phase;
  env.endSession(sessionId);
  if (outcome.kind === 'failure') {
    const messages = outcome.errors.map(({ message }) => message);
    noteErrors(env, run, messages);
    return failed(messages.join(' '));
  }
  const primary = primaryOfRun(env, run);
  if (primary === undefined) return failed('The log shipping primary was removed.');
  const target = joinPath(folder, `${stem}.trn`);
  env.emitFile({ operation: 'rename', from: joinPath(folder, `${stem}.wrk`), to: target });
  record(env, primary, target);
  deleteOldFiles(env, primary);
  return succeeded(`The log backup file ${target} was created.`);
}

function primaryOfRun(env: AgentEnv, run: JobRun): PrimaryDatabaseRow | undefined {
  return env.msdb.primaryDatabases.find((row) => row.backup_job_id === run.jobId);
}

function record(env: AgentEnv, primary: PrimaryDatabaseRow, file: string): void {
  primary.last_backup_file = file;
  primary.last_backup_date = localText(env.clock);
  for (const monitor of env.msdb.monitorPrimary) {
    if (monitor.primary_id !== primary.primary_id) continue;
    monitor.last_backup_file = file;
    monitor.last_backup_date = localText(env.clock);
    monitor.last_backup_date_utc = utcText(env.clock);
  }
}

function deleteOldFiles(env: AgentEnv, primary: PrimaryDatabaseRow): void {
  const listing = env.files.list(primary.backup_directory);
  if ('osError' in listing) return;
  const oldest = env.nowMs - primary.backup_retention_period * MINUTE_MS;
  const prefix = `${primary.primary_database.toLowerCase()}_`;
  for (const { name, modifiedAtMs } of listing) {
    const lower = name.toLowerCase();
    if (!lower.startsWith(prefix) || !lower.endsWith('.trn') || modifiedAtMs >= oldest) continue;
    env.emitFile({ operation: 'delete', path: joinPath(primary.backup_directory, name) });
  }
}

/** A stopped BACKUP leaves its half-written `.wrk` behind. */
export function abandonBackup(env: AgentEnv, run: JobRun): void {
  if (run.phase.kind !== 'backing-up') return;
  const { folder, stem, sessionId } = run.phase;
  env.endSession(sessionId);
  const path = joinPath(folder, `${stem}.wrk`);
  if (!('osError' in env.files.list(folder)) && 'osError' in env.files.read(path))
    env.emitFile({
      operation: 'write',
      path,
      bytes: new TextEncoder().encode('half-written'),
      modifiedAtMs: env.nowMs,
    });
}
