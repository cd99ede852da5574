/** remove-log-shipping: after it no copy or restore job can run into the recovery, and the secondary is gone from msdb. */
import { PoolError } from '../topology/pool-error.ts';
import {
  deleteSecondary,
  deleteSecondaryPrimary,
  readSecondaryHalf,
} from '../statements/change-log-shipping.ts';
import type { SqlRow } from '../ports/sql-connection.ts';
import { quietJob } from './agent-jobs.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { hasNumber, openInstance, type InstanceSession } from './instance-session.ts';
import { seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

const NO_SUCH_SECONDARY = 32014;
/** The remote monitor cannot be reached or written. */
const MONITOR_UNREACHABLE = [32054, 32055];
/** A dead monitor must not hold the failover. */
const DELETE_DEADLINE_MS = 60_000;

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

/** On the instance that serves the backup site, and on its partner when that one holds a secondary too. */
export const removeLogShipping: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const recorded: StepNotes[] = [];
  for (const instance of instancesWithSecondary(context)) {
    await using session = await openInstance(ports, context, instance);
    recorded.push(...(await removeSecondaries(ports, session, database)));
  }
  return { secondaries: recorded };
};

function instancesWithSecondary(context: StepContext): readonly ReturnType<typeof servingInstance>[] {
  const { topology } = context.pool;
  const serving = servingInstance(context.facts, topology, 'backup');
  const { primary, mirror } = topology.sites.backup.chat;
  const others = [primary, ...(mirror === undefined ? [] : [mirror])].filter(
    (instance) =>
      instance !== serving &&
      seenInstance(context.facts, instance)?.shippingSecondary[topology.chatDatabase] != null,
  );
  return [serving, ...others];
}
