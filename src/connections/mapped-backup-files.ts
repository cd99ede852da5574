/**
 * BackupFiles on the daemon's file system: SQL Server's folder names are mapped to local folders (a mount or a UNC path).
 * Every call races the caller's signal, so a hung mount costs one slot and not the daemon; what a hung call still does later
 * touches only `.wrk` names.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { BackupFiles, ChangeOptions, CopyOptions, FileEntry } from '../ports/backup-files.ts';
import { PoolError } from '../topology/pool-error.ts';
import { errnoOf, folderListing } from './folder-listing.ts';
import { HangGuard } from './hang-guard.ts';
import { MountPoints } from './mount-points.ts';
import { PathMap } from './path-map.ts';

const CHUNK_BYTES = 1024 * 1024;
const UNFINISHED = '.wrk';

async function digest(file: string, signal: AbortSignal): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES, signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Writes every byte and flushes to the disk before it returns; `wx` is not used: a left-over `.wrk` is overwritten. */
async function writeThrough(
  source: string,
  target: string,
  signal: AbortSignal,
  onProgress: ((bytes: number) => void) | undefined,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await using file = await fs.open(target, 'w');
  for await (const chunk of createReadStream(source, { highWaterMark: CHUNK_BYTES, signal })) {
    await file.writeFile(chunk as Buffer);
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onProgress?.(bytes);
  }
  await file.sync();
  return { sha256: hash.digest('hex'), bytes };
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.stat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export class MappedBackupFiles implements BackupFiles {
  readonly #paths: PathMap;
  readonly #mounts: MountPoints;
  readonly #guard = new HangGuard();

  /**
   * @param folders SQL Server's folder name -> folder of the daemon
   * @param mountPoints folder of the daemon -> folder at or above it that counts only while something is mounted there
   */
  constructor(folders: Readonly<Record<string, string>>, mountPoints: Readonly<Record<string, string>> = {}) {
    this.#paths = new PathMap(folders);
    this.#mounts = new MountPoints(mountPoints);
  }

  async #bounded<T>(
    what: string,
    names: readonly string[],
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    const roots = names.map((name) => this.#paths.root(name));
    const mounted = async (): Promise<void> => {
      for (const root of roots) await this.#mounts.require(root);
    };
    return this.#guard.run(what, roots, signal, async () => {
      await mounted();
      const done = await work();
      // Again: what was read after the share had gone was read from the folder beneath it.
      await mounted();
      return done;
    });
  }

  reaches(folder: string): boolean {
    return this.#paths.holds(folder);
  }

  list(folder: string, signal: AbortSignal): Promise<readonly FileEntry[]> {
    return this.#bounded(`list ${folder}`, [folder], signal, () =>
      folderListing(this.#paths.local(folder), signal),
    );
  }

  async copy(source: string, target: string, options: CopyOptions): Promise<void> {
    const { signal, onProgress, leave } = options;
    await this.#bounded(`copy ${source} to ${target}`, [source, target], signal, async () => {
      const from = this.#paths.local(source);
      const to = this.#paths.local(target);
      if (await this.#holds(to, from, signal)) return;
      const unfinished = `${to}${UNFINISHED}`;
      await fs.mkdir(path.dirname(to), { recursive: true });
      const written = await writeThrough(from, unfinished, signal, onProgress);
      const again = await digest(from, signal);
      const landed = await digest(unfinished, signal);
      if (again.sha256 !== written.sha256 || landed.sha256 !== written.sha256) {
        throw new PoolError(
          'PCO_COPY_MISMATCH',
          `${target}: ${landed.bytes} bytes written, ${again.bytes} bytes in ${source}, contents differ`,
        );
      }
      // As copying on Windows does: a copy is as old as its source.
      const { atime, mtime } = await fs.stat(from);
      await fs.utimes(unfinished, atime, mtime);
      signal.throwIfAborted();
      leave?.();
      await fs.rename(unfinished, to);
    });
  }

  /** An existing target that differs is a leftover of a cut copy of somebody else and is replaced by the rename. */
  async #holds(target: string, source: string, signal: AbortSignal): Promise<boolean> {
    if (!(await exists(target))) return false;
    const [there, here] = await Promise.all([fs.stat(target), fs.stat(source)]);
    if (there.size !== here.size) return false;
    return (await digest(target, signal)).sha256 === (await digest(source, signal)).sha256;
  }

  async move(source: string, target: string, options: ChangeOptions): Promise<void> {
    const { signal, leave } = options;
    await this.#bounded(`move ${source} to ${target}`, [source, target], signal, async () => {
      const from = this.#paths.local(source);
      const to = this.#paths.local(target);
      await fs.mkdir(path.dirname(to), { recursive: true });
      if (await exists(to)) {
        if (!(await exists(from))) return;
        throw new PoolError('PCO_SHARE_UNREADABLE', `${target} exists already and is not overwritten`);
      }
      try {
        leave?.();
        await fs.rename(from, to);
      } catch (error) {
        if (errnoOf(error) !== 'EXDEV') throw error;
        // Another volume: the source goes only after the copy has been compared.
        await this.copy(source, target, options);
        leave?.();
        await fs.unlink(from);
      }
    });
  }

  async removeUnfinished(file: string, { signal, leave }: ChangeOptions): Promise<void> {
    if (!file.toLowerCase().endsWith(UNFINISHED))
      throw new PoolError('PCO_INTERNAL', `${file} is no unfinished copy and is not removed`);
    await this.#bounded(`remove ${file}`, [file], signal, () => {
      leave?.();
      return fs.rm(this.#paths.local(file), { force: true });
    });
  }
}
