/**
 * The tail: last log backup WITH NORECOVERY, which leaves the copy RESTORING. tail-log-backup takes it to the shipping
 * folder (planned switchover, and its mirror image home); the fence takes it to quarantine. One batch from master, again
 * while the copy is in use.
 */
import type { SqlAnswer } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { TailPurpose } from '../topology/tail-name.ts';
import { backupTail } from '../statements/change-backup-restore.ts';
import type { CopyNow } from './copy-now.ts';
import { isOpen } from './copy-now.ts';
import { IN_USE, sessionsIn } from './end-sessions.ts';
import { joinPath, uniqueName } from './file-names.ts';
import { hasNumber, openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { quietLogBackups } from './job-actions.ts';
import { servingInstance } from './serving-instance.ts';
import { siteOf } from './step-site.ts';
import type { Actuator, ActuatorPorts, StepNotes } from './step-context.ts';
import { pause } from './waiting.ts';

const ATTEMPTS = 8;
const BETWEEN_ATTEMPTS_MS = 300;
/** From this attempt on our own looks are ended too. */
const OWN_TOO_FROM = 4;

export type TailResult =
  | { readonly kind: 'taken'; readonly file: string; readonly now: CopyNow }
  /** No tail can be had; `answer` says why. */
  | { readonly kind: 'refused'; readonly answer: SqlAnswer };

/** @param folder as the instance names it. The copy must be ONLINE and not mirrored. */
export async function takeTail(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  folder: string,
  purpose: TailPurpose = 'tail',
): Promise<TailResult> {
  const file = uniqueName(ports, database, purpose, 'trn');
  const path = joinPath(folder, file);
  for (let attempt = 1; ; attempt += 1) {
    const inside = await sessionsIn(session, database);
    const ids = inside.filter((one) => !one.own || attempt >= OWN_TOO_FROM).map((one) => one.id);
    const ended = ids.length === 0 ? '' : `KILL ${ids.join(', ')}; `;
    const what = `RESTRICTED_USER; ${ended}BACKUP LOG [${database}] TO ${path} WITH NORECOVERY`;
    const answer = await session.long(what, backupTail(database, path, ids), { tolerate: 'all' });
    const now = await recheckCopy(session, database);
    // The state decides: a session that was gone already (6106) is an error token of a batch that succeeded.
    if (now.state === 'RESTORING') return { kind: 'taken', file, now };
    if (!hasNumber(answer, IN_USE) || attempt === ATTEMPTS) return { kind: 'refused', answer };
    await pause(ports, session.context, BETWEEN_ATTEMPTS_MS);
  }
}

export const tailLogBackup: Actuator = async (ports, context): Promise<StepNotes> => {
  const { topology } = context.pool;
  const database = topology.chatDatabase;
  const site = siteOf(context.step);
  const instance = servingInstance(context.facts, topology, site);
  await using session = await openInstance(ports, context, instance);
  const first = await recheckCopy(session, database);
  if (first.state === 'RESTORING' && first.role === null) return { instance, tail: 'already' };
  await context.recheck();
  await quietLogBackups(ports, context, site);
  const now = await recheckCopy(session, database);
  if (!isOpen(now) || now.role !== null) {
    const what = now.role === null ? now.state : `mirrored as ${now.role}`;
    throw new PoolError('PCO_STEP_REFUSED', `${database} on ${instance} is ${what}; no tail can be taken`);
  }
  const tail = await takeTail(ports, session, database, topology.logShipping.share);
  if (tail.kind === 'refused') throw sqlError(instance, backupTail(database, '', []), tail.answer);
  return { instance, tail: tail.file, atLsn: tail.now.redoLsn, fork: tail.now.redoFork };
};
