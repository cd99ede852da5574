/** A site as people read it: its word, and the datacenter that it is. */
import type { Site } from '../topology/pool-topology.ts';

interface Named {
  /** Left out: the sites' own words. */
  readonly datacenters?: Readonly<Record<Site, string>> | undefined;
}

export const named = ({ datacenters }: Named, site: Site): string =>
  datacenters === undefined ? site : `${site} (${datacenters[site]})`;
