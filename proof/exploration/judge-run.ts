/** Judges one step that was really run in a copy of a world: its sight, its end, its promise, the invariants. Pure. */
import { isDone, needsOf } from '../../src/reconciler/check-step.ts';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf, type GroundStep } from '../../src/reconciler/ground-rows.ts';
import { reducePool, type Reduction } from '../../src/reconciler/reduce-pool.ts';
import { stepKey, type StepId } from '../../src/reconciler/step-id.ts';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool } from '../../src/topology/pool-topology.ts';
import type { StepRun } from './daemon-life.ts';
import { vectorText, type ExploredWorld } from './explored-world.ts';
import type { Candidate } from './judge-sights.ts';
import { givenUpTooEarly } from './judge-protection.ts';
import { brokenInvariants, differencesOf } from './judge-step.ts';
import { has, partiesIn } from './sight.ts';

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

function endOf(
  pool: DesiredPool,
  { step, decisions }: Candidate,
  run: StepRun,
  truth: Reduction,
): JudgedRun['end'] {
  const [outcome] = run.outcomes;
  if (outcome?.result === 'unknown' && run.last !== undefined) {
    const reduced = reducePool(pool, run.last, decisions, run.world.nowMs);
    if (isDone(pool, step, reduced) === 'unknown') return 'unseen';
  }
  return outcome?.result === 'refused' && needsOf(pool, step, truth).length > 0 ? 'overtaken' : 'told';
}

/** What the row promised against what is seen after the step. */
function promiseBroken(
  pool: DesiredPool,
  { step, reduction, decisions }: Candidate,
  run: StepRun,
  truth: Vector,
  effects: readonly string[],
): readonly Broken[] {
  const key = stepKey(step);
  const [outcome] = run.outcomes;
  if (outcome?.result !== 'done' || run.last === undefined) {
    const what = outcome?.error?.message ?? '';
    return [{ kind: `${key} ${outcome?.result ?? 'did nothing'}`, what, details: effects }];
  }
  const { vector: seen } = reducePool(pool, run.last, decisions, run.world.nowMs);
  const promise = differencesOf(groundedOf(pool, step), reduction.vector, seen, truth);
  if (promise.length === 0) return [];
  const words = promise.map((one) => `${one.variable} ${one.seen} instead of ${one.promised}`);
  const moved = ALL_VARIABLES.filter((name) => reduction.vector[name] !== truth[name]);
  const lines = moved.map((name) => `vector ${name}: ${reduction.vector[name]} -> ${truth[name]}`);
  const rest = `vector before: ${vectorText(reduction.vector)}`;
  return [{ kind: `${key} mismatch`, what: words.join('; '), details: [...effects, ...lines, rest] }];
}

/** @param truth what everything alive shows after the step */
export function judgeRun(
  pool: DesiredPool,
  before: ExploredWorld,
  candidate: Candidate,
  run: StepRun,
  truth: Reduction,
): JudgedRun {
  const { step, sight, decisions, reduction } = candidate;
  const key = stepKey(step);
  const effects = run.effects.map((effect) => `effect ${effect}`);
  const homeLives = has(before.alive, 'home primary') || has(before.alive, 'home mirror');
  const { vector } = reduction;
  const silent = homeLives && vector['home.reach'] === 'unknown' && vector['home.cannotWrite'] === 'yes';
  // What a person has decided counts for which copy is the newest.
  const decided = reducePool(pool, before.facts, decisions, before.snapshot.nowMs).vector;
  const broken = [
    ...brokenInvariants(key, before.snapshot, run.world, before.reduction, silent),
    ...givenUpTooEarly(key, decided, pool.policy, silent),
  ];
  const violations: Broken[] = broken.map((what) => ({
    kind: 'invariant',
    what: `${key}: ${what}`,
    details: effects,
  }));
  if (isDone(pool, step, reduction) === true)
    violations.push({ kind: 'done already', what: `${key} was begun although it is done`, details: effects });
  const first = (facts: PoolFacts): Vector =>
    reducePool(pool, facts, decisions, before.snapshot.nowMs).vector;
  const differ = run.first === undefined ? '' : differing(vector, first(run.first));
  if (differ !== '') violations.push({ kind: 'sight', what: differ, details: partiesIn(sight.seen) });
  const end = endOf(pool, candidate, run, truth);
  if (end === 'told') violations.push(...promiseBroken(pool, candidate, run, truth.vector, effects));
  return { silent, end, violations };
}
