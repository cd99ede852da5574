/** The course that a plan promises, as far as gates ask: are users served now, does the plan take the service away, for how long. */
import type { DesiredPool } from '../../topology/pool-topology.ts';
import { plannerFor } from '../find-plan.ts';
import { shapeOf, type GroundStep } from '../ground-rows.ts';
import type { PlannedStep } from '../plan.ts';
import { predictPlan } from '../predict-plan.ts';
import { stepKey, type ActionId } from '../step-id.ts';
import type { Vector } from '../variables.ts';

/** The listed chat servers have a copy that they can write. What is unknown serves nobody for certain. */
export function usersServed(vector: Vector): boolean {
  return (['home', 'backup'] as const).some(
    (site) =>
      vector.active === site &&
      vector[`${site}.mgc`] === 'online' &&
      vector[`${site}.reach`] === 'yes' &&
      vector.poolState === (site === 'home' ? 'normal' : 'failedOver'),
  );
}

export function groundStepsOf(pool: DesiredPool, steps: readonly PlannedStep[]): readonly GroundStep[] {
  const known = plannerFor(shapeOf(pool.topology, pool.policy)).steps;
  return steps.flatMap(
    (step) => known.find(({ action, target }) => action === step.action && target === step.target) ?? [],
  );
}

/** Vectors before the first step and after each one. */
export const courseOf = (
  pool: DesiredPool,
  steps: readonly PlannedStep[],
  vector: Vector,
): readonly Vector[] => predictPlan(groundStepsOf(pool, steps), vector);

/** Users are served now, and at some point of the course they are not. */
export function takesServiceAway(pool: DesiredPool, steps: readonly PlannedStep[], vector: Vector): boolean {
  return usersServed(vector) && courseOf(pool, steps, vector).some((one) => !usersServed(one));
}

/**
 * Seconds for a step that this installation has never done; choices of ours: cmdlets wait for replication, mirroring and full copies
 * move the whole database.
 */
const ASSUMED_SECONDS: Readonly<Record<ActionId, number>> = {
  'remove-log-shipping': 30,
  'copy-log-backups': 60,
  'run-copy-job': 120,
  'apply-log-backups': 120,
  'recover-backup': 60,
  'set-pool-failed-over': 60,
  'mirror-backup': 1_200,
  'activate-servers': 60,
  'clear-active-servers': 180,
  'remove-mirroring': 30,
  'full-backup': 600,
  'restore-home': 600,
  'establish-log-shipping': 600,
  'set-pool-normal': 60,
  'mirror-home': 1_200,
  'pause-log-shipping': 120,
  'enable-jobs': 30,
  'resume-mirroring': 300,
  'move-principal': 60,
  'set-witness': 30,
  're-add-secondary': 60,
  'stop-log-backups': 30,
  'resume-log-backups': 30,
  'tail-log-backup': 60,
  fence: 60,
  recover: 60,
};

export interface PredictedTime {
  readonly seconds: number;
  /** Steps that were never measured here, `action:target`. */
  readonly assumed: readonly string[];
}

export function predictTime(
  steps: readonly PlannedStep[],
  measured: ReadonlyMap<string, number>,
): PredictedTime {
  const keys = steps.map((step) => ({ key: stepKey(step), assumed: ASSUMED_SECONDS[step.action] }));
  return {
    seconds: keys.reduce((total, { key, assumed }) => total + (measured.get(key) ?? assumed), 0),
    assumed: keys.filter(({ key }) => !measured.has(key)).map(({ key }) => key),
  };
}
