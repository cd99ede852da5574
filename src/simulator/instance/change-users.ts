/**
 * CREATE USER, ALTER USER, ALTER ROLE and GRANT inside the current database, and who owns one. A user is content: it is logged, so it travels with backups,
 * log backups and mirroring, and belongs to whatever login has its SID where the database is opened.
 */
import type { CommandOutcome, SqlFailure } from '../tsql/host.ts';
import type { SecurityCommand } from '../tsql/security-commands.ts';
import { SA_SID, type ContentChange, type DatabaseUser } from './content.ts';
import { databaseRole, hasDatabaseRole, userNamed, usersOf } from './database-permissions.ts';
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, SessionDraft } from './instance-state.ts';
import { harden, partnerOf } from './mirror-log.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { answer, refusal } from './refusal-table.ts';
import { loginOf, mayOnServer } from './server-permissions.ts';
import { writeRecord } from './transaction-log.ts';

type Of<K extends SecurityCommand['kind']> = Extract<SecurityCommand, { readonly kind: K }>;
const DONE: CommandOutcome = { kind: 'done', tokens: [] };

/** The current database when this login may change principals in it. */
function changeable(
  instance: InstanceDraft,
  session: SessionDraft,
  role: 'db_accessadmin' | 'db_securityadmin',
): DatabaseDraft | SqlFailure {
  const database = databaseOf(instance, session.database);
  if (database === undefined) return answer(refusal('use/absent', session.database));
  const closed = refusalToOpen(instance, database, session);
  if (closed !== undefined) return answer(closed);
  if (!hasDatabaseRole(instance, session.login, database, role))
    return answer(refusal('principals/no-right'));
  return database.inStandby ? answer(refusal('write/standby', database.name)) : database;
}

/** A mirror that is synchronised has it at once. */
function commit(
  instance: InstanceDraft,
  ctx: EngineContext,
  database: DatabaseDraft,
  change: ContentChange,
): CommandOutcome {
  writeRecord(database, change);
  const synchronized = database.mirroring?.state === 'SYNCHRONIZED';
  const partner = synchronized ? partnerOf(instance, ctx, database) : undefined;
  if (partner !== undefined) harden(database, partner.database);
  return DONE;
}

export function changeUsers(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: Of<'create-user'> | Of<'alter-user'> | Of<'drop-user'> | Of<'role-member'>,
): CommandOutcome {
  const role = command.kind === 'role-member' ? 'db_securityadmin' : 'db_accessadmin';
  const database = changeable(instance, session, role);
  if ('errors' in database) return database;
  switch (command.kind) {
    case 'create-user': {
      const made = newUser(instance, database, command);
      return made.kind === 'failure' ? made : commit(instance, ctx, database, made);
    }
    case 'alter-user': {
      const moved = withLogin(instance, database, command);
      return moved.kind === 'failure' ? moved : commit(instance, ctx, database, moved);
    }
    case 'drop-user':
      return userNamed(database, command.name) === undefined
        ? answer(refusal('drop-user/absent', 'drop', 'user', command.name))
        : commit(instance, ctx, database, command);
    case 'role-member': {
      const changed = withRole(database, command);
      return changed.kind === 'failure' ? changed : commit(instance, ctx, database, changed);
    }
  }
}

function newUser(
  instance: InstanceDraft,
  database: DatabaseDraft,
  { name, login }: Of<'create-user'>,
): ContentChange | SqlFailure {
  const account = loginOf(instance, login);
  if (account === undefined) return answer(refusal('create-user/no-login', 'find', 'login', login));
  const taken = usersOf(database).some((user) => user.sid === account.sid);
  if (taken || userNamed(database, name) !== undefined) return answer(refusal('create-user/exists', name));
  return { kind: 'user', user: { name, sid: account.sid, roles: [], grants: [] } };
}

/** The user keeps its name, roles and grants, and gets the SID of the login (docs `alter-user`). */
function withLogin(
  instance: InstanceDraft,
  database: DatabaseDraft,
  { name, login }: Of<'alter-user'>,
): ContentChange | SqlFailure {
  const user = userNamed(database, name);
  if (user === undefined) return answer(refusal('alter-user/absent', 'alter', 'user', name));
  const account = loginOf(instance, login);
  if (account === undefined) return answer(refusal('create-user/no-login', 'find', 'login', login));
  const taken = usersOf(database).some((other) => other.sid === account.sid && other.name !== user.name);
  if (taken) return answer(refusal('create-user/exists', login));
  return { kind: 'user', user: { ...user, sid: account.sid } };
}

/**
 * master and the database itself record the owner; only what the database records travels with its log. TAKE OWNERSHIP with
 * IMPERSONATE of the new owner, or CONTROL SERVER (docs `alter-authorization`): the estate knows the latter.
 */
export function ownDatabase(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  { database: name, owner }: Of<'own-database'>,
): CommandOutcome {
  const database = databaseOf(instance, name);
  if (database === undefined || !mayOnServer(instance, session.login, 'CONTROL SERVER'))
    return answer(refusal('own-database/absent', 'find', 'database', name));
  const closed = refusalToOpen(instance, database, session);
  if (closed !== undefined) return answer(closed);
  if (database.inStandby) return answer(refusal('write/standby', database.name));
  const account = loginOf(instance, owner);
  if (account === undefined) return answer(refusal('own-database/no-login', 'find', 'principal', owner));
  if (usersOf(database).some(({ sid }) => sid === account.sid)) return answer(refusal('own-database/user'));
  database.owner = account.sid === SA_SID ? null : account.name;
  database.ownerSid = account.sid;
  return commit(instance, ctx, database, { kind: 'owner', sid: account.sid });
}

function withRole(
  database: DatabaseDraft,
  { role, change, member }: Of<'role-member'>,
): ContentChange | SqlFailure {
  const known = databaseRole(database, role);
  if (known === undefined) return answer(refusal('role/absent', 'alter', 'role', role));
  const user = userNamed(database, member);
  if (user === undefined) return answer(refusal('role/no-user', 'add', 'principal', member));
  const others = user.roles.filter((own) => own !== known);
  return { kind: 'user', user: { ...user, roles: change === 'ADD' ? [...others, known] : others } };
}

const KNOWN: readonly string[] = ['SELECT', 'EXECUTE', 'INSERT', 'BACKUP DATABASE', 'BACKUP LOG'];

/** GRANT of a permission that this version does not know is a syntax error; which number it has is unverified. */
export function changeObjectPermissions(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  { change, permissions, object, principals }: Of<'permissions'>,
): CommandOutcome {
  const unknown = permissions.find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    return {
      kind: 'failure',
      errors: [{ number: 102, class: 15, state: 1, message: `Incorrect syntax near '${unknown}'.` }],
    };
  const database = changeable(instance, session, 'db_securityadmin');
  if ('errors' in database) return database;
  const absent = principals.find((name) => userNamed(database, name) === undefined);
  if (absent !== undefined) return answer(refusal('grant/no-user', 'find', 'user', absent));
  let outcome = DONE;
  for (const name of principals) {
    const user = userNamed(database, name);
    if (user !== undefined)
      outcome = commit(instance, ctx, database, {
        kind: 'user',
        user: granted(user, change, permissions, object),
      });
  }
  return outcome;
}

function granted(
  user: DatabaseUser,
  change: Of<'permissions'>['change'],
  permissions: readonly string[],
  named: string | undefined,
): DatabaseUser {
  const object = named?.toLowerCase() ?? null;
  const others = user.grants.filter(
    (grant) => !permissions.includes(grant.permission) || grant.object !== object,
  );
  const own = permissions.map((permission) => ({ permission, object, denied: change === 'DENY' }));
  return { ...user, grants: change === 'REVOKE' ? others : [...others, ...own] };
}
