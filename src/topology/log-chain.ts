/**
 * Which log backups can be applied to a RESTORING or STANDBY copy, in which order, and why the others cannot. Pure;
 * used by the reduction (is anything left to copy or apply) and by apply-log-backups. Rules: sql-server reference 5.2.
 */
import { compareLsn, lsn, type Lsn } from './lsn.ts';
import type { BackupFile, BackupHeader } from './pool-facts.ts';

export interface RollForwardPosition {
  readonly familyGuid: string;
  readonly lsn: Lsn;
  readonly forkGuid: string;
}

export type FileVerdict =
  | { readonly kind: 'apply' }
  | { readonly kind: 'already-applied' }
  /** Nothing in it (first LSN = last LSN). */
  | { readonly kind: 'empty' }
  /** Starts after the position and no earlier file closes the gap. */
  | { readonly kind: 'gap'; readonly missingFrom: Lsn; readonly missingTo: Lsn }
  | { readonly kind: 'other-fork' }
  | { readonly kind: 'other-database' }
  | { readonly kind: 'not-a-log' }
  /** Nobody has looked at its header yet: it may hold what comes next. */
  | { readonly kind: 'unread' }
  /** No instance that answers can open it where it lies: once it is copied, its header tells what it is. */
  | { readonly kind: 'unopened' }
  /** The header could not be read or says damaged. */
  | { readonly kind: 'unreadable'; readonly problem: string };

export interface ChainedFile {
  readonly name: string;
  readonly header: BackupHeader | undefined;
  readonly verdict: FileVerdict;
}

export interface LogChain {
  /** Files to apply, in order. */
  readonly applicable: readonly string[];
  /** Every file of the listing with its verdict, in LSN order; files without a header last. */
  readonly files: readonly ChainedFile[];
  /** Where the copy stands after all applicable files. */
  readonly reaches: RollForwardPosition;
}

/** `headerProblem` of a file whose header no instance has read yet. */
export const NOT_READ_YET = 'not read yet';

/** `headerProblem` of a file that was looked for and whose device nobody could open: says nothing of the file. */
export const NOT_OPENED = 'no instance that answers can open it';

export const isUnread = (file: BackupFile): boolean =>
  file.header === 'unknown' && (file.headerProblem ?? NOT_READ_YET) === NOT_READ_YET;

const rankOf = (file: BackupFile): Lsn =>
  file.header === 'unknown' ? lsn('9'.repeat(25)) : lsn(file.header.firstLsn);

function byLsn(a: BackupFile, b: BackupFile): number {
  const order = compareLsn(rankOf(a), rankOf(b));
  if (order !== 0) return order;
  if (a.header !== 'unknown' && b.header !== 'unknown') {
    const last = compareLsn(lsn(a.header.lastLsn), lsn(b.header.lastLsn));
    if (last !== 0) return last;
  }
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function judge(header: BackupHeader, at: RollForwardPosition): FileVerdict {
  if (header.type !== 'log') return { kind: 'not-a-log' };
  if (header.damaged) return { kind: 'unreadable', problem: 'the header says that the backup is damaged' };
  if (header.familyGuid !== at.familyGuid) return { kind: 'other-database' };
  const first = lsn(header.firstLsn);
  const last = lsn(header.lastLsn);
  if (compareLsn(first, last) === 0) return { kind: 'empty' };
  if (compareLsn(last, at.lsn) <= 0) return { kind: 'already-applied' };
  if (header.firstForkGuid !== at.forkGuid) return { kind: 'other-fork' };
  if (compareLsn(first, at.lsn) > 0) return { kind: 'gap', missingFrom: at.lsn, missingTo: first };
  const forked = header.firstForkGuid !== header.lastForkGuid && header.forkPointLsn !== null;
  if (forked && compareLsn(at.lsn, lsn(header.forkPointLsn ?? '0')) > 0) return { kind: 'other-fork' };
  return { kind: 'apply' };
}

function verdictWithoutHeader(file: BackupFile): FileVerdict {
  if (isUnread(file)) return { kind: 'unread' };
  if (file.headerProblem === NOT_OPENED) return { kind: 'unopened' };
  return { kind: 'unreadable', problem: file.headerProblem ?? NOT_READ_YET };
}

/** Never by file name or time: two partners with different clocks may write into one share. */
export function chainLogBackups(files: readonly BackupFile[], start: RollForwardPosition): LogChain {
  const ordered = [...files].sort(byLsn);
  const applicable: string[] = [];
  const judged: ChainedFile[] = [];
  let position = start;
  for (const file of ordered) {
    if (file.header === 'unknown') {
      judged.push({
        name: file.name,
        header: undefined,
        verdict: verdictWithoutHeader(file),
      });
      continue;
    }
    const verdict = judge(file.header, position);
    judged.push({ name: file.name, header: file.header, verdict });
    if (verdict.kind !== 'apply') continue;
    applicable.push(file.name);
    position = {
      familyGuid: position.familyGuid,
      lsn: lsn(file.header.lastLsn),
      forkGuid: file.header.lastForkGuid,
    };
  }
  return { applicable, files: judged, reaches: position };
}
