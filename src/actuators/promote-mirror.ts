/**
 * promote-mirror: service is forced on the mirror of a pair whose principal is lost (sql-server reference 3.8, 6.3). The session is
 * kept: it makes a mirror of the old principal when that one comes back, where ending it would leave a second writer (docs/adr/0029).
 * mgccomp is never moved.
 */
import { forceService } from '../statements/change-mirroring.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { isOpen, type CopyNow } from './copy-now.ts';
import { openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { openDoor } from './recover-database.ts';
import { pairOf, seenInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';
import { waitFor } from './waiting.ts';

const LOOK_EVERY_MS = 500;

/** The only one of the pair that answers. */
function survivorOf(context: StepContext): InstanceName {
  const { facts, pool, step } = context;
  const answering = pairOf(facts, pool.topology, siteOf(step)).filter(
    (instance) => seenInstance(facts, instance) !== undefined,
  );
  const [survivor] = answering;
  if (survivor !== undefined && answering.length === 1) return survivor;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${String(answering.length)} instances of the pair answer, not one`,
  );
}

const isPrincipal = (now: CopyNow): boolean => now.role === 'PRINCIPAL' && isOpen(now);

async function force(
  ports: ActuatorPorts,
  context: StepContext,
  session: InstanceSession,
  database: string,
): Promise<void> {
  const statement = forceService(database);
  const what = `ALTER DATABASE [${database}] SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS`;
  const answer = await session.change(what, statement, { tolerate: 'all' });
  const limit = { everyMs: LOOK_EVERY_MS, limitMs: context.pool.policy.stepTimeoutMs };
  const opened = await waitFor(ports, context, limit, async () => {
    if (isPrincipal(await recheckCopy(session, database))) return true;
    if (answer.errors.length > 0) throw sqlError(session.instance, statement, answer);
    return undefined;
  });
  if (opened === undefined)
    throw new PoolError(
      'PCO_DONE_NOT_SEEN',
      `${database} on ${session.instance} does not become the principal`,
    );
}

export const promoteMirror: Actuator = async (ports, context): Promise<StepNotes> => {
  const database = context.pool.topology.chatDatabase;
  const instance = survivorOf(context);
  await using session = await openInstance(ports, context, instance);
  if (isPrincipal(await recheckCopy(session, database))) {
    await openDoor(session, database);
    return { instance, promoted: 'already' };
  }
  await context.recheck();
  const now = await recheckCopy(session, database);
  if (now.role !== 'MIRROR' || now.mirroringState !== 'DISCONNECTED') {
    const is = `${now.role ?? 'not mirrored'}, ${now.mirroringState ?? now.state}`;
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${database} on ${instance} is ${is}, not a mirror without its principal`,
    );
  }
  await force(ports, context, session, database);
  await openDoor(session, database);
  return { instance, promoted: 'now' };
};
