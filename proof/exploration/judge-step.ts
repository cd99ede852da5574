/** What came of one step that was really run: the row's promise against the world, and the invariants that no step may break. */
import type { GroundStep } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import type { Reduction } from '../../src/reconciler/reduce-pool.ts';
import { ALL_VARIABLES, type Variable, type Vector } from '../../src/reconciler/variables.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { accountFor } from '../../src/simulator/estate/checker.ts';
import { writableAtTwoSites } from '../../src/simulator/estate/writable-sites.ts';

/** What the world brings by itself sooner or later: a promise may be seen before it is whole. */
const COMES_BY_ITSELF: Readonly<Partial<Record<Variable, Readonly<Record<string, string>>>>> = {
  active: { homeStarting: 'home', backupStarting: 'backup' },
  'home.mirror': { establishing: 'healthy' },
  'backup.mirror': { establishing: 'healthy' },
  'home.mgc': { recovering: 'online' },
  'backup.mgc': { recovering: 'online' },
};

export interface Difference {
  readonly variable: Variable;
  readonly promised: string;
  readonly seen: string;
}

/** Chat servers connect to the copy to which the pool points as soon as any of them is active. */
function connects(variable: Variable, vector: Vector): boolean {
  if (!variable.endsWith('.sessions') || vector.active === 'none') return false;
  const site = variable.startsWith('home') ? 'home' : 'backup';
  return (
    vector[`${site}.mgc`] === 'online' && vector.poolState === (site === 'home' ? 'normal' : 'failedOver')
  );
}

const settled = (variable: Variable, vector: Vector): string =>
  connects(variable, vector) ? 'some' : (COMES_BY_ITSELF[variable]?.[vector[variable]] ?? vector[variable]);

/**
 * Where what is seen after the step is not what the row promises. What is out of sight is judged by `truth`, what everything alive
 * would show; a promise of `unknown` is none.
 */
export function differencesOf(
  step: GroundStep,
  before: Vector,
  seen: Vector,
  truth: Vector,
): readonly Difference[] {
  const promised = afterStep(step, before);
  if (promised === undefined) return [];
  return ALL_VARIABLES.flatMap((variable) => {
    const vector = seen[variable] === 'unknown' ? truth : seen;
    const same = settled(variable, promised) === settled(variable, vector);
    return same || promised[variable] === 'unknown' || vector[variable] === 'unknown'
      ? []
      : [{ variable, promised: promised[variable], seen: vector[variable] }];
  });
}

const gone = (world: WorldSnapshot): number =>
  accountFor(world.state, world.folders).lost.filter(({ verdict }) => verdict === 'gone').length;

/** Invariants of the true world, whatever the daemon sees. `silent`: home lives, cut off from everybody, and the edit was made. */
export function brokenInvariants(
  step: string,
  before: WorldSnapshot,
  after: WorldSnapshot,
  truth: Reduction,
  silent: boolean,
): readonly string[] {
  const broken: string[] = [];
  const wasOpen = writableAtTwoSites(before.state);
  const openedMs = after.state.writable.totalMs - before.state.writable.totalMs;
  if (!wasOpen && openedMs > 0 && !silent) broken.push(`two copies were writable for ${openedMs} ms`);
  const lost = gone(after) - gone(before);
  if (lost > 0) broken.push(`${lost} acknowledged messages are nowhere any more`);
  const { vector } = truth;
  if (step === 'recover-backup:backup' && !silent) {
    for (const variable of ['share.uncopied', 'copied.unapplied'] as const)
      if (vector[variable] === 'some') broken.push(`recovered while ${variable} was some`);
  }
  return broken;
}
