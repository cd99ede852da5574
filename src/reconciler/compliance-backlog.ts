/**
 * What waits in mgccomp for the compliance adapter. mgccomp is never failed over: what waits there when its site is lost is lost
 * with it, and after a planned move it waits until somebody processes it.
 */
import type { LedgerLine } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type InstanceName, type Site } from '../topology/pool-topology.ts';

export interface Backlog {
  readonly site: Site;
  readonly instance: InstanceName;
  /** Events; null: nobody can count them. */
  readonly waiting: number | null;
  readonly because: string;
}

/** undefined: the site has no compliance store. */
export function backlogAt(pool: DesiredPool, facts: PoolFacts, site: Site): Backlog | undefined {
  const { sites, complianceDatabase } = pool.topology;
  const { compliance } = sites[site];
  if (compliance === undefined) return undefined;
  const names = [compliance.primary, compliance.mirror].filter((name) => name !== undefined);
  for (const instance of names) {
    const observed = facts.instances[instance];
    const database = observed?.kind === 'value' ? observed.value.databases[complianceDatabase] : undefined;
    if (database?.state !== 'ONLINE') continue;
    const waiting = database.complianceBacklog;
    return waiting === undefined || waiting === 'unknown'
      ? { site, instance, waiting: null, because: 'it could not be read' }
      : { site, instance, waiting, because: 'rows of tblComplianceData' };
  }
  const { primary } = compliance;
  const because = `no instance of its store shows ${complianceDatabase} open`;
  return { site, instance: primary, waiting: null, because };
}

export const backlogsOf = (pool: DesiredPool, facts: PoolFacts): readonly Backlog[] =>
  SITES.flatMap((site) => backlogAt(pool, facts, site) ?? []);

/** None where nothing waits. */
export function backlogLines(pool: DesiredPool, backlogs: readonly Backlog[]): readonly LedgerLine[] {
  const { complianceDatabase } = pool.topology;
  return backlogs
    .filter(({ waiting }) => waiting !== 0)
    .map(({ instance, waiting, because }) => {
      const count = waiting === null ? 'an unknown number of' : String(waiting);
      const note = `${count} compliance events wait in ${complianceDatabase} on ${instance} (${because}), which is never failed over`;
      return {
        kind: 'backlog',
        file: null,
        fromLsn: null,
        toLsn: null,
        from: null,
        to: null,
        minutes: null,
        note,
      };
    });
}
