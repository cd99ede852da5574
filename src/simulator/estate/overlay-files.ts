/** Folders with the operations of the running step already applied: the shell carries them out only after the step. */
import type { EstateFiles, FileOperation } from '../estate-contract.ts';

const OS_FILE_NOT_FOUND = 2;

export interface OverlaidFiles extends EstateFiles {
  apply(operation: FileOperation): void;
}

const key = (path: string): string => path.replace(/[\\/]+$/, '').toLowerCase();
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

interface Written {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** Cheap when nothing was written: reads go straight through. */
export function overlayFiles(files: EstateFiles): OverlaidFiles {
  /** undefined value: deleted. */
  const changed = new Map<string, Written | undefined>();
  const read = (path: string): Uint8Array | { readonly osError: number } => {
    if (!changed.has(key(path))) return files.read(path);
    return changed.get(key(path))?.bytes ?? { osError: OS_FILE_NOT_FOUND };
  };
  const list: EstateFiles['list'] = (folder) => {
    const base = files.list(folder);
    if ('osError' in base || changed.size === 0) return base;
    const own = [...changed].filter(([path]) => folderOf(path) === key(folder));
    const rest = base.filter(({ name }) => !own.some(([path]) => nameOf(path) === name.toLowerCase()));
    const added = own.flatMap(([, file]) =>
      file === undefined ? [] : [{ name: file.name, sizeBytes: file.bytes.length, modifiedAtMs: file.atMs }],
    );
    return [...rest, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const rename = (from: string, to: string): void => {
    const bytes = read(from);
    if (!(bytes instanceof Uint8Array)) return;
    const listing = list(folderOf(from));
    const before =
      'osError' in listing ? undefined : listing.find(({ name }) => key(name) === key(nameOf(from)));
    changed.set(key(from), undefined);
    changed.set(key(to), { name: nameOf(to), bytes, atMs: before?.modifiedAtMs ?? 0 });
  };
  return {
    read,
    list,
    apply(operation) {
      switch (operation.operation) {
        case 'write': {
          const { path, bytes, modifiedAtMs } = operation;
          changed.set(key(path), { name: nameOf(path), bytes, atMs: modifiedAtMs });
          return;
        }
        case 'delete':
          changed.set(key(operation.path), undefined);
          return;
        case 'rename':
          rename(operation.from, operation.to);
      }
    },
  };
}
