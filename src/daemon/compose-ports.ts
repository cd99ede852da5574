/** The real ports out of the settings: SQL Server, folders, management shell. Opens nothing yet; each opens on first use. */
import type { ActuatorPorts } from '../actuators/step-context.ts';
import type { InstanceConnectionSettings } from '../connections/driver-settings.ts';
import { assertSafeDriver } from '../connections/driver-settings.ts';
import { ChildManagementShell, type ManagementShellSettings } from '../connections/management-shell.ts';
import { MappedBackupFiles } from '../connections/mapped-backup-files.ts';
import { localChannel, remotingChannel, sshChannel } from '../connections/shell-channels.ts';
import { DriverInstances } from '../connections/sql-connection.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { createPoolObserver, type PoolObserver } from '../observers/observe-pool.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import { PoolError } from '../topology/pool-error.ts';
import { hostClock } from './host/host-clock.ts';
import { hostRandom } from './host/host-random.ts';
import type { Log } from './log.ts';
import { readSecret, readSetting } from './read-secret.ts';

export interface HostPorts {
  readonly ports: ActuatorPorts;
  close(): Promise<void>;
}

/** Throws PCO_UNSUPPORTED_RUNTIME for a driver that is not safe. */
export function composePorts(settings: Settings, log: Log): HostPorts {
  assertSafeDriver();
  const sql = new DriverInstances((name) => connectionSettings(settings, name), hostClock);
  const folders = Object.fromEntries(settings.pathMap.map(({ sqlServer, local }) => [sqlServer, local]));
  const mountPoints = Object.fromEntries(
    settings.pathMap.flatMap(({ local, mountPoint }) =>
      mountPoint === undefined ? [] : [[local, mountPoint] as const],
    ),
  );
  const shell = composeShell(settings, log);
  return {
    ports: {
      sql,
      shell: shell.shell,
      files: new MappedBackupFiles(folders, mountPoints),
      clock: hostClock,
      random: hostRandom,
    },
    close: async () => {
      await shell.stop();
      await sql[Symbol.asyncDispose]();
    },
  };
}

export function composeObserver(settings: Settings, ports: ActuatorPorts): PoolObserver {
  const { instance, folder, shell, chatServer } = settings.deadlines;
  return createPoolObserver(ports, {
    instanceDeadlineMs: instance,
    folderDeadlineMs: folder,
    shellDeadlineMs: shell,
    serverDeadlineMs: chatServer,
  });
}

function connectionSettings(settings: Settings, name: string): InstanceConnectionSettings | undefined {
  const known = settings.instance(name);
  const { host, user, domain, password, caFile, serverName, encrypt, multiSubnetFailover } = known;
  if (user === undefined || password === undefined) return undefined;
  return {
    host,
    port: known.port ?? { instance: name.split('\\')[1] ?? '', browserPort: known.browserPort },
    multiSubnetFailover,
    user,
    ...(domain === undefined ? {} : { domain }),
    password: () => readSecret(password),
    encrypt: encrypt === 'strict' ? 'strict' : true,
    connectDeadlineMs: settings.deadlines.connect,
    queryDeadlineMs: settings.deadlines.instance,
    serverName: serverName ?? name.split('\\')[0] ?? name,
    ...(caFile === undefined ? {} : { caPem: readSetting(caFile) }),
  };
}

function shellChannel(settings: Settings): ManagementShellSettings | undefined {
  const { shell } = settings;
  if (shell === undefined) return undefined;
  const { local, ssh, remoting, startDeadline } = shell;
  if (local !== undefined) return localChannel(local.program, startDeadline);
  if (remoting !== undefined) return remotingChannel(remoting.program, remoting.connectionUri, startDeadline);
  if (ssh !== undefined) return sshChannel({ ...ssh, connectTimeoutMs: ssh.connectTimeout }, startDeadline);
  const [command, ...args] = shell.command ?? [];
  return command === undefined ? undefined : { command, args, startDeadlineMs: startDeadline };
}

function composeShell(settings: Settings, log: Log): { shell: ManagementShell; stop(): Promise<void> } {
  const channel = shellChannel(settings);
  if (channel === undefined) {
    const missing = new PoolError('PCO_SHELL_UNAVAILABLE', 'the settings name no management shell');
    return { shell: { invoke: () => Promise.reject(missing) }, stop: () => Promise.resolve() };
  }
  const shell = new ChildManagementShell(
    { ...channel, withheldVariables: settings.secretVariables },
    hostClock,
    (event, detail) => {
      log.debug('management shell', { event, detail });
    },
  );
  return { shell, stop: () => shell.stop() };
}
