/**
 * ALTER DATABASE ... SET (access and state) and KILL. None of them takes a variable (sql-server reference 3.3, 3.6, 3.7),
 * so names are quoted into the text. Always with a termination clause: without one the statement waits for ever.
 */
import type { SqlStatement } from '../ports/sql-connection.ts';
import { identifier, integer } from './quote.ts';

const batch = (name: string, text: string): SqlStatement => ({ name, text, parameters: {}, mode: 'batch' });

/** The write barrier. Admits db_owner, dbcreator and sysadmin in any number: weak, never a fence by itself. */
export const restrictAccess = (database: string): SqlStatement =>
  batch(
    'restrict-access',
    `ALTER DATABASE ${identifier(database)} SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;`,
  );

export const openAccess = (database: string): SqlStatement =>
  batch('open-access', `ALTER DATABASE ${identifier(database)} SET MULTI_USER WITH ROLLBACK IMMEDIATE;`);

export const takeOffline = (database: string): SqlStatement =>
  batch('take-offline', `ALTER DATABASE ${identifier(database)} SET OFFLINE WITH ROLLBACK IMMEDIATE;`);

export const bringOnline = (database: string): SqlStatement =>
  batch('bring-online', `ALTER DATABASE ${identifier(database)} SET ONLINE;`);

export const killSession = (sessionId: number): SqlStatement =>
  batch('kill-session', `KILL ${integer(sessionId)};`);
