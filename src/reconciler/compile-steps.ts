/**
 * Grounded steps, people's ways out and one goal as bit masks, ready for search-plan.ts. An operator may be taken when no
 * forbidden bit of the state is set. Also the bound of the search: wants of the goal that no single step can meet together.
 */
import { WORDS, allBits, bitOf, unknownBit, wordOf } from './encode-vector.ts';
import type { Goal } from './goal.ts';
import { waysToHold, type Condition, type GroundStep, type PoolShape } from './ground-rows.ts';
import { relax, type Relaxed } from './relaxed-reach.ts';
import { SEEN_ONLY, type Variable } from './variables.ts';
import type { WayOut } from './ways-out.ts';

export type Words = readonly number[];

/** A value to assume for a variable that is unknown when the operator needs it. */
export interface Assumption {
  readonly variable: Variable;
  readonly value: string;
  readonly word: number;
  readonly unknown: number;
  /** 0: the operator itself sets the variable; it must only be seen. */
  readonly bit: number;
  /** Every value with which the operator may be taken. */
  readonly serving: number;
}

export interface Operator {
  /** Index of the step in the grounded order, which is the order of ranks; ways out come after all steps. */
  readonly order: number;
  readonly step: GroundStep | undefined;
  readonly wayOut: WayOut | undefined;
  /** Forbidden bits, `unknown` of every needed or read variable included. */
  readonly forbidden: Words;
  /** The same without the `unknown` bits, for the search that may assume. */
  readonly forbiddenIfAssumed: Words;
  /** `unknown` bits that this operator would have to assume. */
  readonly unknowns: Words;
  readonly assumptions: readonly Assumption[];
  readonly keep: Words;
  readonly set: Words;
  /** Packed, see search-plan.ts: one step and its risk class. */
  readonly cost: number;
}

export interface Want {
  /** Forbidden bits of each alternative, WORDS per alternative, `unknown` included. */
  readonly strict: Int32Array;
  /** The same without `unknown`: an unknown want may be met by an assumption. */
  readonly ifAssumed: Int32Array;
  /** Orders of the operators that may bring it; of the steps alone. */
  readonly achievers: ReadonlySet<number>;
  readonly steps: ReadonlySet<number>;
}

/** The operators' masks side by side, WORDS per operator: what the inner loop of the search reads. */
export interface Masks {
  readonly forbidden: Int32Array;
  readonly forbiddenIfAssumed: Int32Array;
  readonly unknowns: Int32Array;
  /** What an `unknown` bit becomes when the operator assumes it, BITS per operator, by bit; itself where it must only be seen. */
  readonly becomes: Int32Array;
  readonly keep: Int32Array;
  readonly set: Int32Array;
  readonly cost: Int32Array;
  /** 1: a step; 0: a way out, which only the hypothetical search takes. */
  readonly isStep: Uint8Array;
}

export interface Problem {
  readonly operators: readonly Operator[];
  readonly masks: Masks;
  readonly goalMasks: Masks;
  /** One pseudo operator per alternative of the whole goal: it sets nothing. */
  readonly goals: readonly Operator[];
  /** The goal's wants, the hardest to bring first. */
  readonly wants: readonly Want[];
  /** Wants that pairwise need different steps: each unmet one costs at least one step. */
  readonly bound: readonly Want[];
  readonly relaxed: Relaxed;
}

/** Bits of a vector. */
export const BITS = WORDS * 32;
/** Index within its word of the only bit set. */
export const indexOfBit = (bit: number): number => 31 - Math.clz32(bit);

export const STEP = 1 << 25;
export const BOTH_WRITABLE = 1 << 20;
export const NO_SERVICE = 1 << 15;
const RISK_COST = { 'no way back': 1 << 10, fences: 1 << 5, outage: 1, safe: 0 } as const;

const zero = (): number[] => new Array<number>(WORDS).fill(0);
const add = (words: number[], word: number, bits: number): void => {
  words[word] = (words[word] ?? 0) | bits;
};

function forbiddenBits(
  condition: Condition,
  reads: readonly Variable[],
): { strict: number[]; unknowns: number[] } {
  const strict = zero();
  const unknowns = zero();
  const assumable = (variable: Variable): boolean =>
    condition.get(variable)?.every((value) => SEEN_ONLY.has(value)) !== true;
  for (const [variable, values] of condition) {
    const allowed = values.reduce((bits, value) => bits | bitOf(variable, value), 0);
    add(strict, wordOf(variable), allBits(variable) & ~allowed);
  }
  for (const variable of reads) add(strict, wordOf(variable), unknownBit(variable));
  for (const variable of [...condition.keys(), ...reads])
    if (assumable(variable)) add(unknowns, wordOf(variable), unknownBit(variable));
  return { strict, unknowns };
}

function assumptionsOf(condition: Condition, reads: readonly Variable[]): Assumption[] {
  const make = (variable: Variable, values: readonly string[]): Assumption => ({
    variable,
    value: values[0] ?? 'any',
    word: wordOf(variable),
    unknown: unknownBit(variable),
    bit: values[0] === undefined ? 0 : bitOf(variable, values[0]),
    serving:
      values.length === 0
        ? allBits(variable) & ~unknownBit(variable)
        : values.reduce((bits, value) => bits | bitOf(variable, value), 0),
  });
  const needed = [...condition].map(([variable, values]) => make(variable, values));
  return [...needed, ...reads.filter((read) => !condition.has(read)).map((read) => make(read, []))];
}

function operator(
  order: number,
  needs: Condition,
  sets: ReadonlyMap<Variable, string>,
  reads: readonly Variable[],
  cost: number,
  from: { readonly step?: GroundStep; readonly wayOut?: WayOut },
): Operator {
  const { strict, unknowns } = forbiddenBits(needs, reads);
  const keep = new Array<number>(WORDS).fill(-1);
  const set = zero();
  for (const [variable, value] of sets) {
    const word = wordOf(variable);
    keep[word] = (keep[word] ?? -1) & ~allBits(variable);
    add(set, word, bitOf(variable, value));
  }
  return {
    order,
    step: from.step,
    wayOut: from.wayOut,
    forbidden: strict,
    forbiddenIfAssumed: strict.map((bits, word) => bits & ~(unknowns[word] ?? 0)),
    unknowns,
    assumptions: assumptionsOf(needs, reads),
    keep,
    set,
    cost,
  };
}

function becomesOf(assumptions: readonly Assumption[]): number[] {
  const becomes = new Array<number>(BITS).fill(0);
  for (const { word, unknown, bit } of assumptions)
    becomes[word * 32 + indexOfBit(unknown)] = bit === 0 ? unknown : bit;
  return becomes;
}

function masksOf(operators: readonly Operator[]): Masks {
  const side = (words: (operator: Operator) => Words): Int32Array =>
    Int32Array.from(operators.flatMap((operator) => words(operator)));
  return {
    forbidden: side((operator) => operator.forbidden),
    forbiddenIfAssumed: side((operator) => operator.forbiddenIfAssumed),
    unknowns: side((operator) => operator.unknowns),
    becomes: Int32Array.from(operators.flatMap(({ assumptions }) => becomesOf(assumptions))),
    keep: side((operator) => operator.keep),
    set: side((operator) => operator.set),
    cost: Int32Array.from(operators.map((operator) => operator.cost)),
    isStep: Uint8Array.from(operators.map((operator) => (operator.wayOut === undefined ? 1 : 0))),
  };
}

/** Orders of the operators that set a value which some alternative asks for. */
function achieversOf(alternatives: readonly Words[], operators: readonly Operator[]): Set<number> {
  const brings = ({ set }: Operator): boolean =>
    alternatives.some((asked) => asked.some((bits, word) => ((set[word] ?? 0) & bits) !== 0));
  return new Set(operators.filter(brings).map(({ order }) => order));
}

function wantsOf(goal: Goal, operators: readonly Operator[], shape: PoolShape): Want[] {
  const wants = goal.wants.map((name): Want => {
    const ways = waysToHold([name], goal.site, shape);
    const masks = ways.map((way) => forbiddenBits(way, []));
    const asked = ways.map((way) => {
      const words = zero();
      for (const { word, serving } of assumptionsOf(way, [])) add(words, word, serving);
      return words;
    });
    return {
      strict: Int32Array.from(masks.flatMap((mask) => mask.strict)),
      ifAssumed: Int32Array.from(
        masks.flatMap((mask) => mask.strict.map((bits, word) => bits & ~(mask.unknowns[word] ?? 0))),
      ),
      achievers: achieversOf(asked, operators),
      steps: achieversOf(
        asked,
        operators.filter(({ wayOut }) => wayOut === undefined),
      ),
    };
  });
  return wants.sort((a, b) => a.steps.size - b.steps.size);
}

/** Wants that no step brings together and that nothing `counted` elsewhere brings. */
export function disjointWants(wants: readonly Want[], counted: readonly number[]): Want[] {
  const chosen: Want[] = [];
  for (const want of wants) {
    if (counted.some((order) => want.achievers.has(order))) continue;
    if (chosen.every((other) => ![...want.steps].some((step) => other.steps.has(step)))) chosen.push(want);
  }
  return chosen;
}

export function compileProblem(
  goal: Goal,
  steps: readonly GroundStep[],
  waysOut: readonly WayOut[],
  shape: PoolShape,
): Problem {
  const operators = steps.flatMap((step, order) =>
    step.variants.map(({ needs, sets }) =>
      operator(order, needs, sets, step.reads, STEP + RISK_COST[step.risk], { step }),
    ),
  );
  const people = waysOut.map((wayOut, index) =>
    operator(
      steps.length + index,
      new Map(Object.entries(wayOut.from) as [Variable, readonly string[]][]),
      new Map(Object.entries(wayOut.to) as [Variable, string][]),
      [],
      0,
      { wayOut },
    ),
  );
  const goals = waysToHold(goal.wants, goal.site, shape).map((way) =>
    operator(-1, way, new Map(), [], 0, {}),
  );
  const all = [...operators, ...people];
  const wants = wantsOf(goal, all, shape);
  return {
    operators: all,
    masks: masksOf(all),
    goalMasks: masksOf(goals),
    goals,
    wants,
    bound: disjointWants(wants, []),
    relaxed: relax(all, goals),
  };
}
