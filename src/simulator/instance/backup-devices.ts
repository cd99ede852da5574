/** Opening backup files for reading and writing: OS errors and broken files become SQL Server's errors. Rows: reference 4.4 8, 9, 10, 41. */
import { decodeBackup, type BackupSet, type DecodedBackup } from '../backup-file.ts';
import type { EstateFiles } from '../estate-contract.ts';
import type { SqlFailure } from '../tsql/host.ts';
import { message, osErrorText, withState } from './messages.ts';

type ErrorLine = SqlFailure['errors'][number];
type Failed = { readonly kind: 'error'; readonly line: ErrorLine };

const STATE_OF_3201_ON_BACKUP = 1;
const OS_PATH_NOT_FOUND = 3;

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

/** undefined: the folder answers and the file may be written. */
export function refusalToWrite(files: EstateFiles, path: string): ErrorLine | undefined {
  const folder = folderOf(path);
  if (folder === '')
    return withState(message(3201, path, osErrorText(OS_PATH_NOT_FOUND)), STATE_OF_3201_ON_BACKUP);
  const listing = files.list(folder);
  if (!('osError' in listing)) return undefined;
  return withState(message(3201, path, osErrorText(listing.osError)), STATE_OF_3201_ON_BACKUP);
}

/** The file as it stands; undefined: there is none. */
export function existingFile(files: EstateFiles, path: string): Uint8Array | undefined {
  const bytes = files.read(path);
  return 'osError' in bytes ? undefined : bytes;
}

export function brokenFileError(path: string, decoded: DecodedBackup): ErrorLine | undefined {
  switch (decoded.kind) {
    case 'sets':
      return undefined;
    case 'empty':
      return message(3254, path);
    case 'foreign':
      return message(3241, path);
    case 'truncated':
      return decoded.headers.length === 0 ? message(3241, path) : message(3256, path);
  }
}

export function readBackupFile(
  files: EstateFiles,
  path: string,
): { readonly kind: 'sets'; readonly sets: readonly BackupSet[] } | Failed {
  const bytes = files.read(path);
  if ('osError' in bytes) return { kind: 'error', line: message(3201, path, osErrorText(bytes.osError)) };
  const decoded = decodeBackup(bytes);
  if (decoded.kind === 'sets') return decoded;
  return { kind: 'error', line: brokenFileError(path, decoded) ?? message(3241, path) };
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
  return set === undefined ? { kind: 'error', line: message(4038, position, path) } : { kind: 'set', set };
}
