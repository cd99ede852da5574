/** Every sight of one world: the planner's answer for both goals, and which steps it would run, seen by how many. */
import type { Decision } from '../../src/ports/journal.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { planPool } from '../../src/reconciler/plan-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import type { Plan, PlannedStep } from '../../src/reconciler/plan.ts';
import { SITES, type DesiredPool, type Site } from '../../src/topology/pool-topology.ts';
import { vectorText, type ExploredWorld, type Pools } from './explored-world.ts';
import { ALL_PARTIES, factsUnder, mayBeDark, type Sight } from './sight.ts';

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
    if (mayBeDark(seen)) sights.push({ seen, silentLong: false });
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
const attest = (pool: DesiredPool): Decision => ({
  pool: pool.topology.name,
  by: 'explorer',
  reason: 'every decision is tried',
  expiresAt: null,
  decision: 'attest-down',
  site: 'home',
});

/** The decisions that could change an answer here. */
export function decisionsFor(
  pool: DesiredPool,
  { vector, evidence }: Reduction,
): readonly (readonly [string, readonly Decision[]])[] {
  const asks =
    vector.current.startsWith('diverged') ||
    ['saved', 'unsaved'].some((held) => held === vector['home.holds'] || held === vector['backup.holds']);
  return [
    ...(asks ? SITES.map((site) => [`keep ${site}`, [keep(pool, site)]] as const) : []),
    ...(evidence.home.verdict === 'unclear' ? [['attest home', [attest(pool)]] as const] : []),
  ];
}

export interface Answer {
  readonly goal: Site;
  readonly reduction: Reduction;
  readonly plan: Plan;
  readonly sight: Sight;
  readonly decided: string;
  readonly decisions: readonly Decision[];
}

/** Answers of all sights; one for each (vector, goal, decision), the one of the widest sight, and one of the narrowest with a step. */
export function answersOf(
  world: ExploredWorld,
  pools: Pools,
  met: (reduction: Reduction, sight: Sight) => void,
): Answer[] {
  const { topology } = pools.home;
  const { nowMs } = world.snapshot;
  const here = new Map<string, Answer>();
  const planned = (
    reduction: Reduction,
    sight: Sight,
    goal: Site,
    decided: string,
    decisions: readonly Decision[],
  ): void => {
    const key = `${vectorText(reduction.vector)}|${goal}|${decided}`;
    if (here.has(key)) return;
    here.set(key, { goal, reduction, plan: planPool(pools[goal], reduction), sight, decided, decisions });
  };
  for (const sight of sightsOf(world.alive)) {
    const facts =
      sight.seen === world.alive && sight.silentLong ? world.facts : factsUnder(world.facts, sight, topology);
    const reduction = reducePool(pools.home, facts, [], nowMs);
    met(reduction, sight);
    for (const goal of SITES) {
      planned(reduction, sight, goal, 'nothing', []);
      for (const [decided, decisions] of decisionsFor(pools[goal], reduction)) {
        const other = reducePool(pools[goal], facts, decisions, nowMs);
        met(other, sight);
        planned(other, sight, goal, decided, decisions);
      }
    }
  }
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
    const step = plan.kind === 'steps' ? plan.steps[0] : undefined;
    if (step === undefined) continue;
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
