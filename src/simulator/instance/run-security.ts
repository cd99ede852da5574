/** CREATE LOGIN, ALTER SERVER ROLE, GRANT on the server. What is in a database: change-users.ts. */
import type { CommandOutcome } from '../tsql/host.ts';
import type { SecurityCommand } from '../tsql/security-commands.ts';
import { addLogin } from './create-instance.ts';
import { changeObjectPermissions, changeUsers, ownDatabase } from './change-users.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { answer, refusal } from './refusal-table.ts';
import { removeEntry } from './remove-entry.ts';
import {
  hasRole,
  isServerRole,
  loginOf,
  mayOnServer,
  serverPermission,
  type ServerPermission,
} from './server-permissions.ts';

type Of<K extends SecurityCommand['kind']> = Extract<SecurityCommand, { readonly kind: K }>;
const DONE: CommandOutcome = { kind: 'done', tokens: [] };

export function runSecurity(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: SecurityCommand,
): CommandOutcome {
  switch (command.kind) {
    case 'create-login':
      return createLogin(instance, session, command);
    case 'drop-login':
      return dropLogin(instance, session, command);
    case 'role-member':
      return command.of === 'server'
        ? changeServerRole(instance, session, command)
        : changeUsers(instance, ctx, session, command);
    case 'permissions':
      return command.object === undefined && onServer(instance, command)
        ? changeServerPermissions(instance, session, command)
        : changeObjectPermissions(instance, ctx, session, command);
    case 'own-database':
      return ownDatabase(instance, ctx, session, command);
    case 'create-user':
    case 'alter-user':
    case 'drop-user':
      return changeUsers(instance, ctx, session, command);
  }
}

/** Hex of 16 bytes: what an SQL login gets where it is made. */
const newSid = (instance: InstanceDraft): string =>
  `0x${nextGuid(instance).replaceAll('-', '').toUpperCase()}`;

function createLogin(
  instance: InstanceDraft,
  session: SessionDraft,
  { name, password, sid }: Of<'create-login'>,
): CommandOutcome {
  if (!mayOnServer(instance, session.login, 'ALTER ANY LOGIN'))
    return answer(refusal('create-login/no-right'));
  if (loginOf(instance, name) !== undefined) return answer(refusal('create-login/exists', name));
  if (password === undefined) addLogin(instance, { name, password: '', windows: true });
  else addLogin(instance, { name, password, sid: sid ?? newSid(instance) });
  return DONE;
}

function dropLogin(
  instance: InstanceDraft,
  session: SessionDraft,
  { name }: Of<'drop-login'>,
): CommandOutcome {
  const may = mayOnServer(instance, session.login, 'ALTER ANY LOGIN');
  if (!may || loginOf(instance, name) === undefined)
    return answer(refusal('drop-login/absent', 'drop', 'login', name));
  removeEntry(instance.logins, name.toLowerCase());
  return DONE;
}

/** Only sysadmin and the role's own members add to a fixed role (docs `alter-server-role`). */
function changeServerRole(
  instance: InstanceDraft,
  session: SessionDraft,
  { role, change, member }: Of<'role-member'>,
): CommandOutcome {
  const name = role.toLowerCase();
  if (!isServerRole(name) || !hasRole(instance, session.login, name))
    return answer(refusal('server-role/absent', 'alter', 'server role', role));
  const account = loginOf(instance, member);
  if (account === undefined)
    return answer(refusal('server-role/no-login', 'add', 'server principal', member));
  const others = account.roles.filter((own) => own !== name);
  account.roles = change === 'ADD' ? [...others, name] : others;
  return DONE;
}

const onServer = (instance: InstanceDraft, { permissions }: Of<'permissions'>): boolean =>
  permissions.every((name) => serverPermission(instance, name) !== undefined);

function changeServerPermissions(
  instance: InstanceDraft,
  session: SessionDraft,
  { change, permissions, principals }: Of<'permissions'>,
): CommandOutcome {
  if (session.database.toLowerCase() !== 'master') return answer(refusal('grant/not-in-master'));
  const absent = principals.find((name) => loginOf(instance, name) === undefined);
  if (absent !== undefined) return answer(refusal('grant/no-login', 'find', 'login', absent));
  const wanted = permissions.flatMap((name) => serverPermission(instance, name) ?? []);
  // CONTROL SERVER implies the right to grant everything; WITH GRANT OPTION is not modelled.
  if (!mayOnServer(instance, session.login, 'CONTROL SERVER')) return answer(refusal('grant/no-right'));
  for (const name of principals) changeAccount(instance, name, change, wanted);
  return DONE;
}

/** A GRANT takes a DENY of the same permission away, and the other way round. */
function changeAccount(
  instance: InstanceDraft,
  name: string,
  change: Of<'permissions'>['change'],
  wanted: readonly ServerPermission[],
): void {
  const account = loginOf(instance, name);
  if (account === undefined) return;
  const without = (held: readonly ServerPermission[]): ServerPermission[] =>
    held.filter((one) => !wanted.includes(one));
  account.permissions = [...without(account.permissions), ...(change === 'GRANT' ? wanted : [])];
  account.denied = [...without(account.denied), ...(change === 'DENY' ? wanted : [])];
}
