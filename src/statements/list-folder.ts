/**
 * A folder as an instance sees it, for a daemon that does not reach its files. Whether it is a folder at all is asked before and
 * after the listing, since both ways to list give no rows, and no error, for a path that cannot be read.
 *
 * Unverified, none of the three has a page: `master.dbo.xp_fileexist` (a row of three numbers), `master.dbo.xp_dirtree` (columns
 * subdirectory, depth, file; no size, no time) and `sys.dm_os_enumerate_filesystem` (2017 and later; it walks down the whole tree
 * unless `level = 0` is asked for). Rights, unverified too: a login that is no sysadmin may see folders empty through the
 * procedures; the view asks for VIEW SERVER STATE. Access is that of SQL Server's service account.
 * The view's times are left alone: nothing says in which zone they are.
 */
import type { FileEntry } from '../ports/backup-files.ts';
import type { SqlAnswer, SqlStatement } from '../ports/sql-connection.ts';
import { PoolError } from '../topology/pool-error.ts';

/** SQL Server 2017. */
const FIRST_WITH_VIEW = 14;

const PROCEDURE = `CREATE TABLE #tree (name nvarchar(512) NULL, depth int NULL, is_file int NULL);
INSERT #tree EXEC master.dbo.xp_dirtree @path, 1, 1;
SELECT 1 AS part_entries, t.name, t.is_file, CONVERT(varchar(20), NULL) AS size_bytes FROM #tree AS t;
DROP TABLE #tree;`;

const VIEW = `SELECT 1 AS part_entries, e.file_or_directory_name AS name,
  CASE WHEN e.is_directory = 1 THEN 0 ELSE 1 END AS is_file, CONVERT(varchar(20), e.size_in_bytes) AS size_bytes
FROM sys.dm_os_enumerate_filesystem(@path, N'*') AS e WHERE e.level = 0;`;

/**
 * @param path the folder as the instance names it
 * @param version SERVERPROPERTY('ProductVersion'), for example 13.0.6300.2
 */
export function listFolder(path: string, version: string): SqlStatement {
  const entries = Number(version.split('.')[0]) >= FIRST_WITH_VIEW ? VIEW : PROCEDURE;
  const text = `SET NOCOUNT ON;
CREATE TABLE #seen (is_file int NULL, is_folder int NULL, has_parent int NULL);
INSERT #seen EXEC master.dbo.xp_fileexist @path;
SELECT 1 AS part_before, s.is_folder FROM #seen AS s;
${entries}
INSERT #seen EXEC master.dbo.xp_fileexist @path;
SELECT 1 AS part_after, s.is_folder FROM #seen AS s;
DROP TABLE #seen;`;
  return {
    name: 'list-folder',
    text,
    parameters: { path: { type: 'nvarchar', value: path } },
    mode: 'rpc',
  };
}

type Row = Readonly<Record<string, unknown>>;

const partOf = (answer: SqlAnswer, part: string): readonly Row[] | undefined =>
  answer.resultSets.find(({ columns }) => columns[0] === `part_${part}`)?.rows;

const isFolder = (rows: readonly Row[] | undefined): boolean =>
  rows !== undefined && rows.length > 0 && rows.every((row) => row['is_folder'] === 1);

const entryOf = (row: Row): FileEntry => ({
  name: String(row['name']),
  sizeBytes: typeof row['size_bytes'] === 'string' ? Number(row['size_bytes']) : null,
  modifiedAt: null,
});

/**
 * Every file directly in the folder, by name. Throws PCO_SHARE_UNREADABLE for whatever is no whole listing. An empty one is none: an
 * account that may not list a folder sees it empty, and what is missing would be taken for copied.
 */
export function folderEntries(instance: string, folder: string, answer: SqlAnswer): readonly FileEntry[] {
  const [error] = answer.errors;
  if (error !== undefined)
    throw new PoolError('PCO_SHARE_UNREADABLE', `${instance} cannot list ${folder}: ${error.message}`, {
      sqlErrors: answer.errors,
    });
  const rows = partOf(answer, 'entries');
  if (rows === undefined || !isFolder(partOf(answer, 'before')) || !isFolder(partOf(answer, 'after')))
    throw new PoolError('PCO_SHARE_UNREADABLE', `${instance} does not see ${folder} as a folder`, {
      hint: 'May the account of SQL Server read it, and the login of this daemon ask for it?',
    });
  if (rows.length === 0)
    throw new PoolError(
      'PCO_SHARE_UNREADABLE',
      `${instance} sees ${folder} empty, as it would without the right to list it`,
      {
        hint: 'Put any file or subfolder into it: a listing that shows it proves the right.',
      },
    );
  return rows
    .filter((row) => row['is_file'] === 1)
    .map(entryOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
