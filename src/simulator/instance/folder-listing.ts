/**
 * Folders as the account of SQL Server sees them: xp_fileexist, xp_dirtree, sys.dm_os_enumerate_filesystem. None has a page; the
 * catalogue says what is recorded. Whatever cannot be read has no rows and gives no error; so has everything for a login without sysadmin.
 * That the procedures are for sysadmin, and the view for VIEW SERVER STATE, is unverified: the strictest that practice tells of.
 */
import { resultColumnsOf } from '../catalogue/columns.ts';
import { parametersOf } from '../catalogue/parameters.ts';
import type { CatalogueProcedure } from '../catalogue/catalogue.ts';
import type { EstateFileEntry } from '../estate-contract.ts';
import { bindArguments, BoundArguments } from '../msdb/procedure-arguments.ts';
import type { CellValue } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf } from './catalogue-columns.ts';
import type { ModuleCall, ProcedureHandler } from './engine-modules.ts';
import type { SqlFailure } from '../tsql/host.ts';
import { message, refuse } from './messages.ts';
import { resultSet } from './restore-info.ts';
import { isSysadmin, mayOnServer, serverStateOf } from './server-permissions.ts';

/** undefined: not there, or not to be read. The estate's folders hold files only. */
function filesIn({ ctx }: ModuleCall, folder: string): readonly EstateFileEntry[] | undefined {
  const listing = ctx.files.list(folder.replace(/[\\/]+$/, ''));
  return 'osError' in listing ? undefined : listing;
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

const lister =
  (
    procedure: Extract<CatalogueProcedure, 'master.xp_fileexist' | 'master.xp_dirtree'>,
    rowsOf: (call: ModuleCall, args: BoundArguments) => readonly (readonly CellValue[])[],
  ): ProcedureHandler =>
  (call, args) => {
    const bound = bindArguments(procedure.slice('master.'.length), parametersOf(procedure), args);
    if (!(bound instanceof BoundArguments)) return bound;
    const columns = resultColumnsOf(procedure, call.instance.productVersion);
    const rows = rowsOf(call, bound);
    return { kind: 'done', tokens: resultSet({ columns, rows }), rows: rows.length, returnStatus: 0 };
  };

const fileExist = lister('master.xp_fileexist', (call, args) => {
  if (!isSysadmin(call.instance, call.session.login)) return [[0, 0, 0]];
  const path = args.text('@path') ?? '';
  const isFolder = filesIn(call, path) !== undefined;
  const isFile = call.ctx.files.read(path) instanceof Uint8Array;
  const hasParent = filesIn(call, parentOf(path)) !== undefined;
  return [[isFile ? 1 : 0, isFolder ? 1 : 0, hasParent ? 1 : 0]];
});

const dirTree = lister('master.xp_dirtree', (call, args) => {
  if (args.flag('@files') !== true || !isSysadmin(call.instance, call.session.login)) return [];
  return (filesIn(call, args.text('@path') ?? '') ?? []).map(({ name }) => [name, 1, 1]);
});

/** Keys as in EngineModules.procedures. */
export const FOLDER_PROCEDURES: Readonly<Record<string, ProcedureHandler>> = {
  'master.xp_fileexist': fileExist,
  'master.xp_dirtree': dirTree,
};

/** `mgc_*.trn` as Windows reads it; only `*` and `?` mean something. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

export function enumerateFilesystem(call: ModuleCall, args: readonly CellValue[]): VirtualTable | SqlFailure {
  const right = serverStateOf(call.instance);
  if (!mayOnServer(call.instance, call.session.login, right)) return refuse(message(300, right));
  const [path, pattern] = args.map((value) => (typeof value === 'string' ? value : ''));
  const folder = path ?? '';
  const fits = patternOf(pattern ?? '');
  const rows = (folder === '' ? [] : (filesIn(call, folder) ?? []))
    .filter(({ name }) => fits.test(name))
    .map(({ name, sizeBytes }) => ({
      full_filesystem_path: `${folder.replace(/[\\/]+$/, '')}\\${name}`,
      parent_directory: folder,
      file_or_directory_name: name,
      level: 0,
      is_directory: false,
      size_in_bytes: BigInt(sizeBytes),
    }));
  return tableOf('sys.dm_os_enumerate_filesystem', call.instance.productVersion, rows, false);
}
