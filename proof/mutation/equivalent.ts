/**
 * Mutants that change nothing, each with its argument. `npm run mutate` fails when one of them is noticed after all, when one is no
 * mutant any more, and when the argument does not hold in a question that it knows.
 */
import { OF_LOST_COPIES } from './equivalent-lost-copies.ts';

export interface Equivalent {
  readonly mutant: string;
  /**
   * implied: what the row still asks for cannot hold without the need; checked: the row may newly run nowhere. idle: where the need does
   * not hold, the row promises nothing that a plan could want; checked: no plan begins with it where it may newly run.
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
    why: 'The row needs a fresh full backup and the backup copy current. fullBackupOf calls one fresh of a restricted copy alone; reduceFull does of one that is cut or absent, which is never current (currentOf, mayKeep).',
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
    mutant: 'remove-log-shipping-primary@backup -reachable',
    kind: 'implied',
    why: 'The row needs wrong halves; halvesOf says so of the backup site only where its copy is seen.',
  },
  {
    mutant: 'remove-log-shipping@home -halvesWrong',
    kind: 'idle',
    why: 'With right halves the row promises what is there, and is done before it begins.',
  },
  {
    mutant: 'remove-log-shipping-primary@backup -halvesWrong',
    kind: 'idle',
    why: 'With right halves the row promises what is there, and is done before it begins.',
  },
  {
    mutant: 'copy-log-backups@backup -shareReadable',
    kind: 'implied',
    why: 'The row needs files to copy and the daemon to copy them; filesToShip counts such files only on a share that is listed.',
  },
  {
    mutant: 'run-copy-job@backup -onlyJobCopies',
    kind: 'idle',
    why: 'Where the daemon copies, copy-log-backups may run wherever this row may, has its rank and comes first by name; where SQL Server reads the share, nothing is ever uncopied.',
  },
  {
    mutant: 'pause-log-shipping@backup -shareReadable',
    kind: 'implied',
    why: 'The row needs to see the files and home to answer; filesToShip knows of them without the listed share only where home or the site of the share is down by evidence.',
  },
  {
    mutant: 'tail-log-backup@home -shareReadable',
    kind: 'implied',
    why: 'The row needs to see the files and home to answer; filesToShip knows of them without the listed share only where home or the site of the share is down by evidence.',
  },
  {
    mutant: 'tail-log-backup@home -nothingLostInBackup',
    kind: 'implied',
    why: "The row needs home to be current and the copy to follow it; heldByFenced says nothing of every restoring copy on home's line up to where home left it, which is what followsOf asks.",
  },
  {
    mutant: 'tail-log-backup@backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online or restricted, which is known only where the instance answers.',
  },
  {
    mutant: 'tail-log-backup@backup -homeReachable',
    kind: 'implied',
    why: 'The row needs the home copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'tail-log-backup@backup -homeRestoring',
    kind: 'implied',
    why: 'The row needs home level with backup; shipBackOf says no of every home that is not restoring.',
  },
  {
    mutant: 'tail-log-backup@backup -openOrRestricted',
    kind: 'implied',
    why: 'The row needs home level with backup, so backup is open or ended with its own tail (giverOf); then both reach the same and current is both, and the row needs backup alone.',
  },
  {
    mutant: 'tail-log-backup@backup -currentStrictly',
    kind: 'implied',
    why: 'The row needs backup open and home restoring of one lineage (shipBackOf); currentOf then names the open one.',
  },
  {
    mutant: 'tail-log-backup@backup -nothingLostInHome',
    kind: 'implied',
    why: 'The row needs home level with backup: home stands at or before where backup left its line, and heldByFenced calls that nothing.',
  },
  {
    mutant: 'tail-log-backup@backup -shareReadable',
    kind: 'implied',
    why: 'The row needs home level with backup, which chained finds only on a share that is listed.',
  },
  {
    mutant: 'apply-log-backups@home -reachable',
    kind: 'implied',
    why: 'The row needs log backups that wait for home; shipBackOf knows of them only where home is seen.',
  },
  {
    mutant: 'apply-log-backups@home -restoring',
    kind: 'implied',
    why: 'The row needs log backups that wait for home; shipBackOf says no of every home that is not restoring.',
  },
  {
    mutant: 'apply-log-backups@home -shareReadable',
    kind: 'implied',
    why: 'The row needs log backups that wait for home, which chained finds only on a share that is listed.',
  },
  {
    mutant: 'recover@home -homeUndoable',
    kind: 'idle',
    why: 'The row needs home current, so its copy is open, restoring or offline; only online is not undoable, and that is what the row promises.',
  },
  {
    mutant: 'recover@home -nothingWaitsForHome',
    kind: 'implied',
    why: 'The effect of the row is declared only for a home for which nothing waits (homeServes), and no step is taken whose effect is not declared.',
  },
  {
    mutant: 'resume-mirroring@home+backup -online',
    kind: 'implied',
    why: 'The row needs a suspended session; mirrorOf knows of one only of a principal that is open, and the barrier that closes a copy to users needs mirroring removed.',
  },
  {
    mutant: 'move-principal@home+backup -online',
    kind: 'implied',
    why: 'The row needs a synchronized session, whose principal is open, and the barrier that closes a copy to users needs mirroring removed.',
  },
  {
    mutant: 'set-witness@home+backup -online',
    kind: 'implied',
    why: 'The row needs a wrong witness, which witnessOf tells only of a synchronized principal, and the barrier that closes a copy to users needs mirroring removed.',
  },
  {
    mutant: 'move-principal@home+backup -current',
    kind: 'idle',
    why: 'The goal is a current copy of its own site; one that is not current is restored or seeded anew on the way, so that a move of its principal before brings it no nearer.',
  },
  {
    mutant: 're-add-primary@home -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'align-server-objects@home+backup -reachable',
    kind: 'implied',
    why: 'The row needs mgc online; the state of a copy is known only where its instance answers (reduceCopy takes both from one look).',
  },
  {
    mutant: 'align-server-objects@home+backup -online',
    kind: 'idle',
    why: 'The row needs objects that differ, which objectsOf tells only of a copy that is open: a restricted one. Whatever opens or overwrites it is needed in any case and comes first by rank.',
  },
  {
    mutant: 'align-server-objects@home+backup -current',
    kind: 'idle',
    why: 'The goal is a current copy of its own site; what makes an open copy current comes first by rank, and neither needs the other, so that no plan begins with the row.',
  },
  {
    mutant: 'align-server-objects@home+backup -objectsDiffer',
    kind: 'idle',
    why: 'Where the objects do not differ, or only a person can mend them, or nobody sees them, the row is done before it begins.',
  },
  ...OF_LOST_COPIES,
];
