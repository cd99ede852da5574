/** Are copies at both sites writable by clients now? Integrated over time by step-estate.ts; invariant 1 of the product. */
import { servingCopy } from './checker.ts';
import { ESTATE_SITES } from './estate-options.ts';
import type { EstateState } from './estate-state.ts';
import { packetsPass } from './links.ts';

/** Some chat server, active or not, could write there: its machine and service run and packets pass. */
function reachable(state: EstateState, { site, part }: EstateState['hosts'][string]): boolean {
  return Object.values(state.chat.servers).some(
    (server) => server.service === 'Running' && packetsPass(state, `${server.site} chat`, `${site} ${part}`),
  );
}

/** ONLINE, MULTI_USER and reachable at both sites, and descended from one database: an empty rebuilt one does not count. */
export function writableAtTwoSites(state: EstateState): boolean {
  const serving = ESTATE_SITES.map((site) => {
    const name = servingCopy(state, site) ?? '';
    const [instance, host] = [state.instances[name], state.hosts[name]];
    if (instance === undefined || host === undefined || host.hung) return undefined;
    return { host, family: instance.databases[state.options.chatDatabase.toLowerCase()]?.familyGuid };
  });
  const [home, backup] = serving;
  if (home?.family === undefined || home.family !== backup?.family) return false;
  return reachable(state, home.host) && reachable(state, backup.host);
}
