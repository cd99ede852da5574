/**
 * The journal's file begins anew when it has grown large: what still counts is carried over into a new file, the old one stays as
 * an archive. At every instant the folder holds one whole journal: the new file is on disk before it takes the name of the old one.
 */
import { copyFile, link, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { JournalRecord } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import { journalLine } from './journal-records.ts';

export interface Rotation {
  /** Of the file, at which it begins anew. */
  readonly maxBytes: number;
  /** How many archives are kept. */
  readonly archives: number;
}

/** Some 30,000 records: years of a pool at rest, hundreds of transitions. */
export const DEFAULT_ROTATION: Rotation = { maxBytes: 33_554_432, archives: 10 };

const BYTES_PER_MEGABYTE = 1_048_576;

/** Of `journal` in the settings. */
export const rotationOf = ({
  maxMegabytes,
  archives,
}: {
  readonly maxMegabytes: number;
  readonly archives: number;
}): Rotation => ({ maxBytes: maxMegabytes * BYTES_PER_MEGABYTE, archives });

export const journalPath = (directory: string): string => path.join(directory, 'journal.ndjson');
const nextPath = (directory: string): string => path.join(directory, 'journal.ndjson.next');

const SEQ_DIGITS = 12;
const ARCHIVE = /^journal\.\d{12}\.ndjson$/;

/** Sorted by name is sorted by age. */
export const archiveName = (lastSeq: number): string =>
  `journal.${String(lastSeq).padStart(SEQ_DIGITS, '0')}.ndjson`;

/** Oldest first. */
export async function archivesIn(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => ARCHIVE.test(name)).sort();
  return names.map((name) => path.join(directory, name));
}

/** What a writer left that died inside a rotation: the old journal is whole and still in its place. */
export const removeUnfinished = (directory: string): Promise<void> =>
  rm(nextPath(directory), { force: true });

/** @param records what is carried over, then the record that says so */
export async function writeNextJournal(
  directory: string,
  records: readonly JournalRecord[],
): Promise<number> {
  await using handle = await open(nextPath(directory), 'w', 0o600);
  const bytes = Buffer.from(records.map(journalLine).join(''));
  await handle.writeFile(bytes);
  await handle.sync();
  return bytes.length;
}

/** The caller has closed the journal: Windows renames over no open file. */
export async function swapJournals(directory: string, archive: string): Promise<void> {
  const kept = path.join(directory, archive);
  // Of a rotation that died here: the same file under two names, so nothing is lost with one of them.
  await rm(kept, { force: true });
  try {
    await link(journalPath(directory), kept);
  } catch {
    // A file system without hard links.
    await copyFile(journalPath(directory), kept);
  }
  await rename(nextPath(directory), journalPath(directory));
  await syncFolder(directory);
}

export async function removeOldArchives(directory: string, keep: number): Promise<void> {
  const archives = await archivesIn(directory);
  for (const file of archives.slice(0, Math.max(0, archives.length - keep))) await rm(file, { force: true });
}

/** The name of a new file is durable only when its folder is flushed too. */
export async function syncFolder(directory: string): Promise<void> {
  // Windows cannot open a folder like this and flushes names with the file (unverified).
  if (process.platform === 'win32') return;
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** Records of archives and journal together, each once. Throws PCO_JOURNAL_UNREADABLE where a record differs between two files. */
export function joinRecords(files: readonly (readonly JournalRecord[])[]): readonly JournalRecord[] {
  const bySeq = new Map<number, JournalRecord>();
  for (const record of files.flat()) {
    const known = bySeq.get(record.seq);
    if (known !== undefined && known.at !== record.at)
      throw new PoolError(
        'PCO_JOURNAL_UNREADABLE',
        `record ${record.seq} differs between the journal and its archive`,
        { hint: 'an archive of another journal lies in the folder; move it away' },
      );
    bySeq.set(record.seq, record);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
