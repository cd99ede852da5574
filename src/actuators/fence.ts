/**
 * fence: on both instances of a site the log backup job is quieted and mirroring ended; an open copy gives its tail to the
 * quarantine folder and is left RESTORING. Where no tail can be had: a full backup there, then OFFLINE.
 */
import type { SqlRow } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { ContentFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { InstanceName, Site } from '../topology/pool-topology.ts';
import type { TailPurpose } from '../topology/tail-name.ts';
import { backupDatabase } from '../statements/change-backup-restore.ts';
import { takeOffline } from '../statements/change-database.ts';
import { setPartnerOff } from '../statements/change-mirroring.ts';
import { readNewestMessage } from '../statements/read-message.ts';
import { rowsOf, textOrNull } from './answer-rows.ts';
import { isOpen } from './copy-now.ts';
import { joinPath, uniqueName } from './file-names.ts';
import { openInstance, recheckCopy, type InstanceSession } from './instance-session.ts';
import { quietLogBackups } from './job-actions.ts';
import { endMirroring } from './remove-mirroring.ts';
import { pairOf, seenInstance, servingInstance } from './serving-instance.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { siteOf } from './step-site.ts';
import { takeTail } from './tail-backup.ts';
import { lowerBarrier, raiseBarrier } from './write-barrier.ts';

/** Not writable now, but may be after the next restart; no tail can be taken in the ordinary way. */
const BROKEN = ['SUSPECT', 'RECOVERY_PENDING', 'EMERGENCY'];

/** SET OFFLINE of a database in a mirroring session (sql-server reference 4.4, 53). */
const MIRRORED = 1468;

/**
 * A database that is not accessible shows no mirroring columns, so only the refusal tells that it is in a session. That SET PARTNER
 * OFF is taken of a copy in such a state is documented nowhere (unverified).
 */
async function goOffline(session: InstanceSession, database: string): Promise<void> {
  const what = `ALTER DATABASE [${database}] SET OFFLINE WITH ROLLBACK IMMEDIATE`;
  const answer = await session.change(what, takeOffline(database), { tolerate: 'all' });
  if (answer.errors.some(({ number }) => number === MIRRORED)) {
    const off = `ALTER DATABASE [${database}] SET PARTNER OFF`;
    await session.change(off, setPartnerOff(database), { tolerate: 'all' });
    await session.change(what, takeOffline(database), { tolerate: 'all' });
  }
  const now = await recheckCopy(session, database);
  if (now.state === 'OFFLINE') return;
  throw new PoolError('PCO_DONE_NOT_SEEN', `${database} on ${session.instance} is ${now.state}, not OFFLINE`);
}

/** What only this copy holds is saved as far as it can be read; OFFLINE keeps its files in any case. */
async function saveAndGoOffline(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  folder: string,
  purpose: TailPurpose | 'fenced',
): Promise<StepNotes> {
  const file = uniqueName(ports, database, purpose, 'bak');
  const path = joinPath(folder, file);
  const what = `BACKUP DATABASE [${database}] TO ${path} WITH COPY_ONLY`;
  const answer = await session.long(what, backupDatabase(database, path, 'copy-only'), { tolerate: 'all' });
  const saved = answer.errors.length === 0;
  await goOffline(session, database);
  const numbers = answer.errors.map((error) => error.number);
  return { fenced: 'offline', ...(saved ? { full: file } : { notSaved: numbers }) };
}

const isNewest = (row: SqlRow | undefined, newest: ContentFacts['newest']): boolean =>
  textOrNull(row, 'channel_id') === (newest?.channelId ?? null) &&
  textOrNull(row, 'chat_id') === (newest?.chatId ?? null) &&
  textOrNull(row, 'chat_date') === (newest?.chatDate ?? null);

function newestIsInOther({ comparison }: PoolFacts, site: Site): boolean {
  if (comparison.kind !== 'value') return false;
  const { homeNewestInBackup, backupNewestInHome } = comparison.value;
  return site === 'home' ? homeNewestInBackup : backupNewestInHome;
}

/**
 * Behind the closed door: is the newest message still the one that was seen in the other copy too? After the tail nobody can
 * read this copy any more, so the answer goes into the tail's name. A message that came in between makes both copies written:
 * which of them is to be fenced is judged anew.
 */
async function closeAndCompare(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  facts: PoolFacts,
): Promise<TailPurpose> {
  await raiseBarrier(ports, session, database);
  const content = seenInstance(facts, session.instance)?.databases[database]?.content;
  if (content === undefined || content === 'unknown') return 'tail';
  // An empty copy holds nothing that the other one lacks, of whatever lineage.
  if (content.messages !== 0 && !newestIsInOther(facts, siteOf(session.context.step))) return 'tail';
  const answer = await session.read(readNewestMessage(database), { tolerate: 'all' });
  if (answer.errors.length > 0) return 'tail';
  if (isNewest(rowsOf(answer)[0], content.newest)) return 'shared-tail';
  await lowerBarrier(session, database);
  throw new PoolError('PCO_STEP_REFUSED', `${database} on ${session.instance} was written in this instant`);
}

async function fenceCopy(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  folder: string,
  facts: PoolFacts,
): Promise<StepNotes> {
  await endMirroring(ports, session, database);
  const now = await recheckCopy(session, database);
  const { instance } = session;
  if (BROKEN.includes(now.state)) {
    await goOffline(session, database);
    return { instance, fenced: 'offline', notSaved: now.state };
  }
  if (!isOpen(now)) return { instance, fenced: 'already', state: now.state };
  const purpose = await closeAndCompare(ports, session, database, facts);
  const tail = await takeTail(ports, session, database, folder, purpose);
  if (tail.kind === 'taken') {
    return { instance, fenced: 'tail', tail: tail.file, atLsn: tail.now.redoLsn, fork: tail.now.redoFork };
  }
  return {
    instance,
    tailRefused: tail.answer.errors.map((error) => error.number),
    ...(await saveAndGoOffline(ports, session, database, folder, purpose === 'tail' ? 'fenced' : purpose)),
  };
}

/** The serving instance must answer; a silent partner is fenced when it is seen again. */
function reachable(
  context: StepContext,
  pair: readonly InstanceName[],
  serving: InstanceName,
): InstanceName[] {
  return pair.filter(
    (instance) => instance === serving || seenInstance(context.facts, instance) !== undefined,
  );
}

export const fence: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const site = siteOf(context.step);
  const database = topology.chatDatabase;
  const { quarantineFolder } = topology.sites[site];
  const facts = await context.recheck();
  const quieted = await quietLogBackups(ports, context, site);
  const serving = servingInstance(context.facts, topology, site);
  const copies: StepNotes[] = [];
  for (const instance of reachable(context, pairOf(context.facts, topology, site), serving)) {
    await using session = await openInstance(ports, context, instance);
    copies.push(await fenceCopy(ports, session, database, quarantineFolder, facts));
  }
  return { quieted, copies };
};
