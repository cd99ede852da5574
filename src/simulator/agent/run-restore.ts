/**
 * LSRestore: applies the copied files after last_restored_file in name order; skips files that are already applied (4326),
 * searches backwards once on 4305, and SUCCEEDS when nothing fits (sql-server reference 5.3, practice [X]).
 */
import { localText, utcText } from '../msdb/instance-clock.ts';
import type { SecondaryDatabaseRow } from '../msdb/msdb-state.ts';
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { joinPath, OS_ERROR_TEXT, type AgentEnv } from './agent-env.ts';
import type { JobRun } from './agent-state.ts';
import { note, noteErrors } from './job-history.ts';
import { failed, succeeded, type StepOutcome } from './step-outcome.ts';

const MINUTE_MS = 60_000;
const TOO_RECENT = 4305;
const TOO_EARLY = 4326;

const baseName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toLowerCase();

export function beginRestore(env: AgentEnv, run: JobRun, secondaryId: string): StepOutcome {
  const secondary = env.msdb.secondaries.find((row) => row.secondary_id === secondaryId);
  const database = env.msdb.secondaryDatabases.find((row) => row.secondary_id === secondaryId);
  if (secondary === undefined || database === undefined)
    return failed('The log shipping secondary does not exist.');
  const folder = secondary.backup_destination_directory;
  const listing = env.files.list(folder);
  if ('osError' in listing) {
    const text = `The folder ${folder} cannot be read. Operating system error ${listing.osError}(${OS_ERROR_TEXT[listing.osError] ?? 'error'}).`;
    noteErrors(env, run, [text]);
    return failed(text);
  }
  const prefix = `${secondary.primary_database.toLowerCase()}_`;
  const youngest = env.nowMs - database.restore_delay * MINUTE_MS;
  const files = listing
    .filter(({ name, modifiedAtMs }) => {
      const lower = name.toLowerCase();
      return lower.startsWith(prefix) && lower.endsWith('.trn') && modifiedAtMs <= youngest;
    })
    .map(({ name }) => name)
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const last = database.last_restored_file === null ? '' : baseName(database.last_restored_file);
  const first = files.findIndex((name) => name.toLowerCase() > last);
  run.phase = {
    kind: 'restoring',
    operation: '',
    sessionId: 0,
    folder,
    files,
    index: first === -1 ? files.length : first,
    restored: 0,
    searchingBack: false,
    searchedBack: false,
  };
  return tryFile(env, run);
}

function restoreCommand(database: SecondaryDatabaseRow, device: string): Command {
  const undo = device.replace(/\.trn$/i, '.tuf');
  return {
    kind: 'restore',
    what: 'log',
    database: database.secondary_database,
    devices: [device],
    options: database.restore_mode ? { STANDBY: undo } : { NORECOVERY: true },
    moves: [],
  };
}

const databaseOfRun = (env: AgentEnv, run: JobRun): SecondaryDatabaseRow | undefined => {
  const secondary = env.msdb.secondaries.find((row) => row.restore_job_id === run.jobId);
  return env.msdb.secondaryDatabases.find((row) => row.secondary_id === secondary?.secondary_id);
};

function tryFile(env: AgentEnv, run: JobRun): StepOutcome {
  const { phase } = run;
  if (phase.kind !== 'restoring') return { kind: 'going-on' };
  const database = databaseOfRun(env, run);
  if (database === undefined) return failed('The log shipping secondary was removed.');
  const file = phase.files[phase.index];
  if (file === undefined) return nothingMore(env, run, database);
  if (database.disconnect_users) env.disconnectUsers(database.secondary_database);
  const command = restoreCommand(database, joinPath(phase.folder, file));
  const { sessionId, outcome } = env.runCommand(`job:${run.jobId}`, command);
  phase.sessionId = sessionId;
  if (outcome.kind !== 'pending') return restoreFinished(env, run, outcome);
  phase.operation = outcome.operation;
  return { kind: 'going-on' };
}

function nothingMore(env: AgentEnv, run: JobRun, database: SecondaryDatabaseRow): StepOutcome {
  const restored = run.phase.kind === 'restoring' ? run.phase.restored : 0;
  deleteOldFiles(env, database);
  if (restored > 0) return succeeded(`Number of log backup files restored: ${restored}.`);
  const text = `Could not find a log backup file that could be applied to secondary database '${database.secondary_database}'.`;
  note(env, run, 4, text);
  return succeeded(text);
}

export function restoreFinished(env: AgentEnv, run: JobRun, outcome: CommandOutcome): StepOutcome {
  const { phase } = run;
  if (phase.kind !== 'restoring') return { kind: 'going-on' };
  env.endSession(phase.sessionId);
  phase.operation = '';
  phase.sessionId = 0;
  const database = databaseOfRun(env, run);
  const file = phase.files[phase.index];
  if (database === undefined || file === undefined) return failed('The log shipping secondary was removed.');
  if (outcome.kind !== 'failure') return restoredOne(env, run, database, joinPath(phase.folder, file));
  const numbers = outcome.errors.map(({ number }) => number);
  if (numbers.includes(TOO_EARLY)) return skipFile(env, run, database, file);
  if (numbers.includes(TOO_RECENT)) return searchBack(env, run, database, file);
  const messages = outcome.errors.map(({ message }) => message);
  noteErrors(env, run, messages);
  return failed(messages.join(' '));
}

function restoredOne(env: AgentEnv, run: JobRun, database: SecondaryDatabaseRow, path: string): StepOutcome {
  const { phase } = run;
  if (phase.kind !== 'restoring') return { kind: 'going-on' };
  database.last_restored_file = path;
  database.last_restored_date = localText(env.clock);
  const file = phase.files[phase.index] ?? '';
  const listing = env.files.list(phase.folder);
  const writtenAtMs =
    'osError' in listing ? undefined : listing.find(({ name }) => name === file)?.modifiedAtMs;
  for (const monitor of env.msdb.monitorSecondary) {
    if (monitor.secondary_database.toLowerCase() !== database.secondary_database.toLowerCase()) continue;
    monitor.last_restored_file = path;
    monitor.last_restored_date = localText(env.clock);
    monitor.last_restored_date_utc = utcText(env.clock);
    monitor.last_restored_latency =
      writtenAtMs === undefined ? null : Math.max(0, Math.floor((env.nowMs - writtenAtMs) / MINUTE_MS));
  }
  phase.restored += 1;
  phase.index += 1;
  phase.searchingBack = false;
  if (!database.restore_all) return succeeded('Number of log backup files restored: 1.');
  return tryFile(env, run);
}

function skipFile(env: AgentEnv, run: JobRun, database: SecondaryDatabaseRow, file: string): StepOutcome {
  const { phase } = run;
  if (phase.kind !== 'restoring') return { kind: 'going-on' };
  note(
    env,
    run,
    1,
    `Skipped log backup file. Secondary DB: '${database.secondary_database}', File: '${file}'`,
  );
  // Searching backwards ends at the first file that is too early: nothing between it and the gap fits.
  if (phase.searchingBack) return nothingMore(env, run, database);
  phase.index += 1;
  return tryFile(env, run);
}

function searchBack(env: AgentEnv, run: JobRun, database: SecondaryDatabaseRow, file: string): StepOutcome {
  const { phase } = run;
  if (phase.kind !== 'restoring') return { kind: 'going-on' };
  const text = `*** Error ${TOO_RECENT}: The file '${file}' is too recent to apply to the secondary database '${database.secondary_database}'.`;
  noteErrors(env, run, [text]);
  if (phase.index === 0 || (phase.searchedBack && !phase.searchingBack))
    return nothingMore(env, run, database);
  phase.searchingBack = true;
  phase.searchedBack = true;
  phase.index -= 1;
  return tryFile(env, run);
}

/** Files past the retention that were restored. */
function deleteOldFiles(env: AgentEnv, database: SecondaryDatabaseRow): void {
  const secondary = env.msdb.secondaries.find((row) => row.secondary_id === database.secondary_id);
  if (secondary === undefined || database.last_restored_file === null) return;
  const listing = env.files.list(secondary.backup_destination_directory);
  if ('osError' in listing) return;
  const oldest = env.nowMs - secondary.file_retention_period * MINUTE_MS;
  const restored = baseName(database.last_restored_file);
  const prefix = `${secondary.primary_database.toLowerCase()}_`;
  for (const { name, modifiedAtMs } of listing) {
    const lower = name.toLowerCase();
    if (!lower.startsWith(prefix) || lower > restored || modifiedAtMs >= oldest) continue;
    env.emitFile({ operation: 'delete', path: joinPath(secondary.backup_destination_directory, name) });
  }
}

/** The session ends; the engine leaves what a cut RESTORE leaves. */
export function abandonRestore(env: AgentEnv, run: JobRun): void {
  if (run.phase.kind === 'restoring' && run.phase.sessionId !== 0) env.endSession(run.phase.sessionId);
}
