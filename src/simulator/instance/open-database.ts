/** Who may open which database now, who is in it, and the error for those who may not. Rows: sql-server reference 4.4 14, 42-50, 77, 81. */
import { hasDatabaseRole, mayConnect, ownsByLogin } from './database-permissions.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { refusal, type Refusal } from './refusal-table.ts';
import { hasRole, isSysadmin, mayOnServer } from './server-permissions.ts';

export const databaseOf = (instance: InstanceDraft, name: string): DatabaseDraft | undefined =>
  instance.databases[name.toLowerCase()];

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Membership of db_owner cannot be read while the database is closed; the owner's login and sysadmin stand outside of it. */
export const ownsDatabase = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  isSysadmin(instance, login) ||
  ownsByLogin(database, login) ||
  (closedBy(database) === undefined && hasDatabaseRole(instance, login, database));

/** ALTER on the database (reference 8). */
export const mayAlter = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  ownsDatabase(instance, login, database) || mayOnServer(instance, login, 'ALTER ANY DATABASE');

/** Whom RESTRICTED_USER lets in. */
export const isPrivileged = (instance: InstanceDraft, login: string, database: DatabaseDraft): boolean =>
  hasRole(instance, login, 'dbcreator') || hasDatabaseRole(instance, login, database);

/** Why nobody can open a database now. */
type Closed =
  | 'mirror'
  | 'no-quorum'
  | 'not-synchronized'
  | 'in-transition'
  | 'restoring'
  | 'recovering'
  | 'recovery-pending'
  | 'suspect'
  | 'offline';
/** Closed, or open for others only. */
type Obstacle = Closed | 'single-user' | 'restricted' | 'no-user';

/** undefined: it is open (access rules apart). */
export function closedBy(database: DatabaseDraft): Closed | undefined {
  const { mirroring } = database;
  if (mirroring?.role === 'MIRROR' && mirroring.established) return 'mirror';
  if (mirroring?.withoutQuorum === true) return 'no-quorum';
  switch (database.state) {
    case 'ONLINE':
      return database.exclusive === null ? undefined : 'in-transition';
    case 'EMERGENCY':
      return undefined;
    case 'RESTORING':
      return 'restoring';
    case 'RECOVERING':
      // A principal that was just restarted (reference 4.4 #82); that it says so while it recovers is inferred.
      return mirroring === null ? 'recovering' : 'not-synchronized';
    case 'RECOVERY_PENDING':
      return 'recovery-pending';
    case 'SUSPECT':
      return 'suspect';
    case 'OFFLINE':
      return 'offline';
  }
}

function obstacle(
  instance: InstanceDraft,
  database: DatabaseDraft,
  who: { readonly id: number; readonly login: string },
): Obstacle | undefined {
  const closed = closedBy(database);
  if (closed !== undefined) return closed;
  if (database.access === 'SINGLE_USER' && database.singleUser !== null && database.singleUser !== who.id)
    return 'single-user';
  if (database.access === 'RESTRICTED_USER' && !isPrivileged(instance, who.login, database))
    return 'restricted';
  return mayConnect(instance, who.login, database) ? undefined : 'no-user';
}

/** Why this login may not use (or back up) the database now; undefined: it may. */
export function refusalToOpen(
  instance: InstanceDraft,
  database: DatabaseDraft,
  who: { readonly id: number; readonly login: string },
  statement: 'use' | 'backup' = 'use',
): Refusal | undefined {
  const found = obstacle(instance, database, who);
  if (found === undefined) return undefined;
  const args = found === 'no-user' ? [who.login, database.name] : [database.name];
  return refusal(`${statement}/${found}`, ...args);
}

/** As refusalToOpen for somebody who is in it already. */
export function refusalToStay(instance: InstanceDraft, name: string): Refusal | undefined {
  const database = databaseOf(instance, name);
  if (database === undefined) return refusal('use/absent', name);
  const closed = closedBy(database);
  return closed === undefined ? undefined : refusal(`use/${closed}`, database.name);
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
