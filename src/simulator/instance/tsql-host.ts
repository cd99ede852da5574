/** The instance as the T-SQL engine sees it: one session at one instant. */
import type { TsqlHost } from '../tsql/host.ts';
import type { ObjectName } from '../tsql/ast.ts';
import { findTable, findTableFunction } from './engine-tables.ts';
import type { EngineContext, ModuleCall, ProcedureHandler } from './engine-modules.ts';
import type { InstanceDraft, SessionDraft } from './instance-state.ts';
import { instanceLocalMs, instanceUtcMs } from './instants.ts';
import { message, refuse } from './messages.ts';
import { databaseOf, refusalToOpen } from './open-database.ts';
import { standing } from './plain.ts';
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
    if (!tables.has(key)) tables.set(key, findTable(look(), name));
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
          target === undefined ? message(911, database) : refusalToOpen(instance, target, session);
        if (refused !== undefined) return { ...refuse(refused), abortsBatch: true };
      }
      return findProcedure(ctx, database, name)?.(call(), args, target?.name ?? database);
    },
  };
}
