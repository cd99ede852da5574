/**
 * What the journal still holds of a pool, also where memory has let it go: its files are read backwards, whole ones only, one reader at a
 * time and within a bound. Only lines that name the pool are parsed. Changes nothing.
 */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { JournalRecord } from '../ports/journal.ts';
import { keptOf, tellsOf, type KeptRecords, type PastSource } from '../story/kept-records.ts';
import { archivesIn, journalPath } from './rotate-journal.ts';

export interface PastLimits {
  /** Of all files together. */
  readonly mostBytes: number;
  /** From the question, waiting for other readers included, ms. */
  readonly deadlineMs: number;
}

/** The present file and an archive of the default size. */
export const PAST_LIMITS: PastLimits = { mostBytes: 83_886_080, deadlineMs: 5_000 };
/** Between two pieces whatever else the daemon has to do goes on. */
const PIECE_BYTES = 1_048_576;
const NEWLINE = 0x0a;

export interface PastOptions {
  readonly directory: string;
  /** Of the journal, in memory. */
  readonly records: () => readonly JournalRecord[];
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly limits?: PastLimits;
}

export class PastRecords implements PastSource {
  readonly #options: PastOptions;
  readonly #asked = new Map<string, Promise<KeptRecords>>();
  #queue: Promise<unknown> = Promise.resolve();
  /** What was read last, for whoever goes on from one record to the next; the engine takes it back when it wants the room. */
  #last: { readonly pool: string; readonly newest: number; readonly kept: WeakRef<KeptRecords> } | undefined;

  constructor(options: PastOptions) {
    this.#options = options;
  }

  recent(pool: string): KeptRecords {
    return keptOf(this.#options.records(), pool);
  }

  /** Whoever asks for a pool that is being read gets the same answer. */
  all(pool: string): Promise<KeptRecords> {
    const asked = this.#asked.get(pool);
    if (asked !== undefined) return asked;
    const { clock, limits = PAST_LIMITS } = this.#options;
    const endMs = clock.monotonicMs() + limits.deadlineMs;
    const reading = this.#queue
      .then(() => this.#read(pool, endMs))
      .finally(() => {
        this.#asked.delete(pool);
      });
    this.#queue = reading.catch(() => undefined);
    this.#asked.set(pool, reading);
    return reading;
  }

  async #read(pool: string, endMs: number): Promise<KeptRecords> {
    const recent = this.recent(pool);
    // Nothing is older than the first record.
    if (recent.completeFrom <= 1) return recent;
    const known = this.#known(pool, recent);
    if (known !== undefined) return known;
    const newest = this.#options.records().at(-1)?.seq ?? 0;
    const { clock } = this.#options;
    const kept = await this.#readFiles(pool, recent, () => clock.monotonicMs() > endMs);
    if (clock.monotonicMs() <= endMs) this.#last = { pool, newest, kept: new WeakRef(kept) };
    return kept;
  }

  /** Files that were read do not change; what came since is at hand. */
  #known(pool: string, recent: KeptRecords): KeptRecords | undefined {
    const last = this.#last;
    const kept =
      last?.pool === pool && recent.completeFrom <= last.newest + 1 ? last.kept.deref() : undefined;
    return kept && { ...kept, records: joined(kept.records, recent.records) };
  }

  async #readFiles(pool: string, recent: KeptRecords, late: () => boolean): Promise<KeptRecords> {
    const { directory, limits = PAST_LIMITS } = this.#options;
    const files = [journalPath(directory), ...(await archivesIn(directory)).toReversed()];
    let { records, completeFrom } = recent;
    let bytes = 0;
    for (const [index, file] of files.entries()) {
      const found = await readFileOf(file, pool, limits.mostBytes - bytes, late);
      // Between it and what is known already a file is missing.
      const why =
        typeof found === 'string' ? found : found.last < completeFrom - 1 ? 'a file after it is missing' : '';
      if (typeof found === 'string' || why !== '') {
        const left = files.slice(index).map((name) => `${path.basename(name)}: ${why}`);
        return { records, completeFrom, left };
      }
      bytes += found.bytes;
      records = joined(found.records, records);
      completeFrom = Math.min(completeFrom, found.completeFrom);
    }
    return { records, completeFrom, left: [] };
  }
}

function joined(older: readonly JournalRecord[], newer: readonly JournalRecord[]): readonly JournalRecord[] {
  const bySeq = new Map([...older, ...newer].map((record) => [record.seq, record]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

interface FileOfPool {
  readonly records: readonly JournalRecord[];
  readonly completeFrom: number;
  /** Number of its newest record. */
  readonly last: number;
  readonly bytes: number;
}

/** In words why it was not read. */
async function readFileOf(
  file: string,
  pool: string,
  mostBytes: number,
  late: () => boolean,
): Promise<FileOfPool | string> {
  try {
    if ((await stat(file)).size > mostBytes) return 'more than is read for one answer';
    const reader = new LineReader(pool);
    await using handle = await open(file, 'r');
    for (;;) {
      if (late()) return 'there was no time left to read it';
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return reader.found;
      reader.take(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A last line without an end is being written, and not counted yet. */
class LineReader {
  readonly #pool: string;
  readonly #named: string;
  readonly #records: JournalRecord[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #completeFrom = 0;
  #last = '';

  constructor(pool: string) {
    this.#pool = pool;
    this.#named = `"pool":${JSON.stringify(pool)}`;
  }

  get found(): FileOfPool {
    const last = this.#last === '' ? 0 : recordIn(this.#last).seq;
    return { records: this.#records, completeFrom: this.#completeFrom, last, bytes: this.#bytes };
  }

  take(piece: Buffer): void {
    this.#bytes += piece.length;
    const all = Buffer.concat([this.#rest, piece]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    this.#rest = all.subarray(end);
    for (const line of all.toString('utf8', 0, end).split('\n')) if (line !== '') this.#line(line);
  }

  #line(line: string): void {
    const rotated = line.includes('"kind":"rotated"');
    // What was carried over has gaps; from the record that says so on there are none.
    if (this.#completeFrom === 0 || rotated) this.#completeFrom = recordIn(line).seq;
    this.#last = line;
    if (!line.includes(this.#named) && !line.includes('"kind":"started"')) return;
    const record = recordIn(line);
    if (tellsOf(record, this.#pool)) this.#records.push(record);
  }
}

const recordIn = (line: string): JournalRecord => JSON.parse(line) as JournalRecord;
