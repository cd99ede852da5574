/** resume-mirroring, move-principal, set-witness: repairs of a session that stands, for mgc and, at home, mgccomp. */
import { failOverPartner, resumePartner, setPartnerOff } from '../statements/change-mirroring.ts';
import { computerOf } from '../topology/computer-name.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName, Site, SqlStore } from '../topology/pool-topology.ts';
import { readCopy, type CopyNow } from './copy-now.ts';
import { hasNumber, openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { addWitness } from './mirror-by-statements.ts';
import { partnerOf, servingOf } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';
import { waitFor } from './waiting.ts';

const FAILED_REDO = 1462;
const LOOK_EVERY_MS = 500;

interface Mirrored {
  readonly store: SqlStore;
  readonly database: string;
}

/** mgccomp is mirrored inside home only. */
function mirroredOf({ pool }: StepContext, site: Site): readonly Mirrored[] {
  const { chatDatabase, complianceDatabase, sites } = pool.topology;
  const { chat, compliance } = sites[site];
  const both = [{ store: chat, database: chatDatabase }];
  if (site === 'home' && compliance !== undefined)
    both.push({ store: compliance, database: complianceDatabase });
  return both.filter(({ store }) => store.mirror !== undefined);
}

/** On the instance that was seen serving, each database of the site in turn. */
async function onEach(
  ports: ActuatorPorts,
  context: StepContext,
  repair: (session: InstanceSession, now: CopyNow, mirrored: Mirrored) => Promise<StepNotes | undefined>,
): Promise<StepNotes> {
  const notes: StepNotes[] = [];
  for (const mirrored of mirroredOf(context, siteOf(context.step))) {
    const instance = servingOf(context.facts, mirrored.store, mirrored.database);
    await using session = await openInstance(ports, context, instance);
    const now = await recheckCopy(session, mirrored.database);
    const done = now.role === 'PRINCIPAL' ? await repair(session, now, mirrored) : undefined;
    if (done !== undefined) notes.push({ instance, database: mirrored.database, ...done });
  }
  return { databases: notes };
}

const endsBefore = (position: string, forkPoint: string | null): boolean =>
  forkPoint !== null && compareLsn(lsn(position), lsn(forkPoint)) <= 0;

/**
 * After a forced service RESUME destroys what only the old principal holds (sql-server reference 3.8). Forcing opens a fork:
 * a mirror on another one that ends beyond the fork point is left alone. That a suspended mirror shows where it ends is UNVERIFIED;
 * where it does not, it is left alone, too.
 */
async function requireSameBranch(
  ports: ActuatorPorts,
  context: StepContext,
  { store, database }: Mirrored,
  session: InstanceSession,
  now: CopyNow,
): Promise<void> {
  const partner = partnerOf(store, session.instance);
  if (partner === undefined) return;
  await using mirror = await openInstance(ports, context, partner);
  const { redoFork, redoLsn } = await recheckCopy(mirror, database);
  if (redoFork !== null && redoFork === now.recoveryFork) return;
  if (redoFork !== null && redoLsn !== null && endsBefore(redoLsn, now.forkPointLsn)) return;
  const why =
    redoFork === null
      ? 'does not say on which branch it stands'
      : 'went on beyond the point where service was forced on its principal';
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${partner} ${why}: RESUME could destroy what only it holds`,
    {
      hint: 'save that by hand (SET PARTNER OFF, recover it under RESTRICTED_USER, back it up into the quarantine folder) and drop the copy; the pair is then mirrored anew',
    },
  );
}

/** A mirror that could not redo takes no RESUME: its session is ended, and the next plan mirrors the pair anew. */
async function endFailedSession(session: InstanceSession, database: string): Promise<never> {
  const what = `ALTER DATABASE [${database}] SET PARTNER OFF`;
  await session.change(what, setPartnerOff(database), { tolerate: 'all' });
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${session.instance}: its mirror cannot redo (1462), so the session was ended; the pair is to be mirrored anew`,
  );
}

export const resumeMirroring: Actuator = (ports, context) =>
  onEach(ports, context, async (session, now, mirrored) => {
    if (now.mirroringState !== 'SUSPENDED') return undefined;
    const { database } = mirrored;
    await requireSameBranch(ports, context, mirrored, session, now);
    const statement = resumePartner(database);
    const what = `ALTER DATABASE [${database}] SET PARTNER RESUME`;
    const answer = await session.change(what, statement, { tolerate: [FAILED_REDO] });
    if (hasNumber(answer, FAILED_REDO)) await endFailedSession(session, database);
    return { resumed: 'now' };
  });

/** The role has come only once the other side has opened the database. */
async function awaitPrincipal(
  ports: ActuatorPorts,
  context: StepContext,
  instance: InstanceName,
  database: string,
): Promise<void> {
  await using session = await openInstance(ports, context, instance);
  const limit = { everyMs: LOOK_EVERY_MS, limitMs: context.pool.policy.stepTimeoutMs };
  const moved = await waitFor(ports, context, limit, async () => {
    const { role, state } = await readCopy(session, database);
    return role === 'PRINCIPAL' && state === 'ONLINE' ? true : undefined;
  });
  if (moved === undefined)
    throw new PoolError('PCO_DONE_NOT_SEEN', `${database} on ${instance} does not become the principal`);
}

export const movePrincipal: Actuator = (ports, context) =>
  onEach(ports, context, async (session, now, { store, database }) => {
    if (session.instance === store.primary) return undefined;
    if (now.mirroringState !== 'SYNCHRONIZED') {
      const state = now.mirroringState ?? 'not mirrored';
      throw new PoolError('PCO_STEP_REFUSED', `${database} on ${session.instance} is ${state}`);
    }
    const statement = failOverPartner(database);
    const what = `ALTER DATABASE [${database}] SET PARTNER FAILOVER`;
    const answer = await session.change(what, statement, { tolerate: 'all' });
    if (answer.errors.length > 0 && (await readCopy(session, database)).role === 'PRINCIPAL')
      throw sqlError(session.instance, statement, answer);
    await awaitPrincipal(ports, context, store.primary, database);
    return { movedTo: store.primary };
  });

export const setDeclaredWitness: Actuator = (ports, context) =>
  onEach(ports, context, async (session, now, { store, database }) => {
    const { witness } = store;
    if (witness === undefined || (now.witness !== null && computerOf(now.witness) === computerOf(witness)))
      return undefined;
    await addWitness(ports, context, session, witness, database);
    return { witness };
  });
