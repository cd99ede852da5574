/** Lower bounds of what a state has still to pay: unmet wants of the goal, and what some step of every plan must bring. */
import type { Passing } from './advance-state.ts';
import { BITS, disjointWants, indexOfBit, STEP, type Problem, type Want } from './compile-steps.ts';
import { WORDS, type Bits } from './encode-vector.ts';
import { landmarksOf, type Landmark } from './relaxed-reach.ts';

/** Assumptions are counted above every other cost. */
export const ASSUMPTION = 2 ** 30;
/** A state of the search: the vector's words, and one word of flags: landmarks that this path has passed. */
export const STATE_WORDS = WORDS + 1;
const FLAGS = WORDS;
const MAX_FLAGS = 31;

export interface Guide extends Passing {
  readonly assuming: boolean;
  readonly wants: readonly Want[];
  /** The flags of all landmarks. */
  readonly all: number;
  /** Least cost of passing each landmark, in the order of the flags. */
  readonly costs: Float64Array;
}

/** Knows nothing but the wants, or, without `wants`, nothing at all. */
export const plainGuide = (problem: Problem, assuming: boolean, wants: readonly Want[]): Guide => ({
  assuming,
  wants,
  flags: new Int32Array(problem.operators.length),
  flagOfBit: new Int32Array(BITS),
  all: 0,
  costs: new Float64Array(0),
});

/** @returns undefined when the goal is out of reach whatever is assumed. */
export function landmarkGuide(problem: Problem, start: Bits): Guide | undefined {
  const found = landmarksOf(problem.relaxed, start);
  if (found === undefined) return undefined;
  const landmarks = [...found.assumed, ...found.taken].slice(0, MAX_FLAGS);
  const flags = new Int32Array(problem.operators.length);
  const costs = new Float64Array(landmarks.length).fill(ASSUMPTION);
  problem.operators.forEach(({ order, cost, wayOut }, index) => {
    const flag = landmarks.findIndex(({ orders }) => orders.includes(order));
    if (flag < 0) return;
    flags[index] = 1 << flag;
    if (wayOut === undefined) costs[flag] = Math.min(costs[flag] ?? cost, cost);
  });
  const counted = landmarks.flatMap(({ orders }) => orders);
  const wants = disjointWants(problem.wants, counted);
  return {
    assuming: true,
    wants,
    flags,
    flagOfBit: flagsOfBits(landmarks),
    all: 2 ** landmarks.length - 1,
    costs,
  };
}

/** Landmarks share no bit. */
function flagsOfBits(landmarks: readonly Landmark[]): Int32Array {
  const flags = new Int32Array(BITS);
  landmarks.forEach(({ unknowns }, flag) => {
    unknowns.forEach((bits, word) => {
      for (let open = bits; open !== 0; open &= open - 1)
        flags[word * 32 + indexOfBit(open & -open)] = 1 << flag;
    });
  });
  return flags;
}

/** Is one alternative free of forbidden bits? */
function anyFits(state: Bits, at: number, alternatives: Int32Array): boolean {
  for (let from = 0; from < alternatives.length; from += WORDS) {
    let forbidden = 0;
    for (let word = 0; word < WORDS; word += 1) {
      forbidden |= (state[at + word] ?? 0) & (alternatives[from + word] ?? 0);
    }
    if (forbidden === 0) return true;
  }
  return false;
}

/** Cost of the landmarks that these flags name. */
export function landmarkCost(guide: Guide, flags: number): number {
  let cost = 0;
  for (let open = flags; open !== 0; open &= open - 1) cost += guide.costs[indexOfBit(open & -open)] ?? 0;
  return cost;
}

/** Cost of the wants that the state does not meet. With unpassed landmarks: consistent, no operator lowers the sum by more than it costs. */
export function wantCost(guide: Guide, state: Bits, at: number): number {
  let cost = 0;
  for (const want of guide.wants) {
    if (!anyFits(state, at, guide.assuming ? want.ifAssumed : want.strict)) cost += STEP;
  }
  return cost;
}

export function estimate(guide: Guide, state: Bits, at: number): number {
  return landmarkCost(guide, guide.all & ~(state[at + FLAGS] ?? 0)) + wantCost(guide, state, at);
}
