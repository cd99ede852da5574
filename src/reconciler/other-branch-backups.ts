/**
 * Log backups of home that hold what was written there after backup had been recovered: a home that came back wrote on until it was
 * fenced, and its tail in quarantine begins where its last log backup ends. Pure; names, moves nothing.
 */
import type { LedgerLine } from '../topology/loss-ledger.ts';
import { compareLsn, lsn } from '../topology/lsn.ts';
import type { BackupFile, DatabaseFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { Known } from '../topology/known.ts';
import type { CopyViews } from './copy-view.ts';
import type { Vector } from './variables.ts';

const text = (value: Known<string | null>): string | undefined =>
  value === 'unknown' || value === null ? undefined : value;

/** Of the same lineage, on a branch that the serving copy left before the file ends. */
function isBeside({ header }: BackupFile, serving: DatabaseFacts): boolean {
  const [family, fork, left] = [serving.familyGuid, serving.forkGuid, serving.forkPointLsn].map(text);
  if (header === 'unknown' || header.type !== 'log') return false;
  if (family === undefined || fork === undefined || left === undefined) return false;
  const otherBranch = header.familyGuid === family && header.lastForkGuid !== fork;
  return otherBranch && compareLsn(lsn(header.lastLsn), lsn(left)) > 0;
}

function lineOf({ name, header }: BackupFile, folder: string): readonly LedgerLine[] {
  if (header === 'unknown') return [];
  return [
    {
      kind: 'saved',
      file: name,
      fromLsn: lsn(header.firstLsn),
      toLsn: lsn(header.lastLsn),
      from: null,
      to: header.finishedAt,
      minutes: null,
      note: `on another branch of the log, kept in ${folder}`,
    },
  ];
}

/** A line a file, while backup serves; before, every file on the share is judged by whether it can be applied. */
export function otherBranchBackups(
  facts: PoolFacts,
  views: CopyViews,
  vector: Vector,
): readonly LedgerLine[] {
  const { seen } = views.backup;
  const serves = ['online', 'restricted'].includes(vector['backup.mgc']);
  const serving = seen.kind === 'seen' ? seen.copy.database : undefined;
  if (!serves || serving === undefined || facts.share.kind !== 'value') return [];
  const { files, path } = facts.share.value;
  return files.filter((file) => isBeside(file, serving)).flatMap((file) => lineOf(file, path));
}
