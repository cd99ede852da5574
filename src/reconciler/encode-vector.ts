/**
 * Vectors as one-hot bit sets in five 32-bit words, so that a need is one AND per word. Every variable lies within one word;
 * bit 0 of each variable stands for `unknown`.
 */
import { ALL_VARIABLES, VARIABLES, type Variable, type Vector } from './variables.ts';

export const WORDS = 5;

interface Place {
  readonly word: number;
  readonly shift: number;
  /** Index of the value is its bit; 0 is `unknown`. */
  readonly values: readonly string[];
}

function layOut(): ReadonlyMap<Variable, Place> {
  const used = new Array<number>(WORDS).fill(0);
  const places = new Map<Variable, Place>();
  const widest = [...ALL_VARIABLES].sort((a, b) => VARIABLES[b].values.length - VARIABLES[a].values.length);
  for (const variable of widest) {
    const values = ['unknown', ...VARIABLES[variable].values];
    const word = used.findIndex((bits) => bits + values.length <= 32);
    if (word < 0) throw new RangeError('the planner variables do not fit into the words of a vector');
    places.set(variable, { word, shift: used[word] ?? 0, values });
    used[word] = (used[word] ?? 0) + values.length;
  }
  return places;
}

const PLACES = layOut();

function placeOf(variable: Variable): Place {
  const place = PLACES.get(variable);
  if (place === undefined) throw new RangeError(`no such planner variable: ${variable}`);
  return place;
}

export const wordOf = (variable: Variable): number => placeOf(variable).word;

/** Every bit of the variable, `unknown` included. */
export function allBits(variable: Variable): number {
  const { shift, values } = placeOf(variable);
  return (values.length === 32 ? -1 : (1 << values.length) - 1) << shift;
}

export const unknownBit = (variable: Variable): number => 1 << placeOf(variable).shift;

/** The `unknown` bits of all variables, by word. */
export const UNKNOWN_BITS: readonly number[] = Array.from({ length: WORDS }, (_, word) =>
  ALL_VARIABLES.reduce((bits, variable) => bits | (wordOf(variable) === word ? unknownBit(variable) : 0), 0),
);

/** Throws for a value that the variable does not have: a typing error in a table, found by every test that grounds it. */
export function bitOf(variable: Variable, value: string): number {
  const { shift, values } = placeOf(variable);
  const index = values.indexOf(value);
  if (index < 0) throw new RangeError(`planner variable ${variable} has no value ${value}`);
  return 1 << (shift + index);
}

export type Bits = Int32Array;

/** Looked up instead of searched for: encoding is a good part of planning a pool that is as it should be. */
const CODES = ALL_VARIABLES.map((variable) => {
  const { word, values } = placeOf(variable);
  return { variable, word, bits: new Map(values.map((value) => [value, bitOf(variable, value)])) };
});

export function encode(vector: Vector): Bits {
  const encoded = new Int32Array(WORDS);
  for (const { variable, word, bits } of CODES) {
    const value = vector[variable];
    encoded[word] = (encoded[word] ?? 0) | (bits.get(value) ?? bitOf(variable, value));
  }
  return encoded;
}

export function decode(bits: Bits): Vector {
  const entries = ALL_VARIABLES.map((variable) => {
    const { word, shift, values } = placeOf(variable);
    const index = values.findIndex((_, at) => (((bits[word] ?? 0) >>> (shift + at)) & 1) === 1);
    return [variable, values[index] ?? 'unknown'] as const;
  });
  return Object.fromEntries(entries) as Vector;
}
