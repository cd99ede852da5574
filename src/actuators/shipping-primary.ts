/** The primary half of log shipping on the instance that serves home: rows, backup job with schedule, alert job, mapping. */
import { PoolError } from '../topology/pool-error.ts';
import { addJobSchedule } from '../statements/change-jobs.ts';
import { addAlertJob, addPrimarySecondary, readPrimaryHalf } from '../statements/change-log-shipping.ts';
import { primaryHalf } from './shipping-halves.ts';
import { readJobNow } from './agent-jobs.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { samePath } from './file-names.ts';
import type { InstanceSession } from './instance-session.ts';

const PRIMARY_EXISTS = 32009;
const SECONDARY_EXISTS = 32012;

interface PrimaryNow {
  readonly share: string;
  readonly jobId: string;
  readonly secondaries: readonly { readonly server: string; readonly database: string }[];
}

async function readPrimary(session: InstanceSession, database: string): Promise<PrimaryNow | undefined> {
  const answer = await session.read(readPrimaryHalf(database));
  const row = rowsOf(answer)[0];
  if (row === undefined) return undefined;
  return {
    share: requireText(row, 'backup_share'),
    jobId: requireText(row, 'backup_job_id'),
    secondaries: rowsOf(answer, 1).map((one) => ({
      server: textOrNull(one, 'secondary_server') ?? '',
      database: textOrNull(one, 'secondary_database') ?? '',
    })),
  };
}

/** A job without a schedule never runs by itself; one that a cut left without gets it now. */
export async function scheduleJob(
  session: InstanceSession,
  jobId: string,
  schedule: string,
  everyMinutes: number,
): Promise<void> {
  const job = await readJobNow(session, jobId);
  if (job === undefined)
    throw new PoolError('PCO_STEP_REFUSED', `job ${jobId} does not exist on ${session.instance}`);
  if (job.schedules > 0) return;
  await session.call(
    `schedule job ${job.name} every ${everyMinutes} min`,
    addJobSchedule(jobId, schedule, everyMinutes),
  );
}

async function requirePrimary(session: InstanceSession, database: string): Promise<PrimaryNow> {
  const { logShipping } = session.context.pool.topology;
  const before = await readPrimary(session, database);
  // The procedure makes the job only together with the row, so a row without its job is written over.
  const whole = before !== undefined && (await readJobNow(session, before.jobId)) !== undefined;
  if (whole && samePath(before.share, logShipping.share)) return before;
  const half = primaryHalf(logShipping, database, before !== undefined);
  await session.call(`add log shipping primary ${database}`, half, { tolerate: [PRIMARY_EXISTS] });
  const after = await readPrimary(session, database);
  if (after !== undefined) return after;
  throw new PoolError('PCO_DONE_NOT_SEEN', `${session.instance} lists no log shipping primary ${database}`);
}

/** Idempotent. Returns the backup job; it is not enabled here. */
export async function configurePrimary(
  session: InstanceSession,
  database: string,
  secondaryServer: string,
): Promise<string> {
  const { logShipping } = session.context.pool.topology;
  const primary = await requirePrimary(session, database);
  const schedule = `LSBackupSchedule_${database}`;
  await scheduleJob(session, primary.jobId, schedule, logShipping.backupEveryMinutes);
  await session.call('add log shipping alert job', addAlertJob);
  const mapped = primary.secondaries.some(
    (one) => one.server.toLowerCase() === secondaryServer.toLowerCase() && one.database === database,
  );
  if (!mapped) {
    const what = `add secondary ${secondaryServer}.${database} to primary ${database}`;
    await session.call(what, addPrimarySecondary(database, secondaryServer), {
      tolerate: [SECONDARY_EXISTS],
    });
  }
  return primary.jobId;
}
