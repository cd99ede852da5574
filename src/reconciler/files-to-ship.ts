/** Share and copy folder against the position of the backup copy: what is still to copy, and what to apply. Pure. */
import { copyWay } from '../topology/copy-way.ts';
import type { Evidence } from '../topology/evidence.ts';
import { chainLogBackups, type LogChain, type RollForwardPosition } from '../topology/log-chain.ts';
import { lsn } from '../topology/lsn.ts';
import { withoutSpentNames } from '../topology/reused-names.ts';
import type { BackupFile, DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { uncopiedByJob } from './closed-folders.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';
import type { SiteCopy } from './site-copy.ts';

/** Both folders against the backup copy's position. */
export interface ShippedFiles {
  /** Share and copy folder together: what could be applied, and why the rest cannot. */
  readonly everything: LogChain;
  /** The same without what lies on the share under a name that is copied already: what the jobs can bring. */
  readonly byJobs: LogChain;
  readonly onlyOnShare: readonly string[];
  readonly shareReadable: boolean;
}

function positionOf(database: DatabaseFacts): RollForwardPosition | undefined {
  const { familyGuid, positionLsn, forkGuid } = database;
  if (familyGuid === 'unknown' || positionLsn === 'unknown' || forkGuid === 'unknown') return undefined;
  if (familyGuid === null || positionLsn === null || forkGuid === null) return undefined;
  return { familyGuid, lsn: lsn(positionLsn), forkGuid };
}

/** A file that nobody has read is neither work nor no work, unless there is other work anyway. */
function workIn(folder: string, verb: string, names: readonly string[], unread: readonly string[]): Finding {
  const [first] = unread;
  if (names.length === 0 && first !== undefined)
    return unknownFinding(
      `the header of ${first} is not read yet (${String(unread.length)} such files)`,
      folder,
    );
  return finding(names.length === 0 ? 'none' : 'some', `${String(names.length)} ${verb}`, folder);
}

const NOT_KNOWN = (because: string, source: string): Findings => {
  const unknown = unknownFinding(because, source);
  return { 'share.uncopied': unknown, 'copied.unapplied': unknown };
};

/**
 * @param database the backup copy, which is restoring
 * @param share as reduced: readable, gone or unknown
 */
export function filesToShip(
  pool: DesiredPool,
  facts: PoolFacts,
  copy: SiteCopy,
  database: DatabaseFacts,
  share: Finding,
  home: Evidence,
): { findings: Findings; files?: ShippedFiles } {
  const { copyFolder } = facts;
  const way = copyWay(facts, pool.topology, copy.instance);
  // Nobody lists the share: what the copy job has done is all that tells.
  const unlisted =
    way === 'job' && share.value === 'unknown' ? uncopiedByJob(pool, facts, copy, home) : undefined;
  if (copyFolder.kind === 'unknown') return { findings: NOT_KNOWN(copyFolder.reason, copyFolder.source) };
  if (share.value === 'unknown' && unlisted === undefined)
    return { findings: NOT_KNOWN(share.because, share.source) };
  const position = positionOf(database);
  if (position === undefined)
    return { findings: NOT_KNOWN('the position of the backup copy is not known', 'backup copy') };
  const onShare: readonly BackupFile[] = facts.share.kind === 'value' ? facts.share.value.files : [];
  const work = workAt(position, copyFolder.value.files, onShare, way === 'restore');
  return {
    findings: unlisted === undefined ? work.findings : { ...work.findings, 'share.uncopied': unlisted },
    files: { ...work.files, shareReadable: facts.share.kind === 'value' },
  };
}

const namesOf = (files: readonly BackupFile[]): ReadonlySet<string> =>
  new Set(files.map(({ name }) => name.toLowerCase()));

function chainOf(
  copied: readonly BackupFile[],
  onShare: readonly BackupFile[],
  position: RollForwardPosition,
): LogChain {
  const names = namesOf(copied);
  return chainLogBackups(
    [...copied, ...onShare.filter(({ name }) => !names.has(name.toLowerCase()))],
    position,
  );
}

/** @param straight what is only on the share is restored from there */
function workAt(
  position: RollForwardPosition,
  copied: readonly BackupFile[],
  onShare: readonly BackupFile[],
  straight: boolean,
): { readonly findings: Findings; readonly files: Omit<ShippedFiles, 'shareReadable'> } {
  const byJobs = chainOf(copied, onShare, position);
  const current = withoutSpentNames(copied, onShare, position);
  const everything = current === copied ? byJobs : chainOf(current, onShare, position);
  const names = namesOf(current);
  const inReach = (name: string): boolean => straight || names.has(name.toLowerCase());
  const unread = everything.files.flatMap(({ name, verdict }) => (verdict.kind === 'unread' ? [name] : []));
  // Nobody opens them on the share; a copy can be opened.
  const unopened = everything.files.flatMap(({ name, verdict }) =>
    verdict.kind === 'unopened' && name.toLowerCase().endsWith('.trn') && !names.has(name.toLowerCase())
      ? [name]
      : [],
  );
  const [onlyOnShare = [], unreadThere = []] = [[...everything.applicable, ...unopened], unread].map((all) =>
    all.filter((name) => !inReach(name)),
  );
  const [ready = [], unreadHere = []] = [everything.applicable, unread].map((all) => all.filter(inReach));
  return {
    findings: {
      'share.uncopied': workIn('share listing', 'usable files to copy', onlyOnShare, unreadThere),
      'copied.unapplied': straight
        ? workIn('copy folder and share', 'files to apply', ready, unreadHere)
        : workIn('copy folder', 'copied files to apply', ready, unreadHere),
    },
    files: { everything, byJobs, onlyOnShare },
  };
}
