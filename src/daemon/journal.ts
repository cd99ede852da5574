/**
 * The journal as a file: one JSON object per line, one writer (the holder of the lease), every record on disk before
 * `append` resolves. A line torn by a crash is cut off; any other damage stops the start. Decides nothing.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournalBody, JournalRecord } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import { journalLine, keepInMemory, readJournal } from './journal-records.ts';

/** What the journal needs of a file; a test gives one whose disk is full. */
export interface JournalFile {
  /** Writes all bytes at the position or rejects; may have written a part then. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileJournal extends Journal {
  /** What was repaired at the start, in words. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Records in memory besides decisions, open intents and generations. */
const MEMORY_LIMIT = 5_000;

export const journalPath = (directory: string): string => path.join(directory, 'journal.ndjson');

/** Throws PCO_JOURNAL_UNREADABLE. The caller holds the lease whose epoch it names. */
export async function openJournal(
  directory: string,
  clock: Clock,
  epoch: number,
  wrap: (file: JournalFile) => JournalFile = (file) => file,
): Promise<FileJournal> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = journalPath(directory);
  const handle = await open(file, 'a+', 0o600);
  // 'a' would ignore positions on Linux; the file exists now, so it can be opened for writing in place.
  await handle.close();
  const writable = await open(file, 'r+');
  try {
    const content = readJournal(await writable.readFile(), file);
    const notes: string[] = [];
    if (content.tornBytes > 0) {
      await writable.truncate(content.goodBytes);
      await writable.sync();
      notes.push(`cut ${content.tornBytes} bytes of an unfinished record off the end of ${file}`);
    }
    await syncFolder(directory);
    const journalFile = wrap(overHandle(writable));
    return new NdjsonJournal(journalFile, clock, epoch, content.records, content.goodBytes, notes);
  } catch (error) {
    await writable.close();
    throw error;
  }
}

/** Every record in the file, without opening it for writing; for commands that only look. A torn last line is ignored. */
export async function readJournalFile(directory: string): Promise<readonly JournalRecord[]> {
  const file = journalPath(directory);
  await using handle = await open(file, 'r');
  return readJournal(await handle.readFile(), file).records;
}

/** Epoch of the newest record; 0: there is none. Throws PCO_JOURNAL_UNREADABLE. */
export async function lastEpochOf(directory: string): Promise<number> {
  if (!existsSync(journalPath(directory))) return 0;
  return (await readJournalFile(directory)).at(-1)?.epoch ?? 0;
}

/** The name of a new file is durable only when its folder is flushed too. */
async function syncFolder(directory: string): Promise<void> {
  // Windows cannot open a folder like this and flushes names with the file (unverified).
  if (process.platform === 'win32') return;
  await using handle = await open(directory, 'r');
  await handle.sync();
}

function overHandle(handle: Awaited<ReturnType<typeof open>>): JournalFile {
  return {
    async write(bytes, position) {
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await handle.write(
          bytes,
          written,
          bytes.length - written,
          position + written,
        );
        written += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

class NdjsonJournal implements FileJournal {
  readonly notes: readonly string[];
  readonly #file: JournalFile;
  readonly #clock: Clock;
  readonly #epoch: number;
  #records: JournalRecord[];
  #seq: number;
  #length: number;
  /** Set when a failed append could not be taken back: the end of the file is not what memory says. */
  #broken: PoolError | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    file: JournalFile,
    clock: Clock,
    epoch: number,
    records: readonly JournalRecord[],
    length: number,
    notes: readonly string[],
  ) {
    this.#file = file;
    this.#clock = clock;
    this.#epoch = epoch;
    this.#records = keepInMemory(records, MEMORY_LIMIT);
    this.#seq = records.at(-1)?.seq ?? 0;
    this.#length = length;
    this.notes = notes;
  }

  append(body: JournalBody): Promise<JournalRecord> {
    const appended = this.#queue.then(() => this.#append(body));
    // A failed append is its caller's; the next one stands on its own.
    this.#queue = appended.catch(() => undefined);
    return appended;
  }

  records(): readonly JournalRecord[] {
    return this.#records;
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
  }

  async #append(body: JournalBody): Promise<JournalRecord> {
    if (this.#broken !== undefined) throw this.#broken;
    const at = new Date(this.#clock.now()).toISOString();
    const record: JournalRecord = { v: 1, seq: this.#seq + 1, epoch: this.#epoch, at, ...body };
    const bytes = Buffer.from(journalLine(record));
    try {
      await this.#file.write(bytes, this.#length);
      await this.#file.sync();
    } catch (error) {
      throw await this.#takeBack(error);
    }
    this.#seq = record.seq;
    this.#length += bytes.length;
    this.#records.push(record);
    if (this.#records.length > 2 * MEMORY_LIMIT) this.#records = keepInMemory(this.#records, MEMORY_LIMIT);
    return record;
  }

  async #takeBack(cause: unknown): Promise<PoolError> {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = new PoolError('PCO_JOURNAL_UNWRITABLE', `the journal could not be written: ${why}`, {
      cause,
      hint: 'free space on the disk of the journal folder; no step starts before',
    });
    try {
      await this.#file.truncate(this.#length);
      await this.#file.sync();
    } catch (second) {
      this.#broken = new PoolError(
        'PCO_JOURNAL_UNWRITABLE',
        'a half-written record could not be taken back',
        { cause: second },
      );
    }
    return error;
  }
}
