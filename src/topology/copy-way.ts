/**
 * How a log backup that is only on the share comes to the backup copy. One rule for the planner and for the step that restores:
 * two rules would let a step be planned that does nothing. Pure.
 */
import type { PoolFacts } from './pool-facts.ts';
import type { InstanceName, PoolTopology } from './pool-topology.ts';

export type CopyWay = 'files' | 'restore' | 'job';

export const isClosed = (facts: PoolFacts, folder: string): boolean =>
  facts.closedFolders?.includes(folder) === true;

/** @param restorer the instance that holds the backup copy; undefined: it does not answer */
export function copyWay(
  facts: PoolFacts,
  { logShipping }: PoolTopology,
  restorer: InstanceName | undefined,
): CopyWay {
  const { share, copyFolder } = logShipping;
  if (!isClosed(facts, share) && !isClosed(facts, copyFolder)) return 'files';
  const openers = facts.share.kind === 'value' ? (facts.share.value.restorableBy ?? []) : [];
  return restorer !== undefined && openers.includes(restorer) ? 'restore' : 'job';
}
