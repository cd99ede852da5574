/** Can the backup copy go on with home's log chain: same lineage and fork, and no gap. Pure. */
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type { DatabaseFacts } from '../topology/pool-facts.ts';
import type { CopyViews } from './copy-view.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';
import { endedByTail } from './ship-back.ts';

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
  const source2 = home.seen.kind === 'seen' ? home.seen.copy.database : undefined;
  // Its own tail ended it: what it held lies on its own branch, unless home took that tail and went on from there. A log backup that
  // can be applied behind the tail proves that it did, also where home is closed again.
  const carriedOn = (files?.everything.applicable ?? []).length > 0;
  if (endedByTail(backup.seen.copy) && !carriedOn && !wentOn(source2, database, reachOf(database, files)))
    return finding('no', 'it ended with its own tail', source);
  if (source2 === undefined || !['ONLINE', 'RESTORING'].includes(source2.state)) {
    return finding('yes', 'home cannot be compared now; it stands on a restored line', source);
  }
  return followsHome(database, source2, files, source);
}

interface Reach {
  readonly fork: string | null;
  readonly at: Lsn | undefined;
}

/** Where the copy stands with every file in reach. */
const reachOf = (backup: DatabaseFacts, files: ShippedFiles | undefined): Reach => ({
  fork: files?.everything.reaches.forkGuid ?? backup.forkGuid,
  at:
    files?.everything.reaches.lsn ??
    (typeof backup.positionLsn === 'string' && backup.positionLsn !== 'unknown'
      ? lsn(backup.positionLsn)
      : undefined),
});

/** The other line began on this one, and not before where the copy stands. */
function leftBehind({ firstForkGuid, forkPointLsn }: DatabaseFacts, { fork, at }: Reach): boolean {
  if (firstForkGuid !== fork || at === undefined) return false;
  if (forkPointLsn === null || forkPointLsn === 'unknown') return false;
  return compareLsn(at, lsn(forkPointLsn)) <= 0;
}

/** Home is open on the line to which the copy's tail belongs, or on one that began where that tail ended. */
const wentOn = (home: DatabaseFacts | undefined, backup: DatabaseFacts, reach: Reach): boolean =>
  home?.state === 'ONLINE' &&
  home.familyGuid === backup.familyGuid &&
  (home.forkGuid === reach.fork || leftBehind(home, reach));

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
  const reach = reachOf(backup, files);
  const { fork } = reach;
  if (fork !== home.forkGuid && !leftBehind(home, reach))
    return finding('no', 'home went on along another branch of the log', source);
  // Only a later file that starts beyond the position proves a gap: instance and share are not read at the same instant.
  const gap = files?.byJobs.files.find(
    (file) => file.verdict.kind === 'gap' && file.header?.firstForkGuid === fork,
  );
  if (gap === undefined) return finding('yes', 'same lineage and fork, no gap', source);
  const unread = files?.byJobs.files.find((file) => file.header === undefined);
  return unread === undefined
    ? finding('no', `a log backup is missing before ${gap.name}`, 'share listing')
    : unknownFinding(
        `${unread.name} could not be read and may close the gap before ${gap.name}`,
        'share listing',
      );
}
