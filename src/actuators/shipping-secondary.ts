/** The secondary half of log shipping on the backup instance: registration, copy and restore jobs with schedules, database row. */
import { PoolError } from '../topology/pool-error.ts';
import { addSecondaryDatabase, readSecondaryHalf } from '../statements/change-log-shipping.ts';
import { secondaryHalf } from './shipping-halves.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { samePath } from './file-names.ts';
import type { InstanceSession } from './instance-session.ts';
import { scheduleJob } from './shipping-primary.ts';

const SECONDARY_EXISTS = 32013;
const REGISTERED = 32024;

export interface SecondaryJobs {
  readonly copyJob: string;
  readonly restoreJob: string;
}

interface SecondaryNow extends SecondaryJobs {
  readonly primaryServer: string;
  readonly source: string;
  readonly destination: string;
  readonly hasDatabase: boolean;
}

async function readSecondary(
  session: InstanceSession,
  database: string,
  primaryServer: string,
): Promise<SecondaryNow | undefined> {
  const rows = rowsOf(await session.read(readSecondaryHalf(database)));
  const row = rows.find(
    (one) => requireText(one, 'primary_server').toLowerCase() === primaryServer.toLowerCase(),
  );
  if (row === undefined) return undefined;
  return {
    primaryServer,
    source: requireText(row, 'backup_source_directory'),
    destination: requireText(row, 'backup_destination_directory'),
    copyJob: requireText(row, 'copy_job_id'),
    restoreJob: requireText(row, 'restore_job_id'),
    hasDatabase: textOrNull(row, 'secondary_database') !== null,
  };
}

async function requireRegistration(
  session: InstanceSession,
  database: string,
  primaryServer: string,
): Promise<SecondaryNow> {
  const { logShipping } = session.context.pool.topology;
  const before = await readSecondary(session, database, primaryServer);
  const fits =
    before !== undefined &&
    samePath(before.source, logShipping.share) &&
    samePath(before.destination, logShipping.copyFolder);
  if (fits) return before;
  const half = secondaryHalf(logShipping, database, primaryServer, before !== undefined);
  await session.call(`register primary ${primaryServer} on the secondary`, half, { tolerate: [REGISTERED] });
  const after = await readSecondary(session, database, primaryServer);
  if (after !== undefined) return after;
  throw new PoolError('PCO_DONE_NOT_SEEN', `${session.instance} does not list ${primaryServer} as a primary`);
}

/** Idempotent. The database must be RESTORING already. The jobs are not enabled here. */
export async function configureSecondary(
  session: InstanceSession,
  database: string,
  primaryServer: string,
): Promise<SecondaryJobs> {
  const { logShipping } = session.context.pool.topology;
  const secondary = await requireRegistration(session, database, primaryServer);
  const { copyJob, restoreJob } = secondary;
  await scheduleJob(session, copyJob, `LSCopySchedule_${database}`, logShipping.copyEveryMinutes);
  await scheduleJob(session, restoreJob, `LSRestoreSchedule_${database}`, logShipping.restoreEveryMinutes);
  if (!secondary.hasDatabase) {
    const row = addSecondaryDatabase(database, primaryServer, logShipping.restoreThresholdMinutes);
    await session.call(`add log shipping secondary ${database}`, row, { tolerate: [SECONDARY_EXISTS] });
  }
  return { copyJob, restoreJob };
}
