/**
 * The length of every plan by another way: all vectors that the table's promises reach from the given ones, as plain texts in one
 * graph, and one breadth-first search backwards from the goal. Shares nothing with the planner but the two tables.
 */
import { ACTION_TABLE, WAIT_TABLE } from '../../src/reconciler/action-table.ts';
import { EFFECTS, PREDICATES, type Predicate } from '../../src/reconciler/predicates.ts';
import { ALL_VARIABLES, VARIABLES } from '../../src/reconciler/variables.ts';
import type { Site } from '../../src/topology/pool-topology.ts';

/** One character for each variable: `0` is unknown, else the place of the value. */
type Code = string;
type Test = readonly (readonly [number, string])[];
interface Change {
  readonly when: Test;
  readonly set: readonly (readonly [number, string])[];
}
interface Row {
  readonly needs: readonly (readonly Test[])[];
  readonly reads: readonly number[];
  readonly effects: readonly (readonly Change[])[];
}

const other = (site: Site): Site => (site === 'home' ? 'backup' : 'home');
const letter = (index: number, value: string): string => {
  const variable = ALL_VARIABLES[index];
  const values: readonly string[] = variable === undefined ? [] : VARIABLES[variable].values;
  return value === 'unknown' ? '0' : String.fromCharCode(65 + values.indexOf(value));
};
export const codeOf = (vectorText: string): Code =>
  vectorText
    .split(',')
    .map((value, index) => letter(index, value))
    .join('');

function place(name: string, site: Site): number {
  const [head = '', ...tail] = name.split('.');
  const owner = head === 'S' ? site : head === 'O' ? other(site) : head;
  return ALL_VARIABLES.findIndex((variable) => variable === [owner, ...tail].join('.'));
}
function valueOf(value: string, site: Site): string {
  const words: Readonly<Record<string, string>> = {
    S: site,
    O: other(site),
    SStarting: `${site}Starting`,
    OStarting: `${other(site)}Starting`,
    'diverged-O': `diverged-${other(site)}`,
    'diverged-S': `diverged-${site}`,
  };
  return words[value] ?? value;
}

const testOf = (alternative: Readonly<Record<string, readonly string[]>>, site: Site): Test =>
  Object.entries(alternative).flatMap(([name, values]): Test => {
    const index = place(name, site);
    return index < 0 ? [] : [[index, values.map((value) => letter(index, valueOf(value, site))).join('')]];
  });

const meets = (code: Code, test: Test): boolean =>
  test.every(([index, letters]) => letters.includes(code[index] ?? '?'));

const ROWS: readonly Row[] = [...ACTION_TABLE, ...WAIT_TABLE].flatMap((row) =>
  row.targets.map((target): Row => {
    const site: Site = target === 'backup' ? 'backup' : 'home';
    return {
      needs: row.needs.map((need) => PREDICATES[need].map((alternative) => testOf(alternative, site))),
      reads: row.done.flatMap((done) =>
        PREDICATES[done].flatMap((alternative) => testOf(alternative, site).map(([index]) => index)),
      ),
      effects: row.effects.map((effect) =>
        (
          EFFECTS[effect] as readonly {
            when?: Readonly<Record<string, readonly string[]>>;
            set: Readonly<Record<string, string>>;
          }[]
        ).map(({ when, set }) => ({
          when: testOf(when ?? {}, site),
          set: Object.entries(set).flatMap(([name, value]): [number, string][] => {
            const index = place(name, site);
            return index < 0 ? [] : [[index, letter(index, valueOf(value, site))]];
          }),
        })),
      ),
    };
  }),
);

function nextOf(code: Code): Code[] {
  const found: Code[] = [];
  for (const { needs, reads, effects } of ROWS) {
    if (!needs.every((ways) => ways.some((way) => meets(code, way)))) continue;
    if (reads.some((index) => code[index] === '0')) continue;
    const changes = effects.map((alternatives) => alternatives.find(({ when }) => meets(code, when)));
    if (changes.includes(undefined)) continue;
    const letters = Array.from(code);
    for (const change of changes) for (const [index, value] of change?.set ?? []) letters[index] = value;
    found.push(letters.join(''));
  }
  return found;
}

export class PlanGraph {
  readonly #ids = new Map<Code, number>();
  readonly #into: number[][] = [];

  /** @param limit of vectors; beyond it the graph is not whole and says so */
  constructor(starts: readonly string[], limit: number) {
    const queue: Code[] = [];
    const idOf = (code: Code): number => {
      const known = this.#ids.get(code);
      if (known !== undefined) return known;
      const id = this.#ids.size;
      this.#ids.set(code, id);
      this.#into.push([]);
      queue.push(code);
      return id;
    };
    for (const start of starts) idOf(codeOf(start));
    for (let at = 0; at < queue.length; at += 1) {
      if (this.#ids.size > limit) throw new RangeError(`more than ${limit} vectors are promised`);
      const code = queue[at] ?? '';
      for (const next of nextOf(code)) this.#into[idOf(next)]?.push(at);
    }
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Steps and waits from each vector to where all predicates hold; undefined: there is no way. */
  distances(wants: readonly Predicate[], site: Site): (vectorText: string) => number | undefined {
    const goal = wants.map((want) => PREDICATES[want].map((alternative) => testOf(alternative, site)));
    const far = new Map<number, number>();
    let layer: number[] = [];
    for (const [code, id] of this.#ids)
      if (goal.every((ways) => ways.some((way) => meets(code, way)))) layer.push(id);
    for (const id of layer) far.set(id, 0);
    for (let distance = 1; layer.length > 0; distance += 1) {
      const next: number[] = [];
      for (const id of layer)
        for (const before of this.#into[id] ?? []) {
          if (far.has(before)) continue;
          far.set(before, distance);
          next.push(before);
        }
      layer = next;
    }
    return (text) => far.get(this.#ids.get(codeOf(text)) ?? -1);
  }
}
