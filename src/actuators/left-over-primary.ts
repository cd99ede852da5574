/**
 * remove-log-shipping-primary: the primary half that was left at a site which ships nothing goes from msdb, with its log-backup
 * job, and so does every secondary half beside the one that ships. No database is touched.
 */
import type { SqlRow } from '../ports/sql-connection.ts';
import { deletePrimary, deletePrimarySecondary, readPrimaryHalf } from '../statements/change-log-shipping.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { quietJob } from './agent-jobs.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { hasNumber, openInstance, type InstanceSession } from './instance-session.ts';
import { DELETE_DEADLINE_MS, hasSecondary, MONITOR_UNREACHABLE, removeSecondaries } from './log-shipping.ts';
import { pairOf, seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';

const NO_SUCH_PRIMARY = 32010;

interface Mapping {
  readonly server: string;
  readonly database: string;
}

async function deleteHalf(
  session: InstanceSession,
  database: string,
  mappings: readonly Mapping[],
  notes: StepNotes,
): Promise<void> {
  const options = { deadlineMs: DELETE_DEADLINE_MS, tolerate: [NO_SUCH_PRIMARY] };
  for (const { server, database: secondary } of mappings) {
    const what = `delete secondary ${server}.${secondary} from primary ${database}`;
    await session.call(what, deletePrimarySecondary(database, server, secondary), options);
  }
  // What vanishes goes into the journal before it vanishes.
  const what = `delete log shipping primary ${database}: ${JSON.stringify(notes)}`;
  const tolerate = [NO_SUCH_PRIMARY, ...MONITOR_UNREACHABLE];
  const answer = await session.call(what, deletePrimary(database), { ...options, tolerate });
  if (!hasNumber(answer, ...MONITOR_UNREACHABLE)) return;
  await session.call(
    `delete log shipping primary ${database} without its monitor`,
    deletePrimary(database, true),
    options,
  );
}

const notesOf = (row: SqlRow): StepNotes =>
  Object.fromEntries(
    ['primary_id', 'backup_directory', 'backup_share', 'backup_job_id', 'last_backup_file'].map((column) => [
      column,
      textOrNull(row, column),
    ]),
  );

async function removePrimary(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<readonly StepNotes[]> {
  const answer = await session.read(readPrimaryHalf(database));
  const [row] = rowsOf(answer);
  if (row === undefined) return [];
  await quietJob(ports, session, requireText(row, 'backup_job_id'));
  const mappings = rowsOf(answer, 1).map((one) => ({
    server: requireText(one, 'secondary_server'),
    database: requireText(one, 'secondary_database'),
  }));
  const notes = notesOf(row);
  await deleteHalf(session, database, mappings, notes);
  if (rowsOf(await session.read(readPrimaryHalf(database))).length > 0)
    throw new PoolError('PCO_DONE_NOT_SEEN', `${session.instance} still lists ${database} as a primary`);
  return [notes];
}

const seenOf = (context: StepContext): readonly InstanceName[] =>
  pairOf(context.facts, context.pool.topology, siteOf(context.step)).filter(
    (instance) => seenInstance(context.facts, instance) !== undefined,
  );

export const removeLogShippingPrimary: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const serving = servingInstance(context.facts, topology, siteOf(context.step));
  const primaries: StepNotes[] = [];
  const secondaries: StepNotes[] = [];
  for (const instance of seenOf(context)) {
    await using session = await openInstance(ports, context, instance);
    primaries.push(...(await removePrimary(ports, session, database)));
    if (instance !== serving && hasSecondary(context, instance))
      secondaries.push(...(await removeSecondaries(ports, session, database)));
  }
  return { primaries, secondaries };
};
