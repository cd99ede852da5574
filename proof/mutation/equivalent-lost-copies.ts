/** Arguments about the rows of a damaged home copy and of an unusable backup copy, each for one mutant. */
import type { Equivalent } from './equivalent.ts';

export const OF_LOST_COPIES: readonly Equivalent[] = [
  {
    mutant: 'tail-damaged@home -reachable',
    kind: 'implied',
    why: 'The row needs the home copy damaged, which is known only where its instance answers.',
  },
  {
    mutant: 'tail-damaged@home -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy restoring, which is known only where its instance answers.',
  },
  {
    mutant: 'tail-damaged@home -backupRestoring',
    kind: 'implied',
    why: 'The row needs the backup copy to follow; followsOf says no of every copy that is not restoring.',
  },
  {
    mutant: 'tail-damaged@home -shareReadable',
    kind: 'implied',
    why: 'The row needs to see the files and home to answer; filesToShip knows of them without the listed share only where home or the site of the share is down by evidence.',
  },
  {
    mutant: 'restore-backup-from-full@backup -backupReachable',
    kind: 'implied',
    why: 'The row needs the backup copy cut or absent, which is known only where its instance answers.',
  },
  {
    mutant: 'restore-backup-from-full@backup -shareReadable',
    kind: 'implied',
    why: 'The row needs a full backup that leads; reduceFull names one beside an unusable copy only on a share that is listed.',
  },
  {
    mutant: 'restore-backup-from-full@backup -noCopyCurrent',
    kind: 'implied',
    why: 'The row needs an unusable backup copy with a full backup that leads; reduceFull names one only where home is out of sight and down by evidence, cut or absent, and then currentOf finds no copy that is usable, and keep names none that is not.',
  },
  {
    mutant: 'restore-backup-from-full@backup -homeOut',
    kind: 'implied',
    why: 'The row needs an unusable backup copy with a full backup that leads; reduceFull names one only where home cannot write (isHomeLost).',
  },
  {
    mutant: 'restore-backup-from-full@backup -notMirrored',
    kind: 'implied',
    why: 'The row needs the backup copy cut or absent. A database that is not there has no session; a cut one is RESTORING, of which the acting login, a sysadmin, sees the session, and copyOf lets a mirror stand for its site only where it stands alone and whole.',
  },
];
