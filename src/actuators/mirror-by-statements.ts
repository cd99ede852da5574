/**
 * Mirrors a pair while log shipping runs (sql-server reference 6.5): every log backup in between goes to the shipping folder
 * under the shipping name, so that the secondary meets no gap. LSBackup is idle meanwhile; the caller sees to that.
 */
import type { SqlAnswer, SqlStatement } from '../ports/sql-connection.ts';
import { chainLogBackups } from '../topology/log-chain.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import { valueOf } from '../topology/known.ts';
import { mirroringShareFor, type InstanceName, type SqlStore } from '../topology/pool-topology.ts';
import {
  backupDatabase,
  backupLog,
  restoreDatabase,
  restoreLog,
} from '../statements/change-backup-restore.ts';
import {
  readMirroringEndpoint,
  setPartner,
  setPartnerOff,
  setWitness,
} from '../statements/change-mirroring.ts';
import { requireNumber, requireText, rowsOf } from './answer-rows.ts';
import { BackupHeaders } from './backup-headers.ts';
import { beginsOnOwnFork, isOpen, positionOf, readCopy, type CopyNow } from './copy-now.ts';
import { IN_USE, withExclusiveAccess } from './end-sessions.ts';
import { baseName, joinPath, shippingName, uniqueName } from './file-names.ts';
import { hasNumber, recheckCopy, sqlError, openInstance, type InstanceSession } from './instance-session.ts';
import { movesFor } from './restore-files.ts';
import { listFiles } from './list-files.ts';
import { followsHome } from './seed-secondary.ts';
import { partnerOf, requireInstance, seenInstance, servingOf } from './serving-instance.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';
import { waitFor } from './waiting.ts';
import { raiseBarrier } from './write-barrier.ts';

/** The mirror lacks log: one more log backup is taken and applied. */
const MIRROR_BEHIND = [1412, 1408, 1478];
const ALREADY_MIRRORED = 1405;
const ALREADY_APPLIED = 4326;
const ATTEMPTS = 3;

/** `TCP://host:port` of an instance's started mirroring endpoint; the host is the declared one. */
async function endpointOf(session: InstanceSession): Promise<string> {
  const row = rowsOf(await session.read(readMirroringEndpoint))[0];
  if (row === undefined || requireText(row, 'state_desc') !== 'STARTED') {
    throw new PoolError('PCO_STEP_REFUSED', `${session.instance} has no started mirroring endpoint`);
  }
  const [host = session.instance] = session.instance.split('\\');
  return `TCP://${host}:${requireNumber(row, 'port')}`;
}

/** COPY_ONLY: the log chain of the secondary is not touched. */
async function seedMirror(
  ports: ActuatorPorts,
  principal: InstanceSession,
  mirror: InstanceSession,
  database: string,
): Promise<void> {
  const mirroringShare = mirroringShareFor(principal.context.pool.topology, principal.instance);
  const path = joinPath(mirroringShare, uniqueName(ports, database, 'mirror', 'bak'));
  const chained = (await recheckCopy(principal, database)).nextLogLsn !== null;
  const backup = backupDatabase(database, path, chained ? 'copy-only' : 'regular');
  await principal.long(`BACKUP DATABASE [${database}] TO ${path}${chained ? ' WITH COPY_ONLY' : ''}`, backup);
  const moves = await movesFor(mirror, database, path);
  const now = await recheckCopy(mirror, database);
  if (now.role !== null)
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${mirror.instance} is a ${now.role}`);
  if (isOpen(now)) await raiseBarrier(ports, mirror, database);
  const restore = restoreDatabase(database, path, 'NORECOVERY', moves);
  await withExclusiveAccess(ports, mirror, database, () =>
    mirror.long(`RESTORE DATABASE [${database}] FROM ${path} WITH REPLACE, NORECOVERY`, restore, {
      tolerate: [IN_USE],
    }),
  );
}

/** ms that the instance's clock is ahead of ours; LSBackup stamps its files by that clock, and the jobs go by the names. */
function clockOffsetOf({ instance, context }: InstanceSession): number {
  const observed = context.facts.instances[instance];
  return observed?.kind === 'value' ? observed.value.clockOffsetMs : 0;
}

/** Into the shipping folder, where the copy job finds it. Returns the path. */
async function backUpLog(
  ports: ActuatorPorts,
  principal: InstanceSession,
  database: string,
): Promise<string> {
  const { share } = principal.context.pool.topology.logShipping;
  const before = await listFiles(ports, principal, share);
  const taken = before.map((file) => file.name);
  const path = joinPath(share, shippingName(ports.clock.now() + clockOffsetOf(principal), database, taken));
  await principal.long(`BACKUP LOG [${database}] TO ${path}`, backupLog(database, path));
  return path;
}

interface Mirroring {
  readonly principal: InstanceSession;
  readonly mirror: InstanceSession;
  readonly headers: BackupHeaders;
  readonly database: string;
}

/** One log backup into the shipping folder where none waits there, then every file there that the mirror can use. */
async function catchUp(ports: ActuatorPorts, both: Mirroring, waiting: boolean): Promise<void> {
  const { principal, mirror, headers, database } = both;
  const { share } = principal.context.pool.topology.logShipping;
  const path = waiting ? undefined : await backUpLog(ports, principal, database);
  const listing = await listFiles(ports, mirror, share);
  const files = await headers.logBackups(share, listing);
  const start = positionOf(await readCopy(mirror, database));
  if (start === undefined) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${database} on ${mirror.instance} does not say where its roll-forward starts`,
    );
  }
  const applicable = chainLogBackups(files, start).applicable;
  // Mirroring wants at least one log restored; when nothing was written since the full backup, ours ends where the copy stands.
  const names = applicable.length > 0 || path === undefined ? applicable : [baseName(path)];
  for (const name of names) {
    const statement = restoreLog(database, joinPath(share, name));
    await mirror.long(`RESTORE LOG [${database}] FROM ${name}`, statement, { tolerate: [ALREADY_APPLIED] });
  }
}

/** Not by the facts of this step: the copy was seeded anew since, so its lineage is another one than they show. */
async function release(ports: ActuatorPorts, mirror: InstanceSession, database: string): Promise<void> {
  const what = `ALTER DATABASE [${database}] SET PARTNER OFF`;
  const answer = await mirror.change(what, setPartnerOff(database), { tolerate: 'all' });
  const limit = { everyMs: 500, limitMs: 10_000 };
  const released = await waitFor(ports, mirror.context, limit, async () =>
    (await readCopy(mirror, database)).role === null ? true : undefined,
  );
  if (released === undefined) throw sqlError(mirror.instance, setPartnerOff(database), answer);
}

/** The second half of the join. false: the principal did not take it. */
async function joinPrincipal(
  principal: InstanceSession,
  mirror: InstanceSession,
  database: string,
): Promise<{ readonly joined: boolean; readonly answer: SqlAnswer; readonly statement: SqlStatement }> {
  const mirrorAddress = await endpointOf(mirror);
  const onPrincipal = `ALTER DATABASE [${database}] SET PARTNER = ${mirrorAddress}`;
  const statement = setPartner(database, mirrorAddress);
  const answer = await principal.change(onPrincipal, statement, { tolerate: 'all' });
  return { joined: (await recheckCopy(principal, database)).role === 'PRINCIPAL', answer, statement };
}

/** A mirror that waits for its principal is what a cut between the two halves leaves: the second half is all that lacks. */
export async function completeJoin(
  ports: ActuatorPorts,
  context: StepContext,
  store: SqlStore,
  database: string,
): Promise<boolean> {
  const serving = servingOf(context.facts, store, database);
  const partner = partnerOf(store, serving);
  if (partner === undefined || seenInstance(context.facts, partner) === undefined) return false;
  await using principal = await openInstance(ports, context, serving);
  const now = await recheckCopy(principal, database);
  if (!isOpen(now) || now.role !== null) return false;
  await using mirror = await openInstance(ports, context, partner);
  if ((await recheckCopy(mirror, database)).role !== 'MIRROR') return false;
  return (await joinPrincipal(principal, mirror, database)).joined;
}

/** On the mirror first. false: the mirror lacks log. */
async function join(
  ports: ActuatorPorts,
  principal: InstanceSession,
  mirror: InstanceSession,
  database: string,
): Promise<boolean> {
  const principalAddress = await endpointOf(principal);
  const onMirror = `ALTER DATABASE [${database}] SET PARTNER = ${principalAddress}`;
  await mirror.change(onMirror, setPartner(database, principalAddress), { tolerate: [ALREADY_MIRRORED] });
  const { joined, answer, statement } = await joinPrincipal(principal, mirror, database);
  if (joined) return true;
  if (hasNumber(answer, ...MIRROR_BEHIND)) {
    // A copy that waits for its principal takes no log (3104): it is released first.
    await release(ports, mirror, database);
    return false;
  }
  throw sqlError(principal.instance, statement, answer);
}

/** All three must be connected and the mirror caught up (1426), so it waits for SYNCHRONIZED first. */
export async function addWitness(
  ports: ActuatorPorts,
  context: StepContext,
  principal: InstanceSession,
  witness: InstanceName,
  database: string,
): Promise<void> {
  const limit = { everyMs: 500, limitMs: context.pool.policy.stepTimeoutMs };
  const caughtUp = await waitFor(ports, context, limit, async () =>
    (await recheckCopy(principal, database)).mirroringState === 'SYNCHRONIZED' ? true : undefined,
  );
  if (caughtUp === undefined) {
    throw new PoolError(
      'PCO_DONE_NOT_SEEN',
      `${database} on ${principal.instance} does not become SYNCHRONIZED`,
    );
  }
  await using session = await openInstance(ports, context, witness);
  const address = await endpointOf(session);
  await principal.change(
    `ALTER DATABASE [${database}] SET WITNESS = ${address}`,
    setWitness(database, address),
  );
}

/** Log that the mirror can take lies on the share; a log was restored last and nothing was backed up since; or neither. */
type Readiness = 'log-waits' | 'caught-up' | 'needs-log';

function readinessOf(principal: CopyNow, mirror: CopyNow): Readiness {
  const position = positionOf(mirror);
  if (position === undefined || principal.nextLogLsn === null) return 'needs-log';
  if (compareLsn(position.lsn, lsn(principal.nextLogLsn)) < 0) return 'log-waits';
  return mirror.restored?.type === 'L' ? 'caught-up' : 'needs-log';
}

/**
 * A leftover that the files on the share reach is rolled forward; any other one is seeded anew, and only behind a log backup
 * of the present fork. A database that was never backed up gives no log (4214): its chain begins with the full backup of the seed.
 */
async function readyMirror(
  ports: ActuatorPorts,
  { principal, mirror, headers, database }: Mirroring,
): Promise<Readiness> {
  const { topology } = principal.context.pool;
  const { share: folder } = topology.logShipping;
  const share = await headers.backupsNow(folder, await listFiles(ports, principal, folder));
  const serving = await recheckCopy(principal, database);
  const leftover = await recheckCopy(mirror, database);
  const chained = serving.nextLogLsn !== null;
  if (chained && followsHome(serving, leftover, share)) return readinessOf(serving, leftover);
  if (chained && !beginsOnOwnFork(serving)) await backUpLog(ports, principal, database);
  await seedMirror(ports, principal, mirror, database);
  return 'needs-log';
}

/** Too recent, or on another branch: this copy will never take the log that is there. */
const CANNOT_FOLLOW = [4305, 4330];

/** The partner's copy is seeded anew, once, when it cannot take the log that is there. */
async function catchUpOrSeed(ports: ActuatorPorts, both: Mirroring, waiting: boolean): Promise<void> {
  try {
    await catchUp(ports, both, waiting);
  } catch (error) {
    if (!toPoolError(error).hasSqlNumber(...CANNOT_FOLLOW)) throw error;
    await seedMirror(ports, both.principal, both.mirror, both.database);
    await catchUp(ports, both, false);
  }
}

/** The partner's copy was judged droppable by the caller. */
export async function mirrorByStatements(
  ports: ActuatorPorts,
  context: StepContext,
  pair: { readonly principal: InstanceName; readonly partner: InstanceName },
  database: string,
): Promise<void> {
  await using principal = await openInstance(ports, context, pair.principal);
  await using mirror = await openInstance(ports, context, pair.partner);
  const seen = valueOf(context.facts.share);
  const { version } = requireInstance(context.facts, pair.partner);
  const headers = new BackupHeaders(mirror, version, seen === 'unknown' ? [] : [seen]);
  const both: Mirroring = { principal, mirror, headers, database };
  let ready = await readyMirror(ports, both);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (ready !== 'caught-up') await catchUpOrSeed(ports, both, ready === 'log-waits');
    if (await join(ports, principal, mirror, database)) return;
    ready = 'needs-log';
  }
  throw new PoolError(
    'PCO_DONE_NOT_SEEN',
    `${database} on ${pair.partner} does not catch up with ${pair.principal}`,
  );
}
