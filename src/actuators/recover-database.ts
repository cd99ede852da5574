/**
 * recover-backup: the point of no return of a failover. recover: undo of a tail or a fence, and lifting the write barrier of
 * a copy that is ONLINE but RESTRICTED. Both end sessions, recover, and open the door again.
 */
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName, Site } from '../topology/pool-topology.ts';
import { recoverDatabase } from '../statements/change-backup-restore.ts';
import { bringOnline, openAccess } from '../statements/change-database.ts';
import { isOpen, isRollingForward, positionOf, type CopyNow } from './copy-now.ts';
import { IN_USE, withExclusiveAccess } from './end-sessions.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { pairOf, requireDatabase, seenInstance, servingInstance } from './serving-instance.ts';
import { siteOf } from './step-site.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';

const ALREADY_RECOVERED = 3153;

/** After every recovery: access comes back as it was at the end of the backup (sql-server reference 3.3). */
export async function openDoor(session: InstanceSession, database: string): Promise<void> {
  const now = await recheckCopy(session, database);
  if (!isOpen(now)) {
    throw new PoolError(
      'PCO_DONE_NOT_SEEN',
      `${database} on ${session.instance} is ${now.state}, not ONLINE`,
    );
  }
  if (now.access !== 'MULTI_USER') {
    await session.change(`ALTER DATABASE [${database}] SET MULTI_USER`, openAccess(database));
  }
}

async function recover(ports: ActuatorPorts, session: InstanceSession, database: string): Promise<void> {
  await withExclusiveAccess(ports, session, database, () =>
    session.long(`RESTORE DATABASE [${database}] WITH RECOVERY`, recoverDatabase(database), {
      tolerate: [ALREADY_RECOVERED, IN_USE],
    }),
  );
}

function refuseMirror(session: InstanceSession, database: string, now: CopyNow): void {
  if (now.role !== 'MIRROR') return;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${session.instance} is a mirror; it is not recovered`,
  );
}

/** Recovered exactly where the plan saw it: a copy that moved meanwhile is observed again first. */
function requireUnmoved(
  session: InstanceSession,
  database: string,
  planned: string | null,
  now: CopyNow,
): void {
  const position = positionOf(now);
  if (position === undefined || planned === null || position.lsn === planned) return;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${session.instance} stands at ${position.lsn}, the plan saw it at ${planned}`,
  );
}

export const recoverBackup: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const instance = servingInstance(context.facts, topology, 'backup');
  await using session = await openInstance(ports, context, instance);
  const first = await recheckCopy(session, database);
  if (isOpen(first)) {
    await openDoor(session, database);
    return { instance, recovered: 'already' };
  }
  if (!isRollingForward(first)) throw notRecoverable(instance, database, first);
  const facts = await context.recheck();
  const { positionLsn } = requireDatabase(facts, instance, database);
  const now = await recheckCopy(session, database);
  refuseMirror(session, database, now);
  requireUnmoved(session, database, positionLsn === 'unknown' ? null : positionLsn, now);
  await recover(ports, session, database);
  await openDoor(session, database);
  return { instance, recovered: 'now', atLsn: now.redoLsn, fork: now.redoFork };
};

const notRecoverable = (instance: InstanceName, database: string, now: CopyNow): PoolError =>
  new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${instance} is ${now.state}; nothing there can be recovered`,
  );

/**
 * The copy that a fence or a tail closed: the one that is open, else OFFLINE, else the one that took a tail, unless the copy that
 * stands for the site was rolled forward past it.
 */
export function closedInstance(context: Pick<StepContext, 'pool' | 'facts'>, site: Site): InstanceName {
  const { topology } = context.pool;
  const pair = pairOf(context.facts, topology, site);
  const copyOf = (instance: InstanceName): string | undefined =>
    seenInstance(context.facts, instance)?.databases[topology.chatDatabase]?.state;
  const serving = servingInstance(context.facts, topology, site);
  const positionAt = (instance: InstanceName): Lsn => {
    const position = seenInstance(context.facts, instance)?.databases[topology.chatDatabase]?.positionLsn;
    return lsn(position == null || position === 'unknown' ? '0' : position);
  };
  const tookTail = (instance: InstanceName): boolean =>
    copyOf(instance) === 'RESTORING' &&
    (seenInstance(context.facts, instance)?.backups.some((backup) => backup.tail) ?? false) &&
    (copyOf(serving) !== 'RESTORING' || compareLsn(positionAt(instance), positionAt(serving)) >= 0);
  return (
    pair.find((instance) => copyOf(instance) === 'ONLINE') ??
    pair.find((instance) => copyOf(instance) === 'OFFLINE') ??
    pair.find(tookTail) ??
    serving
  );
}

export const recoverSite: Actuator = async (ports, context): Promise<StepNotes> => {
  const site = siteOf(context.step);
  const database = context.pool.topology.chatDatabase;
  const instance = closedInstance(context, site);
  await using session = await openInstance(ports, context, instance);
  const first = await recheckCopy(session, database);
  if (isOpen(first) && first.access === 'MULTI_USER') return { instance, recovered: 'already' };
  await context.recheck();
  const now = await recheckCopy(session, database);
  refuseMirror(session, database, now);
  if (now.state === 'OFFLINE') {
    await session.change(`ALTER DATABASE [${database}] SET ONLINE`, bringOnline(database));
  } else if (isRollingForward(now)) {
    await recover(ports, session, database);
  } else if (!isOpen(now)) {
    throw notRecoverable(instance, database, now);
  }
  await openDoor(session, database);
  return { instance, recovered: 'now', from: now.state };
};
