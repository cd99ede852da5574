/**
 * The journal as a file: one JSON object per line, one writer (the holder of the lease), every record on disk before
 * `append` resolves. A line torn by a crash is cut off; any other damage stops the start. Decides nothing.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournalBody, JournalRecord } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import { journalLine, keepInMemory, readJournal } from './journal-records.ts';
import {
  archiveName,
  archivesIn,
  DEFAULT_ROTATION,
  joinRecords,
  journalPath,
  removeOldArchives,
  removeUnfinished,
  swapJournals,
  syncFolder,
  writeNextJournal,
  type Rotation,
} from './rotate-journal.ts';

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

/** Records that a new file carries over besides those; none where they are so large that it would begin half full. */
const CARRIED_LIMITS = [500, 0];
/** A new file is worth it, and lasts: what it begins with fills it by so much at most, of the old file or of its own limit. */
const BEGINS_FILLED = 0.5;
/** Of `maxBytes`: after a rotation that failed, so much is written before the next one is tried. */
const RETRY_AFTER = 0.25;

export interface JournalOptions {
  readonly rotation?: Rotation;
  /** Left out: the file itself. */
  readonly wrap?: (file: JournalFile) => JournalFile;
  /** A rotation failed; the journal goes on in its old file. */
  readonly onNote?: (note: string) => void;
}

/** Throws PCO_JOURNAL_UNREADABLE. The caller holds the lease whose epoch it names. */
export async function openJournal(
  directory: string,
  clock: Clock,
  epoch: number,
  options: JournalOptions = {},
): Promise<FileJournal> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = journalPath(directory);
  await removeUnfinished(directory);
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
    const { records, goodBytes: length } = content;
    return new NdjsonJournal(writable, { directory, clock, epoch, records, length, notes, options });
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

/** The journal and its archives: everything that is still kept, oldest first. */
export async function readJournalHistory(directory: string): Promise<readonly JournalRecord[]> {
  const journal = await readJournalFile(directory);
  const archived: (readonly JournalRecord[])[] = [];
  for (const file of await archivesIn(directory)) {
    await using handle = await open(file, 'r');
    archived.push(readJournal(await handle.readFile(), file).records);
  }
  return joinRecords([...archived, journal]);
}

/** Epoch of the newest record; 0: there is none. Throws PCO_JOURNAL_UNREADABLE. */
export async function lastEpochOf(directory: string): Promise<number> {
  if (!existsSync(journalPath(directory))) return 0;
  return (await readJournalFile(directory)).at(-1)?.epoch ?? 0;
}

type Handle = Awaited<ReturnType<typeof open>>;

function overHandle(handle: Handle): JournalFile {
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

interface OpenedJournal {
  readonly directory: string;
  readonly clock: Clock;
  readonly epoch: number;
  readonly records: readonly JournalRecord[];
  /** Of the file, bytes. */
  readonly length: number;
  readonly notes: readonly string[];
  readonly options: JournalOptions;
}

class NdjsonJournal implements FileJournal {
  readonly notes: readonly string[];
  readonly #opened: OpenedJournal;
  readonly #rotation: Rotation;
  #file: JournalFile;
  #records: JournalRecord[];
  #seq: number;
  #length: number;
  #rotateAt: number;
  /** Set when a failed append could not be taken back: the end of the file is not what memory says. */
  #broken: PoolError | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(handle: Handle, opened: OpenedJournal) {
    this.#opened = opened;
    this.#rotation = opened.options.rotation ?? DEFAULT_ROTATION;
    this.#file = this.#wrapped(handle);
    this.#records = keepInMemory(opened.records, MEMORY_LIMIT);
    this.#seq = opened.records.at(-1)?.seq ?? 0;
    this.#length = opened.length;
    this.#rotateAt = this.#rotation.maxBytes;
    this.notes = opened.notes;
  }

  #wrapped(handle: Handle): JournalFile {
    const { wrap = (file: JournalFile) => file } = this.#opened.options;
    return wrap(overHandle(handle));
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
    const record = this.#numbered(body);
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
    if (this.#length > this.#rotateAt) await this.#rotate();
    return record;
  }

  #numbered(body: JournalBody): JournalRecord {
    const { clock, epoch } = this.#opened;
    return { v: 1, seq: this.#seq + 1, epoch, at: new Date(clock.now()).toISOString(), ...body };
  }

  /** Never fails an append: what is on disk stays there, and the journal goes on in the file that it has. */
  async #rotate(): Promise<void> {
    const { directory, options } = this.#opened;
    const { maxBytes, archives } = this.#rotation;
    const archive = archiveName(this.#seq);
    try {
      const { length, rotated } = await this.#writeNext(archive);
      if (length > this.#length * BEGINS_FILLED) throw new Error(`${length} bytes of it still count`);
      await this.#reopened(() => swapJournals(directory, archive));
      this.#length = length;
      this.#seq = rotated.seq;
      this.#records.push(rotated);
      this.#rotateAt = Math.max(maxBytes, length / BEGINS_FILLED);
      await removeOldArchives(directory, archives);
    } catch (error) {
      this.#rotateAt = this.#length + maxBytes * RETRY_AFTER;
      const why = error instanceof Error ? error.message : String(error);
      options.onNote?.(`the journal could not begin a new file and goes on in the old one: ${why}`);
    }
  }

  async #writeNext(archive: string): Promise<{ readonly length: number; readonly rotated: JournalRecord }> {
    const { directory } = this.#opened;
    const records = this.#records.filter(({ kind }) => kind !== 'rotated');
    let length = Infinity;
    let rotated = this.#numbered({ kind: 'rotated', archive, carried: 0 });
    for (const limit of CARRIED_LIMITS) {
      const carried = keepInMemory(records, limit);
      rotated = this.#numbered({ kind: 'rotated', archive, carried: carried.length });
      length = await writeNextJournal(directory, [...carried, rotated]);
      if (length <= this.#rotation.maxBytes * BEGINS_FILLED) break;
    }
    return { length, rotated };
  }

  async #reopened(meanwhile: () => Promise<void>): Promise<void> {
    await this.#file.close();
    try {
      await meanwhile();
    } finally {
      try {
        this.#file = this.#wrapped(await open(journalPath(this.#opened.directory), 'r+'));
      } catch (error) {
        this.#broken = new PoolError('PCO_JOURNAL_UNWRITABLE', 'the journal could not be opened again', {
          cause: error,
          hint: 'look at the folder of the journal, then start the daemon again',
        });
      }
    }
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
