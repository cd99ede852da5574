/**
 * What the topology says of a Persistent Chat pool: its machines, who is active, its SQL stores. Database references are
 * `<Role>:<sql fqdn>` without instance; the four Backup* properties stand in no working script (skype reference 9, unverified), so
 * they may be absent.
 */
import type { ManagementShell } from '../ports/management-shell.ts';
import type { Known } from '../topology/known.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { poolStateOf, stateObject, type ShellLimit } from './pool-state.ts';
import { sameFqdn, textOf, textsOf, type ShellObject } from './shell-objects.ts';

/** undefined: the topology names none. */
export interface PublishedStores {
  readonly primary: InstanceName | undefined;
  readonly mirror: InstanceName | undefined;
  readonly backup: InstanceName | undefined;
  readonly backupMirror: InstanceName | undefined;
}

export interface PublishedPool {
  readonly poolFqdn: string;
  readonly poolState: Known<'Normal' | 'FailedOver'>;
  readonly activeServers: readonly string[];
  /** The machines that are not active. */
  readonly otherServers: readonly string[];
  readonly chat: PublishedStores;
  /** undefined: compliance is off. */
  readonly compliance: PublishedStores | undefined;
}

/** The FQDN behind a reference, with its instance where it is not the default one. */
function instanceOf(
  service: ShellObject,
  property: string,
  databases: readonly ShellObject[],
): InstanceName | undefined {
  const fqdn = textOf(service, property)?.split(':').at(-1)?.trim();
  if (fqdn === undefined || fqdn === '') return undefined;
  const database = databases.find((object) => sameFqdn(textOf(object, 'PoolFqdn'), fqdn));
  const instance = database === undefined ? '' : (textOf(database, 'SqlInstanceName') ?? '').trim();
  return (instance === '' ? fqdn : `${fqdn}\\${instance}`) as InstanceName;
}

function storesOf(service: ShellObject, suffix: string, databases: readonly ShellObject[]): PublishedStores {
  const named = (prefix: string): InstanceName | undefined =>
    instanceOf(service, `${prefix}PersistentChat${suffix}`, databases);
  return {
    primary: named(''),
    mirror: named('Mirror'),
    backup: named('Backup'),
    backupMirror: named('BackupMirror'),
  };
}

function theService(services: readonly ShellObject[], poolFqdn: string | undefined): ShellObject {
  const found = services.filter(
    (service) => poolFqdn === undefined || sameFqdn(textOf(service, 'PoolFqdn'), poolFqdn),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = services.map((service) => textOf(service, 'PoolFqdn') ?? '?').join(', ');
  throw new PoolError(
    'PCO_USAGE',
    only === undefined
      ? `the topology has no Persistent Chat pool${poolFqdn === undefined ? '' : ` ${poolFqdn}`}`
      : 'the topology has several Persistent Chat pools',
    {
      hint:
        names === ''
          ? 'ask Get-CsService -PersistentChatServer'
          : `the topology names ${names}: --pool-fqdn chooses one`,
    },
  );
}

/** Rejects with PoolError; PCO_USAGE when `poolFqdn` does not lead to one pool. */
export async function observePublishedPool(
  shell: ManagementShell,
  poolFqdn: string | undefined,
  limit: ShellLimit,
): Promise<PublishedPool> {
  const ask = async (
    cmdlet: string,
    parameters: Readonly<Record<string, string | true>>,
  ): Promise<readonly ShellObject[]> => (await shell.invoke({ cmdlet, parameters }, limit)).objects;
  const service = theService(await ask('Get-CsService', { PersistentChatServer: true }), poolFqdn);
  const fqdn = textOf(service, 'PoolFqdn') ?? poolFqdn ?? '';
  const [pools, states, databases] = await Promise.all([
    ask('Get-CsPool', { Identity: fqdn }),
    ask('Get-CsPersistentChatState', {}),
    ask('Get-CsService', { PersistentChatDatabase: true }),
  ]);
  const active = textsOf(service, 'ActiveServers') ?? [];
  const [machines] = pools;
  const members = [
    ...(machines === undefined ? [] : (textsOf(machines, 'Computers') ?? [])),
    ...(textsOf(service, 'InactiveServers') ?? []),
  ];
  const others = members.filter((server) => !active.some((other) => sameFqdn(other, server)));
  const compliance = textOf(service, 'PersistentChatComplianceDatabase') !== undefined;
  return {
    poolFqdn: fqdn,
    poolState: poolStateOf(stateObject(states, fqdn)),
    activeServers: [...active].sort(),
    otherServers: [...new Map(others.map((server) => [server.toLowerCase(), server])).values()].sort(),
    chat: storesOf(service, 'Database', databases),
    compliance: compliance
      ? storesOf(
          service,
          'ComplianceDatabase',
          await ask('Get-CsService', { PersistentChatComplianceDatabase: true }),
        )
      : undefined,
  };
}
