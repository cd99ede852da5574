/** The daemon's journal as another process sees it: read only, whole lines only. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JournalRecord } from '../../ports/journal.ts';

/** Every record so far; none when the file is not there yet. */
export function journalRecords(directory: string): readonly JournalRecord[] {
  let text: string;
  try {
    text = readFileSync(path.join(directory, 'journal.ndjson'), 'utf8');
  } catch {
    // The daemon has not written anything yet.
    return [];
  }
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalRecord);
}

/** What a person wants to read while it happens; undefined for records that only a machine needs. */
export function describeRecord(record: JournalRecord): string | undefined {
  switch (record.kind) {
    case 'intent':
      return `step ${record.seedStep === null ? '' : `(${record.seedStep}) `}${record.action}:${record.target} begins`;
    case 'effect':
      return `  ${record.where}: ${record.what}`;
    case 'outcome':
      return `step ${record.action}:${record.target} ${record.result} after ${(record.durationMs / 1_000).toFixed(1)} s${record.reason === null ? '' : `: ${record.reason}`}`;
    case 'generation':
      return `generation ${record.generation.counter} in force: primaryDatacenter ${record.primaryDatacenter}`;
    case 'evidence':
      return `evidence about ${record.site}: ${record.verdict}`;
    default:
      return undefined;
  }
}
