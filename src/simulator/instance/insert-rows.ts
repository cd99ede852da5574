/** INSERT into tables that a module owns; the chat tables are written by chat servers only (chat-doors.ts). */
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { message, refuse } from './messages.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { answer, answerBatch, refusal } from './refusal-table.ts';

type Insert = Extract<Command, { readonly kind: 'insert' }>;

export function insertRows(
  instance: InstanceDraft,
  ctx: EngineContext,
  session: SessionDraft,
  command: Insert,
): CommandOutcome {
  const { table } = command;
  const databaseName = table.database ?? session.database;
  const schema = table.schema ?? 'dbo';
  const shown = [table.database, table.schema, table.object].filter((part) => part !== undefined).join('.');
  const database = databaseOf(instance, databaseName);
  if (database === undefined) return { ...refuse(message(208, shown)), abortsBatch: true };
  const refused = refusalToOpen(instance, database, session);
  if (refused !== undefined) return answerBatch(refused);
  if (database.inStandby) return answer(refusal('write/standby', database.name));
  const handler = ctx.modules.inserts?.[`${databaseName}.${schema}.${table.object}`.toLowerCase()];
  if (handler === undefined) return refuse(message(229, 'INSERT', table.object, database.name, schema));
  return handler(
    { instance, session, ctx, currentDatabase: session.database },
    command.columns,
    command.rows,
  );
}
