/**
 * The one-machine lease: an exclusive SQLite lock in the journal's folder, held for the life of the process and freed by the
 * operating system at its death, kill -9 included. The epoch is a committed counter inside. Not for network folders.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Lease } from '../ports/lease.ts';
import { PoolError } from '../topology/pool-error.ts';

/** SQLite result codes: another process holds the lock. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/**
 * Throws PCO_LEASE_HELD, naming the holder's process id. Nothing else in this process may open and close the lock file:
 * POSIX drops a process's locks on a file when it closes any descriptor of it.
 * @param lastEpoch of the journal's newest record: the epoch rises above it also when somebody has deleted the lock file
 * @param holder names this acquisition, unlike any other; needed by who changes instances
 */
export function acquireLease(directory: string, lastEpoch: number, holder = `process ${process.pid}`): Lease {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const holderFile = path.join(directory, 'lease.holder');
  const lockFile = path.join(directory, 'lease.sqlite');
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  let epoch: number;
  try {
    epoch = lockAndCount(database, lastEpoch);
  } catch (error) {
    database.close();
    throw isBusy(error) ? heldError(directory, holderFile, error) : error;
  }
  writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  return new SqliteLease(database, lockFile, { epoch, holder });
}

function lockAndCount(database: DatabaseSync, lastEpoch: number): number {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
  database.exec('BEGIN EXCLUSIVE');
  database.exec(
    'CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL)',
  );
  database
    .prepare(
      'INSERT INTO lease (id, epoch) VALUES (1, :last + 1) ON CONFLICT (id) DO UPDATE SET epoch = max(epoch, :last) + 1',
    )
    .run({ last: lastEpoch });
  const row = database.prepare('SELECT epoch FROM lease WHERE id = 1').get();
  // With locking_mode EXCLUSIVE the lock outlives the transaction.
  database.exec('COMMIT');
  return Number(row?.['epoch']);
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

function heldError(directory: string, holderFile: string, cause: unknown): PoolError {
  let holder = 'another process';
  try {
    holder = `process ${readFileSync(holderFile, 'utf8').trim()}`;
  } catch {
    // The name of the holder is only for people; the lock itself has already answered.
  }
  return new PoolError('PCO_LEASE_HELD', `${holder} holds the lease of ${directory}`, {
    cause,
    hint: 'one daemon per journal; stop the other one first',
  });
}

/** Which file it is, whatever its name; undefined: there is none. */
const identityOf = (file: string): bigint | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;

class SqliteLease implements Lease {
  readonly epoch: number;
  readonly holder: string;
  readonly #database: DatabaseSync;
  readonly #lockFile: string;
  readonly #identity: bigint | undefined;
  readonly #lost = new AbortController();

  constructor(
    database: DatabaseSync,
    lockFile: string,
    own: { readonly epoch: number; readonly holder: string },
  ) {
    this.#database = database;
    this.#lockFile = lockFile;
    this.#identity = identityOf(lockFile);
    this.epoch = own.epoch;
    this.holder = own.holder;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** A lock on a file that was deleted or replaced excludes nobody any more. */
  held(): boolean {
    if (this.#lost.signal.aborted) return false;
    if (identityOf(this.#lockFile) === this.#identity) return true;
    this.#lost.abort(new PoolError('PCO_LEASE_LOST', `${this.#lockFile} was deleted or replaced`));
    return false;
  }

  lose(reason: PoolError): void {
    this.#lost.abort(reason);
  }

  release(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
    this.#lost.abort(new PoolError('PCO_LEASE_LOST', 'the lease was released'));
    return Promise.resolve();
  }
}
