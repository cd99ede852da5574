/** Who may open which database now, who is in it, and the error for those who may not. Rows: sql-server reference 4.4 14, 42-50, 77, 81. */
import type { SqlFailure } from '../tsql/host.ts';
import type { DatabaseDraft, InstanceDraft, ServerRole, SessionDraft } from './instance-state.ts';
import { message } from './messages.ts';

type ErrorLine = SqlFailure['errors'][number];

export const databaseOf = (instance: InstanceDraft, name: string): DatabaseDraft | undefined =>
  instance.databases[name.toLowerCase()];

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const loginOf = (instance: InstanceDraft, login: string) => instance.logins[login.toLowerCase()];

export function hasRole(instance: InstanceDraft, login: string, ...roles: readonly ServerRole[]): boolean {
  const own = loginOf(instance, login)?.roles ?? [];
  return own.includes('sysadmin') || roles.some((role) => own.includes(role));
}

export const isSysadmin = (instance: InstanceDraft, login: string): boolean => hasRole(instance, login);

export const ownsDatabase = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  isSysadmin(instance, login) ||
  loginOf(instance, login)?.owns.includes(database.name.toLowerCase()) === true;

/** Whom RESTRICTED_USER lets in. */
export const isPrivileged = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  hasRole(instance, login, 'dbcreator') || ownsDatabase(instance, login, database);

export const hasUser = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  (database.system && database.name !== 'model') ||
  ownsDatabase(instance, login, database) ||
  loginOf(instance, login)?.users.includes(database.name.toLowerCase()) === true;

/** Error of a database that nobody can open now; undefined: it is open (access rules apart). */
export function closedError(database: DatabaseDraft): ErrorLine | undefined {
  const { name, mirroring } = database;
  if (mirroring?.role === 'MIRROR' && mirroring.established) return message(954, name);
  if (mirroring?.withoutQuorum === true) return message(955, name);
  switch (database.state) {
    case 'ONLINE':
      return database.exclusive === null ? undefined : message(952, name);
    case 'EMERGENCY':
      return undefined;
    case 'RESTORING':
      return message(927, name);
    case 'RECOVERING':
      return message(922, name);
    case 'RECOVERY_PENDING':
      return message(945, name);
    case 'SUSPECT':
      return message(926, name);
    case 'OFFLINE':
      return message(942, name);
  }
}

/** Why this login may not use the database now; undefined: it may. */
export function refusalToOpen(
  instance: InstanceDraft,
  database: DatabaseDraft,
  who: { readonly id: number; readonly login: string },
): ErrorLine | undefined {
  const closed = closedError(database);
  if (closed !== undefined) return closed;
  if (database.access === 'SINGLE_USER' && database.singleUser !== null && database.singleUser !== who.id)
    return message(924, database.name);
  if (database.access === 'RESTRICTED_USER' && !isPrivileged(instance, who.login, database))
    return message(923, database.name);
  if (!hasUser(instance, who.login, database)) return message(916, who.login, database.name);
  return undefined;
}

/** Enters a database: the session holds its lock, and the only slot of a SINGLE_USER database. */
export function enterDatabase(instance: InstanceDraft, session: SessionDraft, database: DatabaseDraft): void {
  leaveDatabase(instance, session);
  session.database = database.name;
  if (database.access === 'SINGLE_USER') database.singleUser = session.id;
}

export function leaveDatabase(instance: InstanceDraft, session: SessionDraft): void {
  const before = databaseOf(instance, session.database);
  if (before?.singleUser === session.id) before.singleUser = null;
}

/** Sessions whose current database is this one, and those whose BACKUP runs on it: all who hold its lock. */
export function sessionsIn(instance: InstanceDraft, database: DatabaseDraft): SessionDraft[] {
  const backups = Object.values(instance.operations)
    .filter((operation) => operation.work.kind === 'backup' && operation.databaseId === database.id)
    .map((operation) => operation.sessionId);
  return Object.values(instance.sessions).filter(
    (session) =>
      session.kind !== 'system' &&
      (sameName(session.database, database.name) || backups.includes(session.id)),
  );
}

export const othersIn = (
  instance: InstanceDraft,
  database: DatabaseDraft,
  sessionId: number,
): SessionDraft[] => sessionsIn(instance, database).filter((session) => session.id !== sessionId);
