/** SQL Server Agent jobs of log shipping: quiet them for good, run one to its end, enable them. By id, never by name. */
import { PoolError } from '../topology/pool-error.ts';
import { readJob, setJobEnabled, startJob, stopJob } from '../statements/change-jobs.ts';
import { flagOf, requireNumber, requireText, rowsOf, textOrNull } from './answer-rows.ts';
import type { InstanceSession } from './instance-session.ts';
import type { ActuatorPorts } from './step-context.ts';
import { waitFor } from './waiting.ts';

export interface JobNow {
  readonly name: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly schedules: number;
  /** Newest outcome row of the job's history. */
  readonly outcome:
    { readonly id: number; readonly succeeded: boolean; readonly message: string } | undefined;
}

/** Raised by the agent: it is down, or the job is already (or not) running; the state is read again to tell. */
const AGENT_REFUSED = 22022;
const SUCCEEDED = 1;
const LOOK_EVERY_MS = 500;

/** undefined: the job does not exist (any more). */
export async function readJobNow(session: InstanceSession, jobId: string): Promise<JobNow | undefined> {
  const answer = await session.read(readJob(jobId));
  const row = rowsOf(answer)[0];
  if (row === undefined) return undefined;
  const last = rowsOf(answer, 1)[0];
  return {
    name: requireText(row, 'name'),
    enabled: flagOf(row, 'enabled'),
    running: flagOf(row, 'running'),
    schedules: requireNumber(row, 'schedules'),
    outcome:
      last === undefined
        ? undefined
        : {
            id: requireNumber(last, 'instance_id'),
            succeeded: requireNumber(last, 'run_status') === SUCCEEDED,
            message: textOrNull(last, 'message') ?? '',
          },
  };
}

export async function enableJob(session: InstanceSession, jobId: string): Promise<void> {
  const job = await readJobNow(session, jobId);
  if (job === undefined) throw jobMissing(session, jobId);
  if (!job.enabled) await session.call(`enable job ${job.name}`, setJobEnabled(jobId, true));
}

const jobMissing = (session: InstanceSession, jobId: string): PoolError =>
  new PoolError('PCO_STEP_REFUSED', `job ${jobId} does not exist on ${session.instance}`);

/** Disabled, not running, and it will not start by itself. A run that does not end within the step's limit is an error. */
export async function quietJob(ports: ActuatorPorts, session: InstanceSession, jobId: string): Promise<void> {
  const before = await readJobNow(session, jobId);
  if (before === undefined) return;
  if (before.enabled) await session.call(`disable job ${before.name}`, setJobEnabled(jobId, false));
  const running = await readJobNow(session, jobId);
  if (running?.running !== true) return;
  await session.call(`stop job ${before.name}`, stopJob(jobId), { tolerate: [AGENT_REFUSED] });
  await waitUntilIdle(ports, session, jobId);
}

export async function waitUntilIdle(
  ports: ActuatorPorts,
  session: InstanceSession,
  jobId: string,
): Promise<void> {
  const limit = { everyMs: LOOK_EVERY_MS, limitMs: session.context.pool.policy.stepTimeoutMs };
  const idle = await waitFor(ports, session.context, limit, async () => {
    const job = await readJobNow(session, jobId);
    return job?.running === true ? undefined : true;
  });
  if (idle === undefined) {
    throw new PoolError('PCO_DONE_NOT_SEEN', `job ${jobId} on ${session.instance} does not stop`);
  }
}

/**
 * Starts the job (or joins a run in progress) and waits for its end: starting is asynchronous, so the end is a new outcome row.
 * @returns the outcome; a failed run is the caller's to judge
 */
export async function runJob(
  ports: ActuatorPorts,
  session: InstanceSession,
  jobId: string,
): Promise<{ readonly succeeded: boolean; readonly message: string }> {
  const before = await readJobNow(session, jobId);
  if (before === undefined) throw jobMissing(session, jobId);
  if (!before.running) {
    const answer = await session.call(`start job ${before.name}`, startJob(jobId), {
      tolerate: [AGENT_REFUSED],
    });
    if (answer.errors.length > 0 && (await readJobNow(session, jobId))?.running !== true) {
      throw new PoolError('PCO_SQL_ERROR', `job ${before.name} on ${session.instance} does not start`, {
        sqlErrors: answer.errors,
        hint: 'is SQL Server Agent running?',
      });
    }
  }
  const limit = { everyMs: LOOK_EVERY_MS, limitMs: session.context.pool.policy.stepTimeoutMs };
  const outcome = await waitFor(ports, session.context, limit, async () => {
    const job = await readJobNow(session, jobId);
    if (job === undefined || job.running || job.outcome?.id === before.outcome?.id) return undefined;
    return job.outcome;
  });
  if (outcome === undefined) {
    throw new PoolError('PCO_DONE_NOT_SEEN', `job ${before.name} on ${session.instance} does not end`);
  }
  return outcome;
}
