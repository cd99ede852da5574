/** A home copy whose files are damaged on an instance that lives: may what its log still holds be had, and be of use? Pure. */
import { isOutOfOrder } from '../topology/closed-copy.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { InstanceFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import type { CopyViews } from './copy-view.ts';
import type { ShippedFiles } from './files-to-ship.ts';
import { finding, type Finding } from './finding.ts';

/** Where the tail would begin: home backed up its log until there. undefined: its history tells nothing. */
const tailBegins = ({ backups }: InstanceFacts): string | undefined =>
  backups.findLast(({ type, copyOnly }) => type === 'log' && !copyOnly)?.lastLsn;

/** Does what is in reach lead up to the tail? A file that nobody has read yet may. */
function leadsThere(facts: InstanceFacts, files: ShippedFiles | undefined): boolean {
  const begins = tailBegins(facts);
  if (begins === undefined || files === undefined) return true;
  const unread = files.everything.files.some(
    ({ header, verdict }) => header === undefined && verdict.kind !== 'unreadable',
  );
  return unread || compareLsn(files.everything.reaches.lsn, lsn(begins)) >= 0;
}

/**
 * `home.mgc` of a copy that is out of order, where the edit chose backup: the tail that its log still gives is worth more than the copy.
 * Where home is to serve a restart may heal it, and the tail would spoil that; nor where a person keeps backup as it is, or where the
 * backup copy could not go on with it.
 */
export function salvageableOf(
  { primarySite, topology }: DesiredPool,
  { home }: CopyViews,
  keep: Site | undefined,
  files: ShippedFiles | undefined,
): Finding | undefined {
  if (home.seen.kind !== 'seen' || primarySite !== 'backup' || keep === 'backup') return undefined;
  const { database, facts, source } = home.seen.copy;
  if (database === undefined || !isOutOfOrder(database.state) || !leadsThere(facts, files)) return undefined;
  return finding(
    'salvageable',
    `${database.state}, and ${topology.sites.backup.datacenter} is to serve`,
    source,
  );
}
