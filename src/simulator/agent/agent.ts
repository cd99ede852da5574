/**
 * SQL Server Agent of one instance: starts runs when schedules or people ask, carries them on when their time comes or their
 * BACKUP or RESTORE ends, stops them. Disabling a job never stops a run; enabling governs schedules only.
 */
import { dateText, localMs, localText } from '../msdb/instance-clock.ts';
import { currentActivity, isRunning, type Job } from '../msdb/msdb-state.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { AgentEnv } from './agent-env.ts';
import type { AgentState, JobRun } from './agent-state.ts';
import { beginActivity, endActivity, note, type RunResult } from './job-history.ts';
import { alertOutcome } from './run-alert.ts';
import { abandonBackup, backupFinished, beginBackup } from './run-backup.ts';
import { abandonCopy, beginCopy, copyDue } from './run-copy.ts';
import { abandonRestore, beginRestore, restoreFinished } from './run-restore.ts';
import { nextFiring } from './schedule-times.ts';
import { succeeded, type StepOutcome } from './step-outcome.ts';

/** A fresh Agent session: every job has a row, nothing runs. Rows of older sessions stay as they were. */
export function startAgent(env: AgentEnv): void {
  const session_id = (env.msdb.agentSessions.at(-1)?.session_id ?? 0) + 1;
  env.msdb.agentSessions.push({ session_id, agent_start_date: localText(env.clock) });
  for (const job of env.msdb.jobs) {
    env.msdb.activity.push({
      session_id,
      job_id: job.id,
      run_requested_date: null,
      run_requested_source: null,
      queued_date: null,
      start_execution_date: null,
      last_executed_step_id: null,
      last_executed_step_date: null,
      stop_execution_date: null,
      job_history_id: null,
      next_scheduled_run_date: null,
    });
  }
  for (const row of env.msdb.jobSchedules) row.nextRunAtMs = undefined;
  env.agent.runs = [];
}

/** `clean`: runs end as canceled. `crash`: nothing more is written, so they look as if they ran for ever. */
export function stopAgent(env: AgentEnv, how: 'clean' | 'crash'): void {
  for (const run of [...env.agent.runs]) {
    if (how === 'clean') stopRun(env, run.jobId);
    else abandon(env, run);
  }
  env.agent.runs = [];
}

export function startRun(env: AgentEnv, jobId: string, source: '1' | '4'): void {
  if (isRunning(env.msdb, jobId)) return;
  const run: JobRun = {
    jobId,
    session: env.msdb.nextRunSession,
    startedAtMs: env.nowMs,
    phase: { kind: 'starting', dueAtMs: env.nowMs + env.speed.startMs },
  };
  env.msdb.nextRunSession += 1;
  env.agent.runs.push(run);
  beginActivity(env, jobId, source);
  note(env, run, 0, 'Starting the log shipping program.');
}

export function stopRun(env: AgentEnv, jobId: string): void {
  const run = env.agent.runs.find((candidate) => candidate.jobId === jobId);
  if (run === undefined) return;
  abandon(env, run);
  finish(env, run, 'canceled', 'The step was cancelled.');
}

function abandon(env: AgentEnv, run: JobRun): void {
  abandonBackup(env, run);
  abandonCopy(env, run);
  abandonRestore(env, run);
}

function finish(env: AgentEnv, run: JobRun, result: RunResult, message: string): void {
  note(env, run, result === 'succeeded' ? 2 : 3, message);
  endActivity(env, run, result, message);
  env.agent.runs = env.agent.runs.filter((other) => other.jobId !== run.jobId);
}

function settle(env: AgentEnv, run: JobRun, outcome: StepOutcome): void {
  if (outcome.kind === 'ended') finish(env, run, outcome.result, outcome.message);
}

function begin(env: AgentEnv, run: JobRun, job: Job): StepOutcome {
  const { work } = job;
  switch (work.kind) {
    case 'log-shipping-backup':
      return beginBackup(env, run, work.primaryId);
    case 'log-shipping-copy':
      return beginCopy(env, run, work.secondaryId);
    case 'log-shipping-restore':
      return beginRestore(env, run, work.secondaryId);
    case 'log-shipping-alert':
      return alertOutcome(env);
    case 'none':
      return succeeded('The job has no steps.');
  }
}

/** Everything whose time has come. */
export function advanceAgent(env: AgentEnv): void {
  schedule(env);
  for (const run of [...env.agent.runs]) {
    const due = run.phase.kind === 'starting' || run.phase.kind === 'copying' ? run.phase.dueAtMs : undefined;
    if (due === undefined || due > env.nowMs) continue;
    const job = env.msdb.jobs.find(({ id }) => id === run.jobId);
    if (job === undefined) continue;
    settle(env, run, run.phase.kind === 'starting' ? begin(env, run, job) : copyDue(env, run));
  }
}

/** Fires what is due and plans the next firing of every enabled job. A run that is still under way is not started twice. */
function schedule(env: AgentEnv): void {
  const zoneMs = env.clock.timeZoneMinutes * 60_000;
  for (const row of env.msdb.jobSchedules) {
    const job = env.msdb.jobs.find(({ id }) => id === row.jobId);
    const plan = env.msdb.schedules.find(({ id }) => id === row.scheduleId);
    if (job === undefined || plan === undefined) continue;
    if (!job.enabled) {
      row.nextRunAtMs = undefined;
      continue;
    }
    if (row.nextRunAtMs !== undefined && row.nextRunAtMs > env.clock.utcMs) continue;
    if (row.nextRunAtMs !== undefined) startRun(env, job.id, '1');
    const next = nextFiring(plan, localMs(env.clock));
    row.nextRunAtMs = next === undefined ? undefined : next - zoneMs;
    const activity = currentActivity(env.msdb, job.id);
    if (activity !== undefined) activity.next_scheduled_run_date = next === undefined ? null : dateText(next);
  }
}

/** The engine says that a BACKUP or RESTORE of a job is over. */
export function agentOperationFinished(env: AgentEnv, operation: string, outcome: CommandOutcome): void {
  const run = env.agent.runs.find(
    ({ phase }) =>
      (phase.kind === 'backing-up' || phase.kind === 'restoring') && phase.operation === operation,
  );
  if (run === undefined) return;
  settle(
    env,
    run,
    run.phase.kind === 'backing-up' ? backupFinished(env, run, outcome) : restoreFinished(env, run, outcome),
  );
}

/** The session of a job was killed: its program ends with an error. */
export function agentSessionEnded(env: AgentEnv, sessionId: number): void {
  const run = env.agent.runs.find(
    ({ phase }) =>
      (phase.kind === 'backing-up' || phase.kind === 'restoring') && phase.sessionId === sessionId,
  );
  if (run !== undefined) finish(env, run, 'failed', 'The session of the log shipping program was ended.');
}

/** True UTC of the next thing that the Agent does by itself. */
export function nextAgentWakeAt(
  agent: AgentState,
  jobSchedules: readonly { readonly nextRunAtMs: number | undefined }[],
  clockOffsetMs: number,
): number | undefined {
  let wake = Number.POSITIVE_INFINITY;
  for (const { phase } of agent.runs)
    if (phase.kind === 'starting' || phase.kind === 'copying') wake = Math.min(wake, phase.dueAtMs);
  for (const { nextRunAtMs } of jobSchedules)
    if (nextRunAtMs !== undefined) wake = Math.min(wake, nextRunAtMs - clockOffsetMs);
  return Number.isFinite(wake) ? wake : undefined;
}
