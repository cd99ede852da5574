/**
 * Pool state, active servers and Central Management as the management shell tells them. Identities are taken from what the
 * cmdlets return (skype reference 9); a missing property or object is 'unknown', never Normal or empty.
 */
import type { ManagementShell } from '../ports/management-shell.ts';
import type { Known } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolStateFacts } from '../topology/pool-facts.ts';
import type { PoolTopology } from '../topology/pool-topology.ts';
import { identityNames, sameFqdn, textOf, textsOf, type ShellObject } from './shell-objects.ts';

export interface ShellLimit {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

const POOL_STATES = ['Normal', 'FailedOver'] as const;

export function poolStateOf(object: ShellObject | undefined): PoolStateFacts['poolState'] {
  const word = object === undefined ? undefined : textOf(object, 'PoolState');
  return POOL_STATES.find((state) => state.toLowerCase() === word?.toLowerCase()) ?? 'unknown';
}

/** The object of this pool among those that Get-CsPersistentChatState returned. */
export const stateObject = (objects: readonly ShellObject[], poolFqdn: string): ShellObject | undefined =>
  objects.find((object) => identityNames(textOf(object, 'Identity'), poolFqdn));

/** A blank ActiveMasterFqdn means that the store is being moved and nothing can be changed (skype reference 9). */
export function centralManagementOf(objects: readonly ShellObject[]): PoolStateFacts['centralManagement'] {
  const [status] = objects;
  if (status === undefined || !('ActiveMasterFqdn' in status)) return 'unknown';
  return (textOf(status, 'ActiveMasterFqdn') ?? '').trim() === '' ? 'read-only' : 'writable';
}

async function centralManagement(
  shell: ManagementShell,
  limit: ShellLimit,
): Promise<Known<'writable' | 'read-only'>> {
  try {
    const request = {
      cmdlet: 'Get-CsManagementStoreReplicationStatus',
      parameters: { CentralManagementStoreStatus: true },
    };
    return centralManagementOf((await shell.invoke(request, limit)).objects);
  } catch {
    // The switch may be refused while everything else answers; then only this field is unknown.
    return 'unknown';
  }
}

export async function observePoolState(
  shell: ManagementShell,
  pool: PoolTopology,
  limit: ShellLimit,
): Promise<PoolStateFacts> {
  const [services, states, store] = await Promise.all([
    shell.invoke({ cmdlet: 'Get-CsService', parameters: { PersistentChatServer: true } }, limit),
    shell.invoke({ cmdlet: 'Get-CsPersistentChatState', parameters: {} }, limit),
    centralManagement(shell, limit),
  ]);
  const service = services.objects.find(
    (object) =>
      sameFqdn(textOf(object, 'PoolFqdn'), pool.poolFqdn) ||
      identityNames(textOf(object, 'Identity'), pool.poolFqdn),
  );
  const active = service === undefined ? undefined : textsOf(service, 'ActiveServers');
  if (service === undefined || active === undefined) {
    throw new PoolError(
      'PCO_UNEXPECTED_ANSWER',
      service === undefined
        ? `Get-CsService -PersistentChatServer returned no object for ${pool.poolFqdn}`
        : `Get-CsService -PersistentChatServer returned no list ActiveServers for ${pool.poolFqdn}`,
    );
  }
  const state = stateObject(states.objects, pool.poolFqdn);
  return {
    identity:
      pool.poolIdentity ??
      (state === undefined ? undefined : textOf(state, 'Identity')) ??
      textOf(service, 'Identity') ??
      pool.poolFqdn,
    poolState: poolStateOf(state),
    activeServers: [...active].sort(),
    inactiveServers: (textsOf(service, 'InactiveServers') ?? []).sort(),
    centralManagement: store,
  };
}
