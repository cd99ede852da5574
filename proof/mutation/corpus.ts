/**
 * Worlds for mutants to be tried in: those of all jobs under the intact table, what events make of them, and what a daemon sees of
 * each under every sight. Kept is what the planner is asked: vector, goal and decision, each with the worlds where it is met.
 */
import type { PoolShape } from '../../src/reconciler/ground-rows.ts';
import { shapeKey, shapeOf } from '../../src/reconciler/ground-rows.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { ESTATE_SITES, type EstateSite } from '../../src/simulator/estate/estate-options.ts';
import { SITES, type Site } from '../../src/topology/pool-topology.ts';
import { letHappen } from '../exploration/daemon-life.ts';
import {
  exploredWorld,
  poolsOf,
  startWorld,
  vectorText,
  type ExploredWorld,
  type Pools,
} from '../exploration/explored-world.ts';
import { decisionsFor, sightsOf, type Candidate } from '../exploration/judge-sights.ts';
import {
  bitOf,
  factsUnder,
  PARTIES,
  partiesIn,
  type Party,
  type PartySet,
  type Sight,
} from '../exploration/sight.ts';
import { afterEvent, possibleEvents } from '../exploration/world-events.ts';
import { CORNERS } from './corners.ts';
import { JOBS, type Job, type JobLeg } from './jobs.ts';
import { followPlan, reducedFor, type Followed, type Notice } from './run-step.ts';

/** One question to the planner, and a world in which a daemon asks it. */
export interface Place {
  readonly world: ExploredWorld;
  readonly pools: Pools;
  readonly goal: Site;
  readonly sight: Sight;
  readonly decided: string;
  readonly decisions: Candidate['decisions'];
}

export interface Asked {
  readonly vector: Vector;
  readonly shape: string;
  readonly places: Place[];
}

export const shapeIn = ({ home }: Pools): PoolShape => shapeOf(home.topology, home.policy);

/** Where a job stands before one of its goals. */
export interface Leg {
  readonly job: string;
  readonly world: ExploredWorld;
  readonly pools: Pools;
  readonly goal: Site;
  /** Steps of the intact table. */
  readonly steps: readonly string[];
  readonly end: Followed['end'];
}

const MOST_PLACES = 2;
/** What is out of sight and lives is where a step does most harm. */
const livesMore = ({ world }: Place, other: Place | undefined): boolean =>
  partiesIn(world.alive).length > partiesIn(other?.world.alive ?? 0).length;
/** After a kill the operating system drops the connections and what ran on them ends, ms. */
const AFTER_KILL_MS = 3_000;
/** Parties that may be out of sight at once, any of them: on the jobs' own way, and in the worlds beside it. */
const MOST_UNSEEN = { wide: 2, narrow: 1 } as const;
/** Besides, whole sites, share and shell, each and together. */
const BLOCKS = [
  PARTIES.filter((party) => party.startsWith('home ')),
  PARTIES.filter((party) => party.startsWith('backup ')),
  ['share'],
  ['shell'],
] as const satisfies readonly (readonly Party[])[];
const WHOLE_BLOCKS: readonly PartySet[] = BLOCKS.reduce<readonly PartySet[]>(
  (sets, block) => [...sets, ...sets.map((set) => block.reduce((all, party) => all | bitOf(party), set))],
  [0],
);

function isTried(alive: PartySet, seen: PartySet, wide: boolean): boolean {
  const unseen = alive & ~seen;
  const most = MOST_UNSEEN[wide ? 'wide' : 'narrow'];
  return partiesIn(unseen).length <= most || WHOLE_BLOCKS.some((block) => (block & alive) === unseen);
}
/** Of a corner these are its own; how it begins is a job's. */
const LAST_LEGS = 3;

export class Corpus {
  readonly asked = new Map<string, Asked>();
  readonly legs: Leg[] = [];
  /** Each world once, with everything alive in sight. */
  readonly worlds: { readonly world: ExploredWorld; readonly pools: Pools }[] = [];
  /** What the intact table breaks: none, or nothing that follows counts. */
  readonly broken: Notice[] = [];
  /** Of the pools met, by their keys. */
  readonly shapes = new Map<string, PoolShape>();
  readonly #known = new Set<string>();
  /** Where the first legs of a job led, by the estate and their names. */
  readonly #begun = new Map<string, WorldSnapshot>();

  async add(snapshot: WorldSnapshot, pools: Pools, estate: string, wide: boolean): Promise<ExploredWorld> {
    const world = await exploredWorld(snapshot, pools);
    const key = `${estate}|${world.key}`;
    if (this.#known.has(`${key}|${String(wide)}`)) return world;
    if (!this.#known.has(`${key}|true`) && !this.#known.has(`${key}|false`))
      this.worlds.push({ world, pools });
    this.#known.add(`${key}|${String(wide)}`);
    const { topology } = pools.home;
    const shape = shapeKey(shapeIn(pools));
    this.shapes.set(shape, shapeIn(pools));
    for (const sight of sightsOf(world.alive)) {
      if (!isTried(world.alive, sight.seen, wide)) continue;
      const facts = factsUnder(world.facts, sight, topology);
      const reduction = reducePool(pools.home, facts, [], snapshot.nowMs);
      for (const goal of SITES) {
        const place = { world, pools, goal, sight };
        const { vector } = reducedFor(goal, pools, { facts, found: reduction, nowMs: snapshot.nowMs });
        this.#ask({ ...place, decided: 'nothing', decisions: [] }, vector, shape);
        for (const [decided, decisions] of decisionsFor(pools[goal], reduction)) {
          const other = reducePool(pools[goal], facts, decisions, snapshot.nowMs);
          this.#ask({ ...place, decided, decisions }, other.vector, shape);
        }
      }
    }
    return world;
  }

  /** Does the way of this leg in a job that began with the same ones; each is gone once. */
  async onward(
    begun: string,
    leg: JobLeg,
    go: () => Promise<WorldSnapshot>,
  ): Promise<{ readonly key: string; readonly snapshot: WorldSnapshot }> {
    const key = `${begun}, ${nameOf(leg)}`;
    const snapshot = this.#begun.get(key) ?? (await go());
    this.#begun.set(key, snapshot);
    return { key, snapshot };
  }

  #ask(place: Place, vector: Vector, shape: string): void {
    const key = `${vectorText(vector)}|${place.goal}|${place.decided}|${shape}`;
    const known = this.asked.get(key);
    if (known === undefined) this.asked.set(key, { vector, shape, places: [place] });
    else if (known.places.length < MOST_PLACES || livesMore(place, known.places[1])) known.places[1] = place;
  }
}

const nameOf = (leg: JobLeg): string =>
  'event' in leg ? leg.event.name : `to ${leg.goal}${leg.until === undefined ? '' : ` until ${leg.until}`}`;

async function goTo(
  { goal, until }: Extract<JobLeg, { readonly goal: Site }>,
  from: WorldSnapshot,
  pools: Pools,
): Promise<WorldSnapshot> {
  const world = await exploredWorld(from, pools);
  const { end, notice, world: there } = await followPlan(world, pools, goal, { until });
  if (until !== undefined && end === 'broken')
    throw new Error(`no way to ${until}: ${notice?.by ?? ''}: ${notice?.how ?? ''}`);
  return there.snapshot;
}

/** The world where a corner ends, and what lies on its last legs. */
export async function addCorner(corpus: Corpus, { estate, failback, legs, name }: Job): Promise<void> {
  let key = JSON.stringify([estate, failback]);
  let snapshot = await startWorld('backup', { overrides: estate, failback });
  const pools = poolsOf(snapshot);
  for (const [index, leg] of legs.entries()) {
    const from = snapshot;
    const go = (): Promise<WorldSnapshot> =>
      'event' in leg ? afterEvent(from, leg.event) : goTo(leg, from, pools);
    ({ key, snapshot } = await corpus.onward(key, leg, go));
    const isLast = index >= legs.length - LAST_LEGS;
    if (isLast) await corpus.add(snapshot, pools, `${name} ${key}`, false);
  }
}

export async function addJob(
  corpus: Corpus,
  job: Job,
  shareSite: EstateSite,
  around: boolean,
): Promise<void> {
  let snapshot = await startWorld(shareSite, { overrides: job.estate, failback: job.failback });
  const pools = poolsOf(snapshot);
  const estate = `${shareSite} ${JSON.stringify([job.estate, job.failback])}`;
  const name = `share at ${shareSite}, ${job.name}`;
  const beside = async (from: WorldSnapshot): Promise<void> => {
    for (const event of possibleEvents(from))
      await corpus.add(await afterEvent(from, event), pools, estate, false);
  };
  for (const leg of job.legs) {
    if ('event' in leg) {
      if (leg.event.possible(snapshot.state)) snapshot = await afterEvent(snapshot, leg.event);
      await corpus.add(snapshot, pools, estate, true);
      continue;
    }
    const world = await exploredWorld(snapshot, pools);
    const way: WorldSnapshot[] = [snapshot];
    const cuts: WorldSnapshot[] = [];
    const followed = await followPlan(world, pools, leg.goal, {
      world: (next) => way.push(next.snapshot),
      ...(around ? { cut: (cut: WorldSnapshot) => cuts.push(cut) } : {}),
    });
    const { steps, end } = followed;
    corpus.legs.push({ job: name, world, pools, goal: leg.goal, steps, end });
    if (end !== 'converged' && end !== leg.mayEnd)
      corpus.broken.push({ by: name, how: followed.notice?.how ?? followed.end });
    for (const at of way) {
      await corpus.add(at, pools, estate, true);
      if (around) await beside(at);
    }
    for (const cut of cuts)
      await corpus.add(await letHappen(cut, () => undefined, AFTER_KILL_MS), pools, estate, false);
    snapshot = followed.world.snapshot;
  }
}

export interface CorpusOptions {
  readonly jobs: readonly Job[];
  readonly corners: readonly Job[];
  readonly shareSites: readonly EstateSite[];
  /** Where the share stands matters to few rows: events beside the ways, and kills, are tried with the share here only. */
  readonly around: EstateSite | undefined;
}

const WHOLE_CORPUS: CorpusOptions = {
  jobs: JOBS,
  corners: CORNERS,
  shareSites: ESTATE_SITES,
  around: 'home',
};

export async function makeCorpus(
  progress: (line: string) => void,
  { jobs, corners, shareSites, around }: CorpusOptions = WHOLE_CORPUS,
): Promise<Corpus> {
  const corpus = new Corpus();
  const tell = (what: string): void => {
    const { worlds, asked } = corpus;
    progress(`${String(worlds.length)} worlds, ${String(asked.size)} questions: ${what}`);
  };
  for (const corner of corners) {
    await addCorner(corpus, corner);
    tell(corner.name);
  }
  for (const shareSite of shareSites)
    for (const job of jobs) {
      await addJob(corpus, job, shareSite, shareSite === around);
      tell(`share at ${shareSite}, ${job.name}`);
    }
  return corpus;
}
