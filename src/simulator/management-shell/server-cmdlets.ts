/** Replication of the Central Management Store and Windows services of the chat servers. */
import type { ChatServerDraft } from '../chat/chat-state.ts';
import type { CmdletOutcome } from '../estate-contract.ts';
import { cmdlet, ok, sameText, type CmdletEnv, type CmdletSpec } from './cmdlet-env.ts';
import { computerUnreachable, notFound } from './cmdlet-failures.ts';
import type { BoundParameters } from './cmdlet-parameters.ts';
import { replicate } from './cms-state.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
/** Product version of Skype for Business Server 2015. */
const PRODUCT_VERSION = '6.0.9319.0';

/** Property order of skype reference 9, row 4.13. */
const replicaStatus = (env: CmdletEnv, server: ChatServerDraft): Readonly<Record<string, unknown>> => ({
  UpToDate: server.replica.revision === env.cms.revision,
  ReplicaFqdn: server.fqdn,
  LastStatusReport: iso(env.cms.reports[server.fqdn] ?? env.cms.lastUpdateAtMs),
  LastUpdateCreation: iso(env.cms.lastUpdateAtMs),
  ProductVersion: PRODUCT_VERSION,
});

function replicationStatus(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const servers = Object.values(env.chat.servers);
  if (bound.flag('CentralManagementStoreStatus')) {
    const readOnly = env.cms.mode === 'read-only';
    return ok([
      {
        // A blank ActiveMasterFqdn is the sign of a store that is being moved (skype reference 9, row 3.1).
        ActiveMasterFqdn: readOnly ? '' : 'cms.contoso.com',
        ActiveMasterLastHeartbeat: readOnly ? '' : iso(env.timing.nowMs),
        ActiveFileTransferAgentFqdn: readOnly ? '' : 'cms.contoso.com',
        ActiveReplicas: servers.map(({ fqdn }) => fqdn),
        DeletedReplicas: [],
      },
    ]);
  }
  const wanted = bound.text('ReplicaFqdn');
  const found = servers.filter(({ fqdn }) => wanted === undefined || sameText(fqdn, wanted));
  if (found.length === 0) return notFound('Get-CsManagementStoreReplicationStatus', wanted ?? '');
  return ok(found.map((server) => replicaStatus(env, server)));
}

function invokeReplication(env: CmdletEnv): CmdletOutcome {
  replicate(env.cms, env.chat, env.timing);
  return ok();
}

/** Short service names are from memory only (skype reference 4.10): find them by DisplayName. */
const SERVICES = [
  {
    Name: 'RTCCHAT',
    DisplayName: 'Skype for Business Server Persistent Chat',
    RoleName: ['PersistentChatServer'],
  },
  { Name: 'REPLICA', DisplayName: 'Skype for Business Server Replica Replicator Agent', RoleName: [] },
] as const;
const CHAT_SERVICE = 'RTCCHAT';

function onComputer(env: CmdletEnv, name: string, bound: BoundParameters): ChatServerDraft | CmdletOutcome {
  const computer = bound.text('ComputerName') ?? '';
  const server = Object.values(env.chat.servers).find(({ fqdn }) => sameText(fqdn, computer));
  return server !== undefined && env.machineUp(server) ? server : computerUnreachable(name, computer);
}

const isOutcome = (found: ChatServerDraft | CmdletOutcome): found is CmdletOutcome => 'ok' in found;

function getServices(env: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const server = onComputer(env, 'Get-CsWindowsService', bound);
  if (isOutcome(server)) return server;
  const wanted = bound.text('Name');
  const found = SERVICES.filter(({ Name }) => wanted === undefined || sameText(Name, wanted));
  if (found.length === 0) return notFound('Get-CsWindowsService', wanted ?? '');
  return ok(
    found.map((service) => ({
      ...service,
      RoleName: [...service.RoleName],
      Status: service.Name === CHAT_SERVICE ? server.service : 'Running',
      ComputerName: server.fqdn,
    })),
  );
}

/** Without -Name every service of the machine, the chat service among them. */
function turn(
  env: CmdletEnv,
  bound: BoundParameters,
  name: string,
  to: 'Running' | 'Stopped',
): CmdletOutcome {
  const server = onComputer(env, name, bound);
  if (isOutcome(server)) return server;
  const wanted = bound.text('Name');
  if (wanted !== undefined && !SERVICES.some(({ Name }) => sameText(Name, wanted)))
    return notFound(name, wanted);
  if (wanted !== undefined && !sameText(wanted, CHAT_SERVICE)) return ok();
  if (server.service !== to) env.count(`${name}@${server.fqdn}`);
  server.service = to;
  if (to === 'Running') server.nextConnectAtMs = env.timing.nowMs;
  return ok();
}

const SERVICE_PARAMETERS = {
  Name: { kind: 'text' },
  ComputerName: { kind: 'text' },
  NoWait: { kind: 'switch' },
  Force: { kind: 'switch' },
  Report: { kind: 'text' },
} as const;

export const SERVER_CMDLETS: readonly CmdletSpec[] = [
  cmdlet(
    'Get-CsManagementStoreReplicationStatus',
    { ReplicaFqdn: { kind: 'text' }, CentralManagementStoreStatus: { kind: 'switch' } },
    replicationStatus,
  ),
  cmdlet(
    'Invoke-CsManagementStoreReplication',
    { ReplicaFqdn: { kind: 'text' }, Force: { kind: 'switch' } },
    invokeReplication,
    { changes: true },
  ),
  cmdlet(
    'Get-CsWindowsService',
    {
      Name: { kind: 'text' },
      ComputerName: { kind: 'text' },
      ExcludeActivityLevel: { kind: 'switch' },
      Report: { kind: 'text' },
    },
    getServices,
  ),
  cmdlet(
    'Start-CsWindowsService',
    SERVICE_PARAMETERS,
    (env, bound) => turn(env, bound, 'Start-CsWindowsService', 'Running'),
    { weight: 4 },
  ),
  cmdlet(
    'Stop-CsWindowsService',
    {
      ...SERVICE_PARAMETERS,
      Graceful: { kind: 'switch' },
      LeaveClsAgentRunning: { kind: 'switch' },
      LeaveWebServerRunning: { kind: 'switch' },
    },
    (env, bound) => turn(env, bound, 'Stop-CsWindowsService', 'Stopped'),
    { weight: 4 },
  ),
];
