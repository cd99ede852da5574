/** Are copies at both sites writable by clients now? Integrated over time by step-estate.ts; invariant 1 of the product. */
import { servingCopy } from './checker.ts';
import { ESTATE_SITES, type EstateSite } from './estate-options.ts';
import type { EstateState } from './estate-state.ts';
import { sitesConnected } from './links.ts';

/** Some chat server, active or not, could write there: its machine and service run and packets pass. */
function reachable(state: EstateState, site: EstateSite): boolean {
  return Object.values(state.chat.servers).some(
    (server) => server.service === 'Running' && sitesConnected(state, server.site, site),
  );
}

/** ONLINE, MULTI_USER and reachable at both sites, and descended from one database: an empty rebuilt one does not count. */
export function writableAtTwoSites(state: EstateState): boolean {
  const families = ESTATE_SITES.map((site) => {
    const name = servingCopy(state, site);
    const instance = name === undefined ? undefined : state.instances[name];
    if (instance === undefined || state.hosts[instance.name]?.hung === true || !reachable(state, site))
      return undefined;
    return instance.databases[state.options.chatDatabase.toLowerCase()]?.familyGuid;
  });
  return families[0] !== undefined && families[0] === families[1];
}
