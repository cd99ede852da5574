/**
 * LSCopy: every `.trn` of the source folder that is newer (by name) than last_copied_file is copied to the destination as
 * `.wrk` and renamed. Real bytes move; a copy takes time; a stopped one leaves half a `.wrk`.
 */
import { localText, utcText } from '../msdb/instance-clock.ts';
import type { SecondaryRow } from '../msdb/msdb-state.ts';
import { joinPath, OS_ERROR_TEXT, type AgentEnv } from './agent-env.ts';
import type { JobRun } from './agent-state.ts';
import { noteErrors } from './job-history.ts';
import { failed, succeeded, type StepOutcome } from './step-outcome.ts';

const baseName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);
const withSuffix = (file: string, suffix: string): string => file.replace(/\.trn$/i, suffix);

const osFailure = (env: AgentEnv, run: JobRun, folder: string, osError: number): StepOutcome => {
  const text = `The folder ${folder} cannot be read. Operating system error ${osError}(${OS_ERROR_TEXT[osError] ?? 'error'}).`;
  noteErrors(env, run, [text]);
  return failed(text);
};

export function beginCopy(env: AgentEnv, run: JobRun, secondaryId: string): StepOutcome {
  const secondary = env.msdb.secondaries.find((row) => row.secondary_id === secondaryId);
  if (secondary === undefined) return failed('The log shipping secondary does not exist.');
  const source = secondary.backup_source_directory;
  const destination = secondary.backup_destination_directory;
  const listing = env.files.list(source);
  if ('osError' in listing) return osFailure(env, run, source, listing.osError);
  const target = env.files.list(destination);
  if ('osError' in target) return osFailure(env, run, destination, target.osError);
  const last = baseName(secondary.last_copied_file ?? '').toLowerCase();
  const prefix = `${secondary.primary_database.toLowerCase()}_`;
  const queue = listing
    .map(({ name }) => name)
    .filter((name) => {
      const lower = name.toLowerCase();
      return lower.startsWith(prefix) && lower.endsWith('.trn') && lower > last;
    })
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return nextFile(env, run, { queue, source, destination, copied: 0 });
}

interface CopyRest {
  readonly queue: readonly string[];
  readonly source: string;
  readonly destination: string;
  readonly copied: number;
}

function nextFile(env: AgentEnv, run: JobRun, rest: CopyRest): StepOutcome {
  const [file, ...queue] = rest.queue;
  if (file === undefined) return succeeded(`Number of log backup files copied: ${rest.copied}.`);
  const bytes = env.files.read(joinPath(rest.source, file));
  if ('osError' in bytes) return osFailure(env, run, joinPath(rest.source, file), bytes.osError);
  const { copyBytesPerSecond, minimumCopyMs } = env.speed;
  const takesMs = Math.max(minimumCopyMs, Math.ceil((bytes.length / copyBytesPerSecond) * 1_000));
  const { source, destination, copied } = rest;
  run.phase = { kind: 'copying', queue, file, source, destination, dueAtMs: env.nowMs + takesMs, copied };
  return { kind: 'going-on' };
}

export function copyDue(env: AgentEnv, run: JobRun): StepOutcome {
  if (run.phase.kind !== 'copying') return { kind: 'going-on' };
  const { queue, file, source, destination, copied } = run.phase;
  const secondary = env.msdb.secondaries.find((row) => row.copy_job_id === run.jobId);
  if (secondary === undefined) return failed('The log shipping secondary was removed.');
  const bytes = env.files.read(joinPath(source, file));
  if ('osError' in bytes) return osFailure(env, run, joinPath(source, file), bytes.osError);
  const target = env.files.list(destination);
  if ('osError' in target) return osFailure(env, run, destination, target.osError);
  const work = joinPath(destination, withSuffix(file, '.wrk'));
  const final = joinPath(destination, file);
  env.emitFile({ operation: 'write', path: work, bytes, modifiedAtMs: env.nowMs });
  env.emitFile({ operation: 'rename', from: work, to: final });
  record(env, secondary, final);
  return nextFile(env, run, { queue, source, destination, copied: copied + 1 });
}

function record(env: AgentEnv, secondary: SecondaryRow, file: string): void {
  secondary.last_copied_file = file;
  secondary.last_copied_date = localText(env.clock);
  for (const monitor of env.msdb.monitorSecondary) {
    if (monitor.secondary_id !== secondary.secondary_id) continue;
    monitor.last_copied_file = file;
    monitor.last_copied_date = localText(env.clock);
    monitor.last_copied_date_utc = utcText(env.clock);
  }
}

/** Half of the file stands in the destination under its `.wrk` name. */
export function abandonCopy(env: AgentEnv, run: JobRun): void {
  if (run.phase.kind !== 'copying') return;
  const { file, source, destination } = run.phase;
  const bytes = env.files.read(joinPath(source, file));
  if ('osError' in bytes || 'osError' in env.files.list(destination)) return;
  env.emitFile({
    operation: 'write',
    path: joinPath(destination, withSuffix(file, '.wrk')),
    bytes: bytes.slice(0, Math.floor(bytes.length / 2)),
    modifiedAtMs: env.nowMs,
  });
}
