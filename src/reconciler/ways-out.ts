/**
 * What only a person can change, as assumptions for the hypothetical plan of a blocked pool, and the words that tell the
 * person how. Nothing here is ever run.
 */
import type { Variable } from './variables.ts';

export interface WayOut {
  readonly id: string;
  readonly from: Readonly<Partial<Record<Variable, readonly string[]>>>;
  readonly to: Readonly<Partial<Record<Variable, string>>>;
  readonly reason: string;
  /** `{pool}` and `{home}`, `{backup}` (datacenters) are filled in. */
  readonly command: string;
}

// prettier-ignore
export const WAYS_OUT: readonly WayOut[] = [
  { id: 'central-management', from: { management: ['read-only'] }, to: { management: 'writable' }, reason: 'Central Management cannot be written, so every cmdlet that changes is refused', command: 'Invoke-CsManagementServerFailover -BackupSqlServerFqdn <fqdn> in the surviving site' },
  { id: 'keep-home',   from: { current: ['diverged-home', 'diverged-backup', 'none'] }, to: { current: 'home' },   reason: 'both copies hold messages that the other one lacks', command: 'pchat decide {pool} --keep {home}' },
  { id: 'keep-backup', from: { current: ['diverged-home', 'diverged-backup', 'none'] }, to: { current: 'backup' }, reason: 'both copies hold messages that the other one lacks', command: 'pchat decide {pool} --keep {backup}' },
  { id: 'release-home',   from: { 'home.holds': ['unsaved'] }, to: { 'home.holds': 'released' }, reason: 'only home holds some messages and they are in no file yet', command: 'drop the copy by hand where nothing of it can be saved; else save them by hand (tail or COPY_ONLY backup into the quarantine folder), then pchat decide {pool} --keep {backup}' },
  { id: 'release-closed-backup', from: { 'backup.holds': ['unsaved'], 'backup.mgc': ['restoring', 'offline'] }, to: { 'backup.holds': 'released' }, reason: 'the backup copy holds messages that home lacks, and is closed', command: 'drop the copy by hand where nothing of it can be saved; else save them by hand (recover the copy and back it up into the quarantine folder), then pchat decide {pool} --keep {home}' },
  { id: 'release-backup', from: { 'backup.holds': ['unsaved'], 'backup.mgc': ['online', 'restricted', 'recovering', 'broken'] }, to: { 'backup.holds': 'released' }, reason: 'the backup copy holds messages that home lacks', command: 'pchat decide {pool} --keep {home}' },
  { id: 'give-up-home',   from: { 'home.holds': ['saved'] }, to: { 'home.holds': 'released' }, reason: 'both copies were written, and what only home holds lies in its quarantined tail', command: 'pchat decide {pool} --keep {backup}' },
  { id: 'give-up-backup', from: { 'backup.holds': ['saved'] }, to: { 'backup.holds': 'released' }, reason: 'both copies were written, and what only backup holds lies in its quarantined tail', command: 'pchat decide {pool} --keep {home}' },
  { id: 'repair-home',   from: { 'home.mgc': ['broken', 'salvageable', 'offline', 'cut', 'absent'] },  to: { 'home.mgc': 'restoring' },  reason: 'the home copy cannot be used as it is', command: 'repair or rebuild mgc at {home} by hand (Topology Builder, SSMS)' },
  { id: 'repair-backup', from: { 'backup.mgc': ['broken', 'offline', 'cut', 'absent'] }, to: { 'backup.mgc': 'restoring' }, reason: 'the backup copy cannot be used as it is', command: 'restore mgc at {backup} WITH NORECOVERY from the newest full backup by hand' },
  { id: 'vouch-home',   from: { 'home.mgc': ['waiting'] },   to: { 'home.mgc': 'promotable' },   reason: 'the mirror of home waits for its principal', command: 'restore the sight of the principal' },
  { id: 'vouch-backup', from: { 'backup.mgc': ['waiting'] }, to: { 'backup.mgc': 'promotable' }, reason: 'the mirror of backup waits for its principal', command: 'restore the sight of the principal' },
  { id: 'save-old-home',   from: { 'home.mirror': ['parted'] },   to: { 'home.mirror': 'none' },   reason: 'the old principal of home holds what nobody else does', command: 'save it by hand (SET PARTNER OFF, recover the old principal under RESTRICTED_USER, back it up into the quarantine folder) and drop its copy; the pair is then mirrored anew' },
  { id: 'save-old-backup', from: { 'backup.mirror': ['parted'] }, to: { 'backup.mirror': 'none' }, reason: 'the old principal of backup holds what nobody else does', command: 'save it by hand (SET PARTNER OFF, recover the old principal under RESTRICTED_USER, back it up into the quarantine folder) and drop its copy; the pair is then mirrored anew' },
  { id: 'bridge-gap', from: { 'shipping.follows': ['no'], 'backup.holds': ['nothing', 'released', 'unsaved'] }, to: { 'shipping.follows': 'yes' }, reason: 'the backup copy cannot go on with home\'s log chain', command: 'put the missing log backups on the share, or restore mgc at {backup} WITH NORECOVERY by hand' },
  { id: 'restore-share', from: { share: ['gone'] }, to: { share: 'readable' }, reason: 'the backup share is gone', command: 'provide the share again and name it in the desired state' },
  { id: 'move-strays', from: { 'shipping.strays': ['stuck'] }, to: { 'shipping.strays': 'none' }, reason: 'old log backups lie where the daemon does not reach them, and the restore job would stop at them', command: 'move every log backup out of the closed folder into a subfolder by hand' },
  { id: 'copy-by-hand', from: { copying: ['job'], 'share.uncopied': ['some'] }, to: { 'share.uncopied': 'none' }, reason: 'nothing copies from the share any more', command: 'copy the log backups into the copy folder by hand' },
  { id: 'seed-file', from: { 'copied.unapplied': ['some'] }, to: { 'copied.unapplied': 'none' }, reason: 'copied log backups cannot be applied by a step', command: 'apply them by hand: RESTORE LOG mgc FROM DISK WITH NORECOVERY' },
  { id: 'attest-home', from: { 'home.cannotWrite': ['no'], 'home.reach': ['unknown'] }, to: { 'home.cannotWrite': 'yes' }, reason: 'home may still be writable', command: 'pchat attest {home} --down' },
];
