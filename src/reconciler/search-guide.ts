/** Lower bounds of what a state has still to pay: unmet wants of the goal, and what some step of every plan must bring. */
import { disjointWants, STEP, type Problem, type Want } from './compile-steps.ts';
import { WORDS, type Bits } from './encode-vector.ts';
import { landmarksOf, type Landmark } from './relaxed-reach.ts';

/** Assumptions are counted above every other cost. */
export const ASSUMPTION = 2 ** 30;
/** A state of the search: the vector's words, and one word of flags: landmarks that this path has passed. */
export const STATE_WORDS = WORDS + 1;
const FLAGS = WORDS;
const MAX_FLAGS = 31;

export interface Guide {
  readonly assuming: boolean;
  readonly wants: readonly Want[];
  /** Flag of each operator; 0: of no landmark. */
  readonly flags: Int32Array;
  readonly landmarks: readonly Landmark[];
  /** Least cost of passing each landmark, in the order of the flags. */
  readonly costs: Float64Array;
}

/** Knows nothing but the wants, or, without `wants`, nothing at all. */
export const plainGuide = (problem: Problem, assuming: boolean, wants: readonly Want[]): Guide => ({
  assuming,
  wants,
  flags: new Int32Array(problem.operators.length),
  landmarks: [],
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
  return { assuming: true, wants: disjointWants(problem.wants, counted), flags, landmarks, costs };
}

/** Flags of the successor: what the operator itself passes, and what it had to assume in the state at `at`. */
export function flagsAfter(
  guide: Guide,
  problem: Problem,
  index: number,
  assumed: boolean,
  state: Bits,
  at: number,
): number {
  let flags = (state[at + FLAGS] ?? 0) | (guide.flags[index] ?? 0);
  if (!assumed) return flags;
  const { unknowns } = problem.masks;
  for (let flag = 0; flag < guide.landmarks.length; flag += 1) {
    const wanted = guide.landmarks[flag]?.unknowns;
    for (let word = 0; word < WORDS; word += 1) {
      const bits = (state[at + word] ?? 0) & (unknowns[index * WORDS + word] ?? 0) & (wanted?.[word] ?? 0);
      if (bits !== 0) flags |= 1 << flag;
    }
  }
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

/** Consistent: no operator lowers it by more than the operator costs. */
export function estimate(guide: Guide, state: Bits, at: number): number {
  let bound = 0;
  for (const want of guide.wants) {
    if (!anyFits(state, at, guide.assuming ? want.ifAssumed : want.strict)) bound += STEP;
  }
  const passed = state[at + FLAGS] ?? 0;
  for (let flag = 0; flag < guide.costs.length; flag += 1) {
    if ((passed & (1 << flag)) === 0) bound += guide.costs[flag] ?? 0;
  }
  return bound;
}
