/** Runbooks out of the named worlds of the demo pool, under names that a test chooses. */
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { ACTION_TABLE } from '../../src/reconciler/action-table.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { makeRunbook, type Runbook } from '../../src/runbook/make-runbook.ts';
import { chaptersOf, filesOf, type RunbookFile } from '../../src/runbook/runbook-files.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool, Site } from '../../src/topology/pool-topology.ts';
import { desiredPool } from './desired-pool.ts';
import * as world from './facts.ts';
import { movedAway } from './moved-away.ts';

/** The partner of a rebuilt or never mirrored pair answers, and has no database. */
function withEmptyPartners(facts: PoolFacts): PoolFacts {
  const instances = Object.entries(facts.instances).map(([name, observed]) => {
    if (observed.kind === 'unknown' || observed.value.databases['mgc'] !== undefined) return [name, observed];
    const absent = world.databaseFacts({ state: 'ABSENT', content: 'unknown', familyGuid: 'unknown' });
    return [name, { ...observed, value: { ...observed.value, databases: { mgc: absent } } }];
  });
  return { ...facts, instances: Object.fromEntries(instances) as PoolFacts['instances'] };
}

export interface World {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
}

const at = (
  primarySite: Site,
  facts: PoolFacts,
  failback: 'documented' | 'minimal' = 'documented',
): World => ({
  pool: desiredPool({ primarySite, policy: { failback } }),
  facts: withEmptyPartners(facts),
});

/** Share and copy folder are closed to the daemon. */
function closedSite(restorableBy: readonly string[]): PoolFacts {
  const lost = world.homeLost();
  if (lost.share.kind === 'unknown') return lost;
  const share = { ...lost.share, value: { ...lost.share.value, restorableBy: [...restorableBy] } };
  return { ...lost, share, closedFolders: ['\\\\fs01\\mgc-logs', 'D:\\LSCopy'] };
}

export const WORLDS = {
  'home lost': () => at('backup', world.homeLost()),
  'home lost, the share read by SQL Server': () => at('backup', closedSite(['sql-lyo-1.contoso.com'])),
  'home lost, the share read by the copy job': () => at('backup', closedSite([])),
  'home rebuilt': () => at('home', world.homeRebuilt()),
  'planned move': () => at('backup', world.facts()),
  'planned move, to come back by the log': () => at('backup', world.facts(), 'minimal'),
  'moved away, home goes on with the log': () => at('home', movedAway(), 'minimal'),
} as const;

export const plannedSteps = ({ pool, facts }: World): readonly PlannedStep[] => {
  const { plan } = decidePool(pool, facts, [], world.NOW_MS);
  return 'steps' in plan ? plan.steps : [];
};

/** Every row of the action table on each of its targets, as one long plan that nobody would make. */
export const everyStep = (): readonly PlannedStep[] =>
  ACTION_TABLE.flatMap((row) =>
    row.targets.map((target) => ({
      action: row.id,
      target,
      seedStep: null,
      risk: row.risk,
      reason: row.what,
    })),
  );

/** `mgc` and `contoso` wherever they stand, in names of databases, servers, jobs, folders and files. */
export function renamed<T>(value: T, name: string): T {
  const rename = (item: unknown): unknown => {
    if (typeof item === 'string') return item.replaceAll(/mgc|contoso/g, () => name);
    if (Array.isArray(item)) return item.map(rename);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [rename(key), rename(inner)]));
  };
  return rename(value) as T;
}

export const runbookOf = ({ pool, facts }: World, steps: readonly PlannedStep[]): Runbook =>
  makeRunbook(pool, facts, steps);

export const writtenFiles = (world: World, steps: readonly PlannedStep[]): readonly RunbookFile[] =>
  filesOf(chaptersOf(runbookOf(world, steps)));

/** Batches of a `.sql` file, as a client cuts them. */
export const batchesOf = ({ text }: RunbookFile): readonly string[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/^GO$/m)
    .filter((batch) => batch.trim() !== '');
