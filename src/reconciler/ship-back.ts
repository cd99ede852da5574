/**
 * Can home go on with the log of the backup copy, so that nothing needs to be restored in full on the way back? It can where home
 * stands at or before the point at which backup left the common line, and every log backup of backup since then lies on the
 * share (sql-server reference 5.2, 6.4). Asked only where the policy takes the minimal way back. Pure.
 */
import { chainLogBackups, type LogChain, type RollForwardPosition } from '../topology/log-chain.ts';
import { compareLsn, lsn, type Lsn } from '../topology/lsn.ts';
import type { DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { CopyView, CopyViews } from './copy-view.ts';
import { finding, unknownFinding, type Finding } from './finding.ts';
import type { SiteCopy } from './site-copy.ts';

export interface ShipBack {
  readonly finding: Finding;
  /** Where home stands with every file on the share; undefined: it cannot go on with backup's log. */
  readonly reaches: RollForwardPosition | undefined;
}

/** What the backup copy is ready to give: where its next log backup begins, or where its own tail ended. */
interface Giver {
  readonly familyGuid: string;
  readonly forkGuid: string;
  readonly end: Lsn;
  /** Only of an open copy: the line that it left, and where. */
  readonly left: { readonly forkGuid: string; readonly at: Lsn } | undefined;
  readonly source: string;
}

const only = (found: Finding): ShipBack => ({ finding: found, reaches: undefined });
const text = (value: string | null): string | undefined =>
  value === null || value === 'unknown' ? undefined : value;

function positionOf(database: DatabaseFacts): RollForwardPosition | undefined {
  const [family, position, fork] = [database.familyGuid, database.positionLsn, database.forkGuid].map(text);
  return family === undefined || position === undefined || fork === undefined
    ? undefined
    : { familyGuid: family, lsn: lsn(position), forkGuid: fork };
}

export const endedByTail = ({ facts, database }: Pick<SiteCopy, 'facts' | 'database'>): boolean =>
  database?.state === 'RESTORING' &&
  facts.backups.some((set) => set.tail && set.lastLsn === database.positionLsn);

const seenCopy = ({ seen }: CopyView): SiteCopy | undefined => (seen.kind === 'seen' ? seen.copy : undefined);

function giverOf(backup: CopyView): Giver | Finding {
  const copy = seenCopy(backup);
  const { cannotWrite, mgc } = backup;
  if (copy?.database === undefined)
    return cannotWrite.value === 'yes'
      ? finding('no', `nothing more comes from the backup copy: ${cannotWrite.because}`, cannotWrite.source)
      : unknownFinding(mgc.because, mgc.source);
  const open = mgc.value === 'online' || mgc.value === 'restricted';
  if (!open && !endedByTail(copy))
    return finding('no', `the backup copy is ${mgc.value} and gives no log`, mgc.source);
  const { database, source } = copy;
  // NULL in last_log_backup_lsn of an open database: no log backup is possible yet. Known, not unread.
  if (open && database.positionLsn === null)
    return finding('no', 'the backup copy was never backed up, so no log backup of it can come', source);
  const [first, point] = [text(database.firstForkGuid), text(database.forkPointLsn)];
  const at = positionOf(database);
  if (at === undefined)
    return unknownFinding('lineage, fork or next log backup of the backup copy is not known', source);
  const left =
    open && first !== undefined && point !== undefined ? { forkGuid: first, at: lsn(point) } : undefined;
  return { familyGuid: at.familyGuid, forkGuid: at.forkGuid, end: at.lsn, left, source };
}

/** At the end of what backup has backed up: on its line, or still on the one that it left, at the point where it left. */
function arrives(reached: RollForwardPosition, giver: Giver): boolean {
  if (compareLsn(reached.lsn, giver.end) < 0) return false;
  if (reached.forkGuid === giver.forkGuid) return true;
  const { left } = giver;
  return left?.forkGuid === reached.forkGuid && compareLsn(reached.lsn, left.at) <= 0;
}

function whyNot(start: RollForwardPosition, chain: LogChain, { left, source }: Giver): Finding {
  if (left?.forkGuid === start.forkGuid && compareLsn(start.lsn, left.at) > 0)
    return finding(
      'no',
      `home's log ran on to ${start.lsn}, past ${left.at} where backup left it: only a full restore brings it back`,
      source,
    );
  const unread = chain.files.find(({ verdict }) => verdict.kind === 'unread');
  if (unread !== undefined) return unknownFinding(`${unread.name} is not read yet`, 'share listing');
  return finding(
    'no',
    `the share lacks the log backup of the backup copy that begins at ${chain.reaches.lsn}`,
    'share listing',
  );
}

function chained(facts: PoolFacts, share: Finding, start: RollForwardPosition, giver: Giver): ShipBack {
  if (facts.share.kind !== 'value')
    return only(
      share.value === 'gone'
        ? finding('no', share.because, share.source)
        : unknownFinding(share.because, share.source),
    );
  const chain = chainLogBackups(facts.share.value.files, start);
  if (!arrives(chain.reaches, giver)) return only(whyNot(start, chain, giver));
  const waiting = chain.applicable.length;
  const found =
    waiting === 0
      ? finding('level', `home stands at ${start.lsn} and holds every log backup of backup`, giver.source)
      : finding('pending', `${String(waiting)} log backups of backup wait for home on the share`, 'share');
  return { finding: found, reaches: chain.reaches };
}

/** @param share as reduced: readable, gone or unknown */
export function shipBackOf(pool: DesiredPool, facts: PoolFacts, views: CopyViews, share: Finding): ShipBack {
  if (pool.policy.failback !== 'minimal')
    return only(finding('no', 'policy.failback takes the documented way back', 'desired state'));
  const { home } = views;
  const database = seenCopy(home)?.database;
  if (home.mgc.value === 'unknown') return only(unknownFinding(home.mgc.because, home.mgc.source));
  if (home.mgc.value !== 'restoring' || database === undefined)
    return only(finding('no', `home is ${home.mgc.value} and takes no log`, home.mgc.source));
  const giver = giverOf(views.backup);
  if ('value' in giver) return only(giver);
  const start = positionOf(database);
  if (start === undefined)
    return only(unknownFinding('lineage, fork or position of home is not known', home.mgc.source));
  if (start.familyGuid !== giver.familyGuid)
    return only(finding('no', 'home and backup are of different lineages', giver.source));
  return chained(facts, share, start, giver);
}
