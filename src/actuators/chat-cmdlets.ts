/**
 * Cmdlets of the management shell as the actuators use them; every change is announced first and answers to a confirmation
 * beforehand (-Force and -Confirm:$false do not replace each other: skype reference 9).
 */
import type { CmdletAnswer, CmdletRequest } from '../ports/management-shell.ts';
import { PoolError } from '../topology/pool-error.ts';
import { mirroringShareFor, type InstanceName } from '../topology/pool-topology.ts';
import type { ActuatorPorts, StepContext } from './step-context.ts';

const CMDLET_DEADLINE_MS = 120_000;
/** Install-CsMirrorDatabase backs up and restores by itself; nothing tells its progress. A choice of ours, ms. */
const INSTALL_MIRROR_DEADLINE_MS = 3_600_000;

type Row = Readonly<Record<string, unknown>>;

/** A look. */
export const ask = (
  ports: ActuatorPorts,
  context: StepContext,
  request: CmdletRequest,
): Promise<CmdletAnswer> =>
  ports.shell.invoke(request, { signal: context.signal, deadlineMs: CMDLET_DEADLINE_MS });

/** A change: announced, and awaited to its end even when the step is cancelled, so that its outcome is known. */
export async function change(
  ports: ActuatorPorts,
  context: StepContext,
  request: CmdletRequest,
  deadlineMs = CMDLET_DEADLINE_MS,
): Promise<CmdletAnswer> {
  await context.effect('shell', describe(request));
  const leave = context.leave.bind(context);
  return ports.shell.invoke(request, { signal: new AbortController().signal, deadlineMs, leave });
}

function describe(request: CmdletRequest): string {
  const parameters = Object.entries(request.parameters).map(
    ([name, value]) => `-${name} ${JSON.stringify(value)}`,
  );
  return [request.cmdlet, ...parameters].join(' ');
}

export const textOf = (row: Row, property: string): string | undefined => {
  const value = row[property];
  return typeof value === 'string' ? value : undefined;
};

/** A list of text; one name alone may come as text. */
export function listOf(row: Row, property: string): readonly string[] | undefined {
  const value = row[property];
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === 'string');
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const sameServers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => sameText(one, other)));

export interface ChatService {
  readonly identity: string;
  readonly activeServers: readonly string[];
}

/** The pool's chat service object; its Identity is what Set-CsPersistentChatActiveServer takes (skype reference 4.3, 9). */
export async function readChatService(ports: ActuatorPorts, context: StepContext): Promise<ChatService> {
  const { poolFqdn } = context.pool.topology;
  const request = { cmdlet: 'Get-CsService', parameters: { PersistentChatServer: true } };
  const { objects } = await ask(ports, context, request);
  const found = objects.find((row) => {
    const pool = textOf(row, 'PoolFqdn');
    if (pool !== undefined) return sameText(pool, poolFqdn);
    return textOf(row, 'Identity')?.toLowerCase().endsWith(`:${poolFqdn.toLowerCase()}`) === true;
  });
  const identity = found === undefined ? undefined : textOf(found, 'Identity');
  const activeServers = found === undefined ? undefined : listOf(found, 'ActiveServers');
  if (identity === undefined || activeServers === undefined) {
    throw new PoolError(
      'PCO_UNEXPECTED_ANSWER',
      `Get-CsService lists no chat service of ${poolFqdn} with Identity and ActiveServers`,
    );
  }
  return { identity, activeServers };
}

export async function setActiveServers(
  ports: ActuatorPorts,
  context: StepContext,
  identity: string,
  servers: readonly string[],
): Promise<void> {
  // A modifier whose Replace is empty changes nothing; the documents empty the list with $null (skype reference 4.3).
  const ActiveServers = servers.length === 0 ? null : { replace: servers };
  const parameters = { Identity: identity, ActiveServers, Force: true, Confirm: false };
  await change(ports, context, { cmdlet: 'Set-CsPersistentChatActiveServer', parameters });
}

export interface WindowsService {
  readonly name: string;
  readonly running: boolean;
}

/** Chat services of a server. Short names stand in no source, so they are found by display name (skype reference 4.10). */
export async function chatServicesOf(
  ports: ActuatorPorts,
  context: StepContext,
  server: string,
): Promise<readonly WindowsService[]> {
  const request = { cmdlet: 'Get-CsWindowsService', parameters: { ComputerName: server } };
  const { objects } = await ask(ports, context, request);
  return objects.flatMap((row) => {
    const name = textOf(row, 'Name');
    const display = textOf(row, 'DisplayName')?.toLowerCase() ?? '';
    if (name === undefined || !display.includes('persistent chat') || display.includes('compliance'))
      return [];
    return [{ name, running: textOf(row, 'Status')?.toLowerCase() === 'running' }];
  });
}

/** Never without -Name: that would stop everything on the machine, the replica agent too. */
export async function switchService(
  ports: ActuatorPorts,
  context: StepContext,
  cmdlet: 'Start-CsWindowsService' | 'Stop-CsWindowsService',
  server: string,
  service: WindowsService,
): Promise<void> {
  const parameters = { Name: service.name, ComputerName: server, Confirm: false };
  await change(ports, context, { cmdlet, parameters });
}

/** True only when the server's replica is said to be up to date. */
export async function replicaIsUpToDate(
  ports: ActuatorPorts,
  context: StepContext,
  server: string,
): Promise<boolean> {
  const request = { cmdlet: 'Get-CsManagementStoreReplicationStatus', parameters: { ReplicaFqdn: server } };
  const { objects } = await ask(ports, context, request);
  const value = objects[0]?.['UpToDate'];
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

export type MirrorDatabaseType = 'PersistentChat' | 'PersistentChatCompliance';

export async function installMirror(
  ports: ActuatorPorts,
  context: StepContext,
  request: {
    readonly type: MirrorDatabaseType;
    readonly principal: InstanceName;
    readonly dropLeftover: boolean;
  },
): Promise<void> {
  const [host = request.principal, instance] = request.principal.split('\\');
  const parameters = {
    DatabaseType: request.type,
    SqlServerFqdn: host,
    ...(instance === undefined ? {} : { SqlInstanceName: instance }),
    FileShare: mirroringShareFor(context.pool.topology, request.principal),
    ...(request.dropLeftover ? { DropExistingDatabasesOnMirror: true } : {}),
    Confirm: false,
  };
  await change(
    ports,
    context,
    { cmdlet: 'Install-CsMirrorDatabase', parameters },
    INSTALL_MIRROR_DEADLINE_MS,
  );
}
