/**
 * The estate's folders on a real disk: every Windows folder is a directory under `disks`, and the daemon sees each through a
 * link under `mounts` that leads nowhere while the estate says that the daemon cannot reach it.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { EstateFileEntry, EstateFiles, FileOperation } from '../estate-contract.ts';

const OS_FILE_NOT_FOUND = 2;
const OS_PATH_NOT_FOUND = 3;

interface Mapped {
  readonly windows: string;
  readonly disk: string;
  readonly mount: string;
  mounted: boolean;
}

const key = (folder: string): string => folder.replace(/[\\/]+$/, '').toLowerCase();
/** `\\fs01\mgc-logs` -> `fs01-mgc-logs`. */
const slug = (folder: string): string =>
  folder
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();

export class DiskFolders implements EstateFiles {
  readonly #folders: readonly Mapped[];
  readonly #nowhere: string;

  constructor(directory: string, windowsFolders: readonly string[]) {
    this.#nowhere = path.join(directory, 'disks', 'unreachable');
    mkdirSync(path.join(directory, 'mounts'), { recursive: true });
    this.#folders = windowsFolders.map((windows) => {
      const disk = path.join(directory, 'disks', slug(windows));
      const mount = path.join(directory, 'mounts', slug(windows));
      mkdirSync(disk, { recursive: true });
      point(mount, disk);
      return { windows, disk, mount, mounted: true };
    });
  }

  /** Windows name -> the directory where the daemon finds it. */
  get mounts(): ReadonlyMap<string, string> {
    return new Map(this.#folders.map(({ windows, mount }) => [windows, mount]));
  }

  /** `reach` as the estate says it for the daemon. */
  show(reach: (windows: string) => { readonly osError: number } | undefined): void {
    for (const folder of this.#folders) {
      const wanted = reach(folder.windows) === undefined;
      if (wanted === folder.mounted) continue;
      point(folder.mount, wanted ? folder.disk : this.#nowhere);
      folder.mounted = wanted;
    }
  }

  #locate(windowsPath: string): string | undefined {
    const wanted = key(windowsPath);
    for (const { windows, disk } of this.#folders) {
      const root = key(windows);
      if (wanted === root) return disk;
      // The model names files only; parts that would leave the folder are nobody's.
      const rest = windowsPath.slice(root.length + 1).split('\\');
      if (wanted.startsWith(`${root}\\`) && !rest.includes('..')) return path.join(disk, ...rest);
    }
    return undefined;
  }

  list(folder: string): readonly EstateFileEntry[] | { readonly osError: number } {
    const directory = this.#locate(folder);
    if (directory === undefined) return { osError: OS_PATH_NOT_FOUND };
    try {
      return readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => ({ name, stat: statSync(path.join(directory, name), { throwIfNoEntry: false }) }))
        .flatMap(({ name, stat }) =>
          stat === undefined ? [] : [{ name, sizeBytes: stat.size, modifiedAtMs: Math.round(stat.mtimeMs) }],
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      // A directory that somebody removed by hand: as a path that is gone.
      return { osError: OS_PATH_NOT_FOUND };
    }
  }

  read(windowsPath: string): Uint8Array | { readonly osError: number } {
    const file = this.#locate(windowsPath);
    if (file === undefined) return { osError: OS_PATH_NOT_FOUND };
    try {
      return readFileSync(file);
    } catch {
      // Every reason for not getting the bytes looks like a missing file to an instance.
      return { osError: OS_FILE_NOT_FOUND };
    }
  }

  apply(operation: FileOperation): void {
    switch (operation.operation) {
      case 'write': {
        const file = this.#locate(operation.path);
        if (file === undefined) return;
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, operation.bytes);
        const seconds = operation.modifiedAtMs / 1_000;
        utimesSync(file, seconds, seconds);
        return;
      }
      case 'rename': {
        const from = this.#locate(operation.from);
        const to = this.#locate(operation.to);
        if (
          from !== undefined &&
          to !== undefined &&
          lstatSync(from, { throwIfNoEntry: false }) !== undefined
        )
          renameSync(from, to);
        return;
      }
      case 'delete': {
        const file = this.#locate(operation.path);
        if (file !== undefined) rmSync(file, { force: true });
      }
    }
  }
}

function point(link: string, target: string): void {
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) unlinkSync(link);
  symlinkSync(target, link, 'dir');
}
