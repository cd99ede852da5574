/** The simulated estate as text: its status and the checker's account. Pure. */
import type { EstateAccount } from '../simulator/estate/checker.ts';
import { textTable } from './text-table.ts';

/** What is read of src/simulator/wire/estate-status.ts. */
export interface EstateGlance {
  readonly now: string;
  readonly sites: Readonly<Record<string, { readonly up: boolean }>>;
  readonly share: { readonly site: string; readonly up: boolean };
  readonly cutLinks: readonly string[];
  readonly shell: string;
  readonly centralManagement: string;
  readonly poolState: string;
  readonly activeServers: readonly string[];
  readonly instances: readonly {
    readonly name: string;
    readonly site: string;
    readonly status: string;
    readonly agent: string;
    readonly databases: readonly {
      readonly name: string;
      readonly state: string;
      readonly access: string;
      readonly mirroring: string | null;
      readonly messages: number;
    }[];
  }[];
  readonly servers: readonly {
    readonly fqdn: string;
    readonly service: string;
    readonly connectedTo: string | null;
    readonly replica: string;
  }[];
  readonly clients: readonly {
    readonly name: string;
    readonly posting: boolean;
    readonly acknowledged: number;
  }[];
  readonly acknowledged: number;
}

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));

const instanceRows = ({ instances }: EstateGlance): readonly (readonly string[])[] =>
  instances.flatMap(({ name, site, status, agent, databases }) => {
    const head = [name, site, status, agent];
    if (databases.length === 0) return [[...head, '', '', '', '']];
    return databases.map((database) => [
      ...head,
      database.name,
      `${database.state}${database.access === 'MULTI_USER' ? '' : ` ${database.access}`}`,
      database.mirroring ?? '',
      String(database.messages),
    ]);
  });

export function renderEstate(glance: EstateGlance): string {
  const { sites, share, clients } = glance;
  return [
    `estate time ${glance.now}`,
    `sites     ${Object.entries(sites)
      .map(([site, { up }]) => `${site} ${up ? 'up' : 'down'}`)
      .join(', ')}`,
    `share     in ${share.site}, ${share.up ? 'up' : 'down'}`,
    `cut links ${list(glance.cutLinks)}`,
    `shell     ${glance.shell}; Central Management Store ${glance.centralManagement}`,
    `pool      ${glance.poolState}; active servers: ${list(glance.activeServers)}`,
    textTable(
      ['instance', 'site', 'status', 'agent', 'database', 'state', 'mirroring', 'messages'],
      instanceRows(glance),
    ),
    textTable(
      ['chat server', 'service', 'connected to', 'pool state it knows'],
      glance.servers.map(({ fqdn, service, connectedTo, replica }) => [
        fqdn,
        service,
        connectedTo ?? '',
        replica,
      ]),
    ),
    `clients   ${list(clients.map(({ name, posting, acknowledged }) => `${name} ${posting ? 'posts' : 'quiet'} (${acknowledged})`))}`,
  ].join('\n');
}

export function renderAccount({
  acknowledged,
  kept,
  lost,
  serving,
  writableAtTwoSitesMs,
}: EstateAccount): string {
  return [
    `serving   ${serving ?? 'nobody'}`,
    `messages  ${acknowledged} acknowledged, ${kept} kept, ${lost.length} not in the serving copy`,
    ...lost.map(
      ({ message, verdict, copies, files }) =>
        `  ${message.channelId}/${message.chatId}: ${verdict}; ${list([...copies, ...files])}`,
    ),
    `writable  at two sites for ${writableAtTwoSitesMs} ms`,
  ].join('\n');
}
