/** Judges one step that was really run in a copy of a world: its sight, its end, its promise, the invariants. Pure. */
import { isDone, needsOf } from '../../src/reconciler/check-step.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { copyOf } from '../../src/reconciler/site-copy.ts';
import { stepKey, type StepId } from '../../src/reconciler/step-id.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { SITES, type DesiredPool } from '../../src/topology/pool-topology.ts';
import type { StepRun } from './daemon-life.ts';
import { vectorText, type ExploredWorld } from './explored-world.ts';
import type { Candidate } from './judge-sights.ts';
import { givenUpTooEarly } from './judge-protection.ts';
import { brokenInvariants, differencesOf, type StepWorld } from './judge-step.ts';
import { factsUnder, has, partiesIn } from './sight.ts';

export interface Broken {
  readonly kind: string;
  readonly what: string;
  readonly details: readonly string[];
}

export interface JudgedRun {
  /** Run while home lived, cut off from everybody: the named exception. */
  readonly silent: boolean;
  /** told: the outcome can be judged; unseen: what would tell is out of sight; overtaken: the world took away a need by itself. */
  readonly end: 'told' | 'unseen' | 'overtaken';
  readonly violations: readonly Broken[];
}

const differing = (promised: Vector, seen: Vector): string =>
  ALL_VARIABLES.filter((name) => seen[name] !== promised[name])
    .map((name) => `${name} ${seen[name]} instead of ${promised[name]}`)
    .join('; ');

function groundedOf(pool: DesiredPool, { action, target }: StepId): GroundStep {
  const { steps } = plannerFor(shapeOf(pool.topology, pool.policy));
  const found = steps.find((one) => one.action === action && one.target === target);
  if (found === undefined) throw new RangeError(`no row for ${action}:${target}`);
  return found;
}

/**
 * A refusal is overtaken where a need is gone, in the truth after the step or to a look at the world before it under the step's own sight:
 * the list of servers takes a moment to reach them all, and they may come to a copy between two looks.
 */
function endOf(
  pool: DesiredPool,
  before: ExploredWorld,
  { step, sight, decisions }: Candidate,
  run: StepRun,
  truth: Reduction,
): JudgedRun['end'] {
  const [outcome] = run.outcomes;
  if (outcome?.result === 'unknown' && run.last !== undefined) {
    const reduced = reducePool(pool, run.last, decisions, run.world.nowMs);
    if (isDone(pool, step, reduced) === 'unknown') return 'unseen';
  }
  if (outcome?.result !== 'refused') return 'told';
  const again = factsUnder(before.facts, sight, pool.topology);
  const looks = [truth, reducePool(pool, again, decisions, before.snapshot.nowMs)];
  return looks.some((look) => needsOf(pool, step, look).length > 0) ? 'overtaken' : 'told';
}

/** Do the copies descend from different databases? */
function apart({ topology }: DesiredPool, facts: PoolFacts): boolean {
  const [home, backup] = SITES.map((site) => {
    const seen = copyOf(topology, facts, site);
    return (seen.kind === 'seen' ? seen.copy.database?.familyGuid : undefined) ?? 'unknown';
  });
  return ![home, backup].includes('unknown') && home !== backup;
}

/** What the row promised against what is seen after the step. `world`: all but what is seen. */
function promiseBroken(
  pool: DesiredPool,
  { step, decisions }: Candidate,
  run: StepRun,
  world: Omit<StepWorld, 'seen'>,
  effects: readonly string[],
): readonly Broken[] {
  const key = stepKey(step);
  const [outcome] = run.outcomes;
  if (outcome?.result !== 'done' || run.last === undefined) {
    const what = outcome?.error?.message ?? '';
    return [{ kind: `${key} ${outcome?.result ?? 'did nothing'}`, what, details: effects }];
  }
  const { before, truth } = world;
  const { vector: seen } = reducePool(pool, run.last, decisions, run.world.nowMs);
  const promise = differencesOf(groundedOf(pool, step), { ...world, seen });
  if (promise.length === 0) return [];
  const words = promise.map((one) => `${one.variable} ${one.seen} instead of ${one.promised}`);
  const moved = ALL_VARIABLES.filter((name) => before[name] !== truth[name]);
  const lines = moved.map((name) => `vector ${name}: ${before[name]} -> ${truth[name]}`);
  const rest = `vector before: ${vectorText(before)}`;
  return [{ kind: `${key} mismatch`, what: words.join('; '), details: [...effects, ...lines, rest] }];
}

/** What the facts of a world give under the candidate's sight and decisions. */
function vectorUnder(
  pool: DesiredPool,
  { snapshot, facts, alive }: ExploredWorld,
  { sight, decisions }: Candidate,
): Vector {
  const whole = sight.seen === alive && sight.silentLong;
  const under = whole ? facts : factsUnder(facts, sight, pool.topology);
  return reducePool(pool, under, decisions, snapshot.nowMs).vector;
}

/**
 * Where the step looked first, its ports under this sight and the facts under the same sight gave different answers; empty: they agree.
 * Both must be of one instant: the facts that a step leaves behind are of its last look, and the world goes on from there.
 */
export function sightDiffers(
  pool: DesiredPool,
  before: ExploredWorld,
  candidate: Candidate,
  run: StepRun,
): string {
  if (run.first === undefined) return '';
  const { vector } = reducePool(pool, run.first, candidate.decisions, before.snapshot.nowMs);
  return differing(vectorUnder(pool, before, candidate), vector);
}

/**
 * @param truth what everything alive shows after the step
 * @param excusesRefusals what was refused because the world took a need away gave up nothing; not so where a broken table planned the
 * step: there another need may cover for the missing one
 */
export function judgeRun(
  pool: DesiredPool,
  before: ExploredWorld,
  candidate: Candidate,
  run: StepRun,
  truth: Reduction,
  excusesRefusals = true,
): JudgedRun {
  const { step, sight, decisions, reduction } = candidate;
  const key = stepKey(step);
  const effects = run.effects.map((effect) => `effect ${effect}`);
  const homeLives = has(before.alive, 'home primary') || has(before.alive, 'home mirror');
  const { vector } = reduction;
  const silent = homeLives && vector['home.reach'] === 'unknown' && vector['home.cannotWrite'] === 'yes';
  // What a person has decided counts for which copy is the newest.
  const decided = reducePool(pool, before.facts, decisions, before.snapshot.nowMs).vector;
  const end = endOf(pool, before, candidate, run, truth);
  const broken = [
    ...brokenInvariants(key, before.snapshot, run.world, before.reduction, silent),
    // What was refused for a need that the world took away gave up nothing.
    ...(excusesRefusals && end === 'overtaken' ? [] : givenUpTooEarly(key, decided, pool.policy, silent)),
  ];
  const violations: Broken[] = broken.map((what) => ({
    kind: 'invariant',
    what: `${key}: ${what}`,
    details: effects,
  }));
  if (isDone(pool, step, reduction) === true)
    violations.push({ kind: 'done already', what: `${key} was begun although it is done`, details: effects });
  const differ = sightDiffers(pool, before, candidate, run);
  if (differ !== '') violations.push({ kind: 'sight', what: differ, details: partiesIn(sight.seen) });
  const world = {
    before: vector,
    truthBefore: decided,
    truth: truth.vector,
    silent,
    apart: apart(pool, before.facts),
  };
  if (end === 'told') violations.push(...promiseBroken(pool, candidate, run, world, effects));
  return { silent, end, violations };
}
