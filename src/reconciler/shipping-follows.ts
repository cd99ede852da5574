/** Can the backup copy go on with home's log chain: same lineage and fork, and no gap. Pure. */
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import type { CopyViews } from './copy-view.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';

/** Same lineage and fork as home's line, and no gap up to what home says it backed up last. */
export function followsOf(views: CopyViews, files: ShippedFiles | undefined): Finding {
  const { home, backup } = views;
  if (backup.mgc.value === 'unknown') return unknownFinding(backup.mgc.because, backup.mgc.source);
  if (backup.mgc.value !== 'restoring')
    return finding('no', `the backup copy is ${backup.mgc.value}`, backup.mgc.source);
  const database = backup.seen.kind === 'seen' ? backup.seen.copy.database : undefined;
  if (backup.seen.kind !== 'seen' || database === undefined)
    return unknownFinding('the backup copy was not seen', 'backup copy');
  const { source } = backup.seen.copy;
  if (database.lastRestore === null) return finding('no', 'it was fenced here and follows nobody', source);
  // Its own tail ended it: what it held lies on its own branch.
  const tail = backup.seen.copy.facts.backups.some((set) => set.tail && set.lastLsn === database.positionLsn);
  if (tail) return finding('no', 'it ended with its own tail', source);
  const source2 = home.seen.kind === 'seen' ? home.seen.copy.database : undefined;
  if (source2 === undefined || !['ONLINE', 'RESTORING'].includes(source2.state)) {
    return finding('yes', 'home cannot be compared now; it stands on a restored line', source);
  }
  return followsHome(database, source2, files, source);
}

function followsHome(
  backup: DatabaseFacts,
  home: DatabaseFacts,
  files: ShippedFiles | undefined,
  source: string,
): Finding {
  if (home.familyGuid === 'unknown' || home.forkGuid === 'unknown')
    return unknownFinding('the lineage of home is not known', source);
  // Rebuilt home: the line that the backup copy follows is the old one, and it is whole.
  if (home.familyGuid !== backup.familyGuid)
    return finding('yes', 'home is of another lineage; it stands on a restored line', source);
  const fork = files?.everything.reaches.forkGuid ?? backup.forkGuid;
  const reached =
    files?.everything.reaches.lsn ??
    (typeof backup.positionLsn === 'string' && backup.positionLsn !== 'unknown'
      ? lsn(backup.positionLsn)
      : undefined);
  if (fork !== home.forkGuid) {
    const point = home.forkPointLsn;
    const before =
      home.firstForkGuid === fork &&
      point !== null &&
      point !== 'unknown' &&
      reached !== undefined &&
      compareLsn(reached, lsn(point)) <= 0;
    if (!before) return finding('no', 'home went on along another branch of the log', source);
  }
  // Only a later file that starts beyond the position proves a gap: instance and share are not read at the same instant.
  const gap = files?.everything.files.find(
    (file) => file.verdict.kind === 'gap' && file.header?.firstForkGuid === fork,
  );
  if (gap === undefined) return finding('yes', 'same lineage and fork, no gap', source);
  const unread = files?.everything.files.find((file) => file.header === undefined);
  return unread === undefined
    ? finding('no', `a log backup is missing before ${gap.name}`, 'share listing')
    : unknownFinding(
        `${unread.name} could not be read and may close the gap before ${gap.name}`,
        'share listing',
      );
}
