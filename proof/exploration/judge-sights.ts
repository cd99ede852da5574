/** Every sight of one world: the planner's answer for both goals, and which steps it would run, seen by how many. */
import type { Decision } from '../../src/ports/journal.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { plannerFor, type FoundPlan } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { stepKey, type ActionId } from '../../src/reconciler/step-id.ts';
import type { PlannedStep } from '../../src/reconciler/plan.ts';
import { SITES, type DesiredPool, type Site } from '../../src/topology/pool-topology.ts';
import { vectorText, type ExploredWorld, type Pools } from './explored-world.ts';
import { ALL_PARTIES, factsUnder, isDark, type PartySet, type Sight } from './sight.ts';
import type { StateCount } from './state-count.ts';

/** What the planner says, as far as it decides what happens next. */
export interface PlanInShort {
  readonly kind: 'converged' | 'steps' | 'waiting' | 'blocked' | 'too-large';
  /** The first step, or what is awaited. */
  readonly first: GroundStep | undefined;
}

function inShort(found: FoundPlan): PlanInShort {
  const [first] = found.kind === 'steps' || found.kind === 'blocked' ? found.steps : [];
  return { kind: found.kind === 'steps' && first?.waits === true ? 'waiting' : found.kind, first };
}

export function plannedStep({ action, target, seedStep, risk, what }: GroundStep): PlannedStep {
  // A step that waits is of WAIT_TABLE; every other one is of ACTION_TABLE.
  return { action: action as ActionId, target, seedStep, risk, reason: what };
}

/** A step that some sight of a world lets the planner choose. */
export interface Candidate {
  readonly goal: Site;
  readonly step: PlannedStep;
  readonly sight: Sight;
  readonly decisions: readonly Decision[];
  readonly decided: string;
  readonly reduction: Reduction;
}

export function sightsOf(alive: number): readonly Sight[] {
  const sights: Sight[] = [];
  for (let seen = alive; ; seen = (seen - 1) & alive) {
    sights.push({ seen, silentLong: true });
    if (isDark(seen)) sights.push({ seen, silentLong: false });
    if (seen === 0) break;
  }
  return sights;
}

const keep = (pool: DesiredPool, site: Site): Decision => ({
  pool: pool.topology.name,
  by: 'explorer',
  reason: 'every decision is tried',
  expiresAt: null,
  decision: 'keep',
  generation: pool.generation,
  site,
});
const attest = (pool: DesiredPool, site: Site, instance?: string): Decision => ({
  pool: pool.topology.name,
  by: 'explorer',
  reason: 'every decision is tried',
  expiresAt: null,
  decision: 'attest-down',
  site,
  ...(instance === undefined ? {} : { instance }),
});

/** The principals for which a mirror waits. */
function lostPrincipals({ vector, evidence }: Reduction): readonly (readonly [Site, string])[] {
  return SITES.filter((site) => vector[`${site}.mgc`] === 'waiting').flatMap((site) =>
    evidence[site].signs
      .filter(({ way, says }) => way === 'mirror' && says === 'down')
      .map(({ about }) => [site, about] as const),
  );
}

/** The decisions that could change an answer here. */
export function decisionsFor(
  pool: DesiredPool,
  reduction: Reduction,
): readonly (readonly [string, readonly Decision[]])[] {
  const { vector, evidence } = reduction;
  const broken = (['home.mgc', 'backup.mgc'] as const).some((mgc) => vector[mgc] === 'broken');
  const asks =
    vector.current.startsWith('diverged') ||
    (broken && vector.current === 'unknown') ||
    ['saved', 'unsaved'].some((held) => held === vector['home.holds'] || held === vector['backup.holds']);
  return [
    ...(asks ? SITES.map((site) => [`keep ${site}`, [keep(pool, site)]] as const) : []),
    ...(evidence.home.verdict === 'unknown' ? [['attest home', [attest(pool, 'home')]] as const] : []),
    ...lostPrincipals(reduction).map(
      ([site, instance]) => [`attest ${instance}`, [attest(pool, site, instance)]] as const,
    ),
  ];
}

export interface Answer {
  readonly goal: Site;
  readonly reduction: Reduction;
  readonly plan: PlanInShort;
  readonly sight: Sight;
  readonly decided: string;
  readonly decisions: readonly Decision[];
}

const keyOf = ({ vector }: Reduction, goal: Site, decided: string): string =>
  `${vectorText(vector)}|${goal}|${decided}`;

function answerText(here: ReadonlyMap<string, Answer>, reduction: Reduction, goal: Site): string {
  const plan = here.get(keyOf(reduction, goal, 'nothing'))?.plan;
  return `${plan?.kind ?? ''} ${plan?.first?.action ?? ''}:${plan?.first?.target ?? ''}`;
}

/** Answers of all sights of a world: one for each vector, goal and decision, of the first and widest sight that gives it. */
export function answersOf(world: ExploredWorld, pools: Pools, states: StateCount): Answer[] {
  const { topology, policy } = pools.home;
  const { nowMs } = world.snapshot;
  const planner = plannerFor(shapeOf(topology, policy));
  const here = new Map<string, Answer>();
  const longSilent = new Map<PartySet, number>();
  const plan = (
    reduction: Reduction,
    sight: Sight,
    goal: Site,
    decided: string,
    decisions: readonly Decision[],
  ): void => {
    const key = keyOf(reduction, goal, decided);
    if (here.has(key)) return;
    const found = inShort(planner.find(goal, reduction.vector));
    here.set(key, { goal, reduction, plan: found, sight, decided, decisions });
  };
  for (const sight of sightsOf(world.alive)) {
    const facts =
      sight.seen === world.alive && sight.silentLong ? world.facts : factsUnder(world.facts, sight, topology);
    const reduction = reducePool(pools.home, facts, [], nowMs);
    const id = states.add(reduction.vector, world.alive, sight.seen);
    // Which site is to serve decides of a broken home copy alone.
    const broken = reduction.vector['home.mgc'] === 'broken';
    const reducedFor = (goal: Site): Reduction =>
      broken && goal === 'backup' ? reducePool(pools.backup, facts, [], nowMs) : reduction;
    for (const goal of SITES) {
      plan(reducedFor(goal), sight, goal, 'nothing', []);
      for (const [decided, decisions] of decisionsFor(pools[goal], reduction)) {
        const other = reducePool(pools[goal], facts, decisions, nowMs);
        states.add(other.vector, world.alive, sight.seen);
        plan(other, sight, goal, decided, decisions);
      }
    }
    states.answered(id, SITES.map((goal) => answerText(here, reduction, goal)).join(' '));
    if (sight.silentLong) longSilent.set(sight.seen, id);
  }
  states.compare(longSilent);
  return [...here.values()];
}

const seenBy = ({ seen }: Sight): number => {
  let count = 0;
  for (let bits = seen & ALL_PARTIES; bits !== 0; bits &= bits - 1) count += 1;
  return count;
};

/** For each step that any sight chooses: the widest and the narrowest sight that choose it. */
export function candidatesOf(answers: readonly Answer[]): Candidate[] {
  const widest = new Map<string, Candidate>();
  const narrowest = new Map<string, Candidate>();
  for (const { goal, plan, reduction, sight, decided, decisions } of answers) {
    if (plan.kind !== 'steps' || plan.first === undefined) continue;
    const step = plannedStep(plan.first);
    const key = `${stepKey(step)}|${decided}`;
    const candidate = { goal, step, sight, decisions, decided, reduction };
    const wide = widest.get(key);
    if (wide === undefined || seenBy(sight) > seenBy(wide.sight)) widest.set(key, candidate);
    const narrow = narrowest.get(key);
    if (narrow === undefined || seenBy(sight) < seenBy(narrow.sight)) narrowest.set(key, candidate);
  }
  const both = [...widest].flatMap(([key, wide]) => {
    const narrow = narrowest.get(key);
    return narrow === undefined || narrow === wide ? [wide] : [wide, narrow];
  });
  return both;
}
