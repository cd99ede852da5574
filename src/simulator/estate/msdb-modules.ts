/** Joins msdb to the engine: every msdb table and procedure as a module of the instances, bound to one step's world. */
import type { EngineModules, ModuleCall } from '../instance/engine-modules.ts';
import { hasRole } from '../instance/open-database.ts';
import { startRun, stopRun } from '../agent/agent.ts';
import { MSDB_TABLE_NAMES, msdbTable } from '../msdb/msdb-tables.ts';
import { sameName, type MsdbCall, type MsdbProcedure } from '../msdb/msdb-call.ts';
import { callProcedure, MSDB_PROCEDURES, SHIPPING_PROCEDURES } from '../msdb/msdb-procedures.ts';
import type { MsdbState } from '../msdb/msdb-state.ts';
import { agentEnv } from './agent-doors.ts';
import { reaches, type World } from './world.ts';

function msdbCall(world: World, call: ModuleCall): MsdbCall {
  const { instance, session } = call;
  const host = world.host(instance.name);
  return {
    msdb: host.msdb,
    serverName: instance.serverName,
    clock: { utcMs: world.nowMs + instance.clockOffsetMs, timeZoneMinutes: instance.timeZoneMinutes },
    currentDatabase: call.currentDatabase,
    login: session.login,
    sysadmin: hasRole(instance, session.login),
    agentRunning: instance.agentRunning,
    newGuid: () => world.newGuid(),
    database: (name) => {
      const database = instance.databases[name.toLowerCase()];
      if (database === undefined) return undefined;
      return { online: database.state === 'ONLINE' && !database.inStandby, recoveryModel: database.recoveryModel };
    },
    monitor: (server) => monitorOf(world, instance.name, server),
    startJob: (jobId) => startRun(agentEnv(world, instance), jobId, '4'),
    stopJob: (jobId) => stopRun(agentEnv(world, instance), jobId),
  };
}

function monitorOf(world: World, from: string, server: string): MsdbState | undefined {
  const instance = Object.values(world.draft.instances).find(
    (candidate) => sameName(candidate.serverName, server) || sameName(candidate.name, server),
  );
  if (instance === undefined || !reaches(world, world.host(from).site, instance)) return undefined;
  return world.host(instance.name).msdb;
}

export function modulesFor(world: World): EngineModules {
  const tables = MSDB_TABLE_NAMES.map(
    (name) =>
      [
        `msdb.dbo.${name}`,
        (call: ModuleCall) =>
          msdbTable(name, world.host(call.instance.name).msdb, call.instance.timeZoneMinutes),
      ] as const,
  );
  const entry = (database: string, procedure: MsdbProcedure) =>
    [
      `${database}.${procedure.name}`,
      (call: ModuleCall, args: Parameters<typeof callProcedure>[2], named: string) =>
        callProcedure(procedure, msdbCall(world, call), args, named),
    ] as const;
  return {
    tables: Object.fromEntries(tables),
    procedures: Object.fromEntries([
      ...SHIPPING_PROCEDURES.map((procedure) => entry('master', procedure)),
      ...MSDB_PROCEDURES.map((procedure) => entry('msdb', procedure)),
    ]),
  };
}
