/**
 * A backup copy that is usable for nothing while home is lost: does a full backup on the share bring it back? Pure. It is asked only
 * there: wherever home can serve, or holds what no file does, shipping is set up from home and nothing is given up.
 */
import { copyWay } from '../topology/copy-way.ts';
import { leadingFull, type LeadingFull } from '../topology/leading-full.ts';
import { damagedTailOf } from '../topology/tail-name.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { CopyViews } from './copy-view.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import type { SiteCopy } from './site-copy.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';

export interface ReducedFull {
  /** `fullBackup`, and where one leads what follows it. */
  readonly findings: Findings;
  /** The full backup and what follows it; undefined: none is to be restored. */
  readonly full?: LeadingFull;
  readonly files?: ShippedFiles;
}

const only = (full: Finding): ReducedFull => ({ findings: { fullBackup: full } });

const NO = (because: string, source: string): ReducedFull => only(finding('none', because, source));

/** Nothing of home is left that could serve, by what is seen of it or by evidence. */
function isHomeLost({ home }: CopyViews): boolean {
  if (home.cannotWrite.value !== 'yes') return false;
  return home.seen.kind === 'unseen' || ['absent', 'cut'].includes(home.mgc.value);
}

/** undefined: the copy may be overwritten. A copy that was dropped while backup served held what no backup of home does. */
function whyNot(facts: PoolFacts, views: CopyViews): ReducedFull | undefined {
  const { seen, mgc } = views.backup;
  if (seen.kind === 'unseen' || !['absent', 'cut'].includes(mgc.value)) return { findings: {} };
  if (!isHomeLost(views))
    return NO(
      'home is not lost',
      views.home.seen.kind === 'seen' ? views.home.seen.copy.source : views.home.seen.source,
    );
  const { database, facts: instance, source } = seen.copy;
  if (database !== undefined && damagedTailOf(instance, database) !== undefined)
    return NO('the backup copy ended with a tail of its own', source);
  if (mgc.value === 'cut') return undefined;
  if (facts.poolState.kind !== 'value')
    return only(unknownFinding(facts.poolState.reason, facts.poolState.source));
  return facts.poolState.value.poolState === 'Normal'
    ? undefined
    : NO('the backup copy served until it was gone', source);
}

function reach(pool: DesiredPool, facts: PoolFacts, copy: SiteCopy, full: LeadingFull): ReducedFull {
  const copied = facts.copyFolder.kind === 'value' ? facts.copyFolder.value.files : [];
  const here = new Set(copied.map(({ name }) => name.toLowerCase()));
  const straight = copyWay(facts, pool.topology, copy.instance) === 'restore';
  const { applicable, reaches } = full.chain;
  const onlyOnShare = applicable.filter((name) => !here.has(name.toLowerCase()));
  const [copies, applies] = straight
    ? [0, applicable.length]
    : [onlyOnShare.length, applicable.length - onlyOnShare.length];
  const { source } = facts.share;
  const says = `${full.name} and ${String(applicable.length)} log backups reach ${reaches.lsn}`;
  const work = (count: number, verb: string): Finding =>
    finding(count === 0 ? 'none' : 'some', `${String(count)} files to ${verb} behind ${full.name}`, source);
  return {
    findings: {
      fullBackup: finding('fresh', says, source),
      'share.uncopied': work(copies, 'copy'),
      'copied.unapplied': work(applies, 'apply'),
    },
    full,
    files: { everything: full.chain, byJobs: full.chain, onlyOnShare, shareReadable: true },
  };
}

export function reduceFull(pool: DesiredPool, facts: PoolFacts, views: CopyViews): ReducedFull {
  const not = whyNot(facts, views);
  if (not !== undefined) return not;
  const { share, copyFolder } = facts;
  const { seen } = views.backup;
  if (seen.kind === 'unseen') return only(unknownFinding(seen.reason, seen.source));
  if (share.kind === 'unknown') return only(unknownFinding(share.reason, share.source));
  if (copyFolder.kind === 'unknown') return only(unknownFinding(copyFolder.reason, copyFolder.source));
  const family = seen.copy.database?.familyGuid;
  const lineage = family === 'unknown' || family === null ? undefined : family;
  const { chatDatabase } = pool.topology;
  const choice = leadingFull(chatDatabase, share.value.files, copyFolder.value.files, lineage);
  if (choice.kind === 'leads') return reach(pool, facts, seen.copy, choice);
  if (choice.kind === 'none') return NO(choice.because, share.source);
  return only(unknownFinding(choice.because, share.source));
}
