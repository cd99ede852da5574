/**
 * What no step may give up too early or do to the wrong copy, judged by what a daemon that sees everything alive would see. Written without the table's needs, so that a missing need is noticed. Pure.
 */
import type { Vector } from '../../src/reconciler/variables.ts';
import type { Policy, Site } from '../../src/topology/pool-topology.ts';

export interface ProtectionRule {
  readonly step: string;
  readonly says: string;
  readonly broken: (truth: Vector, policy: Policy) => boolean;
}

const JOBS_CAN_RUN = ['running', 'partial', 'stray'];
const homeServes = (truth: Vector): boolean =>
  truth['home.mgc'] === 'online' && ['home', 'both', 'diverged-home'].includes(truth.current);

const notNewest =
  (site: Site) =>
  (truth: Vector): boolean =>
    !['both', 'none', 'unknown', site].includes(truth.current);
const cannotFollow = (truth: Vector): boolean => truth['shipping.follows'] === 'no';
const someSession =
  (site: Site) =>
  (truth: Vector): boolean =>
    truth[`${site}.sessions`] === 'some';
const waysBackByLog = (truth: Vector): boolean => ['pending', 'level'].includes(truth['shipping.back']);
const SECONDARY_THERE = [...JOBS_CAN_RUN, 'paused', 'jobless'];
const underSecondary = (truth: Vector): boolean => SECONDARY_THERE.includes(truth['shipping.secondary']);
const usersListed = (truth: Vector): boolean => !['none', 'unknown'].includes(truth.active);

const rule = (step: string, says: string, broken: ProtectionRule['broken']): ProtectionRule => ({
  step,
  says,
  broken,
});

export const PROTECTION_RULES: readonly ProtectionRule[] = [
  rule('remove-log-shipping:backup', 'log shipping was removed while home serves', homeServes),
  rule(
    'apply-log-backups:backup',
    'log backups were restored while a job of log shipping could run',
    (truth) => JOBS_CAN_RUN.includes(truth['shipping.secondary']),
  ),
  rule(
    'remove-log-shipping:backup',
    'the copy job went while it was the only way to log backups on the share',
    (truth) => truth.copying === 'job' && truth['share.uncopied'] === 'some',
  ),
  rule(
    'recover-backup:backup',
    'the backup copy was recovered under a log-shipping secondary',
    underSecondary,
  ),
  rule(
    'recover-backup:backup',
    'the backup copy was opened while clients are sent to a home that may be written',
    (truth) => truth['home.cannotWrite'] === 'no' && ['home', 'homeStarting'].includes(truth.active),
  ),
  rule('recover-backup:backup', 'a copy was recovered that is not the newest', notNewest('backup')),
  rule(
    'activate-servers:backup',
    'servers were made active on a copy without the mirror that policy asks for',
    (truth, { mirrorBeforeActivation }) =>
      mirrorBeforeActivation === 'required' &&
      ['none', 'establishing', 'suspended', 'broken'].includes(truth['backup.mirror']),
  ),
  rule(
    'activate-servers:backup',
    'servers were sent to a backup copy that is not the newest',
    notNewest('backup'),
  ),
  rule(
    'activate-servers:backup',
    'servers were sent to a backup copy that is not open',
    (truth) => !['online', 'unknown'].includes(truth['backup.mgc']),
  ),
  rule(
    'activate-servers:backup',
    'servers of the backup site were made active under a pool that points home',
    (truth) => ['normal', 'mixed'].includes(truth.poolState),
  ),
  rule('activate-servers:home', 'servers were sent to a home copy that is not the newest', notNewest('home')),
  rule(
    'set-pool-failed-over:pool',
    'the pool was pointed to a backup copy that is not the newest',
    notNewest('backup'),
  ),
  rule(
    'set-pool-normal:pool',
    'the pool was pointed to a home copy that is not the newest',
    notNewest('home'),
  ),
  rule(
    'set-pool-normal:pool',
    'the pool was pointed home while the backup copy may be written',
    (truth) => truth['backup.cannotWrite'] === 'no',
  ),
  rule(
    'set-pool-normal:pool',
    'the pool was pointed home while servers of the backup site are active',
    (truth) => ['backup', 'backupStarting', 'other'].includes(truth.active),
  ),
  rule(
    'full-backup:backup',
    'the full backup of a failback was taken while chat servers are active',
    usersListed,
  ),
  rule(
    'full-backup:backup',
    'the full backup of a failback was taken of a copy that is not the newest',
    notNewest('backup'),
  ),
  rule(
    'full-backup:backup',
    'the full backup of a failback was taken under chat sessions',
    someSession('backup'),
  ),
  rule(
    'full-backup:backup',
    'a full backup was taken although home can go on with the log of backup',
    waysBackByLog,
  ),
  rule(
    'restore-home:home',
    'home was restored in full although it can go on with the log of backup',
    waysBackByLog,
  ),
  rule('restore-home:home', 'home was overwritten under chat sessions', someSession('home')),
  rule('restore-home:home', 'home was overwritten while chat servers are active', usersListed),
  rule('restore-home:home', 'the newest copy was overwritten at home', (truth) => truth.current === 'home'),
  rule('establish-log-shipping:home', 'the newest copy was overwritten at backup', notNewest('home')),
  rule('tail-log-backup:home', 'home was closed by its tail while chat servers are active', usersListed),
  rule('tail-log-backup:backup', 'backup was closed by its tail while chat servers are active', usersListed),
  rule('tail-log-backup:backup', 'backup was closed by its tail under chat sessions', someSession('backup')),
  rule('tail-log-backup:home', 'home was closed by its tail under chat sessions', someSession('home')),
  rule('tail-log-backup:home', 'home was closed by its tail while a job of log shipping could run', (truth) =>
    JOBS_CAN_RUN.includes(truth['shipping.secondary']),
  ),
  rule(
    'tail-log-backup:backup',
    'backup was closed by its tail while a job of log shipping could run',
    (truth) => JOBS_CAN_RUN.includes(truth['shipping.secondary']),
  ),
  rule(
    'pause-log-shipping:backup',
    'log shipping was brought to an end for a home that is not the newest',
    notNewest('home'),
  ),
  rule(
    'pause-log-shipping:backup',
    'log shipping was brought to an end that the backup copy cannot reach',
    cannotFollow,
  ),
  rule(
    'enable-jobs:backup',
    'jobs of log shipping were let go on while home does not serve',
    (truth) => !homeServes(truth),
  ),
  rule(
    'enable-jobs:backup',
    'jobs of log shipping were let go on where the backup copy cannot follow',
    cannotFollow,
  ),
  rule(
    're-add-secondary:backup',
    'a secondary was configured where the backup copy cannot follow',
    cannotFollow,
  ),
  rule(
    're-add-secondary:backup',
    'shipping was configured again from a copy that is not the newest',
    notNewest('home'),
  ),
  rule(
    'stop-log-backups:home',
    'log backups were stopped while users write at home',
    (truth) => homeServes(truth) && ['home', 'homeStarting', 'other'].includes(truth.active),
  ),
  rule(
    'resume-log-backups:home',
    'log backups were resumed of a copy that is not the newest',
    notNewest('home'),
  ),
  rule('resume-log-backups:home', 'log backups were let go on at a home that is closed', (truth) =>
    ['restoring', 'offline', 'cut'].includes(truth['home.mgc']),
  ),
  rule(
    're-add-primary:home',
    'log backups were configured again of a copy that is not the newest',
    notNewest('home'),
  ),
  rule(
    're-add-primary:home',
    'log backups that stand still on purpose were let go on',
    (truth) => truth['home.logBackups'] === 'stopped',
  ),
  rule(
    'mirror-home:home',
    'a copy that is not the newest was mirrored over its partner at home',
    notNewest('home'),
  ),
  rule(
    'mirror-backup:backup',
    'a copy that is not the newest was mirrored over its partner at backup',
    notNewest('backup'),
  ),
  rule(
    'recover:home',
    'home was opened while the backup copy may be written',
    (truth) => truth['backup.cannotWrite'] === 'no',
  ),
  rule(
    'recover:home',
    'home was opened while log backups of backup waited for it',
    (truth) => truth['shipping.back'] === 'pending',
  ),
  rule('recover:backup', 'the backup copy was opened under a log-shipping secondary', underSecondary),
  rule('fence:home', 'the copy that serves alone was fenced at home', (truth) =>
    ['home', 'diverged-home'].includes(truth.current),
  ),
  rule('fence:backup', 'the copy that serves alone was fenced at backup', (truth) =>
    ['backup', 'diverged-backup'].includes(truth.current),
  ),
];

/** @param silent home lives, cut off from everybody, and the edit was made: the named exception */
export const givenUpTooEarly = (
  step: string,
  truth: Vector,
  policy: Policy,
  silent: boolean,
): readonly string[] =>
  silent
    ? []
    : PROTECTION_RULES.filter((one) => one.step === step && one.broken(truth, policy)).map(
        ({ says }) => says,
      );
