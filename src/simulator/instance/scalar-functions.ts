/** Built-in functions that know the instance: SERVERPROPERTY, DATABASEPROPERTYEX, DB_ID, HAS_DBACCESS ... Reference 1.1, 1.10. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { TypedValue } from '../tsql/ast.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { InstanceDraft } from './instance-state.ts';
import { closedBy, databaseOf, refusalToOpen } from './open-database.ts';
import {
  databasePrincipalId,
  hasPermission,
  isMember,
  isServerRoleMember,
  loginId,
} from './permission-functions.ts';
import { levelOf, yearOf } from './product-versions.ts';
import { isSysadmin } from './server-permissions.ts';

const NAME: SqlType = { name: 'nvarchar', length: 128 };
const INT: SqlType = { name: 'int' };
const VARIANT: SqlType = { name: 'sql_variant' };
const of = (type: SqlType, value: CellValue): TypedValue => ({ type, value });
const text = (value: CellValue | undefined): string => (typeof value === 'string' ? value : '');

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
      return levelOf(instance.productVersion);
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
  const year = yearOf(instance.productVersion);
  return `Microsoft SQL Server ${year} - ${instance.productVersion} (X64) \n\tSimulated estate\n\t${instance.edition}`;
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
      return of(
        INT,
        isServerRoleMember(call, text(args[0]), args[1] === undefined ? undefined : text(args[1])),
      );
    case 'is_member':
      return of(INT, isMember(call, text(args[0])));
    case 'suser_id':
      return of(INT, loginId(call, args.length === 0 ? session.login : text(args[0])));
    case 'database_principal_id':
      return of(INT, databasePrincipalId(call, text(args[0])));
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
