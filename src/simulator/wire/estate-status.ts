/** The estate in one glance, as plain JSON for the command line and the story of the demo. Pure. */
import { countOf } from '../instance/chunks.ts';
import type { EstateState } from '../estate/estate-state.ts';

export function estateStatus(state: EstateState): Readonly<Record<string, unknown>> {
  const instances = Object.values(state.instances).map((instance) => ({
    name: instance.name,
    site: state.hosts[instance.name]?.site,
    status: state.hosts[instance.name]?.hung === true ? 'hung' : instance.status,
    agent: instance.agentRunning ? 'running' : 'stopped',
    databases: Object.values(instance.databases)
      .filter(({ system }) => !system)
      .map(({ name, state: databaseState, access, mirroring, content }) => ({
        name,
        state: databaseState,
        access,
        mirroring: mirroring === null ? null : `${mirroring.role} ${mirroring.state}`,
        messages: countOf(content.messages),
      })),
  }));
  const servers = Object.values(state.chat.servers).map(({ fqdn, service, session, replica }) => ({
    fqdn,
    service,
    connectedTo: session?.instance ?? null,
    replica: replica.poolState,
  }));
  return {
    now: new Date(state.nowMs).toISOString(),
    sites: state.sites,
    share: state.share,
    cutLinks: state.cutLinks,
    shell: state.shell,
    centralManagement: state.cms.mode,
    poolState: state.cms.poolState,
    activeServers: state.cms.activeServers,
    instances,
    servers,
    clients: Object.values(state.chat.clients).map(({ name, posting, acknowledged }) => ({
      name,
      posting,
      acknowledged,
    })),
    acknowledged: countOf(state.chat.acknowledged),
    writableAtTwoSitesMs: state.writable.totalMs,
  };
}
