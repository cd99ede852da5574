/**
 * A* over bit-set states. Cost of a path, most important first: assumptions (hypothetical search only), steps, steps taken
 * while two copies are writable, steps taken without service, steps per risk class worst first; packed into one number, five
 * bits each. Equal costs: fewer operators, then the smaller sequence of operators (by rank, then variant). Exact and independent of the
 * bound, because the bound is consistent and, at equal estimate, shorter paths are expanded first: every state, the goal
 * included, has its final path before it is expanded.
 */
import { advance, standing } from './advance-state.ts';
import type { Masks, Operator, Problem } from './compile-steps.ts';
import { WORDS, type Bits } from './encode-vector.ts';
import { mayReach } from './relaxed-reach.ts';
import {
  ASSUMPTION,
  STATE_WORDS,
  estimate,
  landmarkCost,
  landmarkGuide,
  plainGuide,
  wantCost,
  type Guide,
} from './search-guide.ts';
import { StateHeap } from './state-heap.ts';
import { StateStore } from './state-store.ts';
import type { Variable } from './variables.ts';

const MAX_STEPS = 30;

export interface Found {
  readonly kind: 'found';
  readonly operators: readonly Operator[];
  /** What was assumed on the way, in order; empty in the strict search. */
  readonly assumed: readonly { readonly variable: Variable; readonly value: string }[];
  readonly statesExpanded: number;
}
export type SearchResult =
  | Found
  | { readonly kind: 'none'; readonly statesExpanded: number }
  | { readonly kind: 'too-large'; readonly statesExpanded: number };

const store = new StateStore();
const heap = new StateHeap();
const successor = new Int32Array(STATE_WORDS);
/** Stands for the goal: no vector has no bit at all. */
const ARRIVED = new Int32Array(STATE_WORDS);

/** What the path assumed, replayed from the start; an assumption that an operator sets right away counts too. */
function assumedOn(problem: Problem, path: readonly number[], goal: number): Found['assumed'] {
  const assumed: { variable: Variable; value: string }[] = [];
  let state: Bits = store.bitsOf(store.root());
  const guide = plainGuide(problem, true, []);
  const take = (operators: readonly Operator[], masks: Masks, index: number): void => {
    for (const { variable, value, word, unknown } of operators[index]?.assumptions ?? []) {
      if (((state[word] ?? 0) & unknown) !== 0) assumed.push({ variable, value });
    }
    const next = new Int32Array(STATE_WORDS);
    advance(masks, index, state, 0, true, guide, next);
    state = next;
  };
  for (const index of path) take(problem.operators, problem.masks, index);
  take(problem.goals, problem.goalMasks, goal);
  return assumed;
}

function resultOf(problem: Problem, arrived: number, assuming: boolean, expanded: number): Found {
  const path = store.path(arrived);
  const steps = path.slice(0, -1);
  const operators = steps.map((index) => problem.operators[index]).filter((one) => one !== undefined);
  const assumed = assuming ? assumedOn(problem, steps, path.at(-1) ?? 0) : [];
  return { kind: 'found', operators, assumed, statesExpanded: expanded };
}

/** The goal as one more state: every alternative that holds, or would hold if what is unknown were as asked. */
function arrive(problem: Problem, guide: Guide, node: number): number {
  let arrived = -1;
  for (let goal = 0; goal < problem.goals.length; goal += 1) {
    const at = store.offset(node);
    const assumed = advance(problem.goalMasks, goal, store.bits, at, guide.assuming, guide, successor);
    if (assumed < 0) continue;
    const cost = store.costOf(node) + assumed * ASSUMPTION;
    const reached = store.reach(ARRIVED, node, goal, cost, store.depthOf(node));
    if (reached < 0) continue;
    heap.push(cost, store.hopsOf(reached), reached);
    arrived = reached;
  }
  return arrived;
}

/** Expands one state: every operator that may be taken and costs no more than `most`; cheaper or equal paths are kept. */
function expand(problem: Problem, guide: Guide, node: number, most: number): void {
  const { masks } = problem;
  const { assuming } = guide;
  const at = store.offset(node);
  const cost = store.costOf(node);
  const depth = store.depthOf(node);
  const extra = standing(store.bits, at);
  const passed = store.bits[at + WORDS] ?? 0;
  const ahead = landmarkCost(guide, guide.all & ~passed);
  for (let index = 0; index < masks.isStep.length; index += 1) {
    const isStep = masks.isStep[index] === 1;
    if (!isStep && !assuming) continue;
    const assumed = advance(masks, index, store.bits, at, assuming, guide, successor);
    if (assumed < 0) continue;
    const total = cost + (masks.cost[index] ?? 0) + (isStep ? extra : 0) + assumed * ASSUMPTION;
    if (total > most || depth >= MAX_STEPS) continue;
    const fresh = (successor[WORDS] ?? 0) & ~passed;
    const guess = total + ahead - landmarkCost(guide, fresh) + wantCost(guide, successor, 0);
    if (guess > most) continue;
    const reached = store.reach(successor, node, index, total, depth + (isStep ? 1 : 0));
    if (reached >= 0) heap.push(guess, store.hopsOf(reached), reached);
  }
}

function search(problem: Problem, start: Bits, guide: Guide, limit: number): SearchResult {
  store.clear();
  heap.clear();
  successor.fill(0);
  successor.set(start);
  const root = store.start(successor);
  heap.push(estimate(guide, store.bits, store.offset(root)), 0, root);
  let arrived = -1;
  for (let expanded = 0; ; expanded += 1) {
    let node = heap.pop();
    while (node >= 0 && store.close(node)) node = heap.pop();
    if (node < 0) return { kind: 'none', statesExpanded: expanded };
    if (node === arrived) return resultOf(problem, arrived, guide.assuming, expanded);
    if (expanded >= limit || store.full()) {
      // Whole, and every assumption is named; only that no other needs fewer is not proved.
      if (arrived >= 0) return resultOf(problem, arrived, guide.assuming, expanded);
      return { kind: 'too-large', statesExpanded: expanded };
    }
    arrived = Math.max(arrived, arrive(problem, guide, node));
    expand(problem, guide, node, arrived < 0 ? Infinity : store.costOf(arrived));
  }
}

/** No bound and no early end: what the guided search is measured against. */
export const searchUnguided = (
  problem: Problem,
  start: Bits,
  assuming: boolean,
  limit: number,
): SearchResult => search(problem, start, plainGuide(problem, assuming, []), limit);

/**
 * @param assuming strict (false): `unknown` satisfies nothing. Hypothetical (true): one value per unknown variable and
 *   people's ways out may be assumed, fewest first.
 * @param limit states to expand before giving up
 */
export function searchPlan(problem: Problem, start: Bits, assuming: boolean, limit: number): SearchResult {
  if (!assuming) {
    if (!mayReach(problem.relaxed, start)) return { kind: 'none', statesExpanded: 0 };
    return search(problem, start, plainGuide(problem, false, problem.bound), limit);
  }
  const guide = landmarkGuide(problem, start);
  return guide === undefined ? { kind: 'none', statesExpanded: 0 } : search(problem, start, guide, limit);
}
