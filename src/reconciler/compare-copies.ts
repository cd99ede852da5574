/**
 * Which copy is current, and what each one holds that the other lacks: computed every round from content after the common
 * fork (newest message, heartbeats, fork, LSN, files in reach), never from which copy was recovered last.
 */
import type { Decision } from '../ports/journal.ts';
import type { RollForwardPosition } from '../topology/log-chain.ts';
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type { BackupHeader, DatabaseFacts, FolderFacts, PoolFacts } from '../topology/pool-facts.ts';
import { SITES, otherSite, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import { isSharedTail } from '../topology/tail-name.ts';
import type { CopyView, CopyViews } from './copy-view.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';
import { foreignLogBackup } from './foreign-log.ts';
import { unexpired } from './judge-evidence.ts';
import { heartbeatAtMs, type SiteCopy } from './site-copy.ts';

/** A heartbeat older than this is no sign of service. The product writes one about every 10 s (UNVERIFIED), ms. */
export const FRESH_HEARTBEAT_MS = 60_000;
/** The same row read through two instances differs by rounding of datetime, ms. */
const SAME_HEARTBEAT_MS = 1_000;

const OPEN = ['online', 'restricted'];
const USABLE = ['online', 'restricted', 'restoring'];

const databaseOf = (view: CopyView): DatabaseFacts | undefined =>
  view.seen.kind === 'seen' ? view.seen.copy.database : undefined;

const contentOf = (view: CopyView) => {
  const content = databaseOf(view)?.content;
  return content === undefined || content === 'unknown' ? undefined : content;
};

/** Servers whose heartbeat is fresh in this copy and not merely inherited from the other one. */
export function servedBy(facts: PoolFacts, views: CopyViews, site: Site): readonly string[] {
  const own = views[site];
  const other = views[otherSite(site)];
  if (own.seen.kind !== 'seen') return [];
  const { copy } = own.seen;
  return (contentOf(own)?.heartbeats ?? [])
    .filter((beat) => beat.ageMs < FRESH_HEARTBEAT_MS)
    .filter((beat) => {
      const twin = contentOf(other)?.heartbeats.find((candidate) => candidate.server === beat.server);
      if (twin === undefined || other.seen.kind !== 'seen') return true;
      const lead = heartbeatAtMs(facts, copy, beat.ageMs) - heartbeatAtMs(facts, other.seen.copy, twin.ageMs);
      return lead > SAME_HEARTBEAT_MS;
    })
    .map((beat) => beat.server);
}

type Family = 'same' | 'foreign' | 'unknown';
function familyOf(views: CopyViews): Family {
  const [home, backup] = [databaseOf(views.home)?.familyGuid, databaseOf(views.backup)?.familyGuid];
  if (home == null || backup == null || home === 'unknown' || backup === 'unknown') return 'unknown';
  return home === backup ? 'same' : 'foreign';
}

/** Rebuilt: no message and nobody uses it. */
const isEmpty = (facts: PoolFacts, views: CopyViews, site: Site): boolean =>
  contentOf(views[site])?.messages === 0 && servedBy(facts, views, site).length === 0;

/**
 * Open, empty, unused, and never restored on its instance: what a rebuild leaves. A copy that this product or the deployment
 * brought to a backup site came there by a restore, so a new pool's copies are told from a rebuilt one.
 */
const isRebuilt = (facts: PoolFacts, views: CopyViews, site: Site): boolean =>
  OPEN.includes(views[site].mgc.value) &&
  databaseOf(views[site])?.lastRestore === null &&
  isEmpty(facts, views, site);

/**
 * The site that a person named as the copy to keep. It counts for the generation under which it was asked: the copies of a later
 * move hold other messages, and nobody has read those.
 */
export function keptSite(
  { topology, generation }: DesiredPool,
  decisions: readonly Decision[],
  nowMs: number,
): Site | undefined {
  const decision = decisions.findLast(
    (candidate) =>
      candidate.pool === topology.name &&
      candidate.decision === 'keep' &&
      unexpired(candidate, nowMs) &&
      candidate.generation.counter === generation.counter &&
      candidate.generation.hash === generation.hash,
  );
  return decision?.decision === 'keep' ? decision.site : undefined;
}

/** Both wrote: the side that serves, else the one to which the pool points. */
function diverged(facts: PoolFacts, views: CopyViews, because: string): Finding {
  const serving = SITES.filter((site) => servedBy(facts, views, site).length > 0);
  const poolState = facts.poolState.kind === 'value' ? facts.poolState.value.poolState : 'unknown';
  if (serving.length !== 1 && poolState === 'unknown')
    return unknownFinding(`${because}; who serves is not known`, 'content');
  const side = serving.length === 1 ? serving[0] : poolState === 'FailedOver' ? 'backup' : 'home';
  return finding(`diverged-${side ?? 'home'}`, because, 'content of both copies');
}

function bothOpen(facts: PoolFacts, views: CopyViews): Finding {
  const source = 'content of both copies';
  if (facts.comparison.kind !== 'value')
    return unknownFinding(`both copies are open: ${facts.comparison.reason}`, facts.comparison.source);
  const { homeNewestInBackup, backupNewestInHome } = facts.comparison.value;
  if (!homeNewestInBackup && !backupNewestInHome)
    return diverged(facts, views, 'each copy holds messages that the other lacks');
  if (!backupNewestInHome) return finding('backup', 'only the backup copy holds newer messages', source);
  if (!homeNewestInBackup) return finding('home', 'only the home copy holds newer messages', source);
  const serving = SITES.filter((site) => servedBy(facts, views, site).length > 0);
  if (serving.length === 1)
    return finding(serving[0] ?? 'both', 'equal messages; this copy has the heartbeats', source);
  return finding('both', 'equal messages in both copies', source);
}

function openForeign(facts: PoolFacts, views: CopyViews, site: Site): Finding {
  const other = otherSite(site);
  const source = 'lineage of both copies';
  if (isEmpty(facts, views, site))
    return finding(other, `the ${site} copy was rebuilt: foreign lineage, no message`, source);
  if (OPEN.includes(views[other].mgc.value) && isEmpty(facts, views, other)) {
    return finding(site, `the ${other} copy was rebuilt: foreign lineage, no message`, source);
  }
  if (contentOf(views[site]) === undefined)
    return unknownFinding(`the content of the ${site} copy could not be read`, source);
  return diverged(facts, views, 'the copies descend from different databases and both hold messages');
}

export const positionOf = (view: CopyView): Lsn | undefined => {
  const position = databaseOf(view)?.positionLsn;
  return position == null || position === 'unknown' ? undefined : lsn(position);
};

const forkOf = (view: CopyView): string | undefined => {
  const fork = databaseOf(view)?.forkGuid;
  return fork == null || fork === 'unknown' ? undefined : fork;
};

/** Where each copy stands with every file in reach; undefined: where it stands now. */
export type Reaches = Readonly<Record<Site, RollForwardPosition | undefined>>;

/** Neither can be read: the higher log position, files in reach included. */
function bothRestoring(views: CopyViews, { home: back, backup: reaches }: Reaches): Finding {
  const home = back?.lsn ?? positionOf(views.home);
  const backup = reaches?.lsn ?? positionOf(views.backup);
  if (home === undefined || backup === undefined)
    return unknownFinding('a log position is not known', 'log positions');
  const order = compareLsn(home, backup);
  // A file of the other branch carries the copy there.
  if ((back?.forkGuid ?? forkOf(views.home)) !== (reaches?.forkGuid ?? forkOf(views.backup))) {
    // A copy that left the line holds what was written after the recovery: the later branch served last.
    return order > 0
      ? unknownFinding('the copies stand on different branches of the log', 'log positions')
      : finding('backup', 'the backup copy went on after its recovery', 'log positions');
  }
  if (order === 0) return finding('both', `both reach ${home}`, 'log positions');
  return finding(order > 0 ? 'home' : 'backup', `home at ${home}, backup reaches ${backup}`, 'log positions');
}

function seenBoth(facts: PoolFacts, views: CopyViews, reaches: Reaches): Finding {
  const [home, backup] = [views.home.mgc.value, views.backup.mgc.value];
  const source = 'both instances';
  if (home === 'unknown' || backup === 'unknown') {
    const unseen = home === 'unknown' ? views.home.mgc : views.backup.mgc;
    return unknownFinding(unseen.because, unseen.source);
  }
  const family = familyOf(views);
  const usable = SITES.filter((site) => USABLE.includes(views[site].mgc.value));
  if (usable.length === 0) return finding('none', `home is ${home}, backup is ${backup}`, source);
  if (usable.length === 1) {
    const [site = 'home'] = usable;
    const gone = views[otherSite(site)].mgc.value;
    return ['absent', 'cut', 'offline'].includes(gone)
      ? finding(site, `the other copy is ${gone}`, source)
      : unknownFinding(`the copy of ${otherSite(site)} is ${gone}: what it holds cannot be read`, source);
  }
  if (family === 'unknown') return unknownFinding('the lineage of a copy is not known', source);
  const open = SITES.filter((site) => OPEN.includes(views[site].mgc.value));
  if (family === 'foreign') {
    const [site = 'home'] =
      open.length === 2 ? SITES.filter((candidate) => isEmpty(facts, views, candidate)) : open;
    return open.length === 0
      ? diverged(facts, views, 'neither copy is open and they descend from different databases')
      : openForeign(facts, views, site);
  }
  if (open.length === 2) return bothOpen(facts, views);
  if (open.length === 0) return bothRestoring(views, reaches);
  return finding(open[0] ?? 'home', 'this copy is open, the other one RESTORING on the same lineage', source);
}

/** Home is lost: the backup copy is what is left of it, unless home's log backups say that it served another database. */
function leftOfHome(
  pool: DesiredPool,
  views: CopyViews,
  files: ShippedFiles | undefined,
): Finding | undefined {
  const database = databaseOf(views.backup);
  const foreign = database && foreignLogBackup(pool.topology.chatDatabase, database, files);
  return (
    foreign &&
    finding('none', `${foreign.name}, the newest log backup of home, is of another database`, 'share listing')
  );
}

/**
 * @param files what the backup copy can still take; undefined: it takes none now
 * @param back where home stands with every log backup of backup; undefined: it takes none
 */
export function currentOf(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  keep: Site | undefined,
  files: ShippedFiles | undefined,
  back?: RollForwardPosition,
): Finding {
  const kept = (seen: Finding): Finding =>
    keep !== undefined && mayKeep(seen, views[keep], views[otherSite(keep)])
      ? finding(keep, `a person decided to keep ${pool.topology.sites[keep].datacenter}`, 'decision')
      : seen;
  for (const site of SITES) {
    const other = otherSite(site);
    if (views[site].seen.kind === 'seen' || views[other].seen.kind !== 'seen') continue;
    const { value, because, source } = views[site].cannotWrite;
    if (value !== 'yes' || views[other].mgc.value === 'unknown') return unknownFinding(because, source);
    const lost = `the ${site} copy: ${because}`;
    if (!USABLE.includes(views[other].mgc.value)) return kept(finding('none', lost, source));
    const foreign = other === 'backup' ? leftOfHome(pool, views, files) : undefined;
    if (foreign !== undefined) return kept(foreign);
    // Its lineage cannot be compared with what is lost; nobody is moved to an empty copy without having been asked.
    return isRebuilt(facts, views, other)
      ? kept(finding('none', `the ${other} copy was rebuilt: no message, never restored; ${lost}`, source))
      : finding(other, lost, source);
  }
  if (views.home.seen.kind === 'unseen')
    return unknownFinding(views.home.seen.reason, views.home.seen.source);
  return kept(seenBoth(facts, views, { home: back, backup: files?.everything.reaches }));
}

/**
 * Of copies that are both written any one; beside a broken one, which nobody can read, the other one; where no copy is current by itself,
 * one that a step can open.
 */
const mayKeep = (seen: Finding, view: CopyView, other: CopyView): boolean =>
  seen.value.startsWith('diverged') ||
  (seen.value === 'unknown' && other.mgc.value === 'broken' && USABLE.includes(view.mgc.value)) ||
  (seen.value === 'none' && [...USABLE, 'offline'].includes(view.mgc.value));

function folderOf(facts: PoolFacts, site: Site): FolderFacts | undefined {
  const folder = facts.quarantine[site];
  return folder.kind === 'value' ? folder.value : undefined;
}

/** An OFFLINE copy tells no lineage; the last backup that its instance took of it, right before the fence closed it, does. */
function isLastOfOffline({ database, facts }: SiteCopy, name: string, { familyGuid }: BackupHeader): boolean {
  const last = facts.backups.at(-1);
  if (database?.state !== 'OFFLINE' || database.familyGuid !== 'unknown' || last?.type !== 'full')
    return false;
  return last.familyGuid === familyGuid && last.path.toLowerCase().endsWith(`\\${name.toLowerCase()}`);
}

/** The quarantined files that hold everything up to the copy's position, of its own lineage. */
function savedIn(facts: PoolFacts, copy: SiteCopy, site: Site): readonly SavedFile[] {
  const { database } = copy;
  return (folderOf(facts, site)?.files ?? []).flatMap(({ name, header }) => {
    if (header === 'unknown' || header.damaged || database === undefined) return [];
    if (header.familyGuid !== database.familyGuid && !isLastOfOffline(copy, name, header)) return [];
    const position = database.positionLsn;
    const reached =
      position === null || position === 'unknown' || compareLsn(lsn(header.lastLsn), lsn(position)) >= 0;
    if (!reached || !(header.tail || header.type === 'full')) return [];
    return [{ shared: isSharedTail(name) }];
  });
}

interface SavedFile {
  /** When it was taken, the other copy held this one's newest message. */
  readonly shared: boolean;
}

/** Where the open copy left the line that both shared. */
function leftAt(view: CopyView): Lsn | undefined {
  const point = databaseOf(view)?.forkPointLsn;
  return point == null || point === 'unknown' ? undefined : lsn(point);
}

/** What this copy holds that the current one lacks. `onShare`: a tail of it lies on the share and is still applied. */
export function holdsOf(
  facts: PoolFacts,
  views: CopyViews,
  site: Site,
  current: Finding,
  keep: Site | undefined,
  reaches: Reaches,
): Finding {
  const { seen, mgc } = views[site];
  if (seen.kind === 'unseen') return unknownFinding(seen.reason, seen.source);
  const { copy } = seen;
  const other = otherSite(site);
  if (current.value === site || current.value === 'both')
    return finding('nothing', 'it is a current copy itself', copy.source);
  if (['absent', 'cut'].includes(mgc.value)) return finding('nothing', `it is ${mgc.value}`, copy.source);
  if (mgc.value === 'unknown' || current.value === 'unknown')
    return unknownFinding(current.because, current.source);
  if (OPEN.includes(mgc.value)) {
    if (isEmpty(facts, views, site) && familyOf(views) === 'foreign')
      return finding('nothing', 'rebuilt and empty', copy.source);
    const extra =
      facts.comparison.kind === 'value' &&
      (site === 'home'
        ? facts.comparison.value.homeNewestInBackup
        : facts.comparison.value.backupNewestInHome);
    if (extra && site === 'backup')
      return finding('nothing', 'its newest message is in the home copy too', copy.source);
    return finding('unsaved', 'it is open, so what it holds may still grow', copy.source);
  }
  const saved = savedIn(facts, copy, site);
  if (saved.some(({ shared }) => shared))
    return finding('nothing', 'fenced when the other copy held its newest message', copy.source);
  if (saved.length > 0) {
    return finding(
      keep === other ? 'released' : 'saved',
      'its tail lies in the quarantine folder',
      copy.source,
    );
  }
  return heldByFenced(views, site, copy.source, reaches[site]);
}

/**
 * A copy that is RESTORING and has no tail in quarantine: is it beyond where the current copy left the common line? What files in reach
 * carry to a point of that line is on it too: the other copy may have left it more than once since.
 */
function heldByFenced(
  views: CopyViews,
  site: Site,
  source: string,
  reached: RollForwardPosition | undefined,
): Finding {
  const other = views[otherSite(site)];
  const position = positionOf(views[site]);
  if (familyOf(views) !== 'same' || position === undefined)
    return finding('unsaved', "its lineage or position is not the other's", source);
  const places = [{ lsn: position, forkGuid: forkOf(views[site]) }, ...(reached ? [reached] : [])];
  const otherPosition = other.mgc.value === 'restoring' ? positionOf(other) : undefined;
  const left = leftAt(other);
  const parting = databaseOf(other)?.firstForkGuid;
  const onLine = places.find((at) => left && at.forkGuid === parting && compareLsn(at.lsn, left) <= 0);
  if (onLine !== undefined)
    return finding('nothing', `it ends at ${onLine.lsn}, where the other copy went on`, source);
  const follows = places.some(
    (at) =>
      at.forkGuid === forkOf(other) &&
      (otherPosition === undefined || compareLsn(at.lsn, otherPosition) <= 0),
  );
  return follows
    ? finding('nothing', 'it follows the other copy', source)
    : finding('unsaved', `it ends at ${position}, beyond the common line`, source);
}
