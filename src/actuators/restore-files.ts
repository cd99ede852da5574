/** Where the files of a restored database go: where the instance has them already, else to its default folders. */
import type { SqlRow } from '../ports/sql-connection.ts';
import { readFileList, type FileMove } from '../statements/change-backup-restore.ts';
import { readFilePaths } from '../statements/change-recheck.ts';
import { requireText, rowsOf, textOrNull } from './answer-rows.ts';
import { baseName, joinPath, samePath } from './file-names.ts';
import type { InstanceSession } from './instance-session.ts';

export interface DatabaseFile {
  readonly logical: string;
  readonly physical: string;
  readonly isLog: boolean;
}

export interface InstanceFolders {
  readonly data: string | null;
  readonly log: string | null;
}

/** MOVE for every file whose place differs; none when the paths are the same. Pure. */
export function planMoves(
  inBackup: readonly DatabaseFile[],
  existing: readonly DatabaseFile[],
  folders: InstanceFolders,
): readonly FileMove[] {
  return inBackup.flatMap((file) => {
    const there = existing.find((one) => one.logical.toLowerCase() === file.logical.toLowerCase());
    const folder = file.isLog ? folders.log : folders.data;
    const fallback = folder === null ? file.physical : joinPath(folder, baseName(file.physical));
    const to = there?.physical ?? (existing.length === 0 ? fallback : file.physical);
    return samePath(to, file.physical) ? [] : [{ logical: file.logical, to }];
  });
}

/** FILELISTONLY: Type is D or L. */
const listed = (row: SqlRow): DatabaseFile => ({
  logical: requireText(row, 'LogicalName'),
  physical: requireText(row, 'PhysicalName'),
  isLog: requireText(row, 'Type').trim().toUpperCase() === 'L',
});

const existing = (row: SqlRow): DatabaseFile => ({
  logical: requireText(row, 'name'),
  physical: requireText(row, 'physical_name'),
  isLog: textOrNull(row, 'type_desc') === 'LOG',
});

export async function movesFor(
  session: InstanceSession,
  database: string,
  path: string,
): Promise<readonly FileMove[]> {
  const inBackup = rowsOf(await session.read(readFileList(path))).map(listed);
  const answer = await session.read(readFilePaths(database));
  const folders = rowsOf(answer, 1)[0];
  return planMoves(inBackup, rowsOf(answer).map(existing), {
    data: textOrNull(folders, 'data_path'),
    log: textOrNull(folders, 'log_path'),
  });
}
