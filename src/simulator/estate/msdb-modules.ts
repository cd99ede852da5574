/** Joins msdb to the engine: every msdb table and procedure as a module of the instances, bound to one step's world. */
import type { EngineContext, EngineModules, ModuleCall } from '../instance/engine-modules.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import type { CellValue } from '../sql-tokens.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { agentRoleOf, isGranted } from '../instance/database-permissions.ts';
import { isSysadmin } from '../instance/server-permissions.ts';
import { standing } from '../instance/plain.ts';
import { startRun, stopRun } from '../agent/agent.ts';
import { MSDB_TABLE_NAMES } from '../msdb/msdb-columns.ts';
import { msdbTable } from '../msdb/msdb-tables.ts';
import { sameName, type MsdbCall, type MsdbProcedure } from '../msdb/msdb-call.ts';
import { callProcedure, MSDB_PROCEDURES, SHIPPING_PROCEDURES } from '../msdb/msdb-procedures.ts';
import type { MsdbState } from '../msdb/msdb-state.ts';
import { agentEnv, AGENT_LOGIN } from './agent-doors.ts';
import { partyOf, reaches, type World } from './world.ts';

type Caller = Pick<ModuleCall, 'instance' | 'currentDatabase'> & { readonly login: string };

function msdbCall(world: World, call: Caller): MsdbCall {
  const { instance, login } = call;
  const host = world.host(instance.name);
  return {
    msdb: host.msdb,
    serverName: instance.serverName,
    clock: { utcMs: world.nowMs + instance.clockOffsetMs, timeZoneMinutes: instance.timeZoneMinutes },
    currentDatabase: call.currentDatabase,
    login,
    sysadmin: isSysadmin(instance, login),
    agentRole:
      instance.databases['msdb'] === undefined
        ? undefined
        : agentRoleOf(instance, login, instance.databases['msdb']),
    mayExecute: (procedure, database) => mayExecute(instance, login, procedure, database),
    agentRunning: instance.agentRunning,
    newGuid: () => world.newGuid(),
    database: (name) => {
      const database = instance.databases[name.toLowerCase()];
      if (database === undefined) return undefined;
      return {
        online: database.state === 'ONLINE' && !database.inStandby,
        recoveryModel: database.recoveryModel,
      };
    },
    monitor: (server) => monitorOf(world, instance.name, server),
    startJob: (jobId) => startRun(agentEnv(world, instance), jobId, '4'),
    stopJob: (jobId) => stopRun(agentEnv(world, instance), jobId),
  };
}

/** EXECUTE granted directly. */
function mayExecute(instance: InstanceDraft, login: string, procedure: string, database: string): boolean {
  const where = instance.databases[database.toLowerCase()];
  return where !== undefined && isGranted(instance, login, where, 'EXECUTE', procedure.toLowerCase());
}

function monitorOf(world: World, from: string, server: string): MsdbState | undefined {
  const instance = Object.values(world.draft.instances).find(
    (candidate) => sameName(candidate.serverName, server) || sameName(candidate.name, server),
  );
  if (instance === undefined || !reaches(world, partyOf(world, from), instance)) return undefined;
  return world.host(instance.name).msdb;
}

const PROCEDURES: readonly (readonly [string, MsdbProcedure])[] = [
  ...SHIPPING_PROCEDURES.map((procedure) => [`master.${procedure.name}`, procedure] as const),
  ...MSDB_PROCEDURES.map((procedure) => [`msdb.${procedure.name}`, procedure] as const),
];

const worlds = new WeakMap<EngineContext, World>();

/** The same modules for every step; they find the step's world by the context of the call. */
export function modulesFor(ctx: EngineContext, world: World): EngineModules {
  worlds.set(ctx, world);
  return MODULES;
}

function worldOf({ ctx }: ModuleCall): World {
  const world = worlds.get(ctx);
  if (world === undefined) throw new Error('the call belongs to no estate');
  return world;
}

const MODULES: EngineModules = {
  tables: Object.fromEntries(
    MSDB_TABLE_NAMES.map((name) => [
      `msdb.dbo.${name}`,
      (call: ModuleCall) => {
        const { msdb } = worldOf(call).host(call.instance.name);
        return msdbTable(name, standing(msdb), call.instance.timeZoneMinutes);
      },
    ]),
  ),
  procedures: Object.fromEntries(
    PROCEDURES.map(([key, procedure]) => [
      key,
      (call: ModuleCall, args: Parameters<typeof callProcedure>[2], named: string) => {
        const world = worldOf(call);
        world.changedMsdb.add(call.instance.name);
        return callProcedure(procedure, msdbCall(world, { ...call, login: call.session.login }), args, named);
      },
    ]),
  ),
};

/** One procedure called without a session, by the set-up: every parameter by name, every output wanted. */
export function procedureCaller(
  world: World,
  instance: InstanceDraft,
  name: string,
): (args: Readonly<Record<string, CellValue>>) => CommandOutcome {
  const procedure = [...SHIPPING_PROCEDURES, ...MSDB_PROCEDURES].find((candidate) => candidate.name === name);
  if (procedure === undefined) throw new Error(`there is no procedure ${name}`);
  return (args) => {
    const given = Object.entries(args).map(([key, value]) => ({
      name: key,
      value,
      output: false,
      isDefault: false,
    }));
    const outputs = procedure.parameters
      .filter(({ name: key }) => args[key] === undefined && /_(id|uid)$/.test(key))
      .map(({ name: key }) => ({ name: key, value: null, output: true, isDefault: false }));
    const call = msdbCall(world, { instance, currentDatabase: 'master', login: AGENT_LOGIN });
    return callProcedure(procedure, call, [...given, ...outputs], 'master');
  };
}
