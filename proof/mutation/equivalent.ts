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

export const EQUIVALENT: readonly Equivalent[] = [
  {
    mutant: 'mirror-backup@backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'establish-log-shipping@home -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'mirror-home@home -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'resume-log-backups@home -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'resume-mirroring@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'move-principal@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'set-witness@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'full-backup@backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online or restricted, which is known only where the instance answers.',
  },
  {
    mutant: 'tail-log-backup@home -reachable',
    kind: 'implied',
    why: 'The row needs mgc online or restricted, which is known only where the instance answers.',
  },
  {
    mutant: 'apply-log-backups@backup -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'recover-backup@backup -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'pause-log-shipping@backup -reachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'enable-jobs@backup -reachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 're-add-secondary@backup -reachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'tail-log-backup@home -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'restore-home@home -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy restricted, which is known only where its instance answers.',
  },
  {
    mutant: 'establish-log-shipping@home -backupReachable',
    kind: 'implied',
    why: 'The row needs a known state of the backup copy (notOpen), which no silent instance has.',
  },
  {
    mutant: 'fence@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs one of some states of mgc, which are known only where the instance answers.',
  },
  {
    mutant: 'recover@home -reachable',
    kind: 'implied',
    why: 'The row needs one of some states of mgc, which are known only where the instance answers.',
  },
  {
    mutant: 'recover@backup -reachable',
    kind: 'implied',
    why: 'The row needs one of some states of mgc, which are known only where the instance answers.',
  },
  {
    mutant: 'remove-log-shipping@backup -backupReachable',
    kind: 'implied',
    why: 'The row needs a known secondary; reduceShipping leaves it unknown while the backup copy is not seen.',
  },
  {
    mutant: 'run-copy-job@backup -backupReachable',
    kind: 'implied',
    why: 'The row needs a known secondary; reduceShipping leaves it unknown while the backup copy is not seen.',
  },
  {
    mutant: 'remove-mirroring@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs to know that no session is there; sessions are known only of a copy that is seen.',
  },
  {
    mutant: 'stop-log-backups@home -reachable',
    kind: 'implied',
    why: 'The row needs a log-backup job that can run; that is known only of a copy that is seen (logBackupsOf).',
  },
  {
    mutant: 'restore-home@home -reachable',
    kind: 'implied',
    why: "The row's done reads home.mgc, which must be known, and is only where home answers.",
  },
  {
    mutant: 'pause-log-shipping@backup -homeReachable',
    kind: 'implied',
    why: "The row needs home current; currentOf names home only where home's copy is seen.",
  },
  {
    mutant: 're-add-secondary@backup -homeReachable',
    kind: 'implied',
    why: 'The row needs home.mgc online, which is known only where home answers.',
  },
  {
    mutant: 'apply-log-backups@backup -restoring',
    kind: 'implied',
    why: 'The row needs files to apply; reduceShipping counts them for a restoring copy only.',
  },
  {
    mutant: 'recover-backup@backup -restoring',
    kind: 'implied',
    why: "The row needs the copy to follow home's chain; followsOf says no of every copy that is not restoring.",
  },
  {
    mutant: 'pause-log-shipping@backup -restoring',
    kind: 'implied',
    why: "The row needs the copy to follow home's chain; followsOf says no of every copy that is not restoring.",
  },
  {
    mutant: 'enable-jobs@backup -restoring',
    kind: 'implied',
    why: "The row needs the copy to follow home's chain; followsOf says no of every copy that is not restoring.",
  },
  {
    mutant: 're-add-secondary@backup -restoring',
    kind: 'implied',
    why: "The row needs the copy to follow home's chain; followsOf says no of every copy that is not restoring.",
  },
  {
    mutant: 'tail-log-backup@home -backupRestoring',
    kind: 'implied',
    why: "The row needs the copy to follow home's chain; followsOf says no of every copy that is not restoring.",
  },
  {
    mutant: 'restore-home@home -barred',
    kind: 'implied',
    why: 'The row needs a fresh full backup; fullBackupOf calls none fresh unless the backup copy is restricted.',
  },
  {
    mutant: 'restore-home@home -shareReadable',
    kind: 'implied',
    why: 'The row needs a fresh full backup; fullBackupOf knows of none unless the share is listed.',
  },
  {
    mutant: 'set-witness@home+backup -mirrorHealthy',
    kind: 'implied',
    why: 'The row needs a wrong witness; witnessOf calls it wrong only of a session that is synchronized.',
  },
  {
    mutant: 'copy-log-backups@backup -filesToCopy',
    kind: 'idle',
    why: 'With nothing to copy the row promises what is there; a plan with it is longer than the one without, and an actuator that finds nothing to copy sends nothing.',
  },
  {
    mutant: 'run-copy-job@backup -filesToCopy',
    kind: 'idle',
    why: 'With nothing to copy the row promises what is there; its actuator sends nothing then.',
  },
  {
    mutant: 'apply-log-backups@backup -filesToApply',
    kind: 'idle',
    why: 'With nothing to apply the row promises what is there; its actuator sends nothing then.',
  },
  {
    mutant: 'remove-mirroring@home+backup -mirroringExists',
    kind: 'idle',
    why: 'Where no mirroring exists the row promises what is there; its actuator reads that again and sends nothing.',
  },
  {
    mutant: 'move-principal@home+backup -principalAtPartner',
    kind: 'idle',
    why: 'With the principal where it is declared the row promises what is there, and is done before it begins.',
  },
  {
    mutant: 'set-witness@home+backup -witnessWrong',
    kind: 'idle',
    why: 'With the right witness the row promises what is there, and is done before it begins.',
  },
  {
    mutant: 're-add-secondary@backup -secondaryLost',
    kind: 'idle',
    why: 'With a secondary that runs the row promises what is there; where its jobs are only disabled, enable-jobs does the same and ranks first.',
  },
];
