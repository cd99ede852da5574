/** Counts distinct states, and remembers for which parties and variables it made a difference to an answer. */
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { vectorText } from './explored-world.ts';
import { PARTIES, type PartySet } from './sight.ts';

const SETS = 1 << PARTIES.length;

export interface CountedStates {
  /** By place; a state names its vector by it. */
  readonly vectors: readonly string[];
  /** The answer for each vector: what the planner does first towards either goal. */
  readonly answers: readonly string[];
  /** (vector, alive, seen alive) in one number each. */
  readonly states: readonly number[];
  /** Parties whose being seen changed an answer in some world. */
  readonly telling: PartySet;
}

export class StateCount {
  readonly #vectors = new Map<string, number>();
  readonly #answers: string[] = [];
  readonly #states = new Set<number>();
  #telling: PartySet = 0;

  get size(): number {
    return this.#states.size;
  }

  /** A state is a planner vector, who is alive, and who is seen to be. @returns the place of the vector */
  add(vector: Vector, alive: PartySet, seen: PartySet): number {
    const text = vectorText(vector);
    const id = this.#vectors.get(text) ?? this.#vectors.size;
    this.#vectors.set(text, id);
    this.#states.add((id * SETS + alive) * SETS + (seen & alive));
    return id;
  }

  /** false: known already. */
  answered(id: number, answer: string): boolean {
    if (this.#answers[id] !== undefined) return false;
    this.#answers[id] = answer;
    return true;
  }

  /** Which parties, seen or not, change an answer in one world. `seen` -> place of the vector. */
  compare(vectors: ReadonlyMap<PartySet, number>): void {
    for (const [seen, id] of vectors)
      for (let bit = 1; bit < SETS; bit <<= 1) {
        if ((this.#telling & bit) !== 0 || (seen & bit) === 0) continue;
        const without = vectors.get(seen & ~bit);
        if (without !== undefined && this.#answers[without] !== this.#answers[id]) this.#telling |= bit;
      }
  }

  counted(): CountedStates {
    const { length } = this.#answers;
    return {
      vectors: [...this.#vectors.keys()],
      answers: Array.from({ length }, (_, id) => this.#answers[id] ?? ''),
      states: [...this.#states],
      telling: this.#telling,
    };
  }
}

/** One after the other, a variable is left out when the rest still decides every answer: only what remains counts. */
export function tellingVariables(
  vectors: readonly string[],
  answers: readonly string[],
): ReadonlySet<number> {
  const values = vectors.map((text) => text.split(','));
  const telling = new Set(ALL_VARIABLES.keys());
  for (const place of ALL_VARIABLES.keys()) {
    telling.delete(place);
    const met = new Map<string, string>();
    const decided = values.every((value, id) => {
      const rest = value.filter((_, at) => telling.has(at)).join(',');
      const answer = answers[id] ?? '';
      const before = met.get(rest) ?? answer;
      met.set(rest, before);
      return before === answer;
    });
    if (!decided) telling.add(place);
  }
  return telling;
}

const knownValues = (vectors: readonly string[], place: number): ReadonlySet<string> =>
  new Set(vectors.map((text) => text.split(',')[place] ?? '').filter((value) => value !== 'unknown'));

/** Distinct states over all workers, without parties and variables that tell nothing. */
export function mergeStates(parts: readonly CountedStates[]): {
  readonly states: number;
  readonly vectors: readonly string[];
  readonly silentVariables: readonly string[];
  /** Those of them that had one known value in all vectors: nothing in the explored estate moves them. */
  readonly stillVariables: readonly string[];
  readonly silentParties: readonly string[];
} {
  const answers = new Map<string, string>();
  for (const part of parts) part.vectors.forEach((text, id) => answers.set(text, part.answers[id] ?? ''));
  const vectors = [...answers.keys()];
  const telling = tellingVariables(vectors, [...answers.values()]);
  const parties = parts.reduce((set, part) => set | part.telling, 0);
  const short = (text: string): string =>
    text
      .split(',')
      .filter((_, place) => telling.has(place))
      .join(',');
  const met = new Set<string>();
  for (const part of parts) {
    const texts = part.vectors.map(short);
    for (const state of part.states) {
      const seen = state % SETS;
      const rest = (state - seen) / SETS;
      const alive = rest % SETS;
      met.add(`${texts[(rest - alive) / SETS] ?? ''}|${alive}|${seen & parties}`);
    }
  }
  const silent = [...ALL_VARIABLES.keys()].filter((place) => !telling.has(place));
  const named = (places: readonly number[]): string[] =>
    places.map((place) => ALL_VARIABLES[place]).filter((name) => name !== undefined);
  return {
    states: met.size,
    vectors,
    silentVariables: named(silent),
    stillVariables: named(silent.filter((place) => knownValues(vectors, place).size < 2)),
    silentParties: PARTIES.filter((_, place) => (parties & (1 << place)) === 0),
  };
}
