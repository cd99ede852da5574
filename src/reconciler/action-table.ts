/**
 * Everything that the product can do to the world, one row per action; rows hold names only. The order of a plan comes from
 * needs and effects, among equal plans from `rank`; a row's place decides nothing. Where the seed says nothing, see the
 * skype reference 3.2-3.5 and the sql-server reference 6. `effects` are the first of the declared outcomes.
 */
import type { Effect, Predicate } from './predicates.ts';
import type { Risk } from './plan.ts';
import type { ActionId, StepTarget } from './step-id.ts';

/** Deeds of the world that the product can only await; never a step, at most the reason for `waiting`. */
export type WaitId = 'await-mirroring' | 'await-recovery' | 'await-heartbeats';

export interface ActionRow<Id extends string = ActionId> {
  readonly id: Id;
  /** `S.` in predicates is the target; for `pool` it is the site that `done` speaks of. */
  readonly targets: readonly StepTarget[];
  readonly needs: readonly Predicate[];
  readonly effects: readonly Effect[];
  readonly done: readonly Predicate[];
  readonly risk: Risk;
  /** Seed step per target. */
  readonly seed: Readonly<Partial<Record<StepTarget, string>>>;
  readonly rank: number;
  readonly undo: ActionId | null;
  /** The one action that may still run while this one starts; its need then holds per file. */
  readonly overlaps: ActionId | null;
  readonly what: string;
}

const SEED = (target: StepTarget, seed: string): Readonly<Partial<Record<StepTarget, string>>> => ({
  [target]: seed,
});

// prettier-ignore
export const ACTION_TABLE = [
  { id: 'remove-log-shipping',    targets: ['backup'], needs: ['backupReachable', 'homeHarmless', 'secondaryMayGo'], effects: ['secondaryGone'], done: ['noSecondary'], risk: 'outage', seed: SEED('backup', 'failover 1'), rank: 1, undo: null, overlaps: null, what: 'Stop the copy and restore jobs and delete the log-shipping secondary of mgc' },
  { id: 'copy-log-backups',       targets: ['backup'], needs: ['shareReadable', 'filesToCopy', 'daemonCopies'], effects: ['copied'], done: ['allCopied'], risk: 'safe', seed: SEED('backup', 'failover 2'), rank: 2, undo: null, overlaps: null, what: 'Copy every missing log backup from the share to the copy folder' },
  { id: 'run-copy-job',           targets: ['backup'], needs: ['backupReachable', 'filesToCopy', 'onlyJobCopies', 'copyJobThere'], effects: ['copied'], done: ['allCopied'], risk: 'safe', seed: SEED('backup', 'failover 2'), rank: 2, undo: null, overlaps: null, what: 'Run the copy job to its end, where the daemon cannot copy between share and copy folder' },
  { id: 'apply-log-backups',      targets: ['backup'], needs: ['backupReachable', 'restoring', 'jobsIdle', 'allCopied', 'filesToApply'], effects: ['applied'], done: ['allApplied'], risk: 'safe', seed: SEED('backup', 'failover 3'), rank: 3, undo: null, overlaps: 'copy-log-backups', what: 'Restore the log backups in reach in LSN order, without recovery' },
  { id: 'recover-backup',         targets: ['backup'], needs: ['backupReachable', 'restoring', 'follows', 'noSecondary', 'allCopied', 'allApplied', 'currentOrSalvaged', 'homeHarmless'], effects: ['backupServes'], done: ['online', 'currentStrictly'], risk: 'no way back', seed: SEED('backup', 'failover 4'), rank: 4, undo: null, overlaps: null, what: 'Recover mgc on backup and open it to all users' },
  { id: 'set-pool-failed-over',   targets: ['pool'],   needs: ['managementWritable', 'backupOnline', 'backupCurrent'], effects: ['poolToBackup'], done: ['poolFailedOver'], risk: 'outage', seed: SEED('pool', 'failover 5'), rank: 5, undo: 'set-pool-normal', overlaps: null, what: 'Point the pool to the backup databases (PoolState FailedOver)' },
  { id: 'mirror-backup',          targets: ['backup'], needs: ['managementWritable', 'reachable', 'partnerReachable', 'online', 'current', 'noSecondary', 'mirrorMissing'], effects: ['mirrorMade'], done: ['mirrorHealthy'], risk: 'no way back', seed: SEED('backup', 'failover 6'), rank: 6, undo: 'remove-mirroring', overlaps: null, what: 'Mirror mgc inside the backup site; the partner\'s left-over copy is dropped' },
  { id: 'activate-servers',       targets: ['backup'], needs: ['managementWritable', 'poolFailedOver', 'online', 'current', 'mirroredAsPolicyAsks', 'homeHarmless', 'siteNotListed'], effects: ['siteActive'], done: ['siteListed'], risk: 'safe', seed: SEED('backup', 'failover 7'), rank: 7, undo: 'clear-active-servers', overlaps: null, what: 'Make the chat servers of the backup site active' },
  { id: 'clear-active-servers',   targets: ['pool'],   needs: ['managementWritable'], effects: ['noneActive'], done: ['noneActive', 'noSessionAnywhere'], risk: 'outage', seed: SEED('pool', 'failback 1'), rank: 1, undo: 'activate-servers', overlaps: null, what: 'Empty the list of active chat servers and wait until no session is left' },
  { id: 'remove-mirroring',       targets: ['home', 'backup'], needs: ['reachable', 'partnerReachable', 'mirroringExists', 'noSession'], effects: ['mirrorRemoved'], done: ['mirrorOff'], risk: 'safe', seed: SEED('backup', 'failback 2'), rank: 2, undo: 'mirror-home', overlaps: null, what: 'Remove the mirroring of this site\'s copy' },
  { id: 'full-backup',            targets: ['backup'], needs: ['reachable', 'openOrRestricted', 'currentOrSalvaged', 'noneActive', 'noSession', 'notMirrored', 'shareReadable', 'backNotInLog'], effects: ['fullBackupTaken'], done: ['freshBackup'], risk: 'outage', seed: SEED('backup', 'failback 3'), rank: 3, undo: 'recover', overlaps: null, what: 'Close mgc on backup to users and take a verified full backup to the share' },
  { id: 'restore-home',           targets: ['home'],   needs: ['reachable', 'backupReachable', 'shareReadable', 'freshBackup', 'barred', 'backupAlone', 'noneActive', 'noSession', 'notMirrored', 'nothingLostInHome', 'backNotInLog'], effects: ['homeEqualsBackup'], done: ['online', 'current'], risk: 'no way back', seed: SEED('home', 'failback 4'), rank: 4, undo: null, overlaps: null, what: 'Restore the full backup over mgc on home' },
  { id: 'establish-log-shipping', targets: ['home'],   needs: ['reachable', 'backupReachable', 'shareReadable', 'filesSeen', 'online', 'current', 'notOpen', 'nothingLostInBackup', 'backupNotMirrored', 'backupNoSession', 'straysMayGo'], effects: ['shippingRuns'], done: ['backupRestoring', 'follows', 'secondaryRunning', 'logBackupsEnabled'], risk: 'no way back', seed: SEED('home', 'failback 5'), rank: 5, undo: 'remove-log-shipping', overlaps: null, what: 'Configure log shipping from home; the backup copy is seeded anew where it does not follow' },
  { id: 'activate-servers',       targets: ['home'],   needs: ['managementWritable', 'online', 'current', 'backupCannotWrite', 'siteNotListed'], effects: ['siteActive'], done: ['siteListed'], risk: 'safe', seed: SEED('home', 'failback 6'), rank: 6, undo: 'clear-active-servers', overlaps: null, what: 'Make the chat servers of the home site active' },
  { id: 'set-pool-normal',        targets: ['pool'],   needs: ['managementWritable', 'homeOnline', 'homeCurrent', 'backupCannotWrite', 'noneOrHomeActive'], effects: ['poolToHome'], done: ['poolNormal'], risk: 'outage', seed: SEED('pool', 'failback 7'), rank: 7, undo: 'set-pool-failed-over', overlaps: null, what: 'Point the pool to the home databases (PoolState Normal)' },
  { id: 'mirror-home',            targets: ['home'],   needs: ['managementWritable', 'reachable', 'partnerReachable', 'online', 'current', 'mirrorMissing', 'mirroringFilesSeen'], effects: ['mirrorMade'], done: ['mirrorHealthy'], risk: 'no way back', seed: {}, rank: 100, undo: 'remove-mirroring', overlaps: null, what: 'Mirror mgc and mgccomp inside the home site again; the partner\'s left-over copy is dropped' },
  { id: 'pause-log-shipping',     targets: ['backup'], needs: ['reachable', 'homeReachable', 'homeCurrent', 'shareReadable', 'filesSeen', 'restoring', 'follows', 'secondaryAwake'], effects: ['shipped'], done: ['secondaryPaused'], risk: 'safe', seed: {}, rank: 101, undo: 'enable-jobs', overlaps: null, what: 'Take a log backup, copy and restore to the end, then disable the copy and restore jobs; the DR copy stays' },
  { id: 'enable-jobs',            targets: ['backup'], needs: ['reachable', 'homeOnline', 'homeCurrent', 'restoring', 'follows', 'secondaryHeldUp'], effects: ['jobsRun'], done: ['secondaryRunning'], risk: 'safe', seed: {}, rank: 102, undo: 'pause-log-shipping', overlaps: null, what: 'Enable the copy and restore jobs again' },
  { id: 'stop-log-backups',       targets: ['home'],   needs: ['reachable', 'logBackupsCanRun', 'logBackupsMayStop'], effects: ['logBackupsStopped'], done: ['logBackupsIdle'], risk: 'safe', seed: {}, rank: 103, undo: 'resume-log-backups', overlaps: null, what: 'Disable and stop the log-backup job at home' },
  { id: 'resume-log-backups',     targets: ['home'],   needs: ['reachable', 'online', 'current', 'logBackupsStopped'], effects: ['logBackupsEnabled'], done: ['logBackupsEnabled'], risk: 'safe', seed: {}, rank: 104, undo: 'stop-log-backups', overlaps: null, what: 'Enable the log-backup job at home again' },
  { id: 'tail-log-backup',        targets: ['home'],   needs: ['reachable', 'backupReachable', 'openOrRestricted', 'currentStrictly', 'noneActive', 'noSession', 'notMirrored', 'logBackupsIdle', 'jobsIdle', 'backupRestoring', 'follows', 'nothingLostInBackup', 'shareReadable', 'filesSeen'], effects: ['tailOnShare'], done: ['fenced'], risk: 'fences', seed: {}, rank: 105, undo: 'recover', overlaps: null, what: 'Take the last log backup of home WITH NORECOVERY to the share: no loss, and home is fenced' },
  { id: 'tail-log-backup',        targets: ['backup'], needs: ['reachable', 'homeReachable', 'openOrRestricted', 'currentStrictly', 'noneActive', 'noSession', 'notMirrored', 'noSecondary', 'homeRestoring', 'backLevel', 'nothingLostInHome', 'shareReadable'], effects: ['tailForHome'], done: ['fenced'], risk: 'fences', seed: {}, rank: 112, undo: 'recover', overlaps: null, what: 'Take the last log backup of backup WITH NORECOVERY to the share: home goes on with it, and backup is fenced' },
  { id: 'apply-log-backups',      targets: ['home'],   needs: ['reachable', 'restoring', 'shareReadable', 'backPending'], effects: ['shippedBack'], done: ['backLevel'], risk: 'safe', seed: {}, rank: 113, undo: null, overlaps: null, what: 'Restore the log backups of backup on home in LSN order, without recovery' },
  { id: 'fence',                  targets: ['home', 'backup'], needs: ['reachable', 'maybeWritable', 'givesWay'], effects: ['jobsOfSiteStopped', 'fenced', 'tailInQuarantine', 'otherIsCurrent'], done: ['cannotWrite', 'fenced'], risk: 'fences', seed: {}, rank: 106, undo: 'recover', overlaps: null, what: 'Make this copy unable to write; what only it holds becomes a file in quarantine' },
  { id: 'recover',                targets: ['home'],   needs: ['reachable', 'homeUndoable', 'current', 'otherCannotWrite', 'nothingWaitsForHome'], effects: ['homeServes'], done: ['online'], risk: 'no way back', seed: {}, rank: 107, undo: 'fence', overlaps: null, what: 'Undo of a tail or fence: recover this copy and open it to all users' },
  { id: 'recover',                targets: ['backup'], needs: ['reachable', 'undoable', 'noSecondary', 'current', 'homeHarmless'], effects: ['siteServes'], done: ['online'], risk: 'no way back', seed: {}, rank: 107, undo: 'fence', overlaps: null, what: 'Undo of a fence or of the write barrier: recover this copy and open it to all users' },
  { id: 'resume-mirroring',       targets: ['home', 'backup'], needs: ['reachable', 'partnerReachable', 'online', 'mirrorSuspended'], effects: ['mirrorMade'], done: ['mirrorHealthy'], risk: 'safe', seed: {}, rank: 108, undo: null, overlaps: null, what: 'Let a suspended mirroring session go on' },
  { id: 'move-principal',         targets: ['home', 'backup'], needs: ['reachable', 'partnerReachable', 'online', 'current', 'mirrorHealthy', 'principalAtPartner'], effects: ['principalMoved'], done: ['principalDeclared'], risk: 'outage', seed: {}, rank: 109, undo: null, overlaps: null, what: 'Give the principal role back to the instance that is declared as primary; sessions are cut for seconds' },
  { id: 'set-witness',            targets: ['home', 'backup'], needs: ['reachable', 'online', 'mirrorHealthy', 'witnessWrong'], effects: ['witnessSet'], done: ['witnessed'], risk: 'safe', seed: {}, rank: 110, undo: null, overlaps: null, what: 'Name the declared witness of the mirroring session' },
  { id: 're-add-secondary',       targets: ['backup'], needs: ['reachable', 'homeReachable', 'homeOnline', 'homeCurrent', 'shareReadable', 'restoring', 'follows', 'secondaryLost'], effects: ['jobsRun'], done: ['secondaryRunning'], risk: 'safe', seed: {}, rank: 111, undo: 'remove-log-shipping', overlaps: null, what: 'Configure the secondary and its jobs again; the backup copy goes on from where it stands' },
  { id: 're-add-primary',         targets: ['home'],   needs: ['reachable', 'backupReachable', 'online', 'current', 'logBackupsJobless'], effects: ['logBackupsEnabled'], done: ['logBackupsEnabled'], risk: 'safe', seed: {}, rank: 114, undo: 'stop-log-backups', overlaps: null, what: 'Configure home as log-shipping primary again, with the log-backup job that is gone; the log chain goes on' },
  { id: 'align-server-objects',   targets: ['home', 'backup'], needs: ['reachable', 'online', 'current', 'objectsDiffer'], effects: ['objectsAligned'], done: ['objectsLeft'], risk: 'safe', seed: {}, rank: 115, undo: null, overlaps: null, what: 'Give the chat database the owner that it records, its users their logins, and the declared TRUSTWORTHY' },
  { id: 'promote-mirror',         targets: ['home', 'backup'], needs: ['mirrorPromotable', 'otherCannotWrite'], effects: ['mirrorPromoted'], done: ['online'], risk: 'no way back', seed: {}, rank: 116, undo: null, overlaps: null, what: 'Force service on the mirror of this site, whose principal is lost; what it had not received is given up' },
  { id: 'remove-log-shipping',    targets: ['home'],   needs: ['halvesWrong'], effects: ['halvesGone'], done: ['halvesRight'], risk: 'safe', seed: {}, rank: 117, undo: null, overlaps: null, what: 'Delete the log-shipping secondary of mgc that was left at home, with its copy and restore jobs' },
  { id: 'remove-log-shipping-primary', targets: ['backup'], needs: ['reachable', 'halvesWrong'], effects: ['halvesGone'], done: ['halvesRight'], risk: 'safe', seed: {}, rank: 118, undo: null, overlaps: null, what: 'Delete the log-shipping primary of mgc that was left at backup, with its log-backup job, and every secondary beside the one that ships' },
] as const satisfies readonly ActionRow[];

/** What the world finishes by itself; planned like rows, so that a plan can say `waiting` instead of `blocked`. */
// prettier-ignore
export const WAIT_TABLE = [
  { id: 'await-heartbeats', targets: ['home', 'backup'], needs: ['siteStarting'], effects: ['siteBeats'], done: ['siteActive'], risk: 'safe', seed: {}, rank: 900, undo: null, overlaps: null, what: 'Active chat servers have not written a heartbeat into the current copy yet' },
  { id: 'await-mirroring',  targets: ['home', 'backup'], needs: ['mirrorEstablishing'], effects: ['mirrorMade'], done: ['mirrorHealthy'], risk: 'safe', seed: {}, rank: 901, undo: null, overlaps: null, what: 'Mirroring is not synchronized yet, or its partner is disconnected' },
  { id: 'await-recovery',   targets: ['home', 'backup'], needs: ['recovering'], effects: ['serves'], done: ['online'], risk: 'safe', seed: {}, rank: 902, undo: null, overlaps: null, what: 'The database is still recovering' },
] as const satisfies readonly ActionRow<WaitId>[];
