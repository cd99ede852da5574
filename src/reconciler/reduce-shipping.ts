/**
 * Log shipping in planner words: the secondary half, the log-backup job, the share and what is still to copy or apply. Only
 * files that are reachable and usable count as work; the others are lines of the loss ledger.
 */
import type { Evidence } from '../topology/evidence.ts';
import { copyWay, isClosed, type CopyWay } from '../topology/copy-way.ts';
import { chainLogBackups, type LogChain } from '../topology/log-chain.ts';
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type {
  BackupFile,
  DatabaseFacts,
  InstanceFacts,
  JobFacts,
  PoolFacts,
} from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';
import { isDown } from './judge-evidence.ts';
import type { CopyViews } from './compare-copies.ts';
import type { SiteCopy } from './site-copy.ts';

/** Both folders against the backup copy's position. */
export interface ShippedFiles {
  /** Share and copy folder together: what could be applied, and why the rest cannot. */
  readonly everything: LogChain;
  readonly onlyOnShare: readonly string[];
  readonly shareReadable: boolean;
}

export interface ReducedShipping {
  readonly findings: Findings;
  /** undefined: the backup copy takes no files now, or a folder or the position is not known. */
  readonly files: ShippedFiles | undefined;
  readonly reaches: Lsn | undefined;
}

function jobsOf(instance: InstanceFacts, roles: readonly JobFacts['role'][]): JobFacts[] {
  return instance.jobs.filter((job) => roles.includes(job.role));
}

/**
 * A job without its secondary row still copies and restores: what can run is never idle. But only a configured half with both
 * jobs enabled ships; a set-up that was cut off between them is `partial`.
 */
function secondaryOf(pool: DesiredPool, copy: SiteCopy): Finding {
  const row = copy.facts.shippingSecondary[pool.topology.chatDatabase] ?? null;
  const jobs = jobsOf(copy.facts, ['copy', 'restore']);
  const own = row === null ? jobs : jobs.filter((job) => [row.copyJobId, row.restoreJobId].includes(job.id));
  const active = own.filter((job) => job.enabled || job.running);
  const names = active.map((job) => job.name).join(', ');
  if (row === null) {
    return active.length === 0
      ? finding('absent', 'no secondary row and no job that can run', copy.source)
      : finding('stray', `no secondary row, but ${names} can run`, copy.source);
  }
  if (active.length === 0)
    return finding('paused', 'configured, its jobs are disabled and idle', copy.source);
  const ships = (['copy', 'restore'] as const).every((role) =>
    own.some((job) => job.role === role && job.enabled),
  );
  return ships
    ? finding('running', names, copy.source)
    : finding('partial', `only ${names} can run`, copy.source);
}

function logBackupsOf(pool: DesiredPool, views: CopyViews, evidence: Evidence): Finding {
  const { seen } = views.home;
  if (seen.kind === 'unseen') {
    return isDown(pool, evidence)
      ? finding('unseen', `home is down by evidence (${evidence.verdict})`, seen.source)
      : unknownFinding(seen.reason, seen.source);
  }
  const row = seen.copy.facts.shippingPrimary[pool.topology.chatDatabase] ?? null;
  const jobs = jobsOf(seen.copy.facts, ['backup']);
  const own = row === null ? jobs : jobs.filter((job) => job.id === row.backupJobId);
  if (own.some((job) => job.enabled || job.running)) {
    return finding('enabled', `${own.map((job) => job.name).join(', ')} can run`, seen.copy.source);
  }
  return row === null
    ? finding('none', 'home is not configured as a log-shipping primary', seen.copy.source)
    : finding('stopped', 'the log-backup job is disabled', seen.copy.source);
}

/** Gone by the same evidence as the site in which it stands. A share elsewhere, or of unknown place, is out of sight and no more. */
function shareOf(pool: DesiredPool, facts: PoolFacts, evidence: Readonly<Record<Site, Evidence>>): Finding {
  const { share } = facts;
  if (share.kind === 'value')
    return finding('readable', `${String(share.value.files.length)} files`, share.source);
  const { shareSite } = pool.topology.logShipping;
  if (shareSite === undefined)
    return unknownFinding(
      `${share.reason}; the desired state does not say in which datacenter it stands`,
      share.source,
    );
  const site = evidence[shareSite];
  const gone = isDown(pool, site) && share.silentForMs >= pool.policy.silentAfterMs;
  return gone
    ? finding('gone', `${share.reason}; ${shareSite} is down by evidence (${site.verdict})`, share.source)
    : unknownFinding(share.reason, share.source);
}

const NOTHING = (because: string): Findings => ({
  'share.uncopied': finding('none', because, 'backup copy'),
  'copied.unapplied': finding('none', because, 'backup copy'),
});

function positionOf(database: DatabaseFacts) {
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

function filesToShip(
  pool: DesiredPool,
  facts: PoolFacts,
  copy: SiteCopy,
  database: DatabaseFacts,
  share: Finding,
  home: Evidence,
): { findings: Findings; files?: ShippedFiles } {
  const position = positionOf(database);
  const way = copyWay(facts, pool.topology, copy.instance);
  // Nobody lists the share: what the copy job has done is all that tells.
  const unlisted =
    way === 'job' && share.value === 'unknown' ? uncopiedByJob(pool, facts, copy, home) : undefined;
  if (
    facts.copyFolder.kind !== 'value' ||
    position === undefined ||
    (share.value === 'unknown' && unlisted === undefined)
  ) {
    const { copyFolder } = facts;
    const [because, source] =
      copyFolder.kind === 'unknown'
        ? [copyFolder.reason, copyFolder.source]
        : share.value === 'unknown'
          ? [share.because, share.source]
          : ['the position of the backup copy is not known', 'backup copy'];
    const unknown = unknownFinding(because, source);
    return { findings: { 'share.uncopied': unknown, 'copied.unapplied': unknown } };
  }
  const copied = facts.copyFolder.value.files;
  const onShare: readonly BackupFile[] = facts.share.kind === 'value' ? facts.share.value.files : [];
  const names = new Set(copied.map((file) => file.name.toLowerCase()));
  const everything = chainLogBackups(
    [...copied, ...onShare.filter((file) => !names.has(file.name.toLowerCase()))],
    position,
  );
  const inReach = (name: string): boolean => way === 'restore' || names.has(name.toLowerCase());
  const onlyOnShare = everything.applicable.filter((name) => !inReach(name));
  const ready = everything.applicable.filter(inReach);
  const unread = everything.files.flatMap(({ name, verdict }) => (verdict.kind === 'unread' ? [name] : []));
  const [unreadThere = [], unreadHere = []] = [false, true].map((copied) =>
    unread.filter((name) => inReach(name) === copied),
  );
  return {
    findings: {
      'share.uncopied': unlisted ?? workIn('share listing', 'usable files to copy', onlyOnShare, unreadThere),
      'copied.unapplied':
        way === 'restore'
          ? workIn('copy folder and share', 'files to apply', ready, unreadHere)
          : workIn('copy folder', 'copied files to apply', ready, unreadHere),
    },
    files: { everything, onlyOnShare, shareReadable: facts.share.kind === 'value' },
  };
}

const COPYING: Readonly<Record<CopyWay, string>> = {
  files: 'the daemon reaches share and copy folder',
  restore: 'SQL Server of backup reads the share; the daemon cannot copy',
  job: 'the daemon cannot copy, and SQL Server of backup has read no header on the share',
};

function copyingOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews): Finding {
  const { seen } = views.backup;
  const way = copyWay(facts, pool.topology, seen.kind === 'seen' ? seen.copy.instance : undefined);
  if (way !== 'files' && seen.kind === 'unseen') return unknownFinding(seen.reason, seen.source);
  return finding(way, COPYING[way], way === 'files' ? 'settings' : facts.share.source);
}

/** Start of home's silence by the daemon's clock, ms; undefined: it is not down by evidence. */
function homeSilentSinceMs(pool: DesiredPool, facts: PoolFacts, home: Evidence): number | undefined {
  if (!isDown(pool, home)) return undefined;
  const { primary, mirror } = pool.topology.sites.home.chat;
  const silences = [primary, mirror ?? primary].map((name) => {
    const observed = facts.instances[name];
    return observed?.kind === 'unknown' ? observed.silentForMs : 0;
  });
  return Date.parse(facts.observedAt) - Math.min(...silences);
}

/**
 * What home wrote before it fell silent is copied once the job has run to its end since. Without the job nothing reaches what is left
 * there: that is a loss, and no work.
 */
function uncopiedByJob(
  pool: DesiredPool,
  facts: PoolFacts,
  copy: SiteCopy,
  home: Evidence,
): Finding | undefined {
  const sinceMs = homeSilentSinceMs(pool, facts, home);
  if (sinceMs === undefined) return undefined;
  const row = copy.facts.shippingSecondary[pool.topology.chatDatabase] ?? null;
  const job = jobsOf(copy.facts, ['copy']).find(({ id }) => id === row?.copyJobId);
  if (job === undefined)
    return finding(
      'none',
      'nobody can list the share, and there is no copy job that could read it',
      copy.source,
    );
  const ranMs = Date.parse(job.lastRun?.at ?? '') - copy.facts.clockOffsetMs;
  const ran = job.lastRun?.status === 'succeeded' && !job.running && ranMs > sinceMs;
  return ran
    ? finding('none', `${job.name} has run to its end since home fell silent`, copy.source)
    : finding('some', `${job.name} has not run to its end since home fell silent`, copy.source);
}

/** A new log chain begins when home serves again; until it does, every log backup that lies there belongs to another one. */
function straysOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews): Finding {
  const { seen } = views.home;
  const home = seen.kind === 'seen' ? seen.copy.database : undefined;
  const fork = home?.state === 'ONLINE' ? home.forkGuid : null;
  for (const folder of [facts.share, facts.copyFolder]) {
    if (folder.kind !== 'value' || !isClosed(facts, folder.value.path)) continue;
    const strays = folder.value.files.filter(({ name, header }) => {
      if (!name.toLowerCase().endsWith('.trn')) return false;
      if (fork === null) return true;
      return header !== 'unknown' && fork !== 'unknown' && header.lastForkGuid !== fork;
    });
    const [first] = strays;
    if (first !== undefined)
      return finding(
        'stuck',
        `${String(strays.length)} log backups of another chain, ${first.name} first, lie in ${folder.value.path}, which the daemon does not reach: move them into a subfolder`,
        folder.source,
      );
  }
  return finding('none', 'none in a folder that the daemon does not reach', facts.share.source);
}

/** Same lineage and fork as home's line, and no gap up to what home says it backed up last. */
function followsOf(views: CopyViews, files: ShippedFiles | undefined): Finding {
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

export function reduceShipping(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  evidence: Readonly<Record<Site, Evidence>>,
): ReducedShipping {
  const share = shareOf(pool, facts, evidence);
  const { seen, mgc } = views.backup;
  const logBackups = logBackupsOf(pool, views, evidence.home);
  const ways = { copying: copyingOf(pool, facts, views), 'shipping.strays': straysOf(pool, facts, views) };
  if (seen.kind === 'unseen' || mgc.value === 'unknown') {
    const unknown = unknownFinding(mgc.because, mgc.source);
    const secondary = seen.kind === 'unseen' ? unknown : secondaryOf(pool, seen.copy);
    const findings = {
      share,
      ...ways,
      'home.logBackups': logBackups,
      'shipping.secondary': secondary,
      'shipping.follows': unknown,
      'share.uncopied': unknown,
      'copied.unapplied': unknown,
    };
    return { findings, files: undefined, reaches: undefined };
  }
  const { database } = seen.copy;
  const shipped: { findings: Findings; files?: ShippedFiles } =
    mgc.value === 'restoring' && database !== undefined
      ? filesToShip(pool, facts, seen.copy, database, share, evidence.home)
      : { findings: NOTHING(`the backup copy is ${mgc.value} and takes no file`) };
  const { files } = shipped;
  return {
    findings: {
      share,
      ...ways,
      'home.logBackups': logBackups,
      'shipping.secondary': secondaryOf(pool, seen.copy),
      'shipping.follows': followsOf(views, files),
      ...shipped.findings,
    },
    files,
    reaches: files?.everything.reaches.lsn,
  };
}
