/** What msdb remembers: the backup sets that this instance took of the chat database, the newest restore into each copy, work in progress. */
import type { BackupSetFacts, DatabaseFacts, InstanceFacts } from '../topology/pool-facts.ts';
import { isKnown } from '../topology/known.ts';
import type { AnswerParts } from './answer-parts.ts';
import type { RowReader } from './row-reader.ts';

const BACKUP_TYPES: Readonly<Record<string, BackupSetFacts['type']>> = {
  D: 'full',
  I: 'differential',
  L: 'log',
};
/** Limit of the facts' contract. */
const MOST_SETS = 200;
const UNKNOWN_ZONE = 127;
const QUARTER_MINUTES = 15;

interface NumberedSet {
  readonly id: number;
  readonly set: BackupSetFacts;
}

function setOf(row: RowReader): NumberedSet {
  return {
    id: row.integer('backup_set_id'),
    set: {
      type: BACKUP_TYPES[row.text('type')] ?? 'other',
      path: row.text('physical_device_name'),
      firstLsn: row.lsn('first_lsn'),
      lastLsn: row.lsn('last_lsn'),
      checkpointLsn: row.lsnOrNull('checkpoint_lsn'),
      startedAt: row.local('backup_start_date'),
      finishedAt: row.local('backup_finish_date'),
      copyOnly: row.bit('is_copy_only'),
      tail: row.bit('is_force_offline'),
      familyGuid: row.guidOrNull('family_guid'),
      firstForkGuid: row.guidOrNull('first_recovery_fork_guid'),
      lastForkGuid: row.guidOrNull('last_recovery_fork_guid'),
    },
  };
}

/** The newest full backups and the log backups after the older of them, in the order in which they were taken. */
export function readBackups(parts: AnswerParts, chatDatabase: string): BackupSetFacts[] {
  const sets = parts
    .required(parts.of('backups', chatDatabase))
    .map(setOf)
    .sort((a, b) => a.id - b.id);
  const firstFull = sets.find(({ set }) => set.type === 'full')?.id ?? 0;
  return sets
    .filter(({ id }) => id >= firstFull)
    .slice(-MOST_SETS)
    .map(({ set }) => set);
}

/** Zone of the server that took a restored set, minutes. backupset.time_zone: quarter hours, 127 unknown (reference 1.8). */
function takenInZone(row: RowReader): number | null {
  const quarters = row.integerOrNull('time_zone');
  return quarters === null || quarters === UNKNOWN_ZONE ? null : quarters * QUARTER_MINUTES;
}

export function readLastRestore(parts: AnswerParts, database: string): DatabaseFacts['lastRestore'] {
  const rows = parts.optional(parts.of('restores', database));
  if (rows === undefined) return 'unknown';
  const [row] = rows;
  if (row === undefined) return null;
  const zone = takenInZone(row);
  const at = (column: string): string => (zone === null ? row.local(column) : row.inZone(column, zone));
  return {
    type: row.text('restore_type'),
    at: row.local('restore_date'),
    firstLsn: row.lsn('first_lsn'),
    lastLsn: row.lsn('last_lsn'),
    familyGuid: row.guidOrNull('family_guid'),
    forkGuid: row.guidOrNull('last_recovery_fork_guid'),
    backupStartedAt: at('backup_start_date'),
    backupFinishedAt: at('backup_finish_date'),
    backupTimeZoneMinutes: zone,
    backupServer: row.textOrNull('server_name'),
  };
}

/** Without VIEW SERVER STATE only the own session is seen, so an empty list then says little. */
export function readRunning(parts: AnswerParts): InstanceFacts['running'] {
  return parts.required('running').map((row) => ({
    sessionId: row.integer('session_id'),
    command: row.text('command'),
    percentComplete: row.number('percent_complete'),
  }));
}

/** Lineage of a copy that cannot be opened, from what was restored into it last. */
export const restoredFamily = (lastRestore: DatabaseFacts['lastRestore']): DatabaseFacts['familyGuid'] =>
  isKnown(lastRestore) ? (lastRestore?.familyGuid ?? 'unknown') : 'unknown';

/** Lineage of a copy that ended with its own tail and into which nothing was ever restored: the tail says it. */
export function tailFamily(
  parts: AnswerParts,
  chatDatabase: string,
  positionLsn: DatabaseFacts['positionLsn'],
): DatabaseFacts['familyGuid'] {
  if (!isKnown(positionLsn) || positionLsn === null) return 'unknown';
  const tail = readBackups(parts, chatDatabase).findLast((set) => set.tail && set.lastLsn === positionLsn);
  return tail?.familyGuid ?? 'unknown';
}
