/**
 * A mirror that waits for a principal that is lost: may it be made the site's copy? SQL Server must be able to force service, a
 * person must vouch for the loss of the principal, and nobody else may hold more. Pure.
 */
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type { BackupHeader, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import type { Evidence } from '../topology/evidence.ts';
import { waitingMirror, type WaitingMirror } from './evidence/waiting-mirror.ts';
import { finding, type Finding } from './finding.ts';

/** What the other site's copy says of itself. */
export interface OtherCopy {
  readonly mgc: Finding;
  /** Where it stands with every file in reach; undefined: not known. */
  readonly reach: Lsn | undefined;
}

/** Log backups in share and copy folder, newest first. */
export function shippedLogs(facts: PoolFacts): readonly (BackupHeader & { readonly name: string })[] {
  const folders = [facts.share, facts.copyFolder].flatMap((folder) =>
    folder.kind === 'value' ? folder.value.files : [],
  );
  return folders
    .flatMap(({ name, header }) =>
      header === 'unknown' || header.type !== 'log' || header.damaged ? [] : [{ ...header, name }],
    )
    .sort((a, b) => compareLsn(lsn(b.lastLsn), lsn(a.lastLsn)));
}

/**
 * undefined: nobody is known to hold more than the mirror does. Whether mirroring_failover_lsn may stand right below the end of a log
 * backup that nothing followed is UNVERIFIED; the mirror then counts as overtaken.
 */
function whoHoldsMore(
  facts: PoolFacts,
  { mirror, session }: WaitingMirror,
  other: OtherCopy,
  share: Finding,
): Finding | undefined {
  const { failoverLsn } = session;
  if (failoverLsn === null) return finding('waiting', `${mirror} does not say how far its log goes`, mirror);
  const held = lsn(failoverLsn);
  const is = `${mirror} holds the log up to ${held}`;
  if (share.value === 'unknown')
    return finding(
      'waiting',
      `${is}; a log backup that lies out of sight may hold more: ${share.because}`,
      share.source,
    );
  const [newest] = shippedLogs(facts);
  if (newest !== undefined && compareLsn(lsn(newest.lastLsn), held) > 0)
    return finding('waiting', `${is}; log backup ${newest.name} goes on to ${newest.lastLsn}`, mirror);
  if (['restoring', 'unknown'].includes(other.mgc.value) && other.reach === undefined)
    return finding(
      'waiting',
      `${is}; of the other copy it is not known: ${other.mgc.because}`,
      other.mgc.source,
    );
  if (other.reach !== undefined && compareLsn(other.reach, held) > 0)
    return finding('waiting', `${is}; the other copy reaches ${other.reach}`, mirror);
  return undefined;
}

/** undefined: no mirror waits. */
export function waitingMirrorOf(
  pool: DesiredPool,
  facts: PoolFacts,
  site: Site,
  { copies }: Evidence,
  other: OtherCopy,
  share: Finding,
): Finding | undefined {
  const waiting = waitingMirror(pool, facts, site);
  if (waiting === undefined) return undefined;
  const { mirror, principal, session } = waiting;
  const waits = `${mirror} waits as the mirror of ${principal}`;
  const lost = copies.find(({ instance }) => instance === principal);
  if (lost?.verdict !== 'down')
    return finding('waiting', `${waits}, and nothing proves that ${principal} serves nobody`, principal);
  const { witnessAddress, witnessState } = session;
  const hasWitness = witnessAddress !== null && witnessAddress !== '';
  // With a witness that the mirror does not reach, service cannot be forced (sql-server reference 7.3).
  if (hasWitness && witnessState !== 'CONNECTED')
    return finding(
      'waiting',
      `${waits}; its witness ${witnessAddress} is ${witnessState ?? 'UNKNOWN'}, and without it service cannot be forced`,
      mirror,
    );
  return (
    whoHoldsMore(facts, waiting, other, share) ??
    finding('promotable', `${waits}, which is down by evidence (${lost.level ?? ''})`, mirror)
  );
}
