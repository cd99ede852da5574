/** Every instance of a pool with the part that it is declared as, in the closed words of the metrics. Pure. */
import { SITES, type InstanceName, type PoolTopology, type Site } from '../topology/pool-topology.ts';
import type { Part } from './metric-labels.ts';

export interface InstancePart {
  readonly instance: InstanceName;
  readonly site: Site;
  readonly part: Part;
}

/** Each instance once: the chat store first, so that one that serves both stores is a part of that. */
export function instanceParts(topology: PoolTopology): readonly InstancePart[] {
  const found = new Map<string, InstancePart>();
  const add = (instance: InstanceName | undefined, site: Site, part: Part): void => {
    if (instance !== undefined && !found.has(instance)) found.set(instance, { instance, site, part });
  };
  for (const site of SITES) {
    const { chat, compliance } = topology.sites[site];
    add(chat.primary, site, 'primary');
    add(chat.mirror, site, 'mirror');
    add(chat.witness, site, 'witness');
    add(compliance?.primary, site, 'compliance-primary');
    add(compliance?.mirror, site, 'compliance-mirror');
    add(compliance?.witness, site, 'compliance-witness');
  }
  return [...found.values()];
}
