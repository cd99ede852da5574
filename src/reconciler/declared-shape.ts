/** The topology of a desired state as the status shows it. Pure. */
import type { PoolTopology, SiteTopology } from '../topology/pool-topology.ts';
import type { DeclaredShape, DeclaredSite } from './pool-status.ts';

const siteOf = ({ chat, servers, activeServers }: SiteTopology): DeclaredSite => ({
  primary: chat.primary,
  mirror: chat.mirror ?? null,
  witness: chat.witness ?? null,
  servers,
  activeServers,
});

export const declaredShape = ({ sites, chatDatabase, logShipping }: PoolTopology): DeclaredShape => ({
  sites: { home: siteOf(sites.home), backup: siteOf(sites.backup) },
  chatDatabase,
  share: logShipping.share,
  shareSite: logShipping.shareSite ?? null,
});
