/**
 * What notices a broken need. First the worlds in which the row may newly run and is chosen: it is really run there, and judged as
 * the exploration judges a step. Then the jobs, which must end converged; then every world in which the plan became another one.
 */
import { createPlanner, plannerFor, type FoundPlan, type Planner } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import { reducePool } from '../../src/reconciler/reduce-pool.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import { SITES } from '../../src/topology/pool-topology.ts';
import { plannedStep, type Candidate } from '../exploration/judge-sights.ts';
import { vectorText } from '../exploration/explored-world.ts';
import { factsUnder } from '../exploration/sight.ts';
import type { Asked, Corpus, Place } from './corpus.ts';
import { applyNeedMutant, type NeedMutant } from './need-mutants.ts';
import { followPlan, planOf, runOne, stepsText, type Notice } from './run-step.ts';

export interface NeedVerdict {
  readonly notice: Notice | undefined;
  /** Questions in which the row may newly run; in which it is then chosen; steps really run; plans followed. */
  readonly may: number;
  readonly chosen: number;
  readonly run: number;
  readonly followed: number;
}

/** Of each kind of question, the widest sights first, until something notices. */
const MOST_RUN = 40;
const MOST_FOLLOWED = 25;

const mayRun = (step: GroundStep, vector: Vector): boolean =>
  afterStep(step, vector) !== undefined && step.reads.every((read) => vector[read] !== 'unknown');

const first = (plan: FoundPlan): GroundStep | undefined =>
  plan.kind === 'steps' ? plan.steps[0] : undefined;
const same = (a: GroundStep, b: GroundStep | undefined): boolean =>
  b !== undefined && a.action === b.action && a.target === b.target;

interface Newly {
  readonly asked: Asked;
  readonly place: Place;
}

function candidateAt({ world, pools, goal, sight, decided, decisions }: Place, step: GroundStep): Candidate {
  const whole = sight.seen === world.alive && sight.silentLong;
  const facts = whole ? world.facts : factsUnder(world.facts, sight, pools.home.topology);
  const reduction = reducePool(pools[goal], facts, decisions, world.snapshot.nowMs);
  return { goal, step: plannedStep(step), sight, decisions, decided, reduction };
}

class Hunt {
  readonly #corpus: Corpus;
  readonly #mutant: NeedMutant;
  readonly #intact: Planner;
  /** The row's steps as they are now, and as they were. */
  readonly #pairs: readonly { readonly now: GroundStep; readonly was: GroundStep | undefined }[];
  readonly count = { may: 0, chosen: 0, run: 0, followed: 0 };

  constructor(corpus: Corpus, mutant: NeedMutant, intact: Planner) {
    this.#corpus = corpus;
    this.#mutant = mutant;
    this.#intact = intact;
    this.#pairs = plannerFor(intact.shape)
      .steps.filter((step) => step.row === mutant.row)
      .map((now) => ({ now, was: intact.steps.find((step) => same(step, now)) }));
  }

  /** The row may now run where it could not: run there as if it had been planned just before the world became so. */
  async inRacedWorlds(): Promise<Notice | undefined> {
    let raced = 0;
    for (const asked of this.#corpus.asked.values()) {
      const [newly] = this.#newlyAllowed(asked.vector);
      if (newly === undefined || newly.waits) continue;
      for (const place of asked.places) {
        raced += 1;
        if (raced > MOST_RUN) return undefined;
        this.count.run += 1;
        const { notice } = await runOne(place.world, place.pools, candidateAt(place, newly));
        // A deed that is seen done is not done again: nothing has happened.
        if (notice !== undefined && notice.by !== 'done already')
          return { by: notice.by, how: `planned before the world became so: ${notice.how}` };
      }
    }
    return undefined;
  }

  #newlyAllowed(vector: Vector): readonly GroundStep[] {
    return this.#pairs
      .filter(({ now, was }) => mayRun(now, vector) && (was === undefined || !mayRun(was, vector)))
      .map(({ now }) => now);
  }

  /** Questions whose answer now begins with the row where it could not run before. */
  #newlyChosen(): readonly Newly[] {
    const found: Newly[] = [];
    for (const asked of this.#corpus.asked.values()) {
      const newly = this.#newlyAllowed(asked.vector);
      if (newly.length === 0) continue;
      this.count.may += 1;
      const [place] = asked.places;
      if (place === undefined) continue;
      const chosen = first(planOf(place.pools, place.goal, asked));
      if (!newly.some((now) => same(now, chosen))) continue;
      this.count.chosen += 1;
      found.push({ asked, place });
    }
    return found;
  }

  async inWorlds(): Promise<Notice | undefined> {
    for (const { asked, place } of this.#newlyChosen()) {
      if (this.count.run >= MOST_RUN) return undefined;
      const step = first(planOf(place.pools, place.goal, asked));
      if (step === undefined) continue;
      if (step.waits) continue;
      this.count.run += 1;
      const { notice } = await runOne(place.world, place.pools, candidateAt(place, step));
      if (notice !== undefined) return notice;
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
    for (const { job, world, pools, goal } of legs) {
      const now = stepsText(planOf(pools, goal, world.reduction));
      // A way that begins as before and goes another way later is among the worlds.
      if (met.has(now) || now === stepsText(this.#intact.find(goal, world.reduction.vector))) continue;
      met.add(now);
      this.count.followed += 1;
      const { end, notice, steps } = await followPlan(world, pools, goal);
      if (end === 'converged') continue;
      const how = `${job}: towards ${goal} after ${steps.slice(-2).join(', ') || 'nothing'}: ${notice?.how ?? end}`;
      return { by: end === 'asks' ? 'a job does not end' : (notice?.by ?? end), how };
    }
    return undefined;
  }

  /** Plans that became other ones, followed to their end from worlds where everything alive is in sight. */
  async inOtherPlans(): Promise<Notice | undefined> {
    const met = new Set<string>();
    let followed = 0;
    for (const { world, pools } of this.#corpus.worlds) {
      for (const goal of SITES) {
        const { vector } = world.reduction;
        const now = stepsText(planOf(pools, goal, world.reduction));
        const before = this.#intact.find(goal, vector);
        if (now === stepsText(before) || met.has(now)) continue;
        met.add(now);
        if (followed >= MOST_FOLLOWED) return undefined;
        followed += 1;
        this.count.followed += 1;
        const { end, notice } = await followPlan(world, pools, goal);
        if (end === 'broken' && notice !== undefined) return notice;
        if (end === 'asks' && before.kind !== 'blocked')
          return {
            by: 'a dead end',
            how: `towards ${goal} from ${vectorText(vector)}: ${notice?.how ?? ''}`,
          };
      }
    }
    return undefined;
  }
}

/** Tries one mutant; the table is whole again afterwards. */
export async function tryNeed(corpus: Corpus, mutant: NeedMutant): Promise<NeedVerdict> {
  const pool = corpus.legs[0]?.pools.home;
  if (pool === undefined) throw new RangeError('there is no job');
  const shape = shapeOf(pool.topology, pool.policy);
  const intact = (corpus.intact ??= createPlanner(shape));
  const undo = applyNeedMutant(mutant, shape);
  const hunt = new Hunt(corpus, mutant, intact);
  try {
    const ways =
      mutant.kind === 'removed'
        ? [() => hunt.inWorlds(), () => hunt.inJobs(), () => hunt.inOtherPlans(), () => hunt.inRacedWorlds()]
        : [() => hunt.inJobs(), () => hunt.inWorlds(), () => hunt.inOtherPlans()];
    for (const way of ways) {
      const notice = await way();
      if (notice !== undefined) return { notice, ...hunt.count };
    }
    return { notice: undefined, ...hunt.count };
  } finally {
    undo();
  }
}
