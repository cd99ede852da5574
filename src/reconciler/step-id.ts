/** Public ids of the actions: they appear in plan, journal, log, metric and docs. Their meaning is the action table's. */
export const ACTION_IDS = [
  'remove-log-shipping',
  'copy-log-backups',
  'run-copy-job',
  'apply-log-backups',
  'recover-backup',
  'set-pool-failed-over',
  'mirror-backup',
  'activate-servers',
  'clear-active-servers',
  'remove-mirroring',
  'full-backup',
  'restore-home',
  'establish-log-shipping',
  'set-pool-normal',
  'mirror-home',
  'fence',
  'recover',
  'pause-log-shipping',
  'enable-jobs',
  'stop-log-backups',
  'resume-log-backups',
  'tail-log-backup',
  'resume-mirroring',
  'move-principal',
  'set-witness',
  're-add-secondary',
  're-add-primary',
  'align-server-objects',
  'promote-mirror',
  'tail-damaged',
  'remove-log-shipping-primary',
  'restore-backup-from-full',
] as const;

export type ActionId = (typeof ACTION_IDS)[number];
export type StepTarget = 'home' | 'backup' | 'pool';

/** One action on its target, for example `fence` on `home`; printed as `fence:home`. */
export interface StepId {
  readonly action: ActionId;
  readonly target: StepTarget;
}

export const stepKey = (step: StepId): string => `${step.action}:${step.target}`;
