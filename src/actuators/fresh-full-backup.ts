/**
 * Is a full backup on the share still the newest content of its source? Decided from facts, by the same rule as the planner's
 * variable `fullBackup`: two different rules would let a step be planned that does nothing. Pure.
 */
import { valueOf } from '../topology/known.ts';
import type { BackupSetFacts, BackupHeader, DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { InstanceName } from '../topology/pool-topology.ts';
import { seenInstance } from './serving-instance.ts';

export interface FullBackup {
  readonly name: string;
  readonly header: BackupHeader;
}

/** Behind the barrier, and no message since the backup began. */
function untouchedSince(source: DatabaseFacts, taken: BackupSetFacts): boolean {
  if (source.state !== 'ONLINE' || source.access !== 'RESTRICTED_USER') return false;
  const newest = source.content === 'unknown' ? undefined : source.content.newest?.at;
  return newest === undefined || Date.parse(newest) <= Date.parse(taken.startedAt);
}

const sameLine = (source: DatabaseFacts, taken: BackupSetFacts): boolean =>
  (taken.familyGuid === null || taken.familyGuid === source.familyGuid) &&
  (taken.lastForkGuid === null || source.forkGuid === 'unknown' || taken.lastForkGuid === source.forkGuid);

/** The newest full backup that the source itself took, when its file is on the share and nothing was written since. */
export function freshFullBackup(
  facts: PoolFacts,
  instance: InstanceName,
  database: string,
): FullBackup | undefined {
  const share = valueOf(facts.share);
  const seen = seenInstance(facts, instance);
  const source = seen?.databases[database];
  const taken = seen?.backups.findLast((set) => set.type === 'full' && !set.copyOnly);
  if (share === 'unknown' || source === undefined || taken === undefined) return undefined;
  if (!sameLine(source, taken) || !untouchedSince(source, taken)) return undefined;
  return share.files
    .flatMap(({ name, header }) => (header === 'unknown' ? [] : [{ name, header }]))
    .find(
      ({ header }) =>
        header.type === 'full' &&
        !header.damaged &&
        header.lastLsn === taken.lastLsn &&
        header.familyGuid === source.familyGuid,
    );
}
