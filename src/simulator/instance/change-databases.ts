/** KILL, CREATE and DROP DATABASE, USE, ALTER ENDPOINT. Rows: sql-server reference 3.7, 4.4 54, 83-88, 98. */
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { createDatabase } from './create-instance.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { infoToken, message, refuse } from './messages.ts';
import {
  closedError,
  databaseOf,
  enterDatabase,
  hasRole,
  othersIn,
  ownsDatabase,
  refusalToOpen,
  sameName,
} from './open-database.ts';
import { killSession, LAST_SESSION } from './sessions.ts';
import { removeEntry } from './remove-entry.ts';

type CommandOf<K extends Command['kind']> = Extract<Command, { readonly kind: K }>;

const LAST_SYSTEM_SESSION = 50;

export function kill(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: CommandOf<'kill'>,
): CommandOutcome {
  const { sessionId } = command;
  if (!hasRole(instance, session.login, 'processadmin')) return refuse(message(6102));
  if (sessionId < 1 || sessionId > LAST_SESSION) return refuse(message(6101, sessionId));
  const victim = instance.sessions[sessionId];
  if (command.statusOnly)
    return refuse(victim === undefined ? message(6106, sessionId) : message(6120, sessionId));
  if (sessionId === session.id) return refuse(message(6104));
  if (victim?.kind === 'system' || (victim === undefined && sessionId <= LAST_SYSTEM_SESSION))
    return refuse(message(6107));
  if (victim === undefined) return refuse(message(6106, sessionId));
  killSession(instance, ctx, victim);
  return { kind: 'done', tokens: [] };
}

export function useDatabase(
  instance: InstanceDraft,
  session: SessionDraft,
  command: CommandOf<'use'>,
): CommandOutcome {
  const database = databaseOf(instance, command.database);
  const refused =
    database === undefined ? message(911, command.database) : refusalToOpen(instance, database, session);
  if (database === undefined || refused !== undefined)
    return { ...refuse(refused ?? message(911, command.database)), abortsBatch: true };
  enterDatabase(instance, session, database);
  return {
    kind: 'done',
    tokens: [{ kind: 'database', name: database.name }, infoToken(5701, database.name)],
  };
}

export function createUserDatabase(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: CommandOf<'create-database'>,
): CommandOutcome {
  if (!hasRole(instance, session.login, 'dbcreator'))
    return refuse(message(262, 'CREATE DATABASE', 'master'));
  if (databaseOf(instance, command.database) !== undefined) return refuse(message(1801, command.database));
  createDatabase(instance, command.database, ctx.nowMs);
  ctx.emit({ kind: 'deed', instance: instance.name, database: command.database, deed: 'created' });
  return { kind: 'done', tokens: [] };
}

export function dropDatabase(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: CommandOf<'drop-database'>,
): CommandOutcome {
  const database = databaseOf(instance, command.database);
  const may =
    database !== undefined &&
    !database.system &&
    (ownsDatabase(instance, session.login, database) || hasRole(instance, session.login, 'dbcreator'));
  if (!may) return refuse(message(3701, command.database));
  if (database.mirroring !== null) return refuse(message(3743, database.name));
  const used =
    database.exclusive !== null ||
    sameName(session.database, database.name) ||
    othersIn(instance, database, session.id).length > 0;
  if (used) return refuse(message(3702, database.name));
  removeEntry(instance.databases, database.name.toLowerCase());
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'dropped' });
  return { kind: 'done', tokens: [] };
}

export function alterEndpoint(
  instance: InstanceDraft,
  session: SessionDraft,
  command: CommandOf<'alter-endpoint'>,
): CommandOutcome {
  const allowed = hasRole(instance, session.login);
  if (instance.endpoint === null || !sameName(instance.endpoint.name, command.name) || !allowed)
    return refuse(message(7844, command.name));
  instance.endpoint.state = command.state;
  return { kind: 'done', tokens: [] };
}

/** CHECKPOINT changes nothing that anybody could see here; it needs an open database. */
export function checkpoint(instance: InstanceDraft, session: SessionDraft): CommandOutcome {
  const database = databaseOf(instance, session.database);
  const closed = database === undefined ? message(911, session.database) : closedError(database);
  return closed === undefined ? { kind: 'done', tokens: [] } : refuse(closed);
}
