/** Built-in functions that know the instance: SERVERPROPERTY, DATABASEPROPERTYEX, DB_ID, HAS_DBACCESS ... Reference 1.1, 1.10. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { TypedValue } from '../tsql/ast.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { InstanceDraft, ServerRole } from './instance-state.ts';
import { closedBy, databaseOf, hasRole, isSysadmin, refusalToOpen } from './open-database.ts';

const NAME: SqlType = { name: 'nvarchar', length: 128 };
const INT: SqlType = { name: 'int' };
const VARIANT: SqlType = { name: 'sql_variant' };
const of = (type: SqlType, value: CellValue): TypedValue => ({ type, value });
const text = (value: CellValue | undefined): string => (typeof value === 'string' ? value : '');

const PRODUCT_YEARS: Readonly<Record<string, string>> = {
  '11': '2012',
  '12': '2014',
  '13': '2016',
  '14': '2017',
  '15': '2019',
  '16': '2022',
};

function serverProperty(instance: InstanceDraft, property: string): CellValue {
  const [machine, named] = instance.serverName.split('\\');
  const major = instance.productVersion.split('.')[0] ?? '';
  switch (property.toLowerCase()) {
    case 'servername':
      return instance.serverName;
    case 'machinename':
    case 'computernamephysicalnetbios':
      return machine ?? instance.serverName;
    case 'instancename':
      return named ?? null;
    case 'productversion':
      return instance.productVersion;
    case 'productmajorversion':
      return major;
    case 'productlevel':
      return 'SP3';
    case 'edition':
      return instance.edition;
    case 'engineedition':
      return /enterprise|developer|evaluation/i.test(instance.edition) ? 3 : 2;
    case 'isclustered':
    case 'ishadrenabled':
    case 'issingleuser':
      return 0;
    case 'processid':
      return 1234;
    case 'collation':
      return 'SQL_Latin1_General_CP1_CI_AS';
    case 'instancedefaultdatapath':
      return `${instance.dataFolder}\\`;
    case 'instancedefaultlogpath':
      return `${instance.logFolder}\\`;
    // 2019 and later (reference 9).
    case 'instancedefaultbackuppath':
      return Number(major) >= 15 ? `${instance.dataFolder}\\Backup` : null;
    default:
      return null;
  }
}

function databaseProperty(instance: InstanceDraft, name: string, property: string): CellValue {
  const database = databaseOf(instance, name);
  if (database === undefined) return null;
  switch (property.toLowerCase()) {
    case 'status':
      // No RECOVERY_PENDING here; SUSPECT stands for it (catalogue note).
      return database.state === 'RECOVERY_PENDING' ? 'SUSPECT' : database.state;
    case 'isinstandby':
      return database.inStandby ? 1 : 0;
    case 'updateability':
      return database.inStandby ? 'READ_ONLY' : 'READ_WRITE';
    case 'useraccess':
      return database.access;
    case 'recovery':
      return database.recoveryModel;
    case 'collation':
      return closedBy(database) === undefined ? 'SQL_Latin1_General_CP1_CI_AS' : null;
    default:
      return null;
  }
}

const PERMISSION_ROLES: Readonly<Record<string, readonly ServerRole[]>> = {
  'view server state': ['view-server-state'],
  'view any definition': ['view-any-definition'],
  'view any database': ['dbcreator', 'processadmin', 'view-server-state', 'view-any-definition'],
  'alter any database': ['dbcreator'],
  'create any database': ['dbcreator'],
  'alter any connection': ['processadmin'],
  'control server': [],
};

/** Server permissions only (securable NULL); NULL for anything that is not known. */
function hasPermission(call: ModuleCall, args: readonly CellValue[]): CellValue {
  const [securable, , permission] = args;
  const roles = PERMISSION_ROLES[text(permission).toLowerCase()];
  if (securable !== null || roles === undefined) return null;
  return hasRole(call.instance, call.session.login, ...roles) ? 1 : 0;
}

function hasAccess(call: ModuleCall, name: string): CellValue {
  const database = databaseOf(call.instance, name);
  if (database === undefined) return null;
  return refusalToOpen(call.instance, database, call.session) === undefined ? 1 : 0;
}

function databaseName(call: ModuleCall, id: CellValue | undefined): CellValue {
  if (id === undefined) return call.session.database;
  return Object.values(call.instance.databases).find((database) => database.id === Number(id))?.name ?? null;
}

const version = (instance: InstanceDraft): string => {
  const year = PRODUCT_YEARS[instance.productVersion.split('.')[0] ?? ''] ?? '2016';
  return `Microsoft SQL Server ${year} - ${instance.productVersion} (X64) \n\tSimulated estate\n\t${instance.edition}`;
};

const roleMembership = (call: ModuleCall, role: string): CellValue => {
  if (!['sysadmin', 'dbcreator', 'processadmin', 'public'].includes(role)) return null;
  if (role === 'public') return 1;
  return call.instance.logins[call.session.login.toLowerCase()]?.roles.includes(role as ServerRole) === true
    ? 1
    : 0;
};

/** undefined: the engine knows no such function (195). */
export function scalarFunction(
  call: ModuleCall,
  name: string,
  args: readonly CellValue[],
): TypedValue | undefined {
  const { instance, session } = call;
  switch (name.toLowerCase()) {
    case 'serverproperty':
      return of(VARIANT, serverProperty(instance, text(args[0])));
    case 'databasepropertyex':
      return of(VARIANT, databaseProperty(instance, text(args[0]), text(args[1])));
    case 'db_id':
      return of(
        { name: 'smallint' },
        databaseOf(instance, args.length === 0 ? session.database : text(args[0]))?.id ?? null,
      );
    case 'db_name':
      return of(NAME, databaseName(call, args[0]));
    case 'original_db_name':
      return of(NAME, session.database);
    case 'has_dbaccess':
      return of(INT, hasAccess(call, text(args[0])));
    case 'has_perms_by_name':
      return of(INT, hasPermission(call, args));
    case 'is_srvrolemember':
      return of(INT, roleMembership(call, text(args[0]).toLowerCase()));
    case 'suser_sname':
    case 'suser_name':
    case 'original_login':
    case 'system_user':
      return of(NAME, session.login);
    case 'user_name':
    case 'current_user':
      return of(NAME, isSysadmin(instance, session.login) ? 'dbo' : session.login);
    case 'host_name':
      return of(NAME, session.host);
    case 'app_name':
    case 'program_name':
      return of(NAME, session.program);
    case '@@servername':
      return of(NAME, instance.serverName);
    case '@@servicename':
      return of(NAME, instance.serverName.split('\\')[1] ?? 'MSSQLSERVER');
    case '@@version':
      return of({ name: 'nvarchar', length: 300 }, version(instance));
    case '@@spid':
      return of({ name: 'smallint' }, session.id);
    case '@@trancount':
      return of(INT, session.openTransactions);
    default:
      return undefined;
  }
}
