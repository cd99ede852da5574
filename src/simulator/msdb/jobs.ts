/** Finding, making and deleting Agent jobs in msdb; the log shipping procedures and the Agent's own use it. */
import { localText } from './instance-clock.ts';
import type { MsdbCall } from './msdb-call.ts';
import { sameName } from './msdb-call.ts';
import type { Job, JobWork } from './msdb-state.ts';
import { orderFailure } from './order-table.ts';
import type { BoundArguments } from './procedure-arguments.ts';
import type { SqlFailure } from '../tsql/host.ts';

/** Practice shows one category of this name, id 6 (sql-server reference 1.9: unverified, do not key on it). */
export const LOG_SHIPPING_CATEGORY = 'Log Shipping';
export const CATEGORIES = [
  { category_id: 0, category_class: 1, category_type: 1, name: '[Uncategorized (Local)]' },
  { category_id: 6, category_class: 1, category_type: 1, name: LOG_SHIPPING_CATEGORY },
] as const;

/** Disabled, as the log shipping procedures make them. */
export function addJob(call: MsdbCall, name: string, work: JobWork): Job {
  const now = localText(call.clock);
  const job: Job = {
    id: call.newGuid(),
    name,
    enabled: false,
    description: 'Log shipping job.',
    category: LOG_SHIPPING_CATEGORY,
    owner: call.login,
    createdLocal: now,
    modifiedLocal: now,
    version: 1,
    work,
  };
  call.msdb.jobs.push(job);
  const session = call.msdb.agentSessions.at(-1)?.session_id;
  if (session !== undefined) {
    call.msdb.activity.push({
      session_id: session,
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
  return job;
}

/** Ends a run, then removes the job with its schedules, activity and history. */
export function deleteJob(call: MsdbCall, jobId: string): void {
  const { msdb } = call;
  if (!msdb.jobs.some(({ id }) => id === jobId)) return;
  call.stopJob(jobId);
  msdb.jobs = msdb.jobs.filter(({ id }) => id !== jobId);
  msdb.activity = msdb.activity.filter((row) => row.job_id !== jobId);
  msdb.jobHistory = msdb.jobHistory.filter((row) => row.job_id !== jobId);
  const attached = msdb.jobSchedules.filter((row) => row.jobId === jobId).map((row) => row.scheduleId);
  msdb.jobSchedules = msdb.jobSchedules.filter((row) => row.jobId !== jobId);
  msdb.schedules = msdb.schedules.filter(
    ({ id }) => !attached.includes(id) || msdb.jobSchedules.some((row) => row.scheduleId === id),
  );
}

export const jobNamed = (call: MsdbCall, name: string): Job | undefined =>
  call.msdb.jobs.find((job) => sameName(job.name, name));

/** By `@job_id` or `@job_name`; 14262 names the parameter that did not match. */
export function findJob(call: MsdbCall, args: BoundArguments): Job | SqlFailure {
  const id = args.text('@job_id');
  if (id !== undefined) {
    const job = call.msdb.jobs.find((candidate) => sameName(candidate.id, id));
    return job ?? orderFailure('job/absent', '@job_id', id);
  }
  const name = args.text('@job_name');
  if (name === undefined)
    // sys.messages text; that it is this number for "neither was given" is unverified.
    return orderFailure('job/unnamed');
  return jobNamed(call, name) ?? orderFailure('job/absent', '@job_name', name);
}

export const isFailure = (found: Job | SqlFailure): found is SqlFailure => 'kind' in found;
