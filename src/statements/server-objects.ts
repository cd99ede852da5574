/**
 * What master keeps of a database, and so neither a backup nor a mirror brings along: its owner, TRUSTWORTHY, the logins of its
 * users. Owner and users are compared with what the database itself records (its user dbo, the SIDs of its users), all on one
 * instance. Columns: catalogue (sys.databases, sys.database_principals, sys.server_principals). Statements: docs
 * `t-sql/statements/alter-authorization-transact-sql.md`, `create-login-transact-sql.md`, `alter-user-transact-sql.md`,
 * `alter-database-transact-sql-set-options.md`. None of them takes a variable for a name.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier, integer, literal } from './quote.ts';

/**
 * Users without a login: SQL users that come in by one, and Windows groups. A Windows user may come in by a group (docs
 * `failover-clusters/troubleshoot-orphaned-users-sql-server.md`), so that one without a login of its own is not missing any.
 */
const looks = (
  database: string,
  suffix: string,
): string => `SELECT 1 AS part_objects${suffix}, d.is_trustworthy_on,
  IS_SRVROLEMEMBER(N'sysadmin') AS may_align, HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW ANY DEFINITION') AS sees_logins,
  CASE WHEN u.sid = d.owner_sid THEN 1 ELSE 0 END AS owner_recorded, o.name AS owner, r.name AS recorded_owner
FROM sys.databases AS d INNER JOIN ${identifier(database)}.sys.database_principals AS u ON u.name = N'dbo'
LEFT JOIN sys.server_principals AS o ON o.sid = d.owner_sid
LEFT JOIN sys.server_principals AS r ON r.sid = u.sid
WHERE d.name = @db;
SELECT 1 AS part_orphans${suffix}, u.name, u.type_desc, n.type_desc AS namesake
FROM ${identifier(database)}.sys.database_principals AS u
LEFT JOIN sys.server_principals AS l ON l.sid = u.sid
LEFT JOIN sys.server_principals AS n ON n.name = u.name
WHERE l.sid IS NULL AND u.name <> N'dbo'
  AND ((u.type = 'S' AND u.authentication_type = 1) OR (u.type = 'G' AND u.authentication_type = 3));`;

/** Guarded, and in a scope of its own, as the content is (observe-content.ts). @param place of the database in the batch's list */
export function observeServerObjects(place: number, database: string): string {
  const name = literal(database);
  return `IF EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = ${name} AND d.state = 0
    AND d.collation_name IS NOT NULL AND d.user_access <> 1) AND HAS_DBACCESS(${name}) = 1
  EXEC sp_executesql ${literal(looks(database, `_${integer(place)}`))}, N'@db nvarchar(128)', @db = ${name};`;
}

const batch = (name: string, text: string): SqlStatement => ({ name, text, parameters: {}, mode: 'batch' });

/** The same look, right before a change. */
export const readServerObjects = (database: string): SqlStatement => ({
  name: 'read-server-objects',
  text: looks(database, ''),
  parameters: { db: { type: 'nvarchar', value: database } },
  mode: 'rpc',
});

/** The new owner must not be a user of the database (15110). */
export const ownDatabase = (database: string, login: string): SqlStatement =>
  batch('own-database', `ALTER AUTHORIZATION ON DATABASE::${identifier(database)} TO ${identifier(login)};`);

/** Off after every restore; sysadmin only. */
export const setTrustworthy = (database: string, on: boolean): SqlStatement =>
  batch('set-trustworthy', `ALTER DATABASE ${identifier(database)} SET TRUSTWORTHY ${on ? 'ON' : 'OFF'};`);

/** The domain gives the account its SID, the same on every instance. */
export const createWindowsLogin = (account: string): SqlStatement =>
  batch('create-windows-login', `CREATE LOGIN ${identifier(account)} FROM WINDOWS;`);

/** The user keeps its name, roles and permissions; it is changed inside its database. */
export const mapUser = (database: string, user: string, login: string): SqlStatement =>
  batch(
    'map-user',
    `USE ${identifier(database)};
ALTER USER ${identifier(user)} WITH LOGIN = ${identifier(login)};
USE master;`,
  );
