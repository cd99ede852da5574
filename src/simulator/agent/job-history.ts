/** Begin and end of a run in msdb: sysjobactivity, sysjobhistory and the log shipping history. Lengths are bounded. */
import { dateNumber, dateText, localMs, localText, timeNumber, utcText } from '../msdb/instance-clock.ts';
import { currentActivity, type AgentType, type Job, type MsdbState } from '../msdb/msdb-state.ts';
import type { AgentEnv } from './agent-env.ts';
import type { JobRun } from './agent-state.ts';

const MAX_JOB_HISTORY = 400;
const MAX_DETAIL = 600;

export type RunResult = 'succeeded' | 'failed' | 'canceled';
const RUN_STATUS: Readonly<Record<RunResult, number>> = { failed: 0, succeeded: 1, canceled: 3 };
const RESULT_WORDS: Readonly<Record<RunResult, string>> = {
  succeeded: 'The job succeeded.',
  failed: 'The job failed.',
  canceled: 'The job was stopped prior to completion.',
};

export interface ShippingAgent {
  readonly id: string;
  readonly type: AgentType;
  readonly database: string | null;
}

export function shippingAgentOf(msdb: MsdbState, job: Job): ShippingAgent | undefined {
  const { work } = job;
  switch (work.kind) {
    case 'log-shipping-backup': {
      const primary = msdb.primaryDatabases.find((row) => row.primary_id === work.primaryId);
      return { id: work.primaryId, type: 0, database: primary?.primary_database ?? null };
    }
    case 'log-shipping-copy':
      return { id: work.secondaryId, type: 1, database: null };
    case 'log-shipping-restore': {
      const secondary = msdb.secondaryDatabases.find((row) => row.secondary_id === work.secondaryId);
      return { id: work.secondaryId, type: 2, database: secondary?.secondary_database ?? null };
    }
    case 'log-shipping-alert':
    case 'none':
      return undefined;
  }
}

/** One line of log_shipping_monitor_history_detail; status as in the table. */
export function note(env: AgentEnv, run: JobRun, status: 0 | 1 | 2 | 3 | 4, message: string): void {
  const job = env.msdb.jobs.find(({ id }) => id === run.jobId);
  const agent = job === undefined ? undefined : shippingAgentOf(env.msdb, job);
  if (agent === undefined) return;
  env.msdb.historyDetail.push({
    agent_id: agent.id,
    agent_type: agent.type,
    session_id: run.session,
    database_name: agent.database,
    session_status: status,
    log_time: localText(env.clock),
    log_time_utc: utcText(env.clock),
    message,
  });
  if (env.msdb.historyDetail.length > MAX_DETAIL) env.msdb.historyDetail.splice(0, MAX_DETAIL / 4);
}

/** The causes of a failed run, in log_shipping_monitor_error_detail. */
export function noteErrors(env: AgentEnv, run: JobRun, messages: readonly string[]): void {
  const job = env.msdb.jobs.find(({ id }) => id === run.jobId);
  const agent = job === undefined ? undefined : shippingAgentOf(env.msdb, job);
  if (agent === undefined) return;
  for (const [index, message] of messages.entries()) {
    env.msdb.errorDetail.push({
      agent_id: agent.id,
      agent_type: agent.type,
      session_id: run.session,
      database_name: agent.database,
      sequence_number: index + 1,
      log_time: localText(env.clock),
      log_time_utc: utcText(env.clock),
      message,
      source: '.Net SqlClient Data Provider',
      help_url: '',
    });
  }
  if (env.msdb.errorDetail.length > MAX_DETAIL) env.msdb.errorDetail.splice(0, MAX_DETAIL / 4);
}

/** `source`: 1 scheduler, 4 user. */
export function beginActivity(env: AgentEnv, jobId: string, source: '1' | '4'): void {
  const row = currentActivity(env.msdb, jobId);
  if (row === undefined) return;
  const now = localText(env.clock);
  row.run_requested_date = now;
  row.run_requested_source = source;
  row.queued_date = null;
  row.start_execution_date = now;
  row.last_executed_step_id = null;
  row.last_executed_step_date = null;
  row.stop_execution_date = null;
  row.job_history_id = null;
}

export function endActivity(env: AgentEnv, run: JobRun, result: RunResult, message: string): void {
  const startedLocalMs = localMs(env.clock) - (env.nowMs - run.startedAtMs);
  const seconds = Math.round((env.nowMs - run.startedAtMs) / 1_000);
  const base = {
    job_id: run.jobId,
    sql_message_id: 0,
    sql_severity: 0,
    run_status: RUN_STATUS[result],
    run_date: dateNumber(startedLocalMs),
    run_time: timeNumber(startedLocalMs),
    run_duration: timeNumber(seconds * 1_000),
    server: env.serverName,
  };
  const { msdb } = env;
  const id = msdb.nextHistoryId;
  msdb.nextHistoryId += 2;
  msdb.jobHistory.push(
    { ...base, instance_id: id, step_id: 1, step_name: 'Log shipping', message },
    {
      ...base,
      instance_id: id + 1,
      step_id: 0,
      step_name: '(Job outcome)',
      message: `${RESULT_WORDS[result]} ${message}`,
    },
  );
  if (msdb.jobHistory.length > MAX_JOB_HISTORY) msdb.jobHistory.splice(0, MAX_JOB_HISTORY / 4);
  const row = currentActivity(msdb, run.jobId);
  if (row === undefined) return;
  row.last_executed_step_id = 1;
  row.last_executed_step_date = dateText(startedLocalMs);
  row.stop_execution_date = localText(env.clock);
  row.job_history_id = id + 1;
}
