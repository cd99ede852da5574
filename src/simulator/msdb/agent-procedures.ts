/**
 * SQL Server Agent's procedures (msdb): sp_update_job, sp_start_job, sp_stop_job, schedules, sp_help_job, sp_help_jobactivity.
 * Starting and stopping only hand the request to the Agent (sql-server reference 2.6); src/simulator/agent runs jobs.
 */
import type { CommandOutcome } from '../tsql/host.ts';
import { HELP_SETS } from './msdb-columns.ts';
import { dateNumber, dateText, localMs, localText, timeNumber } from './instance-clock.ts';
import { addJob, deleteJob, findJob, isFailure, jobNamed } from './jobs.ts';
import {
  agentProcedure,
  done,
  info,
  resultSet,
  sameName,
  type MsdbCall,
  type MsdbProcedure,
} from './msdb-call.ts';
import { currentActivity, isRunning, type Job, type JobHistoryRow, type Schedule } from './msdb-state.ts';
import { parametersOf } from '../catalogue/parameters.ts';
import { refuseAttach, refuseDelete, refuseRun, refuseUpdate } from './job-ownership.ts';
import { orderFailure } from './order-table.ts';
import type { BoundArguments } from './procedure-arguments.ts';

const UPDATE_JOB = parametersOf('msdb.sp_update_job');

function updateJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseUpdate(call, job, args, UPDATE_JOB);
  if (refused !== undefined) return refused;
  job.enabled = args.flag('@enabled') ?? job.enabled;
  job.name = args.text('@new_name') ?? job.name;
  job.description = args.text('@description') ?? job.description;
  job.modifiedLocal = localText(call.clock);
  job.version += 1;
  if (!job.enabled || args.flag('@enabled') === true)
    for (const row of call.msdb.jobSchedules) if (row.jobId === job.id) row.nextRunAtMs = undefined;
  return done();
}

function startJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseRun(call, job);
  if (refused !== undefined) return refused;
  if (!call.agentRunning) return orderFailure('job/agent-down');
  if (isRunning(call.msdb, job.id))
    return orderFailure('job/running', job.name, call.login, requester(call, job));
  call.startJob(job.id);
  return done({}, [info(14_243, `Job '${job.name}' started successfully.`)]);
}

const requester = (call: MsdbCall, job: Job): string =>
  currentActivity(call.msdb, job.id)?.run_requested_source === '1' ? 'Schedule' : `User ${call.login}`;

function stopJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseRun(call, job);
  if (refused !== undefined) return refused;
  if (!call.agentRunning) return orderFailure('job/agent-down');
  if (!isRunning(call.msdb, job.id)) return orderFailure('job/not-running', job.name, call.login);
  call.stopJob(job.id);
  return done({}, [info(14_254, `Job '${job.name}' stopped successfully.`)]);
}

function makeSchedule(call: MsdbCall, args: BoundArguments, name: string): Schedule {
  const now = localText(call.clock);
  const schedule: Schedule = {
    id: call.msdb.nextScheduleId,
    uid: call.newGuid(),
    name,
    enabled: args.flag('@enabled') ?? true,
    freqType: args.number('@freq_type') ?? 0,
    freqInterval: args.number('@freq_interval') ?? 1,
    freqSubdayType: args.number('@freq_subday_type') ?? 0,
    freqSubdayInterval: args.number('@freq_subday_interval') ?? 0,
    freqRelativeInterval: args.number('@freq_relative_interval') ?? 0,
    freqRecurrenceFactor: args.number('@freq_recurrence_factor') ?? 0,
    activeStartDate: args.number('@active_start_date') ?? dateNumber(localMs(call.clock)),
    activeEndDate: args.number('@active_end_date') ?? 99_991_231,
    activeStartTime: args.number('@active_start_time') ?? 0,
    activeEndTime: args.number('@active_end_time') ?? 235_959,
    createdLocal: now,
    modifiedLocal: now,
  };
  call.msdb.nextScheduleId += 1;
  call.msdb.schedules.push(schedule);
  return schedule;
}

function addSchedule(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const schedule = makeSchedule(call, args, args.text('@schedule_name') ?? '');
  return done(args.outputs({ '@schedule_uid': schedule.uid, '@schedule_id': schedule.id }));
}

function attachSchedule(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseAttach(call, job);
  if (refused !== undefined) return refused;
  const id = args.number('@schedule_id');
  const name = args.text('@schedule_name');
  const schedule = call.msdb.schedules.find((row) =>
    id === undefined ? sameName(row.name, name ?? '') : row.id === id,
  );
  if (schedule === undefined)
    return id === undefined
      ? orderFailure('job/absent', '@schedule_name', name ?? '')
      : orderFailure('job/absent', '@schedule_id', id);
  attach(call, job, schedule);
  return done();
}

function attach(call: MsdbCall, job: Job, schedule: Schedule): void {
  const attached = call.msdb.jobSchedules.some(
    (row) => row.jobId === job.id && row.scheduleId === schedule.id,
  );
  if (!attached)
    call.msdb.jobSchedules.push({ scheduleId: schedule.id, jobId: job.id, nextRunAtMs: undefined });
}

function addJobSchedule(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseAttach(call, job);
  if (refused !== undefined) return refused;
  const schedule = makeSchedule(call, args, args.text('@name') ?? '');
  attach(call, job, schedule);
  return done(args.outputs({ '@schedule_uid': schedule.uid, '@schedule_id': schedule.id }));
}

function createJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const name = args.text('@job_name') ?? '';
  if (jobNamed(call, name) !== undefined) return orderFailure('job/exists', name);
  const job = addJob(call, name, { kind: 'none' });
  job.enabled = args.flag('@enabled') ?? true;
  job.category = args.text('@category_name') ?? '[Uncategorized (Local)]';
  job.description = args.text('@description') ?? 'No description available.';
  return done(args.outputs({ '@job_id': job.id }));
}

function removeJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const job = findJob(call, args);
  if (isFailure(job)) return job;
  const refused = refuseDelete(call, job);
  if (refused !== undefined) return refused;
  deleteJob(call, job.id);
  return done();
}

/** Step 0 is the outcome of a whole run. */
const lastOutcome = (call: MsdbCall, jobId: string): JobHistoryRow | undefined =>
  call.msdb.jobHistory.findLast((row) => row.job_id === jobId && row.step_id === 0);

const OUTCOME_UNKNOWN = 5;
const EXECUTING = 1;
const IDLE = 4;

function helpJobRow(call: MsdbCall, job: Job): Readonly<Record<string, string | number | boolean | null>> {
  const last = lastOutcome(call, job.id);
  const schedule = call.msdb.jobSchedules.find((row) => row.jobId === job.id);
  const next = schedule?.nextRunAtMs;
  const nextLocal = next === undefined ? undefined : next + call.clock.timeZoneMinutes * 60_000;
  const running = isRunning(call.msdb, job.id);
  return {
    job_id: job.id,
    originating_server: call.serverName,
    name: job.name,
    enabled: job.enabled ? 1 : 0,
    description: job.description,
    start_step_id: 1,
    category: job.category,
    owner: job.owner,
    notify_level_eventlog: 2,
    notify_level_email: 0,
    notify_level_netsend: 0,
    notify_level_page: 0,
    delete_level: 0,
    date_created: job.createdLocal,
    date_modified: job.modifiedLocal,
    version_number: job.version,
    last_run_date: last?.run_date ?? 0,
    last_run_time: last?.run_time ?? 0,
    last_run_outcome: last?.run_status ?? OUTCOME_UNKNOWN,
    next_run_date: nextLocal === undefined ? 0 : dateNumber(nextLocal),
    next_run_time: nextLocal === undefined ? 0 : timeNumber(nextLocal),
    next_run_schedule_id: next === undefined ? 0 : (schedule?.scheduleId ?? 0),
    current_execution_status: running ? EXECUTING : IDLE,
    current_execution_step: running ? '1 (log shipping)' : '0 (unknown)',
    current_retry_attempt: 0,
    has_step: job.work.kind === 'none' ? 0 : 1,
    has_schedule: schedule === undefined ? 0 : 1,
    has_target: 1,
    type: 1,
  };
}

/** The job set only; the further sets of a single job (steps, schedules, servers) are left out. */
function helpJob(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const one = args.text('@job_id') ?? args.text('@job_name');
  const found = one === undefined ? undefined : findJob(call, args);
  if (found !== undefined && isFailure(found)) return found;
  const jobs = found === undefined ? call.msdb.jobs : [found];
  return done(
    {},
    resultSet(
      HELP_SETS.job,
      jobs.map((job) => helpJobRow(call, job)),
    ),
  );
}

function helpJobActivity(call: MsdbCall, args: BoundArguments): CommandOutcome {
  const one = args.text('@job_id') ?? args.text('@job_name');
  const found = one === undefined ? undefined : findJob(call, args);
  if (found !== undefined && isFailure(found)) return found;
  const session = args.number('@session_id') ?? call.msdb.agentSessions.at(-1)?.session_id;
  const rows = call.msdb.activity
    .filter((row) => row.session_id === session && (found === undefined || row.job_id === found.id))
    .map((row) => {
      const history = call.msdb.jobHistory.find((entry) => entry.instance_id === row.job_history_id);
      return {
        ...row,
        job_name: call.msdb.jobs.find(({ id }) => id === row.job_id)?.name,
        last_exectued_step_date: row.last_executed_step_date,
        message: history?.message,
        run_status: history?.run_status,
        operator_id_emailed: 0,
        operator_id_netsent: 0,
        operator_id_paged: 0,
      };
    });
  return done({}, resultSet(HELP_SETS.jobActivity, rows));
}

export const AGENT_PROCEDURES: readonly MsdbProcedure[] = [
  agentProcedure('sp_update_job', updateJob),
  agentProcedure('sp_start_job', startJob),
  agentProcedure('sp_stop_job', stopJob),
  agentProcedure('sp_add_schedule', addSchedule),
  agentProcedure('sp_attach_schedule', attachSchedule),
  agentProcedure('sp_add_jobschedule', addJobSchedule),
  agentProcedure('sp_add_job', createJob),
  agentProcedure('sp_delete_job', removeJob),
  agentProcedure('sp_help_job', helpJob),
  agentProcedure('sp_help_jobactivity', helpJobActivity),
];

/** Local datetime text of the next run, for sysjobactivity. */
export const nextRunText = (call: Pick<MsdbCall, 'clock'>, atMs: number): string =>
  dateText(atMs + call.clock.timeZoneMinutes * 60_000);
