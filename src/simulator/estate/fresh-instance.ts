/** One instance as it comes out of the box, with the logins of the estate, and its empty msdb and Agent. */
import { createAgent } from '../agent/agent-state.ts';
import { createInstance } from '../instance/create-instance.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { buildOf } from '../instance/product-versions.ts';
import { createMsdb } from '../msdb/msdb-state.ts';
import { AGENT_LOGIN } from './agent-doors.ts';
import { CHAT_LOGIN } from './chat-doors.ts';
import { SHELL_LOGIN } from './cmdlet-doors.ts';
import type { EstateInstanceOptions, EstateLogin, EstateOptions } from './estate-options.ts';
import type { HostDraft } from './estate-state.ts';

/** The daemon's own login and a person's; both sysadmin, one password. */
export const DAEMON_LOGIN = 'pchat-operator';

const loginOf = ({ name, password, disabled, passwordState, roles }: EstateLogin) => ({
  name,
  password: password ?? '',
  windows: password === undefined,
  disabled: disabled ?? false,
  passwordState: passwordState ?? ('valid' as const),
  roles: [...(roles ?? [])],
});

export function freshInstance(
  options: EstateOptions,
  instance: EstateInstanceOptions,
  startedAtMs: number,
): InstanceDraft {
  const databases = [options.chatDatabase, options.complianceDatabase].map((name) => name.toLowerCase());
  const password = options.sqlPassword;
  const { bytesPerSecond, minimumMs, synchronizeMs, recoveryMs } = options.speed;
  return createInstance({
    name: instance.name,
    serverName: instance.serverName,
    hostFqdn: instance.name,
    productVersion: buildOf(instance.productVersion ?? options.sqlVersion),
    edition: options.edition,
    clockOffsetMs: instance.clockOffsetMs,
    timeZoneMinutes: instance.timeZoneMinutes,
    seed: `${options.seed}/${startedAtMs}`,
    speed: { bytesPerSecond, minimumMs, synchronizeMs, recoveryMs },
    startedAtMs,
    logins: [
      { name: 'sa', password, roles: ['sysadmin'] },
      { name: 'operator', password, roles: ['sysadmin'] },
      { name: DAEMON_LOGIN, password, roles: ['sysadmin'] },
      { name: AGENT_LOGIN, password: '', windows: true, roles: ['sysadmin'] },
      { name: SHELL_LOGIN, password: '', windows: true, roles: ['sysadmin'] },
      { name: CHAT_LOGIN, password: '', windows: true, users: databases },
      ...options.logins.map(loginOf),
    ],
  });
}

export function freshHost(site: HostDraft['site'], part: HostDraft['part']): HostDraft {
  return {
    site,
    part,
    msdb: createMsdb(),
    agent: createAgent(),
    stopped: false,
    hung: false,
    slowMs: 0,
    agentStopped: false,
    held: [],
  };
}
