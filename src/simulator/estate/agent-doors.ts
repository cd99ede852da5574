/** Binds an instance's Agent to the engine: sessions of the log shipping program, BACKUP and RESTORE by the same code as T-SQL. */
import type { AgentEnv } from '../agent/agent-env.ts';
import { runInternalCommand } from '../instance/internal-commands.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { databaseOf, sessionsIn } from '../instance/open-database.ts';
import { closeInternalSession, killSession, openInternalSession } from '../instance/sessions.ts';
import { filesSeenBy } from './links.ts';
import { partyOf, type World } from './world.ts';

export const AGENT_LOGIN = 'CONTOSO\\svc-sqlagent';

export function agentEnv(world: World, instance: InstanceDraft): AgentEnv {
  const host = world.host(instance.name);
  const { speed } = world.around.options;
  return {
    msdb: host.msdb,
    agent: host.agent,
    serverName: instance.serverName,
    nowMs: world.nowMs,
    clock: { utcMs: world.nowMs + instance.clockOffsetMs, timeZoneMinutes: instance.timeZoneMinutes },
    speed: {
      startMs: speed.jobStartMs,
      copyBytesPerSecond: speed.copyBytesPerSecond,
      minimumCopyMs: speed.minimumCopyMs,
    },
    files: filesSeenBy(world.around, partyOf(world, instance.name), world.files),
    emitFile: (operation) => world.emitFile(operation),
    databaseState: (name) => stateOf(instance, name),
    runCommand(owner, command) {
      const ctx = world.context(instance);
      const opened = openInternalSession(instance, ctx, {
        owner,
        login: AGENT_LOGIN,
        host: instance.serverName,
        program: 'SQL Server Log Shipping',
        database: 'master',
      });
      if (opened.kind === 'failure') return { sessionId: 0, outcome: opened };
      const { sessionId } = opened;
      return { sessionId, outcome: runInternalCommand(instance, ctx, sessionId, command) };
    },
    endSession: (sessionId) => closeInternalSession(instance, sessionId),
    disconnectUsers(name) {
      const database = databaseOf(instance, name);
      if (database === undefined) return;
      for (const session of sessionsIn(instance, database))
        killSession(instance, world.context(instance), session);
    },
  };
}

function stateOf(instance: InstanceDraft, name: string): string | undefined {
  const database = databaseOf(instance, name);
  if (database === undefined) return undefined;
  if (database.inStandby) return 'STANDBY';
  if (database.mirroring?.established === true && database.mirroring.role === 'MIRROR') return 'RESTORING';
  return database.mirroring?.withoutQuorum === true ? 'RECOVERING' : database.state;
}
