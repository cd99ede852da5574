/**
 * The files of one local folder, whole or not at all: a mount that goes away half way must not look like a folder with fewer
 * files, since whoever reads the listing takes what is missing for copied or lost.
 */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../ports/backup-files.ts';
import { PoolError } from '../topology/pool-error.ts';

/** `ENOENT`, `EXDEV`, ... */
export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no code';

async function namesOf(folder: string): Promise<readonly string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** undefined: renamed or removed since its name was read. */
async function entryOf(folder: string, name: string): Promise<FileEntry | undefined> {
  try {
    const { size, mtime } = await fs.stat(path.join(folder, name));
    return { name, sizeBytes: size, modifiedAt: mtime.toISOString() };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const isSame = (one: { dev: bigint; ino: bigint }, other: { dev: bigint; ino: bigint }): boolean =>
  one.dev === other.dev && one.ino === other.ino;

/** By name. Throws PCO_SHARE_UNREADABLE, or the file system's own error, when the folder did not stay the same meanwhile. */
export async function folderListing(folder: string, signal: AbortSignal): Promise<readonly FileEntry[]> {
  const before = await fs.stat(folder, { bigint: true });
  const names = await namesOf(folder);
  const entries: FileEntry[] = [];
  // One after the other: a mount that hangs half way must not take every thread of the file system pool.
  for (const name of names) {
    signal.throwIfAborted();
    const entry = await entryOf(folder, name);
    if (entry !== undefined) entries.push(entry);
  }
  if (!isSame(before, await fs.stat(folder, { bigint: true })))
    throw new PoolError('PCO_SHARE_UNREADABLE', `${folder} became another folder while it was listed`);
  if (entries.length < names.length) await requireRemoved(folder, names, entries);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What could not be found must be gone from the folder too; else the folder itself was out of sight for a moment. */
async function requireRemoved(
  folder: string,
  names: readonly string[],
  entries: readonly FileEntry[],
): Promise<void> {
  const found = new Set(entries.map(({ name }) => name));
  const still = new Set(await namesOf(folder));
  const hidden = names.find((name) => !found.has(name) && still.has(name));
  if (hidden !== undefined)
    throw new PoolError('PCO_SHARE_UNREADABLE', `${folder} lists ${hidden}, but it could not be found there`);
}
