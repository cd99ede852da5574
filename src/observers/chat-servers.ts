/** Each chat server seen from the management shell: the state in its local replica, its chat service, whether its replica is up to date. */
import type { ManagementShell } from '../ports/management-shell.ts';
import type { ChatServerFacts } from '../topology/pool-facts.ts';
import type { ServerFqdn } from '../topology/pool-topology.ts';
import { poolStateOf, stateObject, type ShellLimit } from './pool-state.ts';
import { booleanOf, sameFqdn, textOf, valueOfProperty, type ShellObject } from './shell-objects.ts';

/** The short service name is in no source; the display name is what the reference tells to look for (4.10, unverified). */
const isChatService = (object: ShellObject): boolean =>
  /persistent ?chat/i.test(textOf(object, 'DisplayName') ?? '') ||
  /persistentchat/i.test(JSON.stringify(valueOfProperty(object, 'RoleName') ?? ''));

/** A compliance service next to it does not serve chat. */
const isCompliance = (object: ShellObject): boolean =>
  /compliance/i.test(textOf(object, 'DisplayName') ?? '');

export function chatServiceOf(objects: readonly ShellObject[]): ChatServerFacts['chatService'] {
  const service = objects.find((object) => isChatService(object) && !isCompliance(object));
  const status = service === undefined ? undefined : textOf(service, 'Status')?.toLowerCase();
  return status === 'running' ? 'Running' : status === 'stopped' ? 'Stopped' : 'unknown';
}

export function replicaOf(
  objects: readonly ShellObject[],
  server: string,
): ChatServerFacts['replicaUpToDate'] {
  const replica = objects.find((object) => sameFqdn(textOf(object, 'ReplicaFqdn'), server));
  return (replica === undefined ? undefined : booleanOf(replica, 'UpToDate')) ?? 'unknown';
}

async function objectsOr(
  ask: Promise<{ readonly objects: readonly ShellObject[] }>,
): Promise<readonly ShellObject[]> {
  try {
    return (await ask).objects;
  } catch {
    // A field of its own: without it the server's other facts still stand.
    return [];
  }
}

/** Replication status of every replica, asked once for all servers. */
export const observeReplicas = (shell: ManagementShell, limit: ShellLimit): Promise<readonly ShellObject[]> =>
  objectsOr(shell.invoke({ cmdlet: 'Get-CsManagementStoreReplicationStatus', parameters: {} }, limit));

/** Rejects when the server's local replica cannot be read: it is then silent for the shell. */
export async function observeChatServer(
  shell: ManagementShell,
  server: ServerFqdn,
  poolFqdn: string,
  replicas: Promise<readonly ShellObject[]>,
  limit: ShellLimit,
): Promise<ChatServerFacts> {
  const [local, services] = await Promise.all([
    shell.invoke(
      { cmdlet: 'Get-CsPersistentChatState', parameters: { LocalStore: true }, computer: server },
      limit,
    ),
    objectsOr(shell.invoke({ cmdlet: 'Get-CsWindowsService', parameters: { ComputerName: server } }, limit)),
  ]);
  return {
    localPoolState: poolStateOf(stateObject(local.objects, poolFqdn)),
    chatService: chatServiceOf(services),
    replicaUpToDate: replicaOf(await replicas, server),
  };
}
