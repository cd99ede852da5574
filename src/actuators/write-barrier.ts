/** RESTRICTED_USER and nobody inside: nothing can be written while a copy is backed up or overwritten. Weak by itself, never a fence. */
import { PoolError } from '../topology/pool-error.ts';
import { openAccess, restrictAccess } from '../statements/change-database.ts';
import { isOpen } from './copy-now.ts';
import { endSessions, sessionsIn } from './end-sessions.ts';
import { recheckCopy, type InstanceSession } from './instance-session.ts';
import type { ActuatorPorts } from './step-context.ts';
import { waitFor } from './waiting.ts';

const EMPTY_LIMIT = { everyMs: 500, limitMs: 10_000 };

/** Only for an ONLINE copy. Resolves once nobody is inside. */
export async function raiseBarrier(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<void> {
  const now = await recheckCopy(session, database);
  if (!isOpen(now)) {
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${session.instance} is ${now.state}, not ONLINE`);
  }
  if (now.access !== 'RESTRICTED_USER') {
    const what = `ALTER DATABASE [${database}] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE`;
    await session.change(what, restrictAccess(database));
  }
  const empty = await waitFor(ports, session.context, EMPTY_LIMIT, async () => {
    await endSessions(session, database);
    const inside = await sessionsIn(session, database);
    return inside.every((one) => one.own) ? true : undefined;
  });
  if (empty === undefined) {
    throw new PoolError('PCO_DONE_NOT_SEEN', `sessions come back to ${database} on ${session.instance}`, {
      hint: 'accounts with db_owner or sysadmin pass RESTRICTED_USER; end what connects with them',
    });
  }
}

/** Undo after a failed deed; its own failure is left to the next round, which sees the barrier. */
export async function lowerBarrier(session: InstanceSession, database: string): Promise<void> {
  try {
    await session.change(`ALTER DATABASE [${database}] SET MULTI_USER`, openAccess(database));
  } catch {
    // The caller reports the error that made the undo necessary; a barrier that stays is seen and planned for.
  }
}
