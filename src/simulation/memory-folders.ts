/** The folders of the estate in memory, by their Windows names: what the model reads and writes, and what the daemon's BackupFiles sees. */
import type { EstateFileEntry, EstateFiles, FileOperation } from '../simulator/estate-contract.ts';

interface MemoryFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
}

const OS_FILE_NOT_FOUND = 2;

/** `\\fs01\share\a.trn` -> folder key and file name; names compare without case as on Windows. */
function split(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('\\');
  return { folder: key(path.slice(0, at)), name: path.slice(at + 1) };
}

const key = (folder: string): string => folder.replace(/\\+$/, '').toLowerCase();

export class MemoryFolders implements EstateFiles {
  readonly #folders = new Map<string, Map<string, MemoryFile>>();

  /** The same files; bytes are shared, they are never changed in place. */
  copy(): MemoryFolders {
    const other = new MemoryFolders();
    for (const [folder, files] of this.#folders) other.#folders.set(folder, new Map(files));
    return other;
  }

  list(folder: string): readonly EstateFileEntry[] {
    const files = this.#folders.get(key(folder));
    if (files === undefined) return [];
    return [...files.values()]
      .map((file) => ({ name: file.name, sizeBytes: file.bytes.length, modifiedAtMs: file.modifiedAtMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  read(path: string): Uint8Array | { readonly osError: number } {
    const { folder, name } = split(path);
    return this.#folders.get(folder)?.get(name.toLowerCase())?.bytes ?? { osError: OS_FILE_NOT_FOUND };
  }

  write(path: string, bytes: Uint8Array, modifiedAtMs: number): void {
    const { folder, name } = split(path);
    const files = this.#folders.get(folder) ?? new Map<string, MemoryFile>();
    files.set(name.toLowerCase(), { name, bytes, modifiedAtMs });
    this.#folders.set(folder, files);
  }

  delete(path: string): void {
    const { folder, name } = split(path);
    this.#folders.get(folder)?.delete(name.toLowerCase());
  }

  rename(from: string, to: string): boolean {
    const source = split(from);
    const file = this.#folders.get(source.folder)?.get(source.name.toLowerCase());
    if (file === undefined) return false;
    this.delete(from);
    this.write(to, file.bytes, file.modifiedAtMs);
    return true;
  }

  /** What the model asked its shell to do. */
  apply(operation: FileOperation): void {
    switch (operation.operation) {
      case 'write':
        this.write(operation.path, operation.bytes, operation.modifiedAtMs);
        return;
      case 'rename':
        this.rename(operation.from, operation.to);
        return;
      case 'delete':
        this.delete(operation.path);
        return;
    }
  }
}
