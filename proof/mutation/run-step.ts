/** One step of a plan in a copy of a world, judged as the exploration judges it, and the world that comes of it. */
import { planPool } from '../../src/reconciler/plan-pool.ts';
import { plannerFor, type FoundPlan } from '../../src/reconciler/find-plan.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import type { SimulatedWorld, WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { Site } from '../../src/topology/pool-topology.ts';
import { letHappen, runSteps } from '../exploration/daemon-life.ts';
import { exploredWorld, type ExploredWorld, type Pools } from '../exploration/explored-world.ts';
import { judgeRun } from '../exploration/judge-run.ts';
import { decisionsFor, plannedStep, type Candidate } from '../exploration/judge-sights.ts';
import { factsUnder, partiesIn } from '../exploration/sight.ts';
import { afterEvent, TIME } from '../exploration/world-events.ts';

/** What noticed a mutant, in a line. */
export interface Notice {
  readonly by: string;
  readonly how: string;
}

export const planOf = (pools: Pools, goal: Site, { vector }: Pick<Reduction, 'vector'>): FoundPlan =>
  plannerFor(shapeOf(pools.home.topology, pools.home.policy)).find(goal, vector);

/** What the planner is asked for this goal. Which site is to serve decides of a broken home copy alone. @param found for home */
export function reducedFor(
  goal: Site,
  pools: Pools,
  { facts, found, nowMs }: { readonly facts: PoolFacts; readonly found: Reduction; readonly nowMs: number },
): Reduction {
  return goal === 'home' || found.vector['home.mgc'] !== 'broken'
    ? found
    : reducePool(pools[goal], facts, [], nowMs);
}

/** The same in a world where everything alive is in sight. */
export const reducedIn = (
  { facts, reduction: found, snapshot }: Pick<ExploredWorld, 'facts' | 'reduction' | 'snapshot'>,
  pools: Pools,
  goal: Site,
): Reduction => reducedFor(goal, pools, { facts, found, nowMs: snapshot.nowMs });

export const stepsText = (plan: FoundPlan): string =>
  'steps' in plan
    ? `${plan.kind} ${plan.steps.map(({ action, target }) => `${action}:${target}`).join(', ')}`
    : plan.kind;

export interface RunOne {
  readonly next: ExploredWorld;
  readonly notice: Notice | undefined;
}

export async function runOne(
  world: ExploredWorld,
  pools: Pools,
  candidate: Candidate,
  onCut?: (cut: WorldSnapshot) => void,
): Promise<RunOne> {
  const { goal, step, sight, decisions, decided } = candidate;
  const pool = pools[goal];
  const run = await runSteps(world.snapshot, { pool, steps: [step], sight, decisions }, onCut !== undefined);
  if (onCut !== undefined) for (const { world: cut } of run.cuts) onCut(cut);
  const next = await exploredWorld(run.world, pools);
  // What is seen is no matter of the table; where a folder is closed, both sights differ.
  const broken = judgeRun(pool, world, candidate, run, next.reduction, false).violations.find(
    ({ kind }) => kind !== 'sight',
  );
  const unseen = partiesIn(world.alive & ~sight.seen);
  const about = [
    `towards ${goal}`,
    ...(decided === 'nothing' ? [] : [`${decided} decided`]),
    ...(unseen.length === 0 ? [] : [`without sight of ${unseen.join(', ')}`]),
  ].join(', ');
  const notice = broken && { by: broken.kind, how: `${stepKey(step)} ${about}: ${broken.what}` };
  return { next, notice };
}

/** Whoever sees no more after the step than before has a shorter way left then. undefined: so it is. */
export function goesOn(
  { goal, sight, decisions }: Pick<Candidate, 'goal' | 'sight' | 'decisions'>,
  plan: FoundPlan,
  next: ExploredWorld,
  pools: Pools,
): Notice | undefined {
  if (plan.kind !== 'steps' || plan.steps.length < 2) return undefined;
  const facts = factsUnder(next.facts, { ...sight, seen: sight.seen & next.alive }, pools.home.topology);
  const reduction = reducePool(pools[goal], facts, decisions, next.snapshot.nowMs);
  const rest = planOf(pools, goal, reduction);
  const nearer = rest.kind === 'steps' && rest.steps.length < plan.steps.length;
  if (rest.kind === 'converged' || nearer) return undefined;
  const unseen = partiesIn(next.alive & ~sight.seen).join(', ');
  return {
    by: 'a plan that comes no nearer',
    how: `towards ${goal} without sight of ${unseen || 'nobody'}: ${stepsText(plan)}; after its first step ${stepsText(rest)}`,
  };
}

/** Signs of life that a dead site has left behind are older than its silence then, ms. */
export const OLDER_MS = 620_000;
/** Where nothing is left that could happen, no time would pass. */
export const growOlder = ({ clock }: SimulatedWorld): void => void clock.after(OLDER_MS, () => undefined);
/** Longer than any way that ends. */
const MOST_STEPS = 40;
/** One after the other: what has not come by then comes of an event, as the return of an instance. */
const MOST_WAITS = 6;

export interface Followed {
  readonly world: ExploredWorld;
  /** waits: for the world, which does not move by itself; reached: the step before which the way is left comes next. */
  readonly end: 'converged' | 'waits' | 'asks' | 'broken' | 'reached';
  readonly notice: Notice | undefined;
  readonly steps: readonly string[];
}

const candidateOf = (
  world: ExploredWorld,
  goal: Site,
  plan: FoundPlan,
  reduction: Reduction,
  decided: Candidate['decided'],
  decisions: Candidate['decisions'],
): Candidate | undefined => {
  const [first] = plan.kind === 'steps' ? plan.steps : [];
  if (first === undefined) return undefined;
  const sight = { seen: world.alive, silentLong: true };
  return { goal, step: plannedStep(first), sight, decisions, decided, reduction };
};

/** Follows the plan to its end with everything alive in sight; a person who is asked which copy to keep keeps the one that helps. */
export async function followPlan(
  start: ExploredWorld,
  pools: Pools,
  goal: Site,
  on: {
    readonly world?: (world: ExploredWorld) => void;
    readonly cut?: (cut: WorldSnapshot) => void;
    readonly until?: string | undefined;
  } = {},
): Promise<Followed> {
  let world = start;
  let decided = 'nothing';
  let decisions: Candidate['decisions'] = [];
  let waited = false;
  let waits = 0;
  /** Steps that the plan before promised to come next. */
  let promised = 0;
  const steps: string[] = [];
  const broken = (by: string, how: string): Followed => ({
    world,
    end: 'broken',
    notice: { by, how },
    steps,
  });
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const reduction = reducePool(pools[goal], world.facts, decisions, world.snapshot.nowMs);
    const plan = planOf(pools, goal, reduction);
    if (plan.kind === 'converged') return { world, end: 'converged', notice: undefined, steps };
    if (plan.kind === 'too-large') return broken('too large', `towards ${goal}`);
    if (plan.kind === 'blocked') {
      // Signs of life of what has just died are young at first.
      if (!waited) {
        waited = true;
        world = await exploredWorld(await letHappen(world.snapshot, growOlder, OLDER_MS), pools);
        continue;
      }
      const helps = decisionsFor(pools[goal], reduction).find(([, more]) => {
        const other = reducePool(pools[goal], world.facts, more, world.snapshot.nowMs);
        return planOf(pools, goal, other).kind === 'steps';
      });
      if (decided === 'nothing' && helps !== undefined) {
        [decided, decisions] = helps;
        continue;
      }
      const words = planPool(pools[goal], reduction);
      const obstacles = words.kind === 'blocked' ? words.obstacles : [];
      if (obstacles.length === 0 || obstacles.some(({ wayOut }) => wayOut.trim() === ''))
        return broken('blocked without a way out', `towards ${goal} after ${steps.join(', ')}`);
      const [first] = obstacles;
      const how = `${first?.variable ?? ''} is ${first?.actual ?? ''}, wanted ${first?.wanted ?? ''}`;
      if (promised > 0) return broken('a plan that cannot go on', `after ${steps.join(', ')}: ${how}`);
      return { world, end: 'asks', notice: { by: 'a person is asked', how }, steps };
    }
    const [first] = plan.steps;
    promised = plan.steps.length - 1;
    if (first?.waits === true) {
      steps.push(`${first.action}:${first.target}`);
      waits += 1;
      if (waits > MOST_WAITS)
        return {
          world,
          end: 'waits',
          notice: { by: 'a wait without end', how: `towards ${goal}: ${first.action}:${first.target}` },
          steps,
        };
      world = await exploredWorld(await afterEvent(world.snapshot, TIME), pools);
      continue;
    }
    const candidate = candidateOf(world, goal, plan, reduction, decided, decisions);
    if (candidate === undefined) return broken('no step', stepsText(plan));
    waits = 0;
    if (stepKey(candidate.step) === on.until) return { world, end: 'reached', notice: undefined, steps };
    steps.push(stepKey(candidate.step));
    const { next, notice } = await runOne(world, pools, candidate, on.cut);
    world = next;
    on.world?.(next);
    if (notice !== undefined) return { world, end: 'broken', notice, steps };
  }
  return broken('no end', `towards ${goal}: ... ${steps.slice(-3).join(', then ')}`);
}
