/**
 * The copy job knows files by name. Where the clock of home's instance was set back, LSBackup writes a name once more: another log under a name that is
 * copied already, which the jobs never take (file names: sql-server reference 2.5). Pure.
 */
import { chainLogBackups, type RollForwardPosition } from './log-chain.ts';
import type { BackupFile } from './pool-facts.ts';

const nameOf = ({ name }: BackupFile): string => name.toLowerCase();

/** Only what both headers say tells that a name was given twice; a cut copy has no header. */
function holdsOther({ header }: BackupFile, other: BackupFile | undefined): boolean {
  if (header === 'unknown' || other === undefined || other.header === 'unknown') return false;
  return header.firstLsn !== other.header.firstLsn || header.lastLsn !== other.header.lastLsn;
}

const byName = (files: readonly BackupFile[]): ReadonlyMap<string, BackupFile> =>
  new Map(files.map((file) => [nameOf(file), file]));

/** What can be brought from the share without overwriting: not what lies under a name that is copied with another content. */
export function withoutTakenNames(
  share: readonly BackupFile[],
  copied: readonly BackupFile[],
): readonly BackupFile[] {
  const there = byName(copied);
  return share.filter((file) => !holdsOther(file, there.get(nameOf(file))));
}

/** The copied files without those that the copy has applied and whose name holds another log on the share by now. */
export function withoutSpentNames(
  copied: readonly BackupFile[],
  share: readonly BackupFile[],
  position: RollForwardPosition,
): readonly BackupFile[] {
  const there = byName(share);
  const reused = copied.filter((file) => holdsOther(file, there.get(nameOf(file))));
  if (reused.length === 0) return copied;
  const needed = new Set(chainLogBackups(copied, position).applicable);
  return copied.filter((file) => !reused.includes(file) || needed.has(file.name));
}
