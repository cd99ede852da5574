/** Records of one pool as they come from memory or from files, and where the journal may come from. */
import type { JournalRecord } from '../ports/journal.ts';

export interface KeptRecords {
  /** Those that name the pool, and every start of a daemon; oldest first. */
  readonly records: readonly JournalRecord[];
  /** From this record on none is missing; older ones among `records` were kept for a reason and have gaps between them. */
  readonly completeFrom: number;
  /** Files of the journal that were not read, and why, in words. */
  readonly left: readonly string[];
}

export interface PastSource {
  /** What is at hand. */
  recent(pool: string): KeptRecords;
  /** The files as well, as far as a bound allows. */
  all(pool: string): Promise<KeptRecords>;
}

/** Empty: the record is about the daemon. */
export function poolsOf(record: JournalRecord): readonly string[] {
  if ('pool' in record) return [record.pool];
  return 'pools' in record ? record.pools.map(({ pool }) => pool) : [];
}

export const tellsOf = (record: JournalRecord, pool: string): boolean =>
  record.kind === 'started' || poolsOf(record).includes(pool);

/** Of a whole journal or its newest part. */
export function keptOf(records: readonly JournalRecord[], pool: string): KeptRecords {
  let first = records.length - 1;
  while (first > 0 && records[first - 1]?.seq === (records[first]?.seq ?? 0) - 1) first -= 1;
  return {
    records: records.filter((record) => tellsOf(record, pool)),
    completeFrom: records[first]?.seq ?? 1,
    left: [],
  };
}

/** Whether everything that the daemon of this record has judged is among them: it began with nothing. */
export const knowsDaemonOf = ({ records, completeFrom }: KeptRecords, { epoch }: JournalRecord): boolean =>
  completeFrom <= 1 ||
  records.some(
    (record) =>
      record.seq >= completeFrom &&
      (record.epoch < epoch || (record.epoch === epoch && record.kind === 'started')),
  );
