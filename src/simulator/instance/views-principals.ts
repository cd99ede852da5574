/** sys.server_principals and sys.database_principals: who may come in, and who is known inside (catalogue). */
import type { VirtualTable } from '../tsql/ast.ts';
import { tableOf, type NamedValues } from './catalogue-columns.ts';
import { SA_SID } from './content.ts';
import { hasDatabaseRole, usersOf } from './database-permissions.ts';
import { isDomainGroup } from './domain-groups.ts';
import type { ModuleCall } from './engine-modules.ts';
import type { DatabaseDraft } from './instance-state.ts';
import { plain } from './plain.ts';
import { loginOf, mayOnServer } from './server-permissions.ts';

/** guest, INFORMATION_SCHEMA and sys stand between dbo (1) and the users. */
const FIRST_USER = 5;
const FIRST_LOGIN = 256;
const WINDOWS_SID = '0x0105';

export const bytesOfSid = (sid: string): Uint8Array => new Uint8Array(Buffer.from(sid.slice(2), 'hex'));

/** Logins only; server roles are not shown. */
export function sysServerPrincipals({ instance, session }: ModuleCall): VirtualTable {
  const all =
    mayOnServer(instance, session.login, 'ALTER ANY LOGIN') ||
    mayOnServer(instance, session.login, 'VIEW ANY DEFINITION');
  const rows = Object.values(instance.logins)
    .filter((login) => all || login.name.toLowerCase() === session.login.toLowerCase())
    .map((login, index) => ({
      name: login.name,
      principal_id: login.sid === SA_SID ? 1 : FIRST_LOGIN + index,
      sid: bytesOfSid(login.sid),
      ...loginType(login.name),
      is_disabled: login.disabled,
      default_database_name: 'master',
    }));
  return tableOf('sys.server_principals', instance.productVersion, rows, false);
}

function loginType(name: string): NamedValues {
  if (!name.includes('\\')) return { type: 'S', type_desc: 'SQL_LOGIN' };
  return isDomainGroup(name)
    ? { type: 'G', type_desc: 'WINDOWS_GROUP' }
    : { type: 'U', type_desc: 'WINDOWS_LOGIN' };
}

function userType({ name, sid }: { readonly name: string; readonly sid: string }): NamedValues {
  if (!sid.startsWith(WINDOWS_SID) || !name.includes('\\'))
    return { type: 'S', type_desc: 'SQL_USER', authentication_type: 1, authentication_type_desc: 'INSTANCE' };
  return {
    ...(isDomainGroup(name)
      ? { type: 'G', type_desc: 'WINDOWS_GROUP' }
      : { type: 'U', type_desc: 'WINDOWS_USER' }),
    authentication_type: 3,
    authentication_type_desc: 'WINDOWS',
  };
}

/** Of the database that the name speaks of. Others' users are shown to who may change users, or see every definition. */
export function sysDatabasePrincipals(
  { instance, session }: ModuleCall,
  database: DatabaseDraft,
): VirtualTable {
  const all =
    mayOnServer(instance, session.login, 'VIEW ANY DEFINITION') ||
    hasDatabaseRole(instance, session.login, database, 'db_accessadmin');
  const own = loginOf(instance, session.login)?.sid;
  const given = Object.values(instance.logins).filter(({ users }) =>
    users.includes(database.name.toLowerCase()),
  );
  const users = [...usersOf(database), ...given].filter(({ sid }) => all || sid === own);
  const none = { authentication_type: 0, authentication_type_desc: 'NONE', type: 'S', type_desc: 'SQL_USER' };
  const dbo = { name: 'dbo', sid: plain(database.content).ownerSid };
  const rows: NamedValues[] = [
    { ...userType(dbo), name: 'dbo', principal_id: 1, sid: bytesOfSid(dbo.sid) },
    { ...none, name: 'guest', principal_id: 2, sid: new Uint8Array([0]) },
    { ...none, name: 'INFORMATION_SCHEMA', principal_id: 3, sid: null },
    { ...none, name: 'sys', principal_id: 4, sid: null },
    ...users.map((user, index) => ({
      ...userType(user),
      name: user.name,
      principal_id: FIRST_USER + index,
      sid: bytesOfSid(user.sid),
    })),
  ];
  return tableOf('sys.database_principals', instance.productVersion, rows, false);
}
