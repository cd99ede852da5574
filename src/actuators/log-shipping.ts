/** remove-log-shipping: after it no copy or restore job of the site can run, and the secondary is gone from msdb. */
import { PoolError } from '../topology/pool-error.ts';
import {
  deleteSecondary,
  deleteSecondaryPrimary,
  readSecondaryHalf,
} from '../statements/change-log-shipping.ts';
import type { SqlRow } from '../ports/sql-connection.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { quietJob, readJobNow } from './agent-jobs.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { hasNumber, openInstance, type InstanceSession } from './instance-session.ts';
import { pairOf, seenInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';

const NO_SUCH_SECONDARY = 32014;
/** The remote monitor cannot be reached or written. */
export const MONITOR_UNREACHABLE = [32054, 32055];
/** A dead monitor must not hold the failover. */
export const DELETE_DEADLINE_MS = 60_000;

interface SecondaryNow {
  readonly database: boolean;
  readonly primaryServer: string;
  readonly copyJob: string;
  readonly restoreJob: string;
  readonly notes: StepNotes;
}

function secondaryOf(row: SqlRow): SecondaryNow {
  const columns = [
    'secondary_id',
    'primary_server',
    'backup_source_directory',
    'backup_destination_directory',
  ];
  columns.push('copy_job_id', 'restore_job_id', 'last_copied_file', 'last_restored_file');
  return {
    database: textOrNull(row, 'secondary_database') !== null,
    primaryServer: requireText(row, 'primary_server'),
    copyJob: requireText(row, 'copy_job_id'),
    restoreJob: requireText(row, 'restore_job_id'),
    notes: Object.fromEntries(columns.map((column) => [column, textOrNull(row, column)])),
  };
}

async function readSecondaries(session: InstanceSession, database: string): Promise<SecondaryNow[]> {
  return rowsOf(await session.read(readSecondaryHalf(database))).map(secondaryOf);
}

async function deleteOne(session: InstanceSession, database: string, secondary: SecondaryNow): Promise<void> {
  const options = { deadlineMs: DELETE_DEADLINE_MS, tolerate: [NO_SUCH_SECONDARY, ...MONITOR_UNREACHABLE] };
  if (!secondary.database) {
    const what = `delete the registration of ${secondary.primaryServer}`;
    await session.call(what, deleteSecondaryPrimary(secondary.primaryServer, database), options);
    return;
  }
  // What vanishes goes into the journal before it vanishes.
  const what = `delete log shipping secondary ${database}: ${JSON.stringify(secondary.notes)}`;
  const answer = await session.call(what, deleteSecondary(database), options);
  if (hasNumber(answer, ...MONITOR_UNREACHABLE)) {
    const again = `delete log shipping secondary ${database} without its monitor`;
    await session.call(again, deleteSecondary(database, true), { ...options, tolerate: [NO_SUCH_SECONDARY] });
  }
}

/** Every secondary of the database on this instance, with its jobs. Returns what they were. */
export async function removeSecondaries(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<readonly StepNotes[]> {
  const found = await readSecondaries(session, database);
  for (const { copyJob, restoreJob } of found) {
    await quietJob(ports, session, copyJob);
    await quietJob(ports, session, restoreJob);
  }
  for (const secondary of found) await deleteOne(session, database, secondary);
  const left = found.length === 0 ? [] : await readSecondaries(session, database);
  if (left.length > 0) {
    throw new PoolError('PCO_DONE_NOT_SEEN', `${session.instance} still lists ${database} as a secondary`);
  }
  return found.map((secondary) => secondary.notes);
}

async function lacksJob(session: InstanceSession, { copyJob, restoreJob }: SecondaryNow): Promise<boolean> {
  const jobs = [await readJobNow(session, copyJob), await readJobNow(session, restoreJob)];
  return jobs.includes(undefined);
}

/**
 * What keeps a secondary of this primary from being made goes first. The procedures make the two jobs only together with the registration,
 * and the row of the database stands under one primary: a partner's holds it, too. Returns what they were.
 */
export async function removeUnfitSecondaries(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  primaryServer: string,
): Promise<readonly StepNotes[]> {
  for (const secondary of await readSecondaries(session, database)) {
    const other = secondary.database && secondary.primaryServer.toLowerCase() !== primaryServer.toLowerCase();
    if (other || (await lacksJob(session, secondary))) return removeSecondaries(ports, session, database);
  }
  return [];
}

/** An instance that was seen with a secondary half, or with what is left of one. */
export function hasSecondary({ facts, pool }: StepContext, instance: InstanceName): boolean {
  const seen = seenInstance(facts, instance);
  const left = seen?.jobs.some(({ role }) => role === 'copy' || role === 'restore');
  return left === true || seen?.shippingSecondary[pool.topology.chatDatabase] != null;
}

/** On the instance that serves the backup site in any case; elsewhere where one was seen. */
function instancesWithSecondary(context: StepContext): readonly InstanceName[] {
  const { facts, pool, step } = context;
  const [serving, ...others] = pairOf(facts, pool.topology, siteOf(step));
  const first = serving === undefined || step.target === 'home' ? [] : [serving];
  const rest = step.target === 'home' && serving !== undefined ? [serving, ...others] : others;
  return [...first, ...rest.filter((instance) => hasSecondary(context, instance))];
}

export const removeLogShipping: Actuator = async (ports, context): Promise<StepNotes> => {
  const database = context.pool.topology.chatDatabase;
  const recorded: StepNotes[] = [];
  for (const instance of instancesWithSecondary(context)) {
    await using session = await openInstance(ports, context, instance);
    recorded.push(...(await removeSecondaries(ports, session, database)));
  }
  return { secondaries: recorded };
};
