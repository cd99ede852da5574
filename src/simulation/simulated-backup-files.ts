/** BackupFiles over the folders in memory; copying goes through `.wrk` and a rename as on a real share, and takes time. */
import { createHash } from 'node:crypto';
import type { BackupFiles, ChangeOptions, CopyOptions, FileEntry } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { MemoryFolders } from './memory-folders.ts';

/** Answers an operating system error number when the daemon cannot reach a folder now (its site is down, its link cut). */
export type FolderReach = (folder: string) => { readonly osError: number } | undefined;

/** What may go wrong with a copy though both folders can be reached. */
export interface CopyTrouble {
  /** It breaks off in the middle. */
  tears(): boolean;
  /** The target's disk is full. */
  full(): boolean;
}

const NO_TROUBLE: CopyTrouble = { tears: () => false, full: () => false };
/** ERROR_DISK_FULL and ERROR_NETNAME_DELETED. */
const OS_DISK_FULL = 112;
const OS_NETNAME_DELETED = 64;

const BYTES_PER_MS = 50_000;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

export class SimulatedBackupFiles implements BackupFiles {
  readonly #folders: MemoryFolders;
  readonly #clock: Clock;
  readonly #reach: FolderReach;
  readonly #maps: (folder: string) => boolean;
  readonly #latencyMs: () => number;
  readonly #trouble: CopyTrouble;

  /** @param maps the daemon's settings name the folder; default: every folder */
  constructor(
    folders: MemoryFolders,
    clock: Clock,
    reach: FolderReach,
    latencyMs: () => number,
    maps: (folder: string) => boolean = () => true,
    trouble: CopyTrouble = NO_TROUBLE,
  ) {
    this.#folders = folders;
    this.#clock = clock;
    this.#reach = reach;
    this.#latencyMs = latencyMs;
    this.#maps = maps;
    this.#trouble = trouble;
  }

  reaches(folder: string): boolean {
    return this.#maps(folder);
  }

  #requireReach(path: string, folder: string): void {
    if (!this.#maps(folder))
      throw new PoolError('PCO_PATH_UNMAPPED', `the settings map no folder for ${path}`);
    const gone = this.#reach(folder);
    if (gone !== undefined)
      throw new PoolError('PCO_SHARE_UNREADABLE', `${path}: operating system error ${gone.osError}`);
  }

  #read(path: string): Uint8Array {
    this.#requireReach(path, folderOf(path));
    const bytes = this.#folders.read(path);
    if (bytes instanceof Uint8Array) return bytes;
    throw new PoolError('PCO_SHARE_UNREADABLE', `${path}: operating system error ${bytes.osError}`);
  }

  async list(folder: string, signal: AbortSignal): Promise<readonly FileEntry[]> {
    await this.#clock.sleep(this.#latencyMs(), signal);
    this.#requireReach(folder, folder);
    return this.#folders.list(folder).map(({ name, sizeBytes, modifiedAtMs }) => ({
      name,
      sizeBytes,
      modifiedAt: new Date(modifiedAtMs).toISOString(),
    }));
  }

  async copy(source: string, target: string, options: CopyOptions): Promise<void> {
    const bytes = this.#read(source);
    const there = this.#folders.read(target);
    if (there instanceof Uint8Array && digest(there) === digest(bytes)) return;
    const unfinished = `${target}.wrk`;
    this.#requireReach(target, folderOf(target));
    this.#folders.write(unfinished, bytes.subarray(0, bytes.length >>> 1), this.#clock.now());
    const breaks = this.#trouble.full()
      ? OS_DISK_FULL
      : this.#trouble.tears()
        ? OS_NETNAME_DELETED
        : undefined;
    if (breaks !== undefined)
      throw new PoolError('PCO_SHARE_UNREADABLE', `${target}: operating system error ${breaks}`);
    await this.#clock.sleep(this.#latencyMs() + bytes.length / BYTES_PER_MS, options.signal);
    if (digest(this.#read(source)) !== digest(bytes))
      throw new PoolError('PCO_COPY_MISMATCH', `${source} changed while it was copied`);
    this.#requireReach(target, folderOf(target));
    this.#folders.write(unfinished, bytes, this.#clock.now());
    options.leave?.();
    this.#folders.rename(unfinished, target);
    options.onProgress?.(bytes.length);
  }

  async move(source: string, target: string, { signal, leave }: ChangeOptions): Promise<void> {
    await this.#clock.sleep(this.#latencyMs(), signal);
    this.#read(source);
    this.#requireReach(target, folderOf(target));
    if (this.#folders.read(target) instanceof Uint8Array)
      throw new PoolError('PCO_SHARE_UNREADABLE', `${target} exists already`);
    leave?.();
    this.#folders.rename(source, target);
  }

  async removeUnfinished(path: string, { signal, leave }: ChangeOptions): Promise<void> {
    await this.#clock.sleep(this.#latencyMs(), signal);
    if (!path.toLowerCase().endsWith('.wrk'))
      throw new PoolError('PCO_INTERNAL', `${path} is not an unfinished copy`);
    this.#requireReach(path, folderOf(path));
    leave?.();
    this.#folders.delete(path);
  }
}
