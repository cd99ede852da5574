/** The instance as the T-SQL engine sees it: one session at one instant. */
import type { SqlFailure, TsqlHost } from '../tsql/host.ts';
import type { ObjectName } from '../tsql/ast.ts';
import { findTable, findTableFunction } from './engine-tables.ts';
import type { EngineContext, ModuleCall, ProcedureHandler } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { instanceLocalMs, instanceUtcMs } from './instants.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { standing } from './plain.ts';
import { answer, answerBatch, refusal } from './refusal-table.ts';
import { runCommand } from './run-command.ts';
import { scalarFunction } from './scalar-functions.ts';
import { OWN_PROCEDURES } from './system-procedures.ts';

/** What `master` has is found from every database: system procedures (sp_, xp_). */
function findProcedure(ctx: EngineContext, database: string, name: ObjectName): ProcedureHandler | undefined {
  const object = name.object.toLowerCase();
  const inDatabase = `${database.toLowerCase()}.${object}`;
  const inMaster = `master.${object}`;
  const { procedures } = ctx.modules;
  const system = object.startsWith('sp_') || object.startsWith('xp_');
  return procedures[inDatabase] ?? (system ? (procedures[inMaster] ?? OWN_PROCEDURES[inMaster]) : undefined);
}

/** A monitoring read that a fault hits: deadlock victim or lock time-out (1222 only where the session waits so long at most). */
function troubleOf(instance: InstanceDraft, session: SessionDraft, name: ObjectName): SqlFailure | undefined {
  const { readTroubles } = instance;
  const monitored = name.schema?.toLowerCase() === 'sys' || name.database?.toLowerCase() === 'msdb';
  if (session.kind !== 'user' || !monitored) return undefined;
  if (readTroubles.deadlock > 0) {
    readTroubles.deadlock -= 1;
    return { ...answer(refusal('read/deadlock', session.id)), abortsBatch: true };
  }
  if (readTroubles.lockTimeout === 0) return undefined;
  readTroubles.lockTimeout -= 1;
  return answer(refusal('read/lock-time-out'));
}

/** What reads see; good until the next command or procedure. */
function plainCall(instance: InstanceDraft, ctx: EngineContext, session: SessionDraft): ModuleCall {
  const now = standing(instance);
  const own = now.sessions[session.id] ?? standing(session);
  return { instance: now, session: own, ctx, currentDatabase: own.database };
}

export function hostFor(instance: InstanceDraft, ctx: EngineContext, session: SessionDraft): TsqlHost {
  const call = (): ModuleCall => ({ instance, session, ctx, currentDatabase: session.database });
  // Views read plain objects: dozens of them through immer's proxies would be most of a batch's time.
  let seen: ModuleCall | undefined;
  const look = (): ModuleCall => (seen ??= plainCall(instance, ctx, session));
  const tables = new Map<string, ReturnType<TsqlHost['table']>>();
  const table: TsqlHost['table'] = (name) => {
    const key = `${name.database ?? ''}\u0000${name.schema ?? ''}\u0000${name.object}`;
    if (!tables.has(key)) tables.set(key, troubleOf(instance, session, name) ?? findTable(look(), name));
    return tables.get(key);
  };
  const changing = (): void => {
    seen = undefined;
    tables.clear();
  };
  return {
    sessionId: session.id,
    login: session.login,
    localNowMs: instanceLocalMs(instance, ctx.nowMs),
    utcNowMs: instanceUtcMs(instance, ctx.nowMs),
    currentDatabase: () => session.database,
    table,
    tableFunction: (name, args) => findTableFunction(look(), name, args),
    scalar: (name, args) => scalarFunction(look(), name, args),
    command: (command) => {
      changing();
      return runCommand(instance, ctx, session, command);
    },
    procedure: (name, args) => {
      changing();
      const database = name.database ?? session.database;
      const target = databaseOf(instance, database);
      if (name.database !== undefined) {
        const refused =
          target === undefined ? refusal('use/absent', database) : refusalToOpen(instance, target, session);
        if (refused !== undefined) return answerBatch(refused);
      }
      return findProcedure(ctx, database, name)?.(call(), args, target?.name ?? database);
    },
  };
}
