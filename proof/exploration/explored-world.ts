/** One world of the exploration: a copy of everything outside the daemon at rest, what is seen of it, and what tells it from others. */
import { acceptFiles, inForceBefore } from '../../src/desired-state/accept-files.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { copyOf } from '../../src/reconciler/site-copy.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { freshWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { desiredDocument, withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import type { EstateOverrides, EstateSite } from '../../src/simulator/estate/estate-options.ts';
import type { EstateState } from '../../src/simulator/estate/estate-state.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../../src/topology/pool-topology.ts';
import { letHappen, look } from './daemon-life.ts';
import { bitOf, type PartySet } from './sight.ts';
import { allReturned } from './world-events.ts';

/** The pool of one estate, as it is declared for each of the two goals. */
export type Pools = Readonly<Record<Site, DesiredPool>>;

/** No schedule fires within the time of any path: jobs run as events. */
const SCHEDULE_MINUTES = 1_440;
const OVERRIDES: EstateOverrides = {
  seed: 'exploration',
  backupEveryMinutes: SCHEDULE_MINUTES,
  copyEveryMinutes: SCHEDULE_MINUTES,
  restoreEveryMinutes: SCHEDULE_MINUTES,
  retentionMinutes: 2 * SCHEDULE_MINUTES,
  replicationDelayMs: 500,
  clients: 2,
};
/** Short limits only make simulated waits shorter. */
const POLICY = { silentAfter: '5s', maxDataLoss: '168h', drainTimeout: '5s', stepTimeout: '40s' };

/** Everybody is connected and has beaten once. */
const SETTLED_MS = 20_000;

export interface StartOptions {
  readonly failback?: 'documented' | 'minimal' | undefined;
  readonly overrides?: EstateOverrides;
}

export function startWorld(
  shareSite: EstateSite,
  { failback, overrides = {} }: StartOptions = {},
): Promise<WorldSnapshot> {
  const world = freshWorld({ ...OVERRIDES, shareSite, ...overrides });
  const document = desiredDocument(world.state.options, { ...POLICY, failback });
  return letHappen({ ...world, document }, () => undefined, SETTLED_MS);
}

export function poolsOf(world: WorldSnapshot): Pools {
  const { sites } = world.state.options;
  const declared = (site: Site): DesiredPool => {
    const text = withPrimaryDatacenter(world.document, sites[site].datacenter);
    const content = { kind: 'text', text } as const;
    const { event } = acceptFiles(
      [{ name: 'desired-state.yaml', content, revision: null }],
      inForceBefore(new Map()),
    );
    const [pool] = event.pools;
    if (pool === undefined) throw new Error(`the world declares no pool: ${JSON.stringify(event)}`);
    return pool;
  };
  return { home: declared('home'), backup: declared('backup') };
}

export interface ExploredWorld {
  readonly snapshot: WorldSnapshot;
  /** What a daemon sees that sees everything alive. */
  readonly facts: PoolFacts;
  readonly reduction: Reduction;
  readonly alive: PartySet;
  readonly key: string;
}

function aliveIn(state: EstateState): PartySet {
  const runs = (site: EstateSite, part: 'primary' | 'mirror' | 'witness'): boolean => {
    const name = state.options.sites[site][part]?.name;
    return name !== undefined && state.instances[name]?.status === 'running';
  };
  let alive = 0;
  for (const site of SITES) {
    for (const part of ['primary', 'mirror', 'witness'] as const)
      if (runs(site, part)) alive |= bitOf(`${site} ${part}`);
    if (state.sites[site].up) alive |= bitOf(`${site} chat servers`);
  }
  if (state.sites.backup.up) alive |= bitOf('backup folders');
  if (state.share.up && state.sites[state.share.site].up) alive |= bitOf('share');
  if (state.shell === 'up') alive |= bitOf('shell');
  return alive;
}

export const vectorText = (vector: Vector): string => ALL_VARIABLES.map((name) => vector[name]).join(',');

/** Which instance stands for each site, and what its partner holds: in no variable, but in what comes next. */
function partners(pool: DesiredPool, facts: PoolFacts): string {
  const { chatDatabase, sites } = pool.topology;
  return SITES.map((site) => {
    const seen = copyOf(pool.topology, facts, site);
    const stands = seen.kind === 'seen' ? seen.copy.instance : 'none';
    const states = [sites[site].chat.primary, sites[site].chat.mirror].map((name) => {
      const observed = name === undefined ? undefined : facts.instances[name];
      return observed?.kind === 'value'
        ? (observed.value.databases[chatDatabase]?.state ?? 'ABSENT')
        : 'dark';
    });
    return [stands === sites[site].chat.mirror ? 'mirror' : 'primary', ...states].join('/');
  }).join(',');
}

/** Has somebody a chat session, and is anything dead that would matter when it returns? */
const reduced = (pool: DesiredPool, facts: PoolFacts, nowMs: number): Reduction =>
  reducePool(pool, facts, [], nowMs);

async function restoredKey(snapshot: WorldSnapshot, pool: DesiredPool): Promise<string> {
  const returned = await allReturned(snapshot);
  const facts = await look(returned, pool);
  return `${vectorText(reduced(pool, facts, returned.nowMs).vector)}|${partners(pool, facts)}`;
}

const somethingIsDown = (state: EstateState): boolean =>
  Object.values(state.hosts).some(({ stopped }) => stopped) ||
  !state.sites.home.up ||
  !state.sites.backup.up ||
  !state.share.up;

/** Two worlds of one key are taken for one. `facts`: where a look has just been made. */
export async function exploredWorld(
  snapshot: WorldSnapshot,
  pools: Pools,
  facts?: PoolFacts,
): Promise<ExploredWorld> {
  const pool = pools.home;
  const seen = facts ?? (await look(snapshot, pool));
  const reduction = reduced(pool, seen, snapshot.nowMs);
  const alive = aliveIn(snapshot.state);
  const own = `${vectorText(reduction.vector)}|${partners(pool, seen)}|${alive.toString(2)}`;
  const key = somethingIsDown(snapshot.state) ? `${own}|${await restoredKey(snapshot, pool)}` : own;
  return { snapshot, facts: seen, reduction, alive, key };
}
