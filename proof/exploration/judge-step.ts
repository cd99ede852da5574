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

type Outcomes = Readonly<Partial<Record<Variable, readonly string[]>>>;

/** Whether home can go on with the log of backup (policy.failback: minimal) is found by looking, whatever put the copies where they are. */
const BACK: Outcomes = { 'shipping.back': ['level', 'pending'] };

/** What a step may bring besides its promise. */
const ALSO: Readonly<Partial<Record<string, Outcomes>>> = {
  // Where no tail can be had (4214), a full backup comes first, and then the copy is put OFFLINE.
  'fence:home': { 'home.mgc': ['offline'], 'home.holds': ['saved', 'released'], ...BACK },
  'fence:backup': { 'backup.mgc': ['offline'], 'backup.holds': ['saved', 'released'] },
  'recover-backup:backup': BACK,
  'mirror-backup:backup': BACK,
  // Nothing was written since the log backup before it.
  'tail-log-backup:backup': BACK,
  // Made with log backups of its own, and the job that it quiets for them runs again at the end.
  'mirror-home:home': {
    'home.logBackups': ['enabled'],
    'share.uncopied': ['some'],
    'copied.unapplied': ['some'],
  },
};

export interface Difference {
  readonly variable: Variable;
  readonly promised: string;
  readonly seen: string;
}

const settled = (variable: Variable, vector: Vector): string =>
  COMES_BY_ITSELF[variable]?.[vector[variable]] ?? vector[variable];

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
    // Sessions are the servers' own, whose replicas may be behind: judged only where the row promises that there are none.
    const fewer =
      variable.endsWith('.sessions') && (promised[variable] === 'some' || before[variable] === 'none');
    const also = ALSO[`${step.action}:${step.target}`]?.[variable]?.includes(vector[variable]) === true;
    return same || fewer || also || promised[variable] === 'unknown' || vector[variable] === 'unknown'
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
