/** HAS_PERMS_BY_NAME, IS_SRVROLEMEMBER, IS_MEMBER, SUSER_ID, DATABASE_PRINCIPAL_ID and sys.fn_my_permissions. Reference 8, catalogue. */
import type { CellValue } from '../sql-tokens.ts';
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf } from './catalogue-columns.ts';
import {
  databaseRole,
  hasDatabaseRole,
  isGranted,
  mayBackUp,
  mayConnect,
  maySelect,
  userNamed,
} from './database-permissions.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { DatabaseDraft } from './instance-state.ts';
import { databaseOf, mayAlter, refusalToOpen } from './open-database.ts';
import {
  hasRole,
  isServerRole,
  loginOf,
  mayOnServer,
  SERVER_PERMISSIONS,
  serverPermission,
} from './server-permissions.ts';

const text = (value: CellValue | undefined): string => (typeof value === 'string' ? value : '');
const FIRST_PRINCIPAL_ID = 256;

const DATABASE_PERMISSIONS = [
  'CONNECT',
  'CONTROL',
  'ALTER',
  'SELECT',
  'BACKUP DATABASE',
  'BACKUP LOG',
] as const;
type DatabasePermission = (typeof DATABASE_PERMISSIONS)[number];

function inDatabase(call: ModuleCall, database: DatabaseDraft, permission: DatabasePermission): boolean {
  const { instance, session } = call;
  const { login } = session;
  switch (permission) {
    case 'CONNECT':
      return mayConnect(instance, login, database);
    case 'CONTROL':
      return hasDatabaseRole(instance, login, database);
    case 'ALTER':
      return mayAlter(instance, login, database);
    case 'SELECT':
      return maySelect(instance, login, database, '');
    case 'BACKUP DATABASE':
    case 'BACKUP LOG':
      return mayBackUp(instance, login, database, permission);
  }
}

/** `database.schema.object`, of the current database when it is one part; quotes are taken off. */
function objectOf(call: ModuleCall, name: string): { readonly database: string; readonly object: string } {
  const parts = name.split('.').map((part) => part.replaceAll(/^\[|\]$/g, ''));
  const database = parts.length === 3 ? parts[0] : undefined;
  return { database: database ?? call.session.database, object: (parts.at(-1) ?? '').toLowerCase() };
}

/** A database that the caller cannot open answers NULL, as a query that failed. */
function opened(call: ModuleCall, name: string): DatabaseDraft | undefined {
  const database = databaseOf(call.instance, name);
  const closed = database === undefined || refusalToOpen(call.instance, database, call.session) !== undefined;
  return closed ? undefined : database;
}

function onObject(call: ModuleCall, name: string, permission: string): CellValue {
  const { database: named, object } = objectOf(call, name);
  const database = opened(call, named);
  if (database === undefined) return null;
  const { login } = call.session;
  if (permission === 'SELECT') return maySelect(call.instance, login, database, object) ? 1 : 0;
  if (permission !== 'EXECUTE') return null;
  const may =
    hasDatabaseRole(call.instance, login, database) ||
    isGranted(call.instance, login, database, 'EXECUTE', object);
  return may ? 1 : 0;
}

/** NULL: an invalid class or permission, or the query failed (catalogue). ANY is not modelled. */
export function hasPermission(call: ModuleCall, args: readonly CellValue[]): CellValue {
  const [securable = null, securableClass = null, wanted] = args;
  const permission = text(wanted).toUpperCase();
  if (securable === null && (securableClass === null || text(securableClass).toUpperCase() === 'SERVER')) {
    const known = serverPermission(call.instance, permission);
    if (known === undefined) return null;
    return mayOnServer(call.instance, call.session.login, known) ? 1 : 0;
  }
  if (text(securableClass).toUpperCase() === 'OBJECT') return onObject(call, text(securable), permission);
  if (text(securableClass).toUpperCase() !== 'DATABASE') return null;
  const known = DATABASE_PERMISSIONS.find((name) => name === permission);
  const database = opened(call, securable === null ? call.session.database : text(securable));
  if (known === undefined || database === undefined) return null;
  return inDatabase(call, database, known) ? 1 : 0;
}

/** @returns NULL for a role that does not exist or a login that the caller does not see */
export function isServerRoleMember({ instance, session }: ModuleCall, role: string, of?: string): CellValue {
  const login = of ?? session.login;
  if (loginOf(instance, login) === undefined) return null;
  if (role.toLowerCase() === 'public') return 1;
  if (!isServerRole(role.toLowerCase())) return null;
  const own: readonly string[] = loginOf(instance, login)?.roles ?? [];
  return own.includes('sysadmin') || own.includes(role.toLowerCase()) ? 1 : 0;
}

/** Of the current database. Windows groups are not modelled. */
export function isMember({ instance, session }: ModuleCall, role: string): CellValue {
  const database = databaseOf(instance, session.database);
  if (database === undefined) return null;
  if (role.toLowerCase() === 'public') return 1;
  const known = databaseRole(database, role);
  if (known === undefined) return null;
  if (hasRole(instance, session.login)) return known === 'db_owner' ? 1 : 0;
  return hasDatabaseRole(instance, session.login, database, known) ? 1 : 0;
}

export function loginId({ instance }: ModuleCall, name: string): CellValue {
  const at = Object.keys(instance.logins).indexOf(name.toLowerCase());
  return at === -1 ? null : FIRST_PRINCIPAL_ID + at;
}

/** A user or a role of the current database. */
export function databasePrincipalId({ instance, session }: ModuleCall, name: string): CellValue {
  const database = databaseOf(instance, session.database);
  if (database === undefined) return null;
  const known = userNamed(database, name) ?? databaseRole(database, name);
  return known === undefined ? null : FIRST_PRINCIPAL_ID;
}

/** Of the server and of the current database. */
export function myPermissions(call: ModuleCall, args: readonly CellValue[]): VirtualTable {
  const [, securableClass = null] = args;
  const { instance, session } = call;
  const table = (entity: string, held: readonly string[]): VirtualTable =>
    tableOf(
      'sys.fn_my_permissions',
      instance.productVersion,
      held.map((name) => ({ entity_name: entity, subentity_name: '', permission_name: name })),
    );
  if (text(securableClass).toUpperCase() === 'SERVER') {
    const held = SERVER_PERMISSIONS.filter(
      (name) => serverPermission(instance, name) !== undefined && mayOnServer(instance, session.login, name),
    );
    return table('server', held);
  }
  const database = opened(call, session.database);
  if (text(securableClass).toUpperCase() !== 'DATABASE' || database === undefined) return table('', []);
  const held = DATABASE_PERMISSIONS.filter((name) => inDatabase(call, database, name));
  return table('database', held);
}
