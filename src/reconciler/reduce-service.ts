/** Pool state, active servers, full backup and management shell in planner words. */
import { isUnread } from '../topology/log-chain.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type {
  BackupFile,
  FolderFacts,
  InstanceFacts,
  PoolFacts,
  PoolStateFacts,
} from '../topology/pool-facts.ts';
import type { DesiredPool, ServerFqdn, Site } from '../topology/pool-topology.ts';
import { servedBy } from './compare-copies.ts';
import type { CopyViews } from './copy-view.ts';
import { finding, unknownFinding, type Finding, type Findings } from './finding.ts';

const shortName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\w+:\/\//, '')
    .split(/[.:/]/)[0] ?? '';
const sameList = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [
    new Set(a.map((name) => name.toLowerCase())),
    new Set(b.map((name) => name.toLowerCase())),
  ];
  return left.size === right.size && [...left].every((name) => right.has(name));
};

/** Replicas of servers that do not answer are stale, not awaited; those of the list that do answer must agree. */
function poolStateOf(pool: DesiredPool, facts: PoolFacts, state: PoolStateFacts, source: string): Finding {
  if (state.poolState === 'unknown') return unknownFinding('the store returned no pool state', source);
  const site: Site = state.poolState === 'Normal' ? 'home' : 'backup';
  const differing = pool.topology.sites[site].activeServers.filter((server) => {
    const observed = facts.chatServers[server];
    const local = observed?.kind === 'value' ? observed.value.localPoolState : 'unknown';
    return local !== 'unknown' && local !== state.poolState;
  });
  if (differing.length > 0) return finding('mixed', `not arrived yet at ${differing.join(', ')}`, source);
  return finding(state.poolState === 'Normal' ? 'normal' : 'failedOver', state.poolState, source);
}

/** Heartbeats count only where the pool state directs the servers to that copy and it can be read. */
function missingBeats(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  state: PoolStateFacts,
  site: Site,
): readonly ServerFqdn[] {
  const directed = state.poolState === (site === 'home' ? 'Normal' : 'FailedOver');
  const { seen } = views[site];
  if (!directed || seen.kind !== 'seen' || (seen.copy.database?.content ?? 'unknown') === 'unknown')
    return [];
  const beating = new Set(servedBy(facts, views, site).map(shortName));
  const missing = pool.topology.sites[site].activeServers.filter((server) => !beating.has(shortName(server)));
  // At home the list is the goal; one silent server of it is a matter for an alert, not for a plan.
  return site === 'home' && beating.size > 0 ? [] : missing;
}

function activeOf(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  state: PoolStateFacts,
  source: string,
): Finding {
  const { home, backup } = pool.topology.sites;
  if (state.activeServers.length === 0) return finding('none', 'no server is active', source);
  for (const site of ['home', 'backup'] as const) {
    const wanted = site === 'home' ? home.activeServers : backup.activeServers;
    if (!sameList(state.activeServers, wanted)) continue;
    const missing = missingBeats(pool, facts, views, state, site);
    return missing.length === 0
      ? finding(site, `the list of ${pool.topology.sites[site].datacenter}`, source)
      : finding(`${site}Starting`, `no heartbeat in the ${site} copy from ${missing.join(', ')}`, source);
  }
  return finding('other', state.activeServers.join(', '), source);
}

const verifiedOn = (
  share: FolderFacts,
  newest: InstanceFacts['backups'][number],
  familyGuid: string | null,
): BackupFile | undefined =>
  share.files.find(
    ({ header }) =>
      header !== 'unknown' &&
      header.type === 'full' &&
      !header.damaged &&
      compareLsn(lsn(header.lastLsn), lsn(newest.lastLsn)) === 0 &&
      header.familyGuid === familyGuid,
  );

/**
 * The deed, not a look-alike: the newest full backup that the source itself took, verified by its header on the share, of its
 * lineage and fork, with nothing written after it behind the barrier.
 */
function fullBackupOf(facts: PoolFacts, views: CopyViews): Finding {
  const { seen, mgc } = views.backup;
  if (seen.kind === 'unseen' || mgc.value === 'unknown') return unknownFinding(mgc.because, mgc.source);
  if (mgc.value !== 'restricted')
    return finding('none', 'the backup copy is not closed to users', mgc.source);
  const { database, facts: instance } = seen.copy;
  const newest =
    instance.backups.findLast((set) => set.type === 'full' && !set.copyOnly) ??
    instance.backups.findLast((set) => set.type === 'full');
  if (newest === undefined || database === undefined)
    return finding('none', 'the source has taken no full backup', mgc.source);
  if (newest.familyGuid !== null && newest.familyGuid !== database.familyGuid)
    return finding('none', 'the newest full backup is of another lineage', mgc.source);
  if (
    newest.lastForkGuid !== null &&
    database.forkGuid !== 'unknown' &&
    newest.lastForkGuid !== database.forkGuid
  ) {
    return finding('none', 'the newest full backup is from before the last recovery', mgc.source);
  }
  if (facts.share.kind !== 'value') return unknownFinding(facts.share.reason, facts.share.source);
  const onShare = verifiedOn(facts.share.value, newest, database.familyGuid);
  const unread = facts.share.value.files.find(isUnread);
  if (onShare === undefined)
    return unread === undefined
      ? finding('none', 'the newest full backup is not on the share', facts.share.source)
      : unknownFinding(`${unread.name} on the share is not read yet`, facts.share.source);
  const written = database.content === 'unknown' ? undefined : database.content.newest?.at;
  if (written !== undefined && Date.parse(written) > Date.parse(newest.startedAt)) {
    return finding('none', 'a message was written after the newest full backup', mgc.source);
  }
  return finding('fresh', `${onShare.name} holds everything up to ${newest.lastLsn}`, facts.share.source);
}

export function reduceService(pool: DesiredPool, facts: PoolFacts, views: CopyViews): Findings {
  const fullBackup = fullBackupOf(facts, views);
  const { poolState } = facts;
  if (poolState.kind === 'unknown') {
    const unknown = unknownFinding(poolState.reason, poolState.source);
    return { poolState: unknown, active: unknown, management: unknown, fullBackup };
  }
  const { value: state, source } = poolState;
  const management: Finding =
    state.centralManagement === 'unknown'
      ? unknownFinding('whether Central Management can be written is not known', source)
      : finding(state.centralManagement, `Central Management is ${state.centralManagement}`, source);
  return {
    poolState: poolStateOf(pool, facts, state, source),
    active: activeOf(pool, facts, views, state, source),
    management,
    fullBackup,
  };
}
