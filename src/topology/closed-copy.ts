/** What a copy tells of its site without being opened. Pure. */
import { computerOf } from './computer-name.ts';
import type { DatabaseFacts, InstanceFacts } from './pool-facts.ts';
import type { SqlStore } from './pool-topology.ts';

/**
 * Does this closed copy stand for its site by itself? It ended with its own tail, or it was restored from the other site. One that
 * was seeded by its partner, or is not there at all, says nothing about what the partner holds.
 */
export function standsAlone(
  { primary, mirror }: SqlStore,
  facts: InstanceFacts,
  database: DatabaseFacts | undefined,
): boolean {
  if (database?.state !== 'RESTORING' && database?.state !== 'STANDBY') return false;
  const { positionLsn, lastRestore } = database;
  if (facts.backups.some((set) => set.tail && set.lastLsn === positionLsn)) return true;
  if (lastRestore === 'unknown' || lastRestore?.backupServer == null) return false;
  return ![primary, mirror ?? primary].map(computerOf).includes(computerOf(lastRestore.backupServer));
}

/** How often the roles of its session have changed; -1: no session is seen. Of two principals the higher one is the later. */
export function roleChanges(database: DatabaseFacts | undefined): number {
  const mirroring = database?.mirroring;
  return mirroring === undefined || mirroring === null || mirroring === 'unknown'
    ? -1
    : mirroring.roleSequence;
}

/** Files that the last start of the database could not use. Of EMERGENCY no log can be backed up (sql-server reference 3.1). */
export const isOutOfOrder = (state: string): boolean => state === 'SUSPECT' || state === 'RECOVERY_PENDING';
