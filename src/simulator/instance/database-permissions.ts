/**
 * Rights of a login inside one database: its user (found by SID, so it travels with backups and mirrors), the user's roles and
 * grants. Whether the database is open enough to ask is the caller's matter (open-database.ts).
 */
import type { DatabaseUser } from './content.ts';
import type { DatabaseDraft, InstanceDraft } from './instance-state.ts';
import { isSysadmin, loginOf, mayOnServer } from './server-permissions.ts';
import { plain } from './plain.ts';

/** Of msdb: the Agent's roles stand one above the other (docs `ssms/agent/sql-server-agent-fixed-database-roles.md`). */
export const AGENT_ROLES = ['SQLAgentUserRole', 'SQLAgentReaderRole', 'SQLAgentOperatorRole'] as const;
export type AgentRole = (typeof AGENT_ROLES)[number];

const FIXED_ROLES = [
  'db_owner',
  'db_accessadmin',
  'db_securityadmin',
  'db_ddladmin',
  'db_backupoperator',
  'db_datareader',
  'db_datawriter',
  'db_denydatareader',
  'db_denydatawriter',
] as const;
const MSDB_ROLES: readonly string[] = [...AGENT_ROLES, 'dbm_monitor'];

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const isMsdb = (database: DatabaseDraft): boolean => database.name.toLowerCase() === 'msdb';

/** The role as the database spells it; undefined: it has none of that name. */
export const databaseRole = (database: DatabaseDraft, name: string): string | undefined =>
  [...FIXED_ROLES, ...(isMsdb(database) ? MSDB_ROLES : [])].find((role) => same(role, name));

export const usersOf = (database: DatabaseDraft): readonly DatabaseUser[] => plain(database.content).users;

export const userNamed = (database: DatabaseDraft, name: string): DatabaseUser | undefined =>
  usersOf(database).find((user) => same(user.name, name));

export function userOf(
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
): DatabaseUser | undefined {
  const account = loginOf(instance, login);
  if (account === undefined) return undefined;
  const own = usersOf(database).find(({ sid }) => sid === account.sid);
  if (own !== undefined || !account.users.includes(database.name.toLowerCase())) return own;
  return { name: account.name, sid: account.sid, roles: ['db_datareader', 'db_datawriter'], grants: [] };
}

export const ownsByLogin = (database: DatabaseDraft, login: string): boolean =>
  database.owner !== null && same(database.owner, login);

/** Member of one of the roles, or dbo: sysadmin and the owner's login. */
export function hasDatabaseRole(
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
  ...roles: readonly string[]
): boolean {
  if (isSysadmin(instance, login) || ownsByLogin(database, login)) return true;
  const own = userOf(instance, login, database)?.roles ?? [];
  return own.includes('db_owner') || roles.some((role) => own.includes(role));
}

/** guest is open in master, tempdb and msdb. */
export const mayConnect = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  (database.system && database.name !== 'model') ||
  hasDatabaseRole(instance, login, database) ||
  userOf(instance, login, database) !== undefined ||
  mayOnServer(instance, login, 'CONNECT ANY DATABASE');

/** syssessions is for sysadmin only, sysjobs_view also for the Agent's roles (catalogue; reference 8). */
function readerRoles(database: DatabaseDraft, object: string): readonly string[] {
  if (!isMsdb(database)) return ['db_datareader'];
  return object === 'sysjobs_view' ? ['db_datareader', ...AGENT_ROLES] : ['db_datareader'];
}

/** Whether SELECT ALL USER SECURABLES reaches Microsoft's tables in msdb is unverified; here it does not. */
export function maySelect(
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
  object: string,
): boolean {
  const name = object.toLowerCase();
  if (isMsdb(database) && name === 'syssessions') return isSysadmin(instance, login);
  if (hasDatabaseRole(instance, login, database, ...readerRoles(database, name))) return true;
  if (isGranted(instance, login, database, 'SELECT', name)) return true;
  return !database.system && mayOnServer(instance, login, 'SELECT ALL USER SECURABLES');
}

/** A grant to the user itself, on the object or on the whole database; a DENY beats it. */
export function isGranted(
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
  permission: string,
  object: string | null,
): boolean {
  const grants = (userOf(instance, login, database)?.grants ?? []).filter(
    (grant) => grant.permission === permission && (grant.object === null || grant.object === object),
  );
  return grants.length > 0 && grants.every(({ denied }) => !denied);
}

/** BACKUP DATABASE and BACKUP LOG (reference 8). */
export const mayBackUp = (
  instance: InstanceDraft,
  login: string,
  database: DatabaseDraft,
  what: 'BACKUP DATABASE' | 'BACKUP LOG',
): boolean =>
  hasDatabaseRole(instance, login, database, 'db_backupoperator') ||
  isGranted(instance, login, database, what, null);

/** The highest of the Agent's roles; undefined: none. */
export const agentRoleOf = (
  instance: InstanceDraft,
  login: string,
  msdb: DatabaseDraft,
): AgentRole | undefined => {
  const own = userOf(instance, login, msdb)?.roles ?? [];
  return AGENT_ROLES.toReversed().find((role) => own.includes(role));
};
