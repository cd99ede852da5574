/**
 * full-backup: behind the write barrier the backup site's serving copy goes to the share as one verified file. The barrier
 * stays up afterwards, so that the file remains the source's newest content; it comes down when the deed fails.
 */
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import { backupDatabase, verifyBackup } from '../statements/change-backup-restore.ts';
import { isOpen } from './copy-now.ts';
import { joinPath, uniqueName } from './file-names.ts';
import { freshFullBackup } from './fresh-full-backup.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepNotes } from './step-context.ts';
import { lowerBarrier, raiseBarrier } from './write-barrier.ts';

async function backUpAndVerify(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<string> {
  const { share } = session.context.pool.topology.logShipping;
  const file = uniqueName(ports, database, 'failback', 'bak');
  const path = joinPath(share, file);
  await session.long(`BACKUP DATABASE [${database}] TO ${path}`, backupDatabase(database, path));
  await session.longRead(`RESTORE VERIFYONLY FROM ${path}`, verifyBackup(path));
  return file;
}

export const fullBackup: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const instance = servingInstance(context.facts, topology, 'backup');
  await using session = await openInstance(ports, context, instance);
  const facts = await context.recheck();
  const there = freshFullBackup(facts, instance, database);
  if (there !== undefined) {
    // Finished by an earlier attempt that was cut before it could verify.
    const path = joinPath(topology.logShipping.share, there.name);
    await session.longRead(`RESTORE VERIFYONLY FROM ${path}`, verifyBackup(path));
    return { instance, file: there.name, taken: 'already' };
  }
  const now = await recheckCopy(session, database);
  if (!isOpen(now) || now.role !== null) {
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${instance} is ${now.role ?? now.state}`);
  }
  try {
    await raiseBarrier(ports, session, database);
    const file = await backUpAndVerify(ports, session, database);
    return { instance, file, taken: 'now' };
  } catch (error) {
    // An unknown outcome is observed first; the barrier may be guarding a good file.
    if (toPoolError(error).code !== 'PCO_OUTCOME_UNKNOWN') await lowerBarrier(session, database);
    throw error;
  }
};
