/** The journal's records in memory, as the bytes that the file journal would write; survives a simulated crash of the daemon. */
import type { Journal, JournalBody, JournalRecord } from '../ports/journal.ts';
import type { Lease } from '../ports/lease.ts';
import type { Clock } from '../ports/clock.ts';
import { PoolError } from '../topology/pool-error.ts';

/** What lies on disk: outlives every daemon that writes to it. */
export class MemoryDisk {
  /** Tells two folders apart that count their epochs on their own. */
  readonly name: string;
  readonly lines: string[] = [];
  epoch = 0;
  holder: MemoryLease | undefined;
  /** No record fits any more. */
  full: () => boolean = () => false;

  constructor(name = 'the disk') {
    this.name = name;
  }

  /** The whole journal as bytes of text. */
  text(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }
}

export class MemoryLease implements Lease {
  readonly epoch: number;
  readonly holder: string;
  readonly #disk: MemoryDisk;
  readonly #controller = new AbortController();

  constructor(disk: MemoryDisk) {
    if (disk.holder !== undefined)
      throw new PoolError('PCO_LEASE_HELD', `the lease is held with epoch ${disk.epoch}`);
    disk.epoch += 1;
    disk.holder = this;
    this.#disk = disk;
    this.epoch = disk.epoch;
    this.holder = `life ${disk.epoch} on ${disk.name}`;
  }

  get lost(): AbortSignal {
    return this.#controller.signal;
  }

  held(): boolean {
    if (this.#controller.signal.aborted) return false;
    if (this.#disk.holder === this) return true;
    this.#controller.abort(new PoolError('PCO_LEASE_LOST', 'somebody else took the lease'));
    return false;
  }

  lose(reason: PoolError): void {
    this.#controller.abort(reason);
  }

  release(): Promise<void> {
    if (this.#disk.holder === this) this.#disk.holder = undefined;
    this.#controller.abort(new PoolError('PCO_LEASE_LOST', 'the lease was released'));
    return Promise.resolve();
  }
}

export class MemoryJournal implements Journal {
  readonly #disk: MemoryDisk;
  readonly #clock: Clock;
  readonly #epoch: number;
  readonly #records: JournalRecord[];
  /** Called before a record is written and after; a test cuts the daemon there. */
  onAppend: ((record: JournalRecord, moment: 'before' | 'after') => void) | undefined;

  constructor(disk: MemoryDisk, clock: Clock, epoch: number) {
    this.#disk = disk;
    this.#clock = clock;
    this.#epoch = epoch;
    this.#records = disk.lines.map((line) => JSON.parse(line) as JournalRecord);
  }

  append(body: JournalBody): Promise<JournalRecord> {
    if (this.#disk.full())
      return Promise.reject(
        new PoolError('PCO_JOURNAL_UNWRITABLE', 'the journal could not be written: no space left on device'),
      );
    const head = {
      v: 1 as const,
      seq: this.#records.length + 1,
      epoch: this.#epoch,
      at: new Date(this.#clock.now()).toISOString(),
    };
    const record: JournalRecord = { ...head, ...body };
    this.onAppend?.(record, 'before');
    this.#disk.lines.push(JSON.stringify(record));
    this.#records.push(record);
    this.onAppend?.(record, 'after');
    return Promise.resolve(record);
  }

  records(): readonly JournalRecord[] {
    return this.#records;
  }
}
