/**
 * What notices a broken need. First the worlds in which the row may newly run: it is really run there, as if it had been planned just
 * before the world became so, and judged as the exploration judges a step. Then those in which a plan newly begins with it; then the
 * jobs, which must end converged; then every world in which the plan became another one.
 */
import { createPlanner, plannerFor, type FoundPlan, type Planner } from '../../src/reconciler/find-plan.ts';
import { alternativesOf, shapeKey, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import type { Variable, Vector } from '../../src/reconciler/variables.ts';
import { SITES, type Site } from '../../src/topology/pool-topology.ts';
import { plannedStep, type Candidate } from '../exploration/judge-sights.ts';
import { vectorText, type ExploredWorld, type Pools } from '../exploration/explored-world.ts';
import { factsUnder } from '../exploration/sight.ts';
import { shapeIn, type Asked, type Corpus, type Place } from './corpus.ts';
import type { Equivalent } from './equivalent.ts';
import { applyNeedMutant, type NeedMutant } from './need-mutants.ts';
import { followPlan, goesOn, planOf, reducedIn, runOne, stepsText, type Notice } from './run-step.ts';

export interface NeedVerdict {
  readonly notice: Notice | undefined;
  /** Questions in which the row may newly run; in which it is then chosen; steps really run; plans followed. */
  readonly may: number;
  readonly chosen: number;
  readonly run: number;
  readonly followed: number;
}

/** Until something notices. */
const MOST_RUN = 100;
const MOST_FOLLOWED = 100;
/** Questions that are planned anew, of each kind in turn. */
const MOST_ASKED = 600;

const mayRun = (step: GroundStep, vector: Vector): boolean =>
  afterStep(step, vector) !== undefined && step.reads.every((read) => vector[read] !== 'unknown');

const first = (plan: FoundPlan): GroundStep | undefined =>
  plan.kind === 'steps' ? plan.steps[0] : undefined;
const same = (a: GroundStep, b: GroundStep | undefined): boolean =>
  b !== undefined && a.action === b.action && a.target === b.target;

interface Newly {
  readonly asked: Asked;
  readonly place: Place;
  readonly step: GroundStep;
  /** Values of what the need speaks of, and whether everything alive is in sight. */
  readonly kind: string;
}

interface OtherPlan {
  readonly world: ExploredWorld;
  readonly pools: Pools;
  readonly goal: Site;
  readonly vector: Vector;
  /** What the table says when nothing is broken. */
  readonly before: FoundPlan;
}

/** So many of them, over the whole length: what is rare stands anywhere. */
const spread = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most
    ? all
    : Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]).filter(
        (one) => one !== undefined,
      );

/** One of each kind, then the next of each. */
function inTurn(all: readonly Newly[]): readonly Newly[] {
  const kinds = new Map<string, Newly[]>();
  for (const one of all) {
    const same = kinds.get(one.kind);
    if (same === undefined) kinds.set(one.kind, [one]);
    else same.push(one);
  }
  const most = Math.max(0, ...[...kinds.values()].map(({ length }) => length));
  const turns: Newly[] = [];
  for (let turn = 0; turn < most; turn += 1)
    for (const same of kinds.values()) {
      const one = same[turn];
      if (one !== undefined) turns.push(one);
    }
  return turns;
}

function candidateAt({ world, pools, goal, sight, decided, decisions }: Place, step: GroundStep): Candidate {
  const whole = sight.seen === world.alive && sight.silentLong;
  const facts = whole ? world.facts : factsUnder(world.facts, sight, pools.home.topology);
  const reduction = reducePool(pools[goal], facts, decisions, world.snapshot.nowMs);
  return { goal, step: plannedStep(step), sight, decisions, decided, reduction };
}

/** A step's row as it is now, and as it was. */
interface Pair {
  readonly now: GroundStep;
  readonly was: GroundStep | undefined;
  /** What the need speaks of at this step's site. */
  readonly about: readonly Variable[];
}

class Hunt {
  readonly #corpus: Corpus;
  readonly #mutant: NeedMutant;
  readonly #intact: ReadonlyMap<string, Planner>;
  readonly #pairs: ReadonlyMap<string, readonly Pair[]>;
  readonly #newly: readonly Newly[];
  readonly count = { may: 0, chosen: 0, run: 0, followed: 0 };

  constructor(corpus: Corpus, mutant: NeedMutant, intact: ReadonlyMap<string, Planner>) {
    this.#corpus = corpus;
    this.#mutant = mutant;
    this.#intact = intact;
    this.#pairs = new Map([...intact].map(([key, planner]) => [key, this.#pairsIn(planner)]));
    this.#newly = inTurn(this.#findNewly());
  }

  #pairsIn({ shape, steps }: Planner): readonly Pair[] {
    const { row, need } = this.#mutant;
    return plannerFor(shape)
      .steps.filter((step) => step.row === row)
      .map((now) => ({
        now,
        was: steps.find((step) => same(step, now)),
        about: alternativesOf(need, now.site, shape).flatMap((way) => [...way.keys()]),
      }));
  }

  /** Every place where the row may run now, and could not before. */
  #findNewly(): readonly Newly[] {
    const found: Newly[] = [];
    for (const asked of this.#corpus.asked.values()) {
      const { vector, places } = asked;
      const pairs = this.#pairs.get(asked.shape) ?? [];
      const newly = pairs.filter(
        ({ now, was }) => mayRun(now, vector) && (was === undefined || !mayRun(was, vector)),
      );
      if (newly.length > 0) this.count.may += 1;
      for (const { now, about } of newly)
        for (const place of places) {
          const whole = place.sight.seen === place.world.alive;
          const values = about.map((name) => vector[name]);
          const kind = [now.target, ...values, asked.shape, String(whole)].join();
          found.push({ asked, place, step: now, kind });
        }
    }
    return found;
  }

  #planAt({ pools, goal }: Place, { vector }: Pick<Asked, 'vector'>): FoundPlan {
    return planOf(pools, goal, { vector });
  }

  #intactPlan(pools: Pools, goal: Site, vector: Vector): FoundPlan {
    const planner = this.#intact.get(shapeKey(shapeIn(pools)));
    if (planner === undefined) throw new RangeError('a pool of a shape that the corpus does not know');
    return planner.find(goal, vector);
  }

  /** The row may now run where it could not: run there as if it had been planned just before the world became so. */
  async inRacedWorlds(): Promise<Notice | undefined> {
    for (const { place, step } of this.#newly.filter((one) => !one.step.waits).slice(0, MOST_RUN)) {
      this.count.run += 1;
      const { notice } = await runOne(place.world, place.pools, candidateAt(place, step));
      // A deed that is seen done is not done again: nothing has happened.
      if (notice !== undefined && notice.by !== 'done already')
        return { by: notice.by, how: `planned before the world became so: ${notice.how}` };
    }
    return undefined;
  }

  /** Questions whose answer now begins with the row where it could not run before, a place of each. */
  #newlyChosen(): readonly Newly[] {
    const met = new Set<Asked>();
    return this.#newly.filter(({ asked, place, step }) => {
      if (met.has(asked) || met.size >= MOST_ASKED) return false;
      met.add(asked);
      return same(step, first(this.#planAt(place, asked)));
    });
  }

  async inWorlds(): Promise<Notice | undefined> {
    let run = 0;
    for (const { asked, place, step } of this.#newlyChosen()) {
      this.count.chosen += 1;
      if (step.waits || run >= MOST_RUN) continue;
      run += 1;
      this.count.run += 1;
      const { next, notice } = await runOne(place.world, place.pools, candidateAt(place, step));
      if (notice !== undefined) return notice;
      const stuck = goesOn(place, this.#planAt(place, asked), next, place.pools);
      if (stuck !== undefined) return stuck;
    }
    return undefined;
  }

  /** The jobs in which the row is run, then the others. */
  async inJobs(): Promise<Notice | undefined> {
    const { id } = this.#mutant.row;
    const runs = (steps: readonly string[]): boolean => steps.some((step) => step.startsWith(`${id}:`));
    const legs = [...this.#corpus.legs].sort(
      (a, b) => Number(runs(b.steps)) - Number(runs(a.steps)) || a.steps.length - b.steps.length,
    );
    const met = new Set<string>();
    for (const { job, world, pools, goal, end: ended } of legs) {
      const { vector } = reducedIn(world, pools, goal);
      const now = stepsText(planOf(pools, goal, { vector }));
      // A way that begins as before and goes another way later is among the worlds.
      if (met.has(now) || now === stepsText(this.#intactPlan(pools, goal, vector))) continue;
      met.add(now);
      this.count.followed += 1;
      const { end, notice, steps } = await followPlan(world, pools, goal);
      if (end === 'converged' || end === ended) continue;
      const how = `${job}: towards ${goal} after ${steps.slice(-2).join(', ') || 'nothing'}: ${notice?.how ?? end}`;
      return { by: end === 'asks' || end === 'waits' ? 'a job does not end' : (notice?.by ?? end), how };
    }
    return undefined;
  }

  /** Worlds where everything alive is in sight and whose plan became another one, a world of each such plan. */
  #otherPlans(): readonly OtherPlan[] {
    const met = new Set<string>();
    return this.#corpus.worlds.flatMap(({ world, pools }) =>
      SITES.flatMap((goal) => {
        const { vector } = reducedIn(world, pools, goal);
        const now = stepsText(planOf(pools, goal, { vector }));
        const before = this.#intactPlan(pools, goal, vector);
        if (now === stepsText(before) || met.has(now)) return [];
        met.add(now);
        return [{ world, pools, goal, vector, before }];
      }),
    );
  }

  /** Plans that became other ones, followed to their end. */
  async inOtherPlans(): Promise<Notice | undefined> {
    for (const { world, pools, goal, vector, before } of spread(this.#otherPlans(), MOST_FOLLOWED)) {
      this.count.followed += 1;
      const { end, notice } = await followPlan(world, pools, goal);
      if (end === 'broken' && notice !== undefined) return notice;
      if (end === 'asks' && before.kind !== 'blocked')
        return {
          by: 'a dead end',
          how: `towards ${goal} from ${vectorText(vector)}: ${notice?.how ?? ''}`,
        };
    }
    return undefined;
  }
}

const intactPlanners = new WeakMap<Corpus, ReadonlyMap<string, Planner>>();

/** Plans by the whole table, made once. */
function intactOf(corpus: Corpus): ReadonlyMap<string, Planner> {
  const known = intactPlanners.get(corpus);
  if (known !== undefined) return known;
  const made = new Map([...corpus.shapes].map(([key, shape]) => [key, createPlanner(shape)] as const));
  intactPlanners.set(corpus, made);
  return made;
}

/** Tries one mutant; the table is whole again afterwards. @param argument why nothing should notice it */
export async function tryNeed(
  corpus: Corpus,
  mutant: NeedMutant,
  argument?: Pick<Equivalent, 'kind'>,
): Promise<NeedVerdict> {
  const intact = intactOf(corpus);
  const undo = applyNeedMutant(mutant, [...corpus.shapes.values()]);
  const hunt = new Hunt(corpus, mutant, intact);
  try {
    const ways =
      mutant.kind === 'removed'
        ? [() => hunt.inRacedWorlds(), () => hunt.inWorlds(), () => hunt.inJobs(), () => hunt.inOtherPlans()]
        : [() => hunt.inJobs(), () => hunt.inWorlds(), () => hunt.inOtherPlans()];
    for (const way of ways) {
      const notice = await way();
      if (notice !== undefined) return { notice, ...hunt.count };
    }
    const how = argument && refuted(argument, hunt);
    const notice = how === undefined ? undefined : { by: 'the argument does not hold', how };
    return { notice, ...hunt.count };
  } finally {
    undo();
  }
}

/** undefined: the argument holds in every question that is known. */
function refuted({ kind }: Pick<Equivalent, 'kind'>, { count }: Hunt): string | undefined {
  switch (kind) {
    case 'implied':
      return count.may === 0 ? undefined : `the row may newly run in ${String(count.may)} questions`;
    case 'idle':
      return count.chosen === 0 ? undefined : `${String(count.chosen)} plans newly begin with the row`;
  }
}
