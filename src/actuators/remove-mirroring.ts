/** remove-mirroring: SET PARTNER OFF and read again, because an error may accompany success. Also used by the fence. */
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName, SqlStore } from '../topology/pool-topology.ts';
import { setPartnerOff } from '../statements/change-mirroring.ts';
import { chatSessionsIn } from './end-sessions.ts';
import { openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { partnerOf, seenInstance, servingOf } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';
import { waitFor } from './waiting.ts';

const ATTEMPTS = { everyMs: 1_000, limitMs: 10_000 };

/** true: was mirrored. 1404 (mirror busy) and a late effect are both met by trying and reading again. */
export async function endMirroring(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
): Promise<boolean> {
  if ((await recheckCopy(session, database)).role === null) return false;
  const statement = setPartnerOff(database);
  const what = `ALTER DATABASE [${database}] SET PARTNER OFF`;
  let answer = await session.change(what, statement, { tolerate: 'all' });
  const ended = await waitFor(ports, session.context, ATTEMPTS, async () => {
    if ((await recheckCopy(session, database)).role === null) return true;
    if (answer.errors.length > 0) answer = await session.change(what, statement, { tolerate: 'all' });
    return undefined;
  });
  if (ended === undefined) throw sqlError(session.instance, statement, answer);
  return true;
}

const isMirrored = (context: StepContext, instance: InstanceName, database: string): boolean => {
  const mirroring = seenInstance(context.facts, instance)?.databases[database]?.mirroring;
  return mirroring !== undefined && mirroring !== null && mirroring !== 'unknown';
};

/** The partner learns of it when it reconnects; one that still calls itself mirrored is told directly. */
async function endOnPartner(
  ports: ActuatorPorts,
  context: StepContext,
  partner: InstanceName | undefined,
  database: string,
): Promise<void> {
  if (partner === undefined || !isMirrored(context, partner, database)) return;
  await using session = await openInstance(ports, context, partner);
  const limit = { everyMs: 500, limitMs: 5_000 };
  const learned = await waitFor(ports, context, limit, async () =>
    (await recheckCopy(session, database)).role === null ? true : undefined,
  );
  if (learned === undefined) await endMirroring(ports, session, database);
}

async function removeFrom(
  ports: ActuatorPorts,
  context: StepContext,
  store: SqlStore,
  database: string,
  clients: 'none-allowed' | 'any',
): Promise<StepNotes> {
  const instance = servingOf(context.facts, store, database);
  await using session = await openInstance(ports, context, instance);
  const inside = clients === 'any' ? [] : await chatSessionsIn(session, database);
  if (inside.length > 0) {
    throw new PoolError('PCO_STEP_REFUSED', `${inside.length} sessions are on ${database} of ${instance}`);
  }
  const removed = await endMirroring(ports, session, database);
  await endOnPartner(ports, context, partnerOf(store, instance), database);
  return { instance, database, removed: removed ? 'now' : 'already' };
}

/** Failback (backup site): mgc and mgccomp. Switchover (home): mgc only, mgccomp is never moved. */
export const removeMirroring: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const site = siteOf(context.step);
  const { chat, compliance } = topology.sites[site];
  const notes = [await removeFrom(ports, context, chat, topology.chatDatabase, 'none-allowed')];
  if (site === 'backup' && compliance !== undefined) {
    notes.push(await removeFrom(ports, context, compliance, topology.complianceDatabase, 'any'));
  }
  return { databases: notes };
};
