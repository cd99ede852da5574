/**
 * A* over bit-set states. Cost of a path, most important first: assumptions (hypothetical search only), steps, steps taken
 * while two copies are writable, steps taken without service, steps per risk class worst first; packed into one number, five
 * bits each. Equal costs: the smaller sequence of the steps' order (ranks). Exact, because the bound is consistent and, at
 * equal estimate, shorter paths are expanded first, so that a state has its final path before its successors are judged.
 */
import { BOTH_WRITABLE, NO_SERVICE, STEP, type Operator, type Problem, type Words } from './compile-steps.ts';
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

const mask = (...pairs: readonly (readonly [Variable, ...string[]])[]): Words[] =>
  pairs.map(([variable, ...values]) => {
    const words = new Array<number>(WORDS).fill(0);
    words[wordOf(variable)] = values.reduce((bits, value) => bits | bitOf(variable, value), 0);
    return words;
  });
const BOTH_ONLINE = mask(['home.mgc', 'online'], ['backup.mgc', 'online']);
// prettier-ignore
const SERVICE = [
  mask(['home.mgc', 'online'], ['poolState', 'normal'], ['active', 'home', 'homeStarting']),
  mask(['backup.mgc', 'online'], ['poolState', 'failedOver'], ['active', 'backup', 'backupStarting']),
];

const meets = (state: Bits, at: number, wanted: Words): boolean => {
  for (let word = 0; word < WORDS; word += 1) {
    if (((state[at + word] ?? 0) & (wanted[word] ?? 0)) !== 0) return true;
  }
  return false;
};
const free = (state: Bits, at: number, forbidden: Words): boolean => {
  for (let word = 0; word < WORDS; word += 1) {
    if (((state[at + word] ?? 0) & (forbidden[word] ?? 0)) !== 0) return false;
  }
  return true;
};

function popCount(value: number): number {
  let bits = value;
  let count = 0;
  while (bits !== 0) {
    bits &= bits - 1;
    count += 1;
  }
  return count;
}

/** What every step taken from this state costs beyond itself. */
function standing(state: Bits, at: number): number {
  const both = BOTH_ONLINE.every((wanted) => meets(state, at, wanted)) ? BOTH_WRITABLE : 0;
  return both + (SERVICE.some((all) => all.every((wanted) => meets(state, at, wanted))) ? 0 : NO_SERVICE);
}

function estimate(problem: Problem, state: Bits, at: number, assuming: boolean): number {
  let steps = 0;
  for (const want of problem.bound) {
    const met = want.alternatives.some((forbidden) => free(state, at, forbidden));
    // An unknown want may be met by an assumption alone: it costs no step then.
    if (!met && !assuming) steps += 1;
  }
  if (!assuming) return steps * STEP;
  let unknown = 0;
  for (let word = 0; word < WORDS; word += 1) {
    unknown += popCount((state[at + word] ?? 0) & (problem.mustAssume[word] ?? 0));
  }
  return unknown * ASSUMPTION;
}

/** Writes the successor into `into`; returns how many assumptions were made, or -1 when the operator may not be taken. */
function advance(operator: Operator, state: Bits, at: number, assuming: boolean, into: Bits): number {
  if (!free(state, at, assuming ? operator.forbiddenIfAssumed : operator.forbidden)) return -1;
  for (let word = 0; word < WORDS; word += 1) into[word] = state[at + word] ?? 0;
  let assumed = operator.wayOut === undefined ? 0 : 1;
  if (assuming && !free(state, at, operator.unknowns)) {
    for (const { word, unknown, bit } of operator.assumptions) {
      const bits = into[word] ?? 0;
      if ((bits & unknown) === 0) continue;
      assumed += 1;
      if (bit !== 0) into[word] = (bits & ~unknown) | bit;
    }
  }
  for (let word = 0; word < WORDS; word += 1) {
    into[word] = ((into[word] ?? 0) & (operator.keep[word] ?? -1)) | (operator.set[word] ?? 0);
  }
  return assumed;
}

const store = new StateStore();
const heap = new StateHeap();
const successor = new Int32Array(WORDS);

function resultOf(
  problem: Problem,
  node: number,
  goal: Operator,
  assuming: boolean,
  expanded: number,
): Found {
  const operators = [...store.path(node)]
    .map((index) => problem.operators[index])
    .filter((op) => op !== undefined);
  const assumed: { variable: Variable; value: string }[] = [];
  if (assuming) {
    const at = store.bitsOf(store.root());
    let state: Bits = Int32Array.from(at);
    for (const operator of [...operators, goal]) {
      for (const { variable, value, word, unknown } of operator.assumptions) {
        if (((state[word] ?? 0) & unknown) !== 0) assumed.push({ variable, value });
      }
      const next = new Int32Array(WORDS);
      advance(operator, state, 0, true, next);
      state = next;
    }
  }
  return { kind: 'found', operators, assumed, statesExpanded: expanded };
}

/** Expands one state: every operator that may be taken, cheaper or equally cheap paths remembered. */
function expand(problem: Problem, node: number, assuming: boolean): void {
  const at = store.offset(node);
  const cost = store.costOf(node);
  const depth = store.depthOf(node);
  const extra = standing(store.bits, at);
  for (let index = 0; index < problem.operators.length; index += 1) {
    const operator = problem.operators[index];
    if (operator === undefined || (operator.wayOut !== undefined && !assuming)) continue;
    const assumed = advance(operator, store.bits, at, assuming, successor);
    if (assumed < 0) continue;
    const isStep = operator.step !== undefined;
    const total = cost + operator.cost + (isStep ? extra : 0) + assumed * ASSUMPTION;
    const reached = store.reach(successor, node, index, operator.order, total, depth + (isStep ? 1 : 0));
    if (reached < 0 || store.depthOf(reached) > MAX_STEPS) continue;
    heap.push(
      total + estimate(problem, store.bits, store.offset(reached), assuming),
      store.hopsOf(reached),
      reached,
    );
  }
}

/**
 * @param assuming strict (false): `unknown` satisfies nothing. Hypothetical (true): one value per unknown variable and
 *   people's ways out may be assumed, fewest first.
 * @param limit states to expand before giving up
 */
export function searchPlan(problem: Problem, start: Bits, assuming: boolean, limit: number): SearchResult {
  store.clear();
  heap.clear();
  const root = store.start(start);
  heap.push(estimate(problem, store.bits, store.offset(root), assuming), 0, root);
  let best: { node: number; goal: Operator; cost: number } | undefined;
  for (let expanded = 0; ;) {
    const node = heap.pop();
    if (node < 0) break;
    if (best !== undefined && heap.poppedEstimate >= best.cost) {
      return resultOf(problem, best.node, best.goal, assuming, expanded);
    }
    if (store.close(node)) continue;
    if (expanded >= limit || store.full()) return { kind: 'too-large', statesExpanded: expanded };
    for (const goal of problem.goals) {
      const assumed = advance(goal, store.bits, store.offset(node), assuming, successor);
      if (assumed < 0) continue;
      const cost = store.costOf(node) + assumed * ASSUMPTION;
      if (assumed === 0) return resultOf(problem, node, goal, assuming, expanded);
      if (best === undefined || cost < best.cost) best = { node, goal, cost };
    }
    expand(problem, node, assuming);
    expanded += 1;
  }
  return best === undefined
    ? { kind: 'none', statesExpanded: store.size() }
    : resultOf(problem, best.node, best.goal, assuming, store.size());
}
