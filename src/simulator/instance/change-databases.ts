/** KILL, CREATE and DROP DATABASE, USE, ALTER ENDPOINT. Rows: sql-server reference 3.7, 4.4 54, 83-88, 98. */
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { createDatabase } from './create-instance.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { infoToken, message, refuse } from './messages.ts';
import {
  databaseOf,
  enterDatabase,
  mayAlter,
  othersIn,
  refusalToOpen,
  refusalToStay,
  sameName,
} from './open-database.ts';
import { answer, answerBatch, refusal } from './refusal-table.ts';
import { mayCreateDatabases, mayOnServer, ownedBy } from './server-permissions.ts';
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
  if (session.openTransactions > 0) return answer(refusal('kill/in-transaction'));
  if (!mayOnServer(instance, session.login, 'ALTER ANY CONNECTION')) return answer(refusal('kill/no-right'));
  if (sessionId < 1 || sessionId > LAST_SESSION) return answer(refusal('kill/out-of-range', sessionId));
  const victim = instance.sessions[sessionId];
  if (command.statusOnly)
    return answer(refusal(victim === undefined ? 'kill/unused' : 'kill/nothing-rolls-back', sessionId));
  if (sessionId === session.id) return answer(refusal('kill/own'));
  if (victim?.kind === 'system' || (victim === undefined && sessionId <= LAST_SYSTEM_SESSION))
    return answer(refusal('kill/system'));
  if (victim === undefined) return answer(refusal('kill/unused', sessionId));
  killSession(instance, ctx, victim);
  return { kind: 'done', tokens: [] };
}

export function useDatabase(
  instance: InstanceDraft,
  session: SessionDraft,
  command: CommandOf<'use'>,
): CommandOutcome {
  const database = databaseOf(instance, command.database);
  if (database === undefined) return answerBatch(refusal('use/absent', command.database));
  const refused = refusalToOpen(instance, database, session);
  if (refused !== undefined) return answerBatch(refused);
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
  if (!mayCreateDatabases(instance, session.login)) return refuse(message(262, 'CREATE DATABASE', 'master'));
  if (databaseOf(instance, command.database) !== undefined) return refuse(message(1801, command.database));
  const database = createDatabase(instance, command.database, ctx.nowMs);
  Object.assign(database, ownedBy(instance, session.login));
  database.content = { ...database.content, ownerSid: database.ownerSid };
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
  const may = database !== undefined && !database.system && mayAlter(instance, session.login, database);
  if (!may) return answer(refusal('drop/absent', command.database));
  if (database.mirroring !== null) return answer(refusal('drop/mirrored', database.name));
  const used =
    database.exclusive !== null ||
    sameName(session.database, database.name) ||
    othersIn(instance, database, session.id).length > 0;
  if (used) return answer(refusal('drop/in-use', database.name));
  removeEntry(instance.databases, database.name.toLowerCase());
  ctx.emit({ kind: 'deed', instance: instance.name, database: database.name, deed: 'dropped' });
  return { kind: 'done', tokens: [] };
}

export function alterEndpoint(
  instance: InstanceDraft,
  session: SessionDraft,
  command: CommandOf<'alter-endpoint'>,
): CommandOutcome {
  const allowed = mayOnServer(instance, session.login, 'ALTER ANY ENDPOINT');
  if (instance.endpoint === null || !sameName(instance.endpoint.name, command.name) || !allowed)
    return answer(refusal('endpoint/absent', command.name));
  instance.endpoint.state = command.state;
  return { kind: 'done', tokens: [] };
}

/** Only counted: statements of the estate take effect at once. ROLLBACK ends all of them, COMMIT one. */
export function transaction(session: SessionDraft, { change }: CommandOf<'transaction'>): CommandOutcome {
  if (change === 'begin') session.openTransactions += 1;
  else if (change === 'rollback') session.openTransactions = 0;
  else session.openTransactions = Math.max(0, session.openTransactions - 1);
  return { kind: 'done', tokens: [] };
}

/** CHECKPOINT changes nothing that anybody could see here; it needs an open database. */
export function checkpoint(instance: InstanceDraft, session: SessionDraft): CommandOutcome {
  const closed = refusalToStay(instance, session.database);
  return closed === undefined ? { kind: 'done', tokens: [] } : answer(closed);
}
