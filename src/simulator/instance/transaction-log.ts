/** Writing, truncating and replaying the log of one database. */
import { freeze } from 'immer';
import { append, fromArray, noChunks, toArray } from './chunks.ts';
import { applyChange, bytesOf, type ContentChange, type LogRecord } from './content.ts';
import type { DatabaseDraft } from './instance-state.ts';
import { compareLsns, lsnAfter } from './log-position.ts';
import { plain } from './plain.ts';

/** Commits one change on an ONLINE database: log record, content, next LSN. Returns the record's LSN. */
export function writeRecord(database: DatabaseDraft, change: ContentChange): string {
  const lsn = database.position ?? '1';
  database.log = append(plain(database.log), { lsn, change });
  // Frozen here, or immer would look through every message for drafts.
  database.content = freeze(applyChange(plain(database.content), change), true);
  database.position = lsnAfter(lsn, bytesOf(change));
  return lsn;
}

/** Records with from <= LSN < to. */
export const recordsBetween = (database: DatabaseDraft, from: string, to: string): readonly LogRecord[] =>
  toArray(plain(database.log)).filter(
    (record) => compareLsns(record.lsn, from) >= 0 && compareLsns(record.lsn, to) < 0,
  );

/** Forgets records before `lsn`: they are in a log backup, and in the mirror. */
export function truncateLog(database: DatabaseDraft, lsn: string): void {
  const log = plain(database.log);
  const first = log.full[0]?.[0] ?? log.last[0];
  if (first === undefined || compareLsns(first.lsn, lsn) >= 0) return;
  database.log = fromArray(toArray(log).filter((record) => compareLsns(record.lsn, lsn) >= 0));
}

export function forgetLog(database: DatabaseDraft): void {
  database.log = noChunks;
}

/** Rolls records forward onto a copy; those before `position` are there already. Options follow the log. */
export function replay(database: DatabaseDraft, records: readonly LogRecord[], position: string): void {
  let content = plain(database.content);
  for (const record of records) {
    if (compareLsns(record.lsn, position) < 0) continue;
    content = applyChange(content, record.change);
    if (record.change.kind === 'options') database.access = record.change.access;
  }
  database.content = content;
}
