/** Which table or view a name means: a module's, the engine's own, or a chat table of an open database. */
import type { CellValue } from '../sql-tokens.ts';
import type { ObjectName, VirtualTable } from '../tsql/ast.ts';
import type { SqlFailure } from '../tsql/host.ts';
import { tableOf } from './catalogue-columns.ts';
import { columnsOf } from '../catalogue/columns.ts';
import type { ModuleCall, TableProvider } from './engine-modules.ts';
import { maySelect } from './database-permissions.ts';
import { message, refuse } from './messages.ts';
import { enumerateFilesystem } from './folder-listing.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { myPermissions } from './permission-functions.ts';
import { answerBatch } from './refusal-table.ts';
import {
  sysConnections,
  sysInfo,
  sysLocks,
  sysRequests,
  sysServices,
  sysSessions,
} from './views-activity.ts';
import { contentTable } from './views-content.ts';
import { sysDatabases, sysMasterFiles, sysRecoveryStatus } from './views-databases.ts';
import { backupSets, mediaFamilies, mediaSets, restoreHistory } from './views-history.ts';
import { sysDatabasePrincipals, sysServerPrincipals } from './views-principals.ts';
import {
  sysDatabaseMirroring,
  sysEndpoints,
  sysMirroringEndpoints,
  sysMirroringWitnesses,
  sysPerformanceCounters,
  sysTcpEndpoints,
} from './views-mirroring.ts';

const OWN_TABLES: Readonly<Record<string, TableProvider>> = {
  'sys.databases': sysDatabases,
  'sys.master_files': sysMasterFiles,
  'sys.database_recovery_status': sysRecoveryStatus,
  'sys.server_principals': sysServerPrincipals,
  'sys.database_mirroring': sysDatabaseMirroring,
  'sys.database_mirroring_witnesses': sysMirroringWitnesses,
  'sys.database_mirroring_endpoints': sysMirroringEndpoints,
  'sys.endpoints': sysEndpoints,
  'sys.tcp_endpoints': sysTcpEndpoints,
  'sys.dm_os_performance_counters': sysPerformanceCounters,
  'sys.dm_exec_sessions': sysSessions,
  'sys.dm_exec_requests': sysRequests,
  'sys.dm_exec_connections': sysConnections,
  'sys.dm_tran_locks': sysLocks,
  'sys.dm_os_sys_info': sysInfo,
  'sys.dm_server_services': sysServices,
  'msdb.dbo.backupset': backupSets,
  'msdb.dbo.backupmediafamily': mediaFamilies,
  'msdb.dbo.backupmediaset': mediaSets,
  'msdb.dbo.restorehistory': restoreHistory,
};

/** A closed database ends the batch, as binding errors do. */
export function findTable(call: ModuleCall, name: ObjectName): VirtualTable | SqlFailure | undefined {
  const { instance, session, ctx } = call;
  const databaseName = name.database ?? session.database;
  const database = databaseOf(instance, databaseName);
  if (database === undefined) return undefined;
  const named = name.database !== undefined || !database.system;
  const refused = named ? refusalToOpen(instance, database, session) : undefined;
  if (refused !== undefined) return answerBatch(refused);
  const schema = (name.schema ?? 'dbo').toLowerCase();
  const object = name.object.toLowerCase();
  const key = schema === 'sys' ? `sys.${object}` : `${databaseName.toLowerCase()}.${schema}.${object}`;
  const provider = ctx.modules.tables[key] ?? OWN_TABLES[key];
  const mayRead = schema === 'sys' || maySelect(instance, session.login, database, object);
  if (key === 'sys.database_principals') return sysDatabasePrincipals(call, database);
  if (provider !== undefined && mayRead) return provider(call);
  const table = provider === undefined ? contentTable(database, schema, object) : undefined;
  if (mayRead || (provider === undefined && table === undefined)) return table;
  return refuse(message(229, 'SELECT', name.object, database.name, name.schema ?? 'dbo'));
}

export function findTableFunction(
  call: ModuleCall,
  name: ObjectName,
  args: readonly CellValue[],
): VirtualTable | SqlFailure | undefined {
  const { instance, ctx } = call;
  const schema = (name.schema ?? 'dbo').toLowerCase();
  const key = `${schema}.${name.object}`.toLowerCase();
  const provided = ctx.modules.tableFunctions?.[key];
  if (provided !== undefined) return provided(call, args);
  if (key === 'sys.fn_my_permissions') return myPermissions(call, args);
  if (key === 'sys.dm_os_enumerate_filesystem') {
    const known = columnsOf(key, instance.productVersion).length > 0;
    return known ? enumerateFilesystem(call, args) : undefined;
  }
  if (key !== 'sys.dm_exec_sql_text') return undefined;
  const handle = args[0];
  const sessionId =
    handle instanceof Uint8Array && handle.length >= 4
      ? new DataView(handle.buffer, handle.byteOffset).getUint32(0)
      : 0;
  const id = instance.sessions[sessionId]?.operation;
  const work = id === undefined || id === null ? undefined : instance.operations[id]?.work;
  if (work === undefined || !('command' in work))
    return tableOf('sys.dm_exec_sql_text', instance.productVersion, []);
  const { command } = work;
  const what = command.kind === 'alter-database' ? 'DATABASE' : command.what.toUpperCase();
  const verb = command.kind === 'alter-database' ? 'ALTER' : command.kind.toUpperCase();
  // Rebuilt, not the text as typed: enough to see the target.
  const text = `${verb} ${what} [${command.database}]`;
  return tableOf('sys.dm_exec_sql_text', instance.productVersion, [{ encrypted: false, text }]);
}
