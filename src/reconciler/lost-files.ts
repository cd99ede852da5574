/**
 * Log backups that went with the share: named from its last listing; guessed from the interval of the log backups where no
 * listing is remembered (the daemon began after the loss). Pure.
 */
import { chainLogBackups, type RollForwardPosition } from '../topology/log-chain.ts';
import type { LedgerLine } from '../topology/loss-ledger.ts';
import { lsn } from '../topology/lsn.ts';
import type { BackupFile, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

const MINUTE_MS = 60_000;

export interface LostFiles {
  readonly lines: readonly LedgerLine[];
  /** End of the newest file that is named, ms since 1970 by the clock of its writer; what follows is in no file. null: none named. */
  readonly endMs: number | null;
}

export const minutesBetween = (fromMs: number, toMs: number): number =>
  Math.max(0, (toMs - fromMs) / MINUTE_MS);

function lineOf(file: BackupFile, startMs: number | null, note: string): LedgerLine {
  const header = file.header === 'unknown' ? undefined : file.header;
  const end = header?.finishedAt ?? file.modifiedAt;
  const endMs = end === null ? null : Date.parse(end);
  return {
    kind: 'unreachable-file',
    file: file.name,
    fromLsn: header === undefined ? null : lsn(header.firstLsn),
    toLsn: header === undefined ? null : lsn(header.lastLsn),
    from: startMs === null ? null : new Date(startMs).toISOString(),
    to: endMs === null ? null : new Date(endMs).toISOString(),
    minutes: startMs === null || endMs === null ? null : minutesBetween(startMs, endMs),
    note,
  };
}

/** Of the last listing: what is not in the copy folder and would have been applied next, or might have been. */
function wouldHaveBeenApplied(facts: PoolFacts, reaches: RollForwardPosition): readonly BackupFile[] {
  const listed = facts.lastSeen?.share?.folder.files ?? [];
  const copied = facts.copyFolder.kind === 'value' ? facts.copyFolder.value.files : [];
  const names = new Set(copied.map((file) => file.name.toLowerCase()));
  const missing = listed.filter((file) => !names.has(file.name.toLowerCase()));
  const { files } = chainLogBackups(missing, reaches);
  const verdicts = new Map(files.map(({ name, verdict }) => [name, verdict.kind]));
  return files
    .flatMap(({ name }) => missing.find((file) => file.name === name) ?? [])
    .filter(({ name }) => ['apply', 'gap'].includes(verdicts.get(name) ?? '') || isUnreadLog(verdicts, name));
}

const isUnreadLog = (verdicts: ReadonlyMap<string, string>, name: string): boolean =>
  ['unread', 'unopened', 'unreadable'].includes(verdicts.get(name) ?? '') &&
  name.toLowerCase().endsWith('.trn');

/**
 * @param reaches where the backup copy ends up with every file in reach
 * @param startMs end of the newest content in reach, ms since 1970; null: not known
 */
export function filesOfLastListing(
  pool: DesiredPool,
  facts: PoolFacts,
  reaches: RollForwardPosition,
  startMs: number | null,
): LostFiles {
  const { shareSite } = pool.topology.logShipping;
  const place = shareSite === undefined ? '' : ` that went with ${pool.topology.sites[shareSite].datacenter}`;
  const lines: LedgerLine[] = [];
  let endMs = startMs;
  for (const file of wouldHaveBeenApplied(facts, reaches)) {
    const line = lineOf(file, endMs, `only on the share${place}`);
    lines.push(line);
    if (line.to !== null) endMs = Date.parse(line.to);
  }
  return { lines, endMs: lines.length === 0 ? null : endMs };
}

/** Files that home must have written since, by its own interval. */
export function guessedFiles(pool: DesiredPool, minutes: number | null): LostFiles {
  const count = Math.floor((minutes ?? 0) / pool.topology.logShipping.backupEveryMinutes);
  const lines = Array.from({ length: count }, (_, index): LedgerLine => {
    return {
      kind: 'unreachable-file',
      file: null,
      fromLsn: null,
      toLsn: null,
      from: null,
      to: null,
      minutes: null,
      note: `one of about ${String(count)} log backups on the lost share (no. ${String(index + 1)}); its listing was never seen`,
    };
  });
  return { lines, endMs: null };
}
