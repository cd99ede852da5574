/** The ports of an actuator over the scripted world; every change lands in `world.log`, after the effect that announced it. */
import type { CmdletRequest, ManagementShell } from '../../src/ports/management-shell.ts';
import type { BackupFiles } from '../../src/ports/backup-files.ts';
import type { SqlInstances, SqlStatement } from '../../src/ports/sql-connection.ts';
import type { ActuatorPorts } from '../../src/actuators/step-context.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { EPOCH_UNREADABLE } from '../../src/statements/epoch-guard.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { answerChange } from './scripted-changes.ts';
import { answerRead, type World } from './scripted-world.ts';

const LATENCY_MS = 5;
const START_MS = Date.UTC(2026, 10, 23, 22, 0, 0);

export interface ScriptedOptions {
  /** Text of a statement that never answers. */
  readonly hangs?: string;
  /** The daemon dies when it has sent this many changes. */
  readonly cutAfter?: number;
}

/** The scripted world keeps no epochs: it reads what stands behind the comparison. */
const GUARD = new RegExp(`^.*THROW ${EPOCH_UNREADABLE}, @pchat_says, 1;\nEND;\n`, 's');
const behindGuard = (statement: SqlStatement): SqlStatement => ({
  ...statement,
  text: statement.text.replace(GUARD, ''),
});

function sqlOver(world: World, clock: SimulatedClock, options: ScriptedOptions): SqlInstances {
  let sent = 0;
  const open: SqlInstances['open'] = (name) => {
    const instance = world.instance(name);
    const run: Awaited<ReturnType<SqlInstances['open']>>['run'] = async (given, { signal }) => {
      await clock.sleep(LATENCY_MS, signal);
      const statement = behindGuard(given);
      const read = answerRead(world, instance, statement);
      if (read !== undefined) return read;
      if (sent === options.cutAfter) throw new PoolError('PCO_OUTCOME_UNKNOWN', 'cut');
      sent += 1;
      world.log.push(`sent ${name} ${statement.text.split('\n').join(' ')}`);
      if (options.hangs !== undefined && statement.text.includes(options.hangs)) {
        await clock.sleep(Number.MAX_SAFE_INTEGER, signal);
      }
      return answerChange(world, instance, statement);
    };
    return Promise.resolve({ run, [Symbol.asyncDispose]: () => Promise.resolve() });
  };
  return {
    open,
    observer: () => {
      throw new Error('actuators do not use the observer connection');
    },
  };
}

function filesOver(world: World, clock: SimulatedClock): BackupFiles {
  return {
    reaches: () => true,
    list: async (folder, signal) => {
      await clock.sleep(LATENCY_MS, signal);
      const modifiedAt = new Date(START_MS).toISOString();
      return [...world.folder(folder)].map(([name, { sizeBytes }]) => ({ name, sizeBytes, modifiedAt }));
    },
    copy: async (source, target, { signal }) => {
      await clock.sleep(LATENCY_MS, signal);
      const file = world.fileAt(source);
      if (file === undefined) throw new PoolError('PCO_SHARE_UNREADABLE', source);
      world.log.push(`sent copy ${source}`);
      world.write(target, file);
    },
    move: (source, target) => {
      const file = world.fileAt(source);
      if (file === undefined) return Promise.reject(new PoolError('PCO_SHARE_UNREADABLE', source));
      world.log.push(`sent move ${source}`);
      world.write(target, file);
      const at = source.lastIndexOf('\\');
      world.folder(source.slice(0, at)).delete(source.slice(at + 1));
      return Promise.resolve();
    },
    removeUnfinished: (path) => {
      world.log.push(`sent remove ${path}`);
      const at = path.lastIndexOf('\\');
      world.folder(path.slice(0, at)).delete(path.slice(at + 1));
      return Promise.resolve();
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

function cmdlet(world: World, { cmdlet: name, parameters }: CmdletRequest): readonly Row[] {
  const identity = 'PersistentChatServer:chat.contoso.com';
  const computer = parameters['ComputerName'];
  const server = typeof computer === 'string' ? computer : '';
  if (name === 'Get-CsService') {
    return [{ Identity: identity, PoolFqdn: 'chat.contoso.com', ActiveServers: world.active }];
  }
  if (name === 'Get-CsManagementStoreReplicationStatus') return [{ UpToDate: true }];
  if (name === 'Get-CsWindowsService') {
    return [
      { Name: 'REPLICA', DisplayName: 'Skype for Business Server Replica', Status: 'Running' },
      {
        Name: 'CHATSVC',
        DisplayName: 'Skype for Business Server Persistent Chat',
        Status: world.services.get(server),
      },
    ];
  }
  world.log.push(`sent ${name}`);
  if (name === 'Set-CsPersistentChatState') world.poolState = parameters['PoolState'] as 'Normal';
  if (name === 'Set-CsPersistentChatActiveServer') {
    world.active = [...((parameters['ActiveServers'] as { replace: string[] } | null)?.replace ?? [])];
  }
  if (name === 'Start-CsWindowsService') world.services.set(server, 'Running');
  if (name === 'Stop-CsWindowsService') {
    world.services.set(server, 'Stopped');
    for (const { db } of world.instances.values()) {
      if (db !== undefined) db.sessions = db.sessions.filter(({ host }) => !server.startsWith(host ?? ' '));
    }
  }
  return [];
}

function shellOver(world: World, clock: SimulatedClock): ManagementShell {
  return {
    invoke: async (request, { signal }) => {
      await clock.sleep(LATENCY_MS, signal);
      return { objects: cmdlet(world, request), warnings: [] };
    },
  };
}

export function scriptedPorts(
  world: World,
  options: ScriptedOptions = {},
): ActuatorPorts & { readonly clock: SimulatedClock } {
  const clock = new SimulatedClock(START_MS);
  return {
    clock,
    random: new SeededRandom(1),
    sql: sqlOver(world, clock, options),
    files: filesOver(world, clock),
    shell: shellOver(world, clock),
  };
}
