/**
 * tail-damaged: what the log of a home copy with damaged data files still holds, to the shipping folder, where the backup copy goes on
 * with it (sql-server reference 6.3). It leaves the copy RESTORING for good: nothing but a restore in full brings it back, so it is
 * taken only where the edit chose backup, and the copy is read again right before.
 */
import type { SqlAnswer } from '../ports/sql-connection.ts';
import { backupDamagedTail } from '../statements/change-backup-restore.ts';
import { isOutOfOrder } from '../topology/closed-copy.ts';
import { PoolError } from '../topology/pool-error.ts';
import { damagedTailOf } from '../topology/tail-name.ts';
import { joinPath, uniqueName } from './file-names.ts';
import { openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { quietLogBackups } from './job-actions.ts';
import { requireInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

/** The second try says what the first one implies, as practice does. */
const TRIES = [false, true];

async function takeIt(
  ports: ActuatorPorts,
  context: StepContext,
  session: InstanceSession,
): Promise<StepNotes> {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const file = uniqueName(ports, database, 'damaged-tail', 'trn');
  const path = joinPath(topology.logShipping.share, file);
  let refused: SqlAnswer | undefined;
  for (const anyway of TRIES) {
    const options = `NO_TRUNCATE, ${anyway ? 'CONTINUE_AFTER_ERROR, ' : ''}NORECOVERY`;
    const what = `BACKUP LOG [${database}] TO ${path} WITH ${options}`;
    refused = await session.long(what, backupDamagedTail(database, path, anyway), { tolerate: 'all' });
    const now = await recheckCopy(session, database);
    // The state decides: a tail of damaged files may come with errors (3042) and be taken all the same.
    if (now.state === 'RESTORING') return { tail: file, atLsn: now.redoLsn, fork: now.redoFork, anyway };
    if (!isOutOfOrder(now.state)) break;
  }
  const error = sqlError(session.instance, backupDamagedTail(database, path, true), refused ?? NO_ANSWER);
  const { name, sites } = topology;
  throw new PoolError(error.code, error.message, {
    sqlErrors: error.sqlErrors,
    hint: `Where its log is lost too: pchat decide ${name} --keep ${sites.backup.datacenter} gives up what home wrote since the newest log backup in reach.`,
  });
}

const NO_ANSWER: SqlAnswer = { resultSets: [], infos: [], errors: [] };

export const tailDamaged: Actuator = async (ports, context): Promise<StepNotes> => {
  const database = context.pool.topology.chatDatabase;
  const instance = servingInstance(context.facts, context.pool.topology, 'home');
  const seen = requireInstance(context.facts, instance);
  await using session = await openInstance(ports, context, instance);
  if (damagedTailOf(seen, seen.databases[database]) !== undefined) return { instance, tail: 'already' };
  await context.recheck();
  const quieted = await quietLogBackups(ports, context, 'home');
  const now = await recheckCopy(session, database);
  if (!isOutOfOrder(now.state) || now.role !== null) {
    const what = now.role === null ? now.state : `mirrored as ${now.role}`;
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${instance} is ${what}, not damaged and alone`);
  }
  return { instance, quieted, ...(await takeIt(ports, context, session)) };
};
