/** How long a plan takes where something must be said although not every step was ever measured here: by an assumption that says so. Pure. */
import type { PlannedStep } from './plan.ts';
import { stepKey, type ActionId } from './step-id.ts';

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
  're-add-primary': 30,
  'align-server-objects': 30,
  'remove-log-shipping-primary': 30,
  'stop-log-backups': 30,
  'resume-log-backups': 30,
  'tail-log-backup': 60,
  fence: 60,
  recover: 60,
  'promote-mirror': 30,
  'tail-damaged': 60,
  'restore-backup-from-full': 600,
};

/** Waits of the world and actions of another version count as a statement. */
const ASSUMED_OF_OTHERS = 30;

export const assumedSeconds = (action: string): number =>
  action in ASSUMED_SECONDS ? ASSUMED_SECONDS[action as ActionId] : ASSUMED_OF_OTHERS;

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
