/** What folders that the daemon does not reach mean for log shipping: who copies, what the copy job has done, what nobody moves. Pure. */
import { copyWay, isClosed, type CopyWay } from '../topology/copy-way.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { CopyViews } from './copy-view.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';
import { isDown } from './judge-evidence.ts';
import type { SiteCopy } from './site-copy.ts';

const COPYING: Readonly<Record<CopyWay, string>> = {
  files: 'the daemon reaches share and copy folder',
  restore: 'SQL Server of backup reads the share; the daemon cannot copy',
  job: 'the daemon cannot copy, and SQL Server of backup has read no header on the share',
};

export function copyingOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews): Finding {
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
export function uncopiedByJob(
  pool: DesiredPool,
  facts: PoolFacts,
  copy: SiteCopy,
  home: Evidence,
): Finding | undefined {
  const sinceMs = homeSilentSinceMs(pool, facts, home);
  if (sinceMs === undefined) return undefined;
  const row = copy.facts.shippingSecondary[pool.topology.chatDatabase] ?? null;
  const job = copy.facts.jobs.find(({ id, role }) => role === 'copy' && id === row?.copyJobId);
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
export function straysOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews): Finding {
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
