/**
 * The problem without its conflicts: values once reached stay reached. What cannot be reached even so has no plan; of what the
 * goal cannot be reached without, every plan holds something. Bounds for search-plan.ts, no plans.
 */
import { UNKNOWN_BITS, WORDS, type Bits } from './encode-vector.ts';
import type { Operator } from './compile-steps.ts';

/** Operators, then goals, as pairs of a word and the bits of one variable that serve, its `unknown` bit included. */
export interface Relaxed {
  readonly operators: number;
  readonly count: number;
  /** Pairs of operator i: from[i] up to from[i + 1]. */
  readonly from: Int32Array;
  readonly word: Uint8Array;
  readonly serving: Int32Array;
  /** WORDS per operator. */
  readonly adds: Int32Array;
  /** Operators with the same order: variants of one step. */
  readonly steps: readonly Deed[];
  readonly waysOut: readonly Deed[];
}

export interface Deed {
  readonly order: number;
  readonly operators: readonly number[];
}

/** Every plan holds at least one of these; no two landmarks share one. */
export interface Landmark {
  /** `unknown` bits, to be assumed. */
  readonly unknowns: Bits;
  /** Steps or ways out. */
  readonly orders: readonly number[];
}

export function relax(operators: readonly Operator[], goals: readonly Operator[]): Relaxed {
  const all = [...operators, ...goals];
  const from = [0];
  const pairs = all.flatMap(({ assumptions }) => {
    from.push((from.at(-1) ?? 0) + assumptions.length);
    return assumptions.map(({ word, serving, unknown }) => ({ word, serving: serving | unknown }));
  });
  const deeds = (chosen: (operator: Operator) => boolean): Deed[] => {
    const orders = new Set(operators.filter(chosen).map(({ order }) => order));
    return [...orders].map((order) => ({
      order,
      operators: operators.flatMap((one, index) => (one.order === order ? [index] : [])),
    }));
  };
  return {
    operators: operators.length,
    count: all.length,
    from: Int32Array.from(from),
    word: Uint8Array.from(pairs, ({ word }) => word),
    serving: Int32Array.from(pairs, ({ serving }) => serving),
    adds: Int32Array.from(all.flatMap(({ set }) => set)),
    steps: deeds(({ wayOut }) => wayOut === undefined),
    waysOut: deeds(({ wayOut }) => wayOut !== undefined),
  };
}

/** What is reached, and the operators that may be taken but could not yet. Reused from call to call. */
const reached = new Int32Array(WORDS);
const pending = new Int32Array(256);
let left = 0;
/** The same before a trial. */
const reachedBefore = new Int32Array(WORDS);
const pendingBefore = new Int32Array(256);
let leftBefore = 0;

function serves(relaxed: Relaxed, index: number): boolean {
  const end = relaxed.from[index + 1] ?? 0;
  for (let pair = relaxed.from[index] ?? 0; pair < end; pair += 1) {
    if (((reached[relaxed.word[pair] ?? 0] ?? 0) & (relaxed.serving[pair] ?? 0)) === 0) return false;
  }
  return true;
}

function arrived(relaxed: Relaxed): boolean {
  for (let goal = relaxed.operators; goal < relaxed.count; goal += 1) if (serves(relaxed, goal)) return true;
  return false;
}

/** Adds what the operator sets; true when some of it is new. */
function take(relaxed: Relaxed, index: number): boolean {
  let changed = false;
  for (let word = 0; word < WORDS; word += 1) {
    const fresh = (relaxed.adds[index * WORDS + word] ?? 0) & ~(reached[word] ?? 0);
    if (fresh === 0) continue;
    reached[word] = (reached[word] ?? 0) | fresh;
    changed = true;
  }
  return changed;
}

/** Takes what may be taken until nothing is new; true when a goal is reached. */
function spread(relaxed: Relaxed): boolean {
  for (let changed = true; changed;) {
    changed = false;
    if (arrived(relaxed)) return true;
    let kept = 0;
    for (let at = 0; at < left; at += 1) {
      const index = pending[at] ?? 0;
      if (serves(relaxed, index)) {
        if (take(relaxed, index)) changed = true;
      } else {
        pending[kept] = index;
        kept += 1;
      }
    }
    left = kept;
  }
  return false;
}

function allow(deed: Deed): void {
  for (const index of deed.operators) {
    pending[left] = index;
    left += 1;
  }
}

function begin(start: Bits, withoutUnknowns: boolean): void {
  left = 0;
  for (let word = 0; word < WORDS; word += 1) {
    reached[word] = (start[word] ?? 0) & (withoutUnknowns ? ~(UNKNOWN_BITS[word] ?? 0) : -1);
  }
}

function keepForRetreat(): void {
  for (let word = 0; word < WORDS; word += 1) reachedBefore[word] = reached[word] ?? 0;
  for (let at = 0; at < left; at += 1) pendingBefore[at] = pending[at] ?? 0;
  leftBefore = left;
}

/** Is the goal reached now? If so, everything since keepForRetreat() is taken back. */
function retreats(relaxed: Relaxed): boolean {
  if (!spread(relaxed)) return false;
  left = leftBefore;
  for (let word = 0; word < WORDS; word += 1) reached[word] = reachedBefore[word] ?? 0;
  for (let at = 0; at < left; at += 1) pending[at] = pendingBefore[at] ?? 0;
  return true;
}

/** Would assuming this bit lead to the goal? If not, it stays assumed. */
function needsAssumption(relaxed: Relaxed, word: number, bit: number): boolean {
  keepForRetreat();
  reached[word] = (reached[word] ?? 0) | bit;
  return retreats(relaxed);
}

/** Can the operator be taken, and is something that it sets new? */
function brings(relaxed: Relaxed, index: number): boolean {
  if (!serves(relaxed, index)) return false;
  for (let word = 0; word < WORDS; word += 1) {
    if (((relaxed.adds[index * WORDS + word] ?? 0) & ~(reached[word] ?? 0)) !== 0) return true;
  }
  return false;
}

/** Would the deed lead to the goal? If not, it stays allowed. */
function needsDeed(relaxed: Relaxed, deed: Deed): boolean {
  const tried = deed.operators.some((index) => brings(relaxed, index));
  if (tried) keepForRetreat();
  allow(deed);
  return tried && retreats(relaxed);
}

/** Is there a way without assumptions, conflicts aside? False: no plan. */
export function mayReach(relaxed: Relaxed, start: Bits): boolean {
  begin(start, true);
  relaxed.steps.forEach(allow);
  return spread(relaxed);
}

/** Is there one if everything unknown is as wanted and people do what they can? False: no plan, not even a hypothetical one. */
export function mayReachAssuming(relaxed: Relaxed, start: Bits): boolean {
  begin(start, false);
  relaxed.steps.forEach(allow);
  relaxed.waysOut.forEach(allow);
  return spread(relaxed);
}

/**
 * Allows what does not yet lead to the goal; what is left over is a landmark. With it allowed too, again, until the goal is
 * reached without anything left over. Assumes mayReachAssuming.
 * @param deeds steps, or ways out
 */
function collect(relaxed: Relaxed, unknowns: Bits, deeds: readonly Deed[], restart: () => void): Landmark[] {
  const landmarks: Landmark[] = [];
  const openUnknowns = Int32Array.from(unknowns);
  let openDeeds = deeds;
  const free: Deed[] = [];
  for (;;) {
    restart();
    for (let word = 0; word < WORDS; word += 1) {
      reached[word] = (reached[word] ?? 0) | ((unknowns[word] ?? 0) & ~(openUnknowns[word] ?? 0));
    }
    free.forEach(allow);
    if (spread(relaxed)) return landmarks;
    const landmark = { unknowns: new Int32Array(WORDS), orders: [] as number[] };
    for (let word = 0; word < WORDS; word += 1) {
      for (let bits = openUnknowns[word] ?? 0; bits !== 0; bits &= bits - 1) {
        const bit = bits & -bits;
        if (needsAssumption(relaxed, word, bit))
          landmark.unknowns[word] = (landmark.unknowns[word] ?? 0) | bit;
      }
      openUnknowns[word] = (openUnknowns[word] ?? 0) & ~(landmark.unknowns[word] ?? 0);
    }
    const open: Deed[] = [];
    for (const deed of openDeeds) {
      const needed = needsDeed(relaxed, deed);
      (needed ? free : open).push(deed);
      if (needed) landmark.orders.push(deed.order);
    }
    openDeeds = open;
    landmarks.push(landmark);
  }
}

/** What costs an assumption each, then what costs a step each. Undefined: no way at all. */
export function landmarksOf(
  relaxed: Relaxed,
  start: Bits,
): { readonly assumed: readonly Landmark[]; readonly taken: readonly Landmark[] } | undefined {
  if (!mayReachAssuming(relaxed, start)) return undefined;
  const unknowns = Int32Array.from(
    start.subarray(0, WORDS),
    (bits, word) => bits & (UNKNOWN_BITS[word] ?? 0),
  );
  return {
    assumed: collect(relaxed, unknowns, relaxed.waysOut, () => {
      begin(start, true);
      relaxed.steps.forEach(allow);
    }),
    taken: collect(relaxed, new Int32Array(WORDS), relaxed.steps, () => {
      begin(start, false);
      relaxed.waysOut.forEach(allow);
    }),
  };
}
