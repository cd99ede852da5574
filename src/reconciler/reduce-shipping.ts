/**
 * Log shipping in planner words: the secondary half, the log-backup job, the share and what is still to copy or apply. Only
 * files that are reachable and usable count as work; the others are lines of the loss ledger.
 */
import type { Evidence } from '../topology/evidence.ts';
import type { InstanceFacts, JobFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import { copyingOf, straysOf } from './closed-folders.ts';
import type { CopyViews } from './copy-view.ts';
import { filesToShip, type ShippedFiles } from './files-to-ship.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';
import { isDown } from './judge-evidence.ts';
import { secondariesBeside } from './reduce-halves.ts';
import { followsOf } from './shipping-follows.ts';
import type { SiteCopy } from './site-copy.ts';

export interface ReducedShipping {
  readonly findings: Findings;
  /** undefined: the backup copy takes no files now, or a folder or the position is not known. */
  readonly files: ShippedFiles | undefined;
}

function jobsOf(instance: InstanceFacts, roles: readonly JobFacts['role'][]): JobFacts[] {
  return instance.jobs.filter((job) => roles.includes(job.role));
}

/**
 * A job without its secondary row still copies and restores: what can run is never idle. But only a configured half with both
 * jobs enabled ships; a set-up that was cut off between them is `partial`.
 */
function ownSecondaryOf(pool: DesiredPool, copy: SiteCopy): Finding {
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
  const gone = [row.copyJobId, row.restoreJobId].filter((id) => !jobs.some((job) => job.id === id));
  if (gone.length > 0)
    return finding('jobless', `configured, but job ${gone.join(' and ')} does not exist`, copy.source);
  if (active.length === 0)
    return finding('paused', 'configured, its jobs are disabled and idle', copy.source);
  const ships = (['copy', 'restore'] as const).every((role) =>
    own.some((job) => job.role === role && job.enabled),
  );
  return ships
    ? finding('running', names, copy.source)
    : finding('partial', `only ${names} can run`, copy.source);
}

/** A copy that follows nothing any more needs none, on neither instance of its pair. */
function secondaryOf(pool: DesiredPool, facts: PoolFacts, copy: SiteCopy, mgc: Finding): Finding {
  const own = ownSecondaryOf(pool, copy);
  if (own.value !== 'absent' || mgc.value === 'restoring') return own;
  const beside = secondariesBeside(pool, facts, copy.instance);
  return beside.length === 0 ? own : finding('stray', beside.join('; '), copy.source);
}

/** On a mirror the job succeeds and takes nothing (sql-server reference 2.5). undefined: no partner has one that can run. */
function enabledAtPartner(pool: DesiredPool, facts: PoolFacts, serving: SiteCopy): string | undefined {
  const { primary, mirror } = pool.topology.sites.home.chat;
  return [primary, mirror].find((name) => {
    const observed = name === undefined || name === serving.instance ? undefined : facts.instances[name];
    if (observed?.kind !== 'value') return false;
    const row = observed.value.shippingPrimary[pool.topology.chatDatabase] ?? null;
    return observed.value.jobs.some((job) => job.id === row?.backupJobId && job.enabled);
  });
}

function logBackupsOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews, evidence: Evidence): Finding {
  const { seen } = views.home;
  if (seen.kind === 'unseen') {
    return isDown(pool, evidence)
      ? finding('unseen', `home is down by evidence (${evidence.level ?? ''})`, seen.source)
      : unknownFinding(seen.reason, seen.source);
  }
  const row = seen.copy.facts.shippingPrimary[pool.topology.chatDatabase] ?? null;
  const jobs = jobsOf(seen.copy.facts, ['backup']);
  const own = row === null ? jobs : jobs.filter((job) => job.id === row.backupJobId);
  if (own.some((job) => job.enabled || job.running)) {
    return finding('enabled', `${own.map((job) => job.name).join(', ')} can run`, seen.copy.source);
  }
  // A copy that is closed ships nothing: its own job is at rest, and what can still run is its partner's.
  const closed = !['online', 'restricted'].includes(views.home.mgc.value);
  const elsewhere = row === null || closed ? enabledAtPartner(pool, facts, seen.copy) : undefined;
  if (elsewhere !== undefined)
    return finding(
      'elsewhere',
      `${elsewhere} takes the log backups, but ${closed ? 'home is closed' : 'is the mirror'}`,
      seen.copy.source,
    );
  if (row !== null && own.length === 0)
    return finding('jobless', `configured, but job ${row.backupJobId} does not exist`, seen.copy.source);
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
  const silent = share.askedOnce !== true && share.silentForMs >= pool.policy.silentAfterMs;
  const gone = isDown(pool, site) && silent;
  return gone
    ? finding('gone', `${share.reason}; ${shareSite} is down by evidence (${site.level ?? ''})`, share.source)
    : unknownFinding(share.reason, share.source);
}

const NOTHING = (because: string): Findings => ({
  'share.uncopied': finding('none', because, 'backup copy'),
  'copied.unapplied': finding('none', because, 'backup copy'),
});
export function reduceShipping(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  evidence: Readonly<Record<Site, Evidence>>,
): ReducedShipping {
  const share = shareOf(pool, facts, evidence);
  const { seen, mgc } = views.backup;
  const logBackups = logBackupsOf(pool, facts, views, evidence.home);
  const ways = { copying: copyingOf(pool, facts, views), 'shipping.strays': straysOf(pool, facts, views) };
  if (seen.kind === 'unseen' || mgc.value === 'unknown') {
    const unknown = unknownFinding(mgc.because, mgc.source);
    const secondary = seen.kind === 'unseen' ? unknown : secondaryOf(pool, facts, seen.copy, mgc);
    const findings = {
      share,
      ...ways,
      'home.logBackups': logBackups,
      'shipping.secondary': secondary,
      'shipping.follows': unknown,
      'share.uncopied': unknown,
      'copied.unapplied': unknown,
    };
    return { findings, files: undefined };
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
      'shipping.secondary': secondaryOf(pool, facts, seen.copy, mgc),
      'shipping.follows': followsOf(views, files),
      ...shipped.findings,
    },
    files,
  };
}
