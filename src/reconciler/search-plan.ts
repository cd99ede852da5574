/**
 * A* over bit-set states. Cost of a path, most important first: assumptions (hypothetical search only), steps, steps taken
 * while two copies are writable, steps taken without service, steps per risk class worst first; packed into one number, five
 * bits each. Equal costs: the smaller sequence of the steps' order (ranks). Exact, because the bound is consistent and, at
 * equal estimate, shorter paths are expanded first, so that a state has its final path before its successors are judged.
 */
import { BOTH_WRITABLE, NO_SERVICE, STEP, type Masks, type Operator, type Problem } from './compile-steps.ts';
import { WORDS, bitOf, wordOf, type Bits } from './encode-vector.ts';
import { StateHeap } from './state-heap.ts';
import { StateStore } from './state-store.ts';
import type { Variable } from './variables.ts';

/** Assumptions are counted above every other cost. */
const ASSUMPTION = 2 ** 30;
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

const bitsOf = (...pairs: readonly (readonly [Variable, ...string[]])[]): Int32Array => {
  const words = new Int32Array(pairs.length * WORDS);
  pairs.forEach(([variable, ...values], index) => {
    words[index * WORDS + wordOf(variable)] = values.reduce(
      (bits, value) => bits | bitOf(variable, value),
      0,
    );
  });
  return words;
};
const BOTH_ONLINE = bitsOf(['home.mgc', 'online'], ['backup.mgc', 'online']);
// prettier-ignore
const HOME_SERVES = bitsOf(['home.mgc', 'online'], ['poolState', 'normal'], ['active', 'home', 'homeStarting']);
// prettier-ignore
const BACKUP_SERVES = bitsOf(['backup.mgc', 'online'], ['poolState', 'failedOver'], ['active', 'backup', 'backupStarting']);

const clashes = (state: Bits, at: number, masks: Int32Array, from: number): boolean =>
  ((state[at] ?? 0) & (masks[from] ?? 0)) !== 0 ||
  ((state[at + 1] ?? 0) & (masks[from + 1] ?? 0)) !== 0 ||
  ((state[at + 2] ?? 0) & (masks[from + 2] ?? 0)) !== 0 ||
  ((state[at + 3] ?? 0) & (masks[from + 3] ?? 0)) !== 0;

/** Has the state a bit of each group of WORDS? */
function meetsAll(state: Bits, at: number, groups: Int32Array): boolean {
  for (let from = 0; from < groups.length; from += WORDS) {
    if (!clashes(state, at, groups, from)) return false;
  }
  return true;
}

function anyFits(state: Bits, at: number, alternatives: Int32Array): boolean {
  for (let from = 0; from < alternatives.length; from += WORDS) {
    if (!clashes(state, at, alternatives, from)) return true;
  }
  return false;
}

function popCount(value: number): number {
  let count = 0;
  for (let bits = value; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}

/** What every step taken from this state costs beyond itself. */
function standing(state: Bits, at: number): number {
  const both = meetsAll(state, at, BOTH_ONLINE) ? BOTH_WRITABLE : 0;
  const served = meetsAll(state, at, HOME_SERVES) || meetsAll(state, at, BACKUP_SERVES);
  return both + (served ? 0 : NO_SERVICE);
}

/** Lower bound of what is still to pay: an unknown want may be met by an assumption alone, which then costs no step. */
function estimate(problem: Problem, state: Bits, at: number, assuming: boolean): number {
  let steps = 0;
  for (const want of problem.bound) {
    if (!anyFits(state, at, assuming ? want.ifAssumed : want.strict)) steps += 1;
  }
  if (!assuming) return steps * STEP;
  let unknown = 0;
  for (let word = 0; word < WORDS; word += 1) {
    unknown += popCount((state[at + word] ?? 0) & (problem.mustAssume[word] ?? 0));
  }
  return unknown * ASSUMPTION + steps * STEP;
}

/** Assumes what is unknown and needed, in place; returns how many assumptions that took. */
function assume(operator: Operator, into: Bits): number {
  let assumed = 0;
  for (const { word, unknown, bit } of operator.assumptions) {
    const bits = into[word] ?? 0;
    if ((bits & unknown) === 0) continue;
    assumed += 1;
    if (bit !== 0) into[word] = (bits & ~unknown) | bit;
  }
  return assumed;
}

/** Writes the successor into `into`; returns how many assumptions were made, or -1 when the operator may not be taken. */
function advance(
  operators: readonly Operator[],
  masks: Masks,
  index: number,
  state: Bits,
  at: number,
  assuming: boolean,
  into: Bits,
): number {
  const from = index * WORDS;
  if (clashes(state, at, assuming ? masks.forbiddenIfAssumed : masks.forbidden, from)) return -1;
  for (let word = 0; word < WORDS; word += 1) into[word] = state[at + word] ?? 0;
  let assumed = masks.isStep[index] === 1 ? 0 : 1;
  const operator = operators[index];
  if (assuming && operator !== undefined && clashes(state, at, masks.unknowns, from))
    assumed += assume(operator, into);
  for (let word = 0; word < WORDS; word += 1) {
    into[word] = ((into[word] ?? 0) & (masks.keep[from + word] ?? -1)) | (masks.set[from + word] ?? 0);
  }
  return assumed;
}

const store = new StateStore();
const heap = new StateHeap();
const successor = new Int32Array(WORDS);

/** What the path assumed, replayed from the start; an assumption that an operator sets right away counts too. */
function assumedOn(problem: Problem, path: readonly number[], goal: number): Found['assumed'] {
  const assumed: { variable: Variable; value: string }[] = [];
  let state: Bits = store.bitsOf(store.root());
  const take = (operators: readonly Operator[], masks: Masks, index: number): void => {
    for (const { variable, value, word, unknown } of operators[index]?.assumptions ?? []) {
      if (((state[word] ?? 0) & unknown) !== 0) assumed.push({ variable, value });
    }
    const next = new Int32Array(WORDS);
    advance(operators, masks, index, state, 0, true, next);
    state = next;
  };
  for (const index of path) take(problem.operators, problem.masks, index);
  take(problem.goals, problem.goalMasks, goal);
  return assumed;
}

function resultOf(problem: Problem, node: number, goal: number, assuming: boolean, expanded: number): Found {
  const path = store.path(node);
  const operators = path
    .map((index) => problem.operators[index])
    .filter((operator) => operator !== undefined);
  const assumed = assuming ? assumedOn(problem, path, goal) : [];
  return { kind: 'found', operators, assumed, statesExpanded: expanded };
}

/** Expands one state: every operator that may be taken and may still cost less than `below`; cheaper or equal paths are kept. */
function expand(problem: Problem, node: number, assuming: boolean, below: number): void {
  const { operators, masks } = problem;
  const at = store.offset(node);
  const cost = store.costOf(node);
  const depth = store.depthOf(node);
  const extra = standing(store.bits, at);
  for (let index = 0; index < operators.length; index += 1) {
    const isStep = masks.isStep[index] === 1;
    if (!isStep && !assuming) continue;
    const assumed = advance(operators, masks, index, store.bits, at, assuming, successor);
    if (assumed < 0) continue;
    const total = cost + (masks.cost[index] ?? 0) + (isStep ? extra : 0) + assumed * ASSUMPTION;
    const guess = total + estimate(problem, successor, 0, assuming);
    if (guess >= below || depth >= MAX_STEPS) continue;
    const order = operators[index]?.order ?? index;
    const reached = store.reach(successor, node, index, order, total, depth + (isStep ? 1 : 0));
    if (reached >= 0) heap.push(guess, store.hopsOf(reached), reached);
  }
}

/**
 * @param assuming strict (false): `unknown` satisfies nothing. Hypothetical (true): one value per unknown variable and
 *   people's ways out may be assumed, fewest first.
 * @param limit states to expand before giving up
 */
export function searchPlan(problem: Problem, start: Bits, assuming: boolean, limit: number): SearchResult {
  // A want that is unknown and that no step sets without reading it: no step leads there.
  if (!assuming && problem.mustAssume.some((bits, word) => ((start[word] ?? 0) & bits) !== 0)) {
    return { kind: 'none', statesExpanded: 0 };
  }
  store.clear();
  heap.clear();
  const root = store.start(start);
  heap.push(estimate(problem, store.bits, store.offset(root), assuming), 0, root);
  let best: { node: number; goal: number; cost: number } | undefined;
  let expanded = 0;
  for (;;) {
    const node = heap.pop();
    if (node < 0) break;
    if (best !== undefined && heap.poppedEstimate >= best.cost) {
      return resultOf(problem, best.node, best.goal, assuming, expanded);
    }
    if (store.close(node)) continue;
    if (expanded >= limit || store.full()) {
      // Whole, and every assumption is named; only that no other needs fewer is not proved.
      if (best !== undefined) return resultOf(problem, best.node, best.goal, assuming, expanded);
      return { kind: 'too-large', statesExpanded: expanded };
    }
    for (let goal = 0; goal < problem.goals.length; goal += 1) {
      const { goals, goalMasks } = problem;
      const assumed = advance(goals, goalMasks, goal, store.bits, store.offset(node), assuming, successor);
      if (assumed < 0) continue;
      if (assumed === 0) return resultOf(problem, node, goal, assuming, expanded);
      const cost = store.costOf(node) + assumed * ASSUMPTION;
      if (best === undefined || cost < best.cost) best = { node, goal, cost };
    }
    expand(problem, node, assuming, best?.cost ?? Infinity);
    expanded += 1;
  }
  return best === undefined
    ? { kind: 'none', statesExpanded: expanded }
    : resultOf(problem, best.node, best.goal, assuming, expanded);
}
