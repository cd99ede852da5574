/** Starting points from which the documentation and the benchmark let the search draw its routes. Vectors only, no steps. */
import type { Site } from '../topology/pool-topology.ts';
import type { Vector } from './variables.ts';

/** Home serves, mirrored; shipping runs to backup. */
export const CONVERGED_HOME: Vector = {
  'home.reach': 'yes',
  'backup.reach': 'yes',
  'home.mgc': 'online',
  'backup.mgc': 'restoring',
  'home.cannotWrite': 'no',
  'backup.cannotWrite': 'yes',
  'home.holds': 'nothing',
  'backup.holds': 'nothing',
  'home.mirror': 'healthy',
  'backup.mirror': 'none',
  'home.principal': 'declared',
  'backup.principal': 'declared',
  'home.witness': 'right',
  'backup.witness': 'right',
  'home.halves': 'right',
  'backup.halves': 'right',
  'home.partner': 'yes',
  'backup.partner': 'yes',
  'home.objects': 'aligned',
  'backup.objects': 'aligned',
  'home.sessions': 'some',
  'backup.sessions': 'none',
  current: 'home',
  'shipping.secondary': 'running',
  'home.logBackups': 'enabled',
  'shipping.follows': 'yes',
  share: 'readable',
  copying: 'files',
  'share.uncopied': 'none',
  'copied.unapplied': 'none',
  'shipping.strays': 'none',
  'shipping.back': 'no',
  poolState: 'normal',
  active: 'home',
  fullBackup: 'none',
  management: 'writable',
};

/** Nobody sees home any more; the evidence suffices. */
export const HOME_LOST: Vector = {
  ...CONVERGED_HOME,
  'home.reach': 'unknown',
  'home.mgc': 'unknown',
  'home.cannotWrite': 'yes',
  'home.holds': 'unknown',
  'home.mirror': 'unknown',
  'home.partner': 'unknown',
  'home.sessions': 'unknown',
  'home.logBackups': 'unseen',
  current: 'backup',
  'share.uncopied': 'some',
  'copied.unapplied': 'some',
};

/** Backup serves, mirrored; home is gone. */
export const FAILED_OVER: Vector = {
  ...HOME_LOST,
  'backup.mgc': 'online',
  'backup.cannotWrite': 'no',
  'backup.mirror': 'healthy',
  'backup.sessions': 'some',
  'shipping.secondary': 'absent',
  'shipping.follows': 'no',
  'share.uncopied': 'none',
  'copied.unapplied': 'none',
  poolState: 'failedOver',
  active: 'backup',
};

/** Home is back, rebuilt by Topology Builder: an empty mgc of another lineage. */
export const HOME_REBUILT: Vector = {
  ...FAILED_OVER,
  'home.reach': 'yes',
  'home.mgc': 'online',
  'home.cannotWrite': 'no',
  'home.holds': 'nothing',
  'home.mirror': 'none',
  'home.partner': 'yes',
  'home.sessions': 'none',
  'home.logBackups': 'none',
};

/** Moved to backup by plan, and home is to serve again: its copy ends where backup went on. */
export const HOME_SET_ASIDE: Vector = {
  ...HOME_REBUILT,
  'home.mgc': 'restoring',
  'home.cannotWrite': 'yes',
  'home.logBackups': 'stopped',
  'shipping.back': 'level',
};

export const ROUTES: readonly { readonly name: string; readonly goal: Site; readonly start: Vector }[] = [
  { name: 'Failover: home is lost', goal: 'backup', start: HOME_LOST },
  { name: 'Failback: home was rebuilt empty', goal: 'home', start: HOME_REBUILT },
  { name: 'Planned move: home is alive', goal: 'backup', start: CONVERGED_HOME },
  { name: 'Minimal failback: home can go on with the log of backup', goal: 'home', start: HOME_SET_ASIDE },
];
