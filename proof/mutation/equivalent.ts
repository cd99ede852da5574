/**
 * Mutants that change nothing, each with its argument. `npm run mutate` fails when one of them is noticed after all, when one is no
 * mutant any more, and, for `implied`, when the row may newly run in any world that it knows.
 */
export interface Equivalent {
  readonly mutant: string;
  /**
   * implied: what the row still asks for cannot hold without the need. idle: where the need does not hold, the row promises nothing
   * that a plan could want, so no shortest plan takes it.
   */
  readonly kind: 'implied' | 'idle';
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];
