/**
 * May the copy on the future mirror be dropped? Only what is certainly not newer than the serving copy: the check before
 * Install-CsMirrorDatabase -DropExistingDatabasesOnMirror and before RESTORE ... REPLACE on a partner. Pure.
 */
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { BackupFile, DatabaseFacts } from '../topology/pool-facts.ts';
import type { Known } from '../topology/known.ts';

/** `keep` says in one sentence why the copy must stay. */
export type LeftoverVerdict =
  | { readonly kind: 'absent' }
  | { readonly kind: 'droppable' }
  | { readonly kind: 'keep'; readonly reason: string };

const keep = (reason: string): LeftoverVerdict => ({ kind: 'keep', reason });
const text = (value: Known<string | null>): string | undefined =>
  value === 'unknown' || value === null ? undefined : value;

/** Another lineage: only an installation that nobody used (rebuilt by Topology Builder) may go. */
function judgeForeign(leftover: DatabaseFacts): LeftoverVerdict {
  if (leftover.content === 'unknown') return keep('it is of another lineage and its content cannot be read');
  if (leftover.content.messages > 0) return keep('it is of another lineage and holds messages');
  return { kind: 'droppable' };
}

/** A tail of the same branch that ends at or behind the ex-mirror's position holds everything that it holds. */
const holdsAllOf = (fork: string | undefined, position: string, { header }: BackupFile): boolean =>
  header !== 'unknown' &&
  header.tail &&
  !header.damaged &&
  header.lastForkGuid === fork &&
  compareLsn(lsn(position), lsn(header.lastLsn)) <= 0;

/** A RESTORING copy of the same lineage takes no writes; it is newer only if it stands beyond the serving copy's line. */
function judgeExMirror(
  serving: DatabaseFacts,
  leftover: DatabaseFacts,
  quarantined: readonly BackupFile[],
): LeftoverVerdict {
  const fork = text(leftover.forkGuid);
  // One fork has one writer, and that is the serving copy.
  if (fork !== undefined && fork === text(serving.forkGuid)) return { kind: 'droppable' };
  const position = text(leftover.positionLsn);
  // A restore that was cut off says neither; it holds nothing that could be used.
  if (position === undefined) return { kind: 'droppable' };
  // The site's own copy was fenced and given up by a person or held nothing; its partner holds no more than it did.
  if (quarantined.some((file) => holdsAllOf(fork, position, file))) return { kind: 'droppable' };
  // Of another branch an open copy holds what came before its own branch began; its next log backup begins far behind that.
  const reached = text(serving.forkPointLsn) ?? text(serving.positionLsn);
  if (reached === undefined) return keep('the position of the serving copy is not known');
  if (compareLsn(lsn(position), lsn(reached)) <= 0) return { kind: 'droppable' };
  return keep(`it stands at ${position}, beyond ${reached}, to which the serving copy holds what it holds`);
}

/** @param quarantined files in the quarantine folder of this pair's site */
export function judgeLeftover(
  serving: DatabaseFacts,
  leftover: DatabaseFacts,
  quarantined: readonly BackupFile[] = [],
): LeftoverVerdict {
  if (leftover.state === 'ABSENT') return { kind: 'absent' };
  if (leftover.mirroring === 'unknown') return keep('it is not known whether it is mirrored');
  if (leftover.mirroring !== null) return keep(`it is mirrored as ${leftover.mirroring.role}`);
  const family = text(leftover.familyGuid);
  const ours = text(serving.familyGuid);
  if (ours === undefined) return keep('the lineage of the serving copy is not known');
  if (leftover.state === 'RESTORING') {
    if (family === undefined) return { kind: 'droppable' };
    return family === ours ? judgeExMirror(serving, leftover, quarantined) : judgeForeignClosed();
  }
  if (leftover.state === 'ONLINE' && family !== undefined && family !== ours) return judgeForeign(leftover);
  return keep(`it is ${leftover.state} and of the serving copy's lineage or of an unknown one`);
}

const judgeForeignClosed = (): LeftoverVerdict =>
  keep('it is of another lineage and its content cannot be read');
