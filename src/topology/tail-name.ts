/**
 * What the name of a tail says. A fenced copy can no longer be read, so the fence, which still could, says in the
 * file's name whether the other copy held this one's newest message. Without that word the tail counts as held by nobody else.
 */

import type { BackupSetFacts, DatabaseFacts, InstanceFacts } from './pool-facts.ts';

/** Purpose part of the file name. `damaged-tail`: of a copy whose data files are damaged; it can never be recovered again. */
export type TailPurpose = 'tail' | 'shared-tail' | 'damaged-tail';

/** Nothing in it that a person would miss: heartbeats only. */
export const isSharedTail = (fileName: string): boolean => /_shared-tail_\d{14}_/i.test(fileName);

/** NO_TRUNCATE contains COPY_ONLY (sql-server reference 3.1), which no tail of an intact copy has; that msdb says so is unverified. */
const isDamagedTail = ({ tail, copyOnly, path }: BackupSetFacts): boolean =>
  tail && (copyOnly || /_damaged-tail_\d{14}_/i.test(path));

/** The tail with which a copy with damaged files ended, unless it was restored since; undefined: it did not end so. */
export function damagedTailOf(
  { backups }: InstanceFacts,
  database: DatabaseFacts | undefined,
): BackupSetFacts | undefined {
  if (database?.state !== 'RESTORING') return undefined;
  const tail = backups.findLast((set) => set.tail);
  if (tail === undefined || !isDamagedTail(tail)) return undefined;
  const { lastRestore } = database;
  const restored = lastRestore === 'unknown' || lastRestore === null ? undefined : lastRestore.at;
  return restored !== undefined && Date.parse(restored) > Date.parse(tail.finishedAt) ? undefined : tail;
}
