/**
 * The folders that hold log backups: listings with the headers that are known, and reading the headers that are not, through
 * an instance that sees the folder. Which files can be applied is not decided here (src/topology/log-chain).
 */
import type { BackupFiles, FileEntry } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { SqlConnection, SqlInstances } from '../ports/sql-connection.ts';
import { folderEntries, listFolder } from '../statements/list-folder.ts';
import { readHeader } from '../statements/read-header.ts';
import { NOT_OPENED, NOT_READ_YET } from '../topology/log-chain.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { BackupFile, FolderFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { headerInUtc, readHeaderAnswer, type HeaderCache, type HeaderEntry } from './backup-headers.ts';
import { cannotOpen, type FolderAccess } from './folder-access.ts';

const FINISHED = /\.(trn|bak)$/i;
const UNFINISHED = /\.wrk$/i;
/** A file that no instance could read is tried again after this long, ms, unless it changes before. */
const RETRY_PROBLEM_MS = 30_000;
/** A listing without sizes and times cannot show that a file was replaced, so its header is read again after this long, ms. */
const REREAD_MS = 600_000;

export interface Listing {
  /** The instance that listed it; undefined: the daemon itself. */
  readonly through?: InstanceName;
  readonly folder: string;
  readonly finished: readonly FileEntry[];
  readonly unfinished: readonly string[];
}

/** An instance that answered in this round and sees the folder under its name. */
export interface HeaderReader {
  readonly instance: InstanceName;
  readonly version: string;
}

export interface HeaderPorts {
  readonly sql: SqlInstances;
  readonly clock: Clock;
  readonly cache: HeaderCache;
  readonly access?: FolderAccess;
}

const listingOf = (folder: string, entries: readonly FileEntry[]): Listing => ({
  folder,
  finished: entries.filter((entry) => FINISHED.test(entry.name)),
  unfinished: entries.filter((entry) => UNFINISHED.test(entry.name)).map((entry) => entry.name),
});

export const listByFiles = async (
  files: BackupFiles,
  folder: string,
  signal: AbortSignal,
): Promise<Listing> => listingOf(folder, await files.list(folder, signal));

/** One round trip over a connection of its own. */
export async function listThrough(
  sql: SqlInstances,
  reader: HeaderReader,
  folder: string,
  limit: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<Listing> {
  await using connection = await sql.open(reader.instance, limit.signal);
  const answer = await connection.run(listFolder(folder, reader.version), limit);
  return { ...listingOf(folder, folderEntries(reader.instance, folder, answer)), through: reader.instance };
}

/** Newest first: what is not yet applied is at the end. */
export function missingHeaders(
  { folder, finished }: Listing,
  cache: HeaderCache,
  nowMs: number,
): FileEntry[] {
  return finished
    .filter((file) => {
      const entry = cache.get(folder, file);
      if (entry === undefined) return true;
      if (entry.kind === 'problem') return entry.retryAtMs <= nowMs;
      return file.sizeBytes === null && entry.readAtMs + REREAD_MS <= nowMs;
    })
    .sort(newestFirst);
}

/** LSBackup's names carry their instant, where the listing has none. */
export function newestFirst(a: FileEntry, b: FileEntry): number {
  const [one, other] = [a.modifiedAt ?? '', b.modifiedAt ?? ''];
  if (one !== other) return one < other ? 1 : -1;
  return a.name < b.name ? 1 : -1;
}

const joined = (folder: string, name: string): string => `${folder.replace(/[\\/]+$/, '')}\\${name}`;

/** Reads headers into the cache over one connection of its own until done, aborted or failed; what is missing stays missing. */
export async function readHeaders(
  { sql, clock, cache, access }: HeaderPorts,
  reader: HeaderReader,
  folder: string,
  files: readonly FileEntry[],
  limit: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<void> {
  if (files.length === 0) return;
  await using connection = await sql.open(reader.instance, limit.signal);
  for (const file of files) {
    if (limit.signal.aborted) return;
    const entry = await readOne(connection, reader, joined(folder, file.name), limit);
    access?.note(
      folder,
      reader.instance,
      'problem' in entry ? entry.problem : undefined,
      clock.monotonicMs(),
    );
    cache.set(
      folder,
      file,
      'problem' in entry
        ? { kind: 'problem', problem: entry.problem, retryAtMs: clock.monotonicMs() + RETRY_PROBLEM_MS }
        : { kind: 'read', raw: entry, readAtMs: clock.monotonicMs() },
    );
  }
}

async function readOne(
  connection: SqlConnection,
  reader: HeaderReader,
  path: string,
  limit: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<ReturnType<typeof readHeaderAnswer>> {
  const answer = await connection.run(readHeader(path, reader.version), limit);
  try {
    return readHeaderAnswer(reader.instance, answer);
  } catch (error) {
    return { problem: toPoolError(error).message };
  }
}

/** A device that did not open tells of the way of whoever asked, not of the file. */
function problemOf(entry: HeaderEntry | undefined): string {
  if (entry?.kind !== 'problem') return NOT_READ_YET;
  return cannotOpen(entry.problem) ? NOT_OPENED : entry.problem;
}

/** @param zoneOf offset of a server's local time by the name in the header, minutes; undefined: never seen */
export function folderFacts(
  { folder, finished, unfinished, through }: Listing,
  cache: HeaderCache,
  zoneOf: (serverName: string) => number | undefined,
): FolderFacts {
  const factsOf = (file: FileEntry): BackupFile => {
    const entry = cache.get(folder, file);
    const { name, sizeBytes, modifiedAt } = file;
    if (entry?.kind === 'read') {
      const header = headerInUtc(entry.raw, zoneOf(entry.raw.header.serverName), modifiedAt);
      return { name, sizeBytes, modifiedAt, header, headerProblem: null };
    }
    return {
      name,
      sizeBytes,
      modifiedAt,
      header: 'unknown',
      headerProblem: problemOf(entry),
    };
  };
  return {
    path: folder,
    files: finished.map(factsOf).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    unfinished: [...unfinished].sort(),
    ...(through === undefined ? {} : { through }),
  };
}
