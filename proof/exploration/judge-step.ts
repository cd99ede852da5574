/** What came of one step that was really run: the row's promise against the world, and the invariants that no step may break. */
import type { GroundStep } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import type { Reduction } from '../../src/reconciler/reduce-pool.ts';
import { ALL_VARIABLES, ofSite, type Variable, type Vector } from '../../src/reconciler/variables.ts';
import type { WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { accountFor } from '../../src/simulator/estate/checker.ts';
import { writableAtTwoSites } from '../../src/simulator/estate/writable-sites.ts';
import { otherSite } from '../../src/topology/pool-topology.ts';

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

/**
 * No witness is asked for where no session is SYNCHRONIZED: none is there any more, or not at once. No row promises it, or a plan would
 * end a session for the sake of a witness that is not seen.
 */
const UNASKED: Outcomes = { 'home.witness': ['right'], 'backup.witness': ['right'] };

/** What a step may bring besides its promise. */
const ALSO: Readonly<Partial<Record<string, Outcomes>>> = {
  // Where no tail can be had (4214), a full backup comes first, and then the copy is put OFFLINE.
  'fence:home': { 'home.mgc': ['offline'], 'home.holds': ['saved', 'released'], ...BACK, ...UNASKED },
  // What no login can be found for is left to a person.
  'align-server-objects:home': { 'home.objects': ['byHand'] },
  'align-server-objects:backup': { 'backup.objects': ['byHand'] },
  // Before the recovery it takes every secondary of the pair, wherever it stands.
  'remove-log-shipping:backup': { 'backup.halves': ['right'] },
  'fence:backup': { 'backup.mgc': ['offline'], 'backup.holds': ['saved', 'released'], ...UNASKED },
  'remove-mirroring:home': UNASKED,
  'remove-mirroring:backup': UNASKED,
  'move-principal:home': UNASKED,
  'move-principal:backup': UNASKED,
  'recover-backup:backup': BACK,
  'mirror-backup:backup': BACK,
  // Nothing was written since the log backup before it.
  'tail-log-backup:backup': BACK,
  // The one that was lost had the role of its partner.
  'promote-mirror:home': { 'home.principal': ['declared'] },
  'promote-mirror:backup': { 'backup.principal': ['declared'] },
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

/** What the judgement of a promise needs to know of the step's world. */
export interface StepWorld {
  /** The vector on which the step was planned, and the one seen after it. */
  readonly before: Vector;
  readonly seen: Vector;
  /** What everything alive shows, before the step and after it. */
  readonly truthBefore: Vector;
  readonly truth: Vector;
  /** Home lives, cut off from everybody, and is taken for down: the named exception. */
  readonly silent: boolean;
  /** The copies descend from different databases. */
  readonly apart: boolean;
}

/**
 * A fence of one line leaves the other copy current. Copies of different databases have no line in common: closing the one makes the other
 * none of its successors, so they stay diverged, and a person may still name either.
 */
function staysDiverged(
  { action, site }: GroundStep,
  variable: Variable,
  { before, apart }: StepWorld,
  now: string,
): boolean {
  const other = otherSite(site);
  if (action !== 'fence' || !apart || before.current !== `diverged-${other}`) return false;
  const concerned = variable === 'current' || variable === ofSite(other, 'holds');
  return concerned && now === before[variable];
}

/**
 * The bet of the named exception: that home is down was not so before the step either. What the plan took from that and the row does not
 * touch is no promise of the row; a sign of life after the step (home's servers beat in the copy to which the pool now points) turns it
 * into unknown, as it must. What is seen otherwise than promised is still held against the step.
 */
const onlyBet = (
  variable: Variable,
  promised: Vector,
  { before, seen, truthBefore, silent }: StepWorld,
): boolean =>
  silent &&
  seen[variable] === 'unknown' &&
  promised[variable] === before[variable] &&
  before[variable] !== truthBefore[variable];

const settled = (variable: Variable, vector: Vector): string =>
  COMES_BY_ITSELF[variable]?.[vector[variable]] ?? vector[variable];

/**
 * Where what is seen after the step is not what the row promises. What is out of sight is judged by `truth`, what everything alive
 * would show; a promise of `unknown` is none.
 */
export function differencesOf(step: GroundStep, world: StepWorld): readonly Difference[] {
  const { before, seen, truth } = world;
  const promised = afterStep(step, before);
  if (promised === undefined) return [];
  return ALL_VARIABLES.flatMap((variable) => {
    const vector = seen[variable] === 'unknown' ? truth : seen;
    const now = vector[variable];
    const same = settled(variable, promised) === settled(variable, vector);
    // Sessions are the servers' own, whose replicas may be behind: judged only where the row promises that there are none.
    const fewer =
      variable.endsWith('.sessions') && (promised[variable] === 'some' || before[variable] === 'none');
    // What master keeps beside a copy shows once it is open, whichever step opened it: judged of the row that aligns it.
    const shown = variable.endsWith('.objects') && step.action !== 'align-server-objects';
    const also = ALSO[`${step.action}:${step.target}`]?.[variable]?.includes(now) === true;
    const excused =
      shown || also || staysDiverged(step, variable, world, now) || onlyBet(variable, promised, world);
    return same || fewer || excused || promised[variable] === 'unknown' || now === 'unknown'
      ? []
      : [{ variable, promised: promised[variable], seen: now }];
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
