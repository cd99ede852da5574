/**
 * apply-log-backups: RESTORE LOG ... WITH NORECOVERY in LSN order, the position read again before each file. Out of the copy
 * folder, and where the daemon cannot copy and SQL Server reads the share, straight from the share. While it overlaps
 * copy-log-backups it goes on until copying has ended and nothing applicable is left. On home, the way back: straight from the
 * share, and the partner's copy too, so that it can be mirrored again without a new seed.
 */
import { copyWay } from '../topology/copy-way.ts';
import { chainLogBackups } from '../topology/log-chain.ts';
import { PoolError, toPoolError, type ErrorCode } from '../topology/pool-error.ts';
import { valueOf } from '../topology/known.ts';
import type { BackupFile } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import type { SqlAnswer } from '../ports/sql-connection.ts';
import { restoreLog } from '../statements/change-backup-restore.ts';
import { BackupHeaders } from './backup-headers.ts';
import { isRollingForward, positionOf, type CopyNow } from './copy-now.ts';
import { IN_USE, withExclusiveAccess } from './end-sessions.ts';
import { joinPath } from './file-names.ts';
import { listFiles } from './list-files.ts';
import { hasNumber, openInstance, recheckCopy, sqlError, type InstanceSession } from './instance-session.ts';
import { LogRestoreProgress } from './restore-progress.ts';
import { partnerOf, requireInstance, seenInstance, servingInstance } from './serving-instance.ts';
import { siteOf } from './step-site.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { pause } from './waiting.ts';

const TOO_RECENT = 4305;
const ALREADY_APPLIED = 4326;
/** The file vanished or cannot be opened now. */
const CANNOT_OPEN = 3201;
const LOOK_EVERY_MS = 250;

type PlacedFile = BackupFile & { readonly folder: string };

interface Next {
  readonly file: PlacedFile;
  /** It and what can be applied after it. */
  readonly left: readonly PlacedFile[];
}

interface Progress {
  readonly applied: string[];
  readonly alreadyApplied: Set<string>;
  /** Files that were once too recent; a second time is an error. */
  readonly tooRecent: Set<string>;
  /** The folders as they were listed last; undefined: they must be listed before the next file. */
  listed: readonly PlacedFile[] | undefined;
  readonly told: LogRestoreProgress;
}

function foldersFor({ context, instance }: InstanceSession): readonly string[] {
  const { facts, pool, step } = context;
  const { copyFolder, share } = pool.topology.logShipping;
  if (step.target === 'home') return [share];
  return copyWay(facts, pool.topology, instance) === 'restore' ? [share, copyFolder] : [copyFolder];
}

/** A file that is in both folders is taken from the copy folder. */
async function listAll(
  ports: ActuatorPorts,
  session: InstanceSession,
  headers: BackupHeaders,
): Promise<readonly PlacedFile[]> {
  const placed = new Map<string, PlacedFile>();
  for (const folder of foldersFor(session)) {
    const files = await headers.logBackups(folder, await listFiles(ports, session, folder));
    for (const file of files) placed.set(file.name.toLowerCase(), { ...file, folder });
  }
  return [...placed.values()];
}

/** undefined: nothing applicable is in the folders now. They are listed anew only when the last listing is used up. */
async function nextFile(
  ports: ActuatorPorts,
  session: InstanceSession,
  headers: BackupHeaders,
  now: CopyNow,
  progress: Progress,
): Promise<Next | undefined> {
  const known = progress.listed === undefined ? undefined : nextOf(progress.listed, session, now, progress);
  if (known !== undefined) return known;
  progress.listed = await listAll(ports, session, headers);
  return nextOf(progress.listed, session, now, progress);
}

/**
 * A copy that ended with its own tail, or that was a mirror, tells no lineage of its own where nothing was ever restored into it; the
 * facts have it of the site. RESTORE LOG refuses a file of another one.
 */
function lineageOf({ context: { facts, pool, step } }: InstanceSession): string | null {
  const { chatDatabase } = pool.topology;
  const serving = servingInstance(facts, pool.topology, siteOf(step));
  const family = seenInstance(facts, serving)?.databases[chatDatabase]?.familyGuid;
  return family === undefined || family === 'unknown' ? null : family;
}

function nextOf(
  files: readonly PlacedFile[],
  session: InstanceSession,
  now: CopyNow,
  progress: Progress,
): Next | undefined {
  const start = positionOf({ ...now, familyGuid: now.familyGuid ?? lineageOf(session) });
  if (start === undefined) {
    throw new PoolError(
      'PCO_STEP_REFUSED',
      `${session.instance} does not say where its roll-forward starts`,
      {
        hint: 'a restore that was cut off leaves RESTORING too; such a copy needs a new full restore',
      },
    );
  }
  const usable = files.filter((file) => !progress.alreadyApplied.has(file.name));
  const byName = new Map(usable.map((file) => [file.name, file]));
  const left = chainLogBackups(usable, start).applicable.flatMap((name) => byName.get(name) ?? []);
  return left[0] && { file: left[0], left };
}

async function applyOne(
  ports: ActuatorPorts,
  session: InstanceSession,
  database: string,
  now: CopyNow,
  { file, left }: Next,
  progress: Progress,
): Promise<void> {
  const { name, folder } = file;
  const path = joinPath(folder, name);
  const tell = progress.told.during(left);
  const statement = restoreLog(database, path);
  const tolerate = [IN_USE, ALREADY_APPLIED, TOO_RECENT, CANNOT_OPEN];
  const restore = (): Promise<SqlAnswer> =>
    session.long(`RESTORE LOG [${database}] FROM ${name}`, statement, { tolerate, tell });
  // A log backup that this step has applied left it RESTORING, where nobody can come in; 3101 would say otherwise.
  const closed = progress.applied.length > 0 && now.state === 'RESTORING';
  const answer = await withExclusiveAccess(ports, session, database, restore, closed);
  if (hasNumber(answer, ALREADY_APPLIED)) {
    progress.alreadyApplied.add(name);
  } else if (hasNumber(answer, TOO_RECENT, CANNOT_OPEN)) {
    if (progress.tooRecent.has(name)) throw sqlError(session.instance, statement, answer);
    progress.tooRecent.add(name);
    progress.listed = undefined;
  } else {
    progress.applied.push(name);
    progress.told.ended(file);
  }
}

function requireRollingForward(session: InstanceSession, database: string, now: CopyNow): void {
  if (isRollingForward(now) && now.role === null) return;
  const what = now.role === null ? now.state : `a ${now.role}`;
  throw new PoolError(
    'PCO_STEP_REFUSED',
    `${database} on ${session.instance} is ${what}; no log can be applied`,
  );
}

/** False until the overlapped copying has settled, however it ended. */
function endedFlag(overlapped: Promise<void> | undefined): { ended: boolean } {
  const flag = { ended: overlapped === undefined };
  const end = (): void => {
    flag.ended = true;
  };
  overlapped?.then(end, end);
  return flag;
}

function headersFor(context: StepContext, session: InstanceSession): BackupHeaders {
  const folders = [context.facts.copyFolder, context.facts.share].map((observed) => valueOf(observed));
  const seen = folders.filter((folder) => folder !== 'unknown');
  return new BackupHeaders(session, requireInstance(context.facts, session.instance).version, seen);
}

async function rollForward(
  ports: ActuatorPorts,
  context: StepContext,
  instance: InstanceName,
): Promise<StepNotes> {
  const database = context.pool.topology.chatDatabase;
  await using session = await openInstance(ports, context, instance);
  const headers = headersFor(context, session);
  const progress: Progress = {
    applied: [],
    alreadyApplied: new Set(),
    tooRecent: new Set(),
    listed: undefined,
    told: new LogRestoreProgress(),
  };
  const copying = endedFlag(context.overlapped);
  for (;;) {
    // Read before the listing: what was copied before copying ended is in the listing.
    const lastLook = copying.ended;
    const now = await recheckCopy(session, database);
    requireRollingForward(session, database, now);
    const next = await nextFile(ports, session, headers, now, progress);
    if (next !== undefined) {
      await applyOne(ports, session, database, now, next, progress);
    } else if (lastLook) {
      return { instance, applied: progress.applied, position: now.redoLsn, fork: now.redoFork };
    } else {
      await pause(ports, context, LOOK_EVERY_MS);
    }
  }
}

/** What keeps only the partner's copy from following: it is seeded anew when it is mirrored. */
const LEFT_BEHIND: readonly ErrorCode[] = ['PCO_SQL_ERROR', 'PCO_STEP_REFUSED'];

async function partnerToo(
  ports: ActuatorPorts,
  context: StepContext,
  partner: InstanceName,
): Promise<StepNotes> {
  const copy = seenInstance(context.facts, partner)?.databases[context.pool.topology.chatDatabase];
  if (copy?.state !== 'RESTORING' || copy.mirroring !== null) return {};
  try {
    return { partner: await rollForward(ports, context, partner) };
  } catch (error) {
    const { code, message } = toPoolError(error);
    if (!LEFT_BEHIND.includes(code)) throw error;
    return { partner: { instance: partner, leftBehind: message } };
  }
}

/** The partner's first: once the serving copy holds everything, this step is done and is not taken again. */
export const applyLogBackups: Actuator = async (ports, context): Promise<StepNotes> => {
  const site = siteOf(context.step);
  const { topology } = context.pool;
  const instance = servingInstance(context.facts, topology, site);
  const partner = site === 'home' ? partnerOf(topology.sites.home.chat, instance) : undefined;
  const before = partner === undefined ? {} : await partnerToo(ports, context, partner);
  return { ...(await rollForward(ports, context, instance)), ...before };
};
