/** A violation as a scenario that a person can read and follow: events and steps in order, each with what it changed. */
import { stringify } from 'yaml';
import { ALL_VARIABLES, type Vector } from '../../src/reconciler/variables.ts';
import { pathOf, type Node, type Violation } from './explorer.ts';
import { partiesIn } from './sight.ts';

export interface Counterexample {
  readonly violation: string;
  readonly found: string;
  readonly during: string;
  readonly shareSite: string;
  readonly way: readonly {
    readonly happens: string;
    readonly alive: readonly string[];
    /** The whole vector at first, then only what changed. */
    readonly vector: Readonly<Record<string, string>>;
  }[];
  readonly details: readonly string[];
}

const changed = (before: Vector | undefined, after: Vector): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ALL_VARIABLES.filter((name) => before?.[name] !== after[name]).map((name) => [name, after[name]]),
  );

export function counterexampleOf({ kind, what, how, node, details }: Violation): Counterexample {
  const vectorAt = (at: Node | undefined): Vector | undefined => at?.world.reduction.vector;
  return {
    violation: kind,
    found: what,
    during: how,
    shareSite: node.world.snapshot.state.share.site,
    way: pathOf(node).map((at) => ({
      happens: at.how,
      alive: partiesIn(at.world.alive),
      vector: changed(vectorAt(at.from), at.world.reduction.vector),
    })),
    details,
  };
}

export const scenarioText = (counterexample: Counterexample): string =>
  `# Found by npm run explore. Events and steps in order; each shows what it changed of the vector.\n${stringify(counterexample, { lineWidth: 0 })}`;

/** One of each kind: the shortest way to it. */
export function shortestOfEach(
  all: readonly Counterexample[],
): readonly { readonly count: number; readonly shortest: Counterexample }[] {
  const kinds = new Map<string, { count: number; shortest: Counterexample }>();
  for (const one of all) {
    const key = `${one.violation} ${one.found}`;
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { count: 1, shortest: one });
    else {
      known.count += 1;
      if (one.way.length < known.shortest.way.length) known.shortest = one;
    }
  }
  return [...kinds.values()].sort((a, b) => a.shortest.way.length - b.shortest.way.length);
}
