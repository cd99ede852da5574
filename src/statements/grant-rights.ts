/**
 * The rights of the daemon's login: texts that give them and one that asks for them. Every text may run again. No password
 * stands in any of them: an SQL login is made by a person, a Windows login here. Syntax: docs `t-sql/statements/create-login`,
 * `alter-server-role`, `alter-role`, `grant-server-permissions`; checks: `t-sql/functions/has-perms-by-name`.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier, integer, literal } from './quote.ts';

const batch = (name: string, text: string): SqlStatement => ({ name, text, parameters: {}, mode: 'batch' });

/** `DOMAIN\account`. */
export const isWindowsAccount = (login: string): boolean => login.includes('\\');

/** THROW outside of TRY ends the batch, so nothing is given to nobody. */
export const requireLogin = (login: string): SqlStatement =>
  batch(
    'require-login',
    isWindowsAccount(login)
      ? `IF SUSER_ID(${literal(login)}) IS NULL CREATE LOGIN ${identifier(login)} FROM WINDOWS;`
      : `IF SUSER_ID(${literal(login)}) IS NULL
  THROW 50000, N'This SQL login does not exist yet: create it first, WITH PASSWORD and with the same SID on every instance.', 1;`,
  );

export const addToServerRole = (role: string, login: string): SqlStatement =>
  batch('add-to-server-role', `ALTER SERVER ROLE ${identifier(role)} ADD MEMBER ${identifier(login)};`);

/** The permissions of this file's callers: fixed words, never a value from outside. */
export const grantOnServer = (permission: ServerPermissionName, login: string): SqlStatement =>
  batch('grant-on-server', `USE [master];\nGRANT ${permission} TO ${identifier(login)};`);

export type ServerPermissionName =
  | 'VIEW SERVER STATE'
  | 'VIEW SERVER PERFORMANCE STATE'
  | 'VIEW SERVER SECURITY STATE'
  | 'VIEW ANY DEFINITION'
  | 'CREATE ANY DATABASE'
  | 'CONNECT ANY DATABASE'
  | 'SELECT ALL USER SECURABLES';

/**
 * The user and its role. A database that cannot be written here (the restoring copy, the mirror) is left out: the user comes
 * with the log of the copy that serves.
 */
export const addToDatabaseRole = (database: string, role: string, login: string): SqlStatement =>
  batch(
    'add-to-database-role',
    `IF EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = ${literal(database)} AND d.state = 0 AND d.is_read_only = 0)
BEGIN
  USE ${identifier(database)};
  IF DATABASE_PRINCIPAL_ID(${literal(login)}) IS NULL CREATE USER ${identifier(login)} FOR LOGIN ${identifier(login)};
  ALTER ROLE ${identifier(role)} ADD MEMBER ${identifier(login)};
  USE [master];
END;`,
  );

/** What can be asked about one right of the caller; each is 1, 0 or NULL (unknown to this version, or the database is closed). */
export const serverRoleCheck = (role: string): string => `IS_SRVROLEMEMBER(${literal(role)})`;
export const serverPermissionCheck = (permission: ServerPermissionName): string =>
  `HAS_PERMS_BY_NAME(NULL, NULL, ${literal(permission)})`;
export const databaseSelectCheck = (database: string): string =>
  `HAS_PERMS_BY_NAME(${literal(database)}, N'DATABASE', N'SELECT')`;
export const objectSelectCheck = (object: 'msdb.dbo.sysjobs'): string =>
  `HAS_PERMS_BY_NAME(${literal(object)}, N'OBJECT', N'SELECT')`;

/** One row, one column `right_<n>` for every check, in order. */
export const readRights = (checks: readonly string[]): SqlStatement =>
  batch(
    'read-rights',
    `SELECT ${checks.map((check, place) => `${check} AS right_${integer(place)}`).join(', ')};`,
  );
