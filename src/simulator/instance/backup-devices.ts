/** Opening backup files for reading and writing: OS errors and broken files become SQL Server's errors. Rows: reference 4.4 8, 9, 10, 41. */
import { decodeBackup, type BackupSet, type DecodedBackup } from '../backup-file.ts';
import type { EstateFiles } from '../estate-contract.ts';
import { osErrorText } from './messages.ts';
import { refusal, type Refusal } from './refusal-table.ts';

type Failed = { readonly kind: 'error'; readonly refused: Refusal };

const OS_PATH_NOT_FOUND = 3;

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

/** undefined: the folder answers and the file may be written. */
export function refusalToWrite(files: EstateFiles, path: string): Refusal | undefined {
  const folder = folderOf(path);
  if (folder === '') return refusal('backup/device', path, osErrorText(OS_PATH_NOT_FOUND));
  const listing = files.list(folder);
  if (!('osError' in listing)) return undefined;
  return refusal('backup/device', path, osErrorText(listing.osError));
}

/** The file as it stands; undefined: there is none. */
export function existingFile(files: EstateFiles, path: string): Uint8Array | undefined {
  const bytes = files.read(path);
  return 'osError' in bytes ? undefined : bytes;
}

/** What is wrong with a file as a whole; one that is cut inside its first header is as good as foreign. */
export function flawOf(decoded: DecodedBackup): 'empty' | 'foreign' | 'truncated' | undefined {
  if (decoded.kind === 'sets') return undefined;
  return decoded.kind === 'truncated' && decoded.headers.length === 0 ? 'foreign' : decoded.kind;
}

export function readBackupFile(
  files: EstateFiles,
  path: string,
): { readonly kind: 'sets'; readonly sets: readonly BackupSet[] } | Failed {
  const bytes = files.read(path);
  if ('osError' in bytes)
    return { kind: 'error', refused: refusal('restore/device', path, osErrorText(bytes.osError)) };
  const decoded = decodeBackup(bytes);
  if (decoded.kind === 'sets') return decoded;
  return { kind: 'error', refused: refusal(`restore/${flawOf(decoded) ?? 'foreign'}`, path) };
}

/** WITH FILE = n; the error for a number that is not there is unverified (3287 or 4038, reference 4.4 row 10). */
export function readBackupSet(
  files: EstateFiles,
  path: string,
  position: number,
): { readonly kind: 'set'; readonly set: BackupSet } | Failed {
  const file = readBackupFile(files, path);
  if (file.kind === 'error') return file;
  const set = file.sets[position - 1];
  return set === undefined
    ? { kind: 'error', refused: refusal('restore/file-number', position, path) }
    : { kind: 'set', set };
}
