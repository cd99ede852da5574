/**
 * Ports that die with their daemon: after a crash nothing is answered and nothing more is sent, exactly as after kill -9. What
 * waited waits for ever (and is collected with the daemon), what was sent before goes on in the estate.
 */
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { SqlConnection, SqlInstances } from '../ports/sql-connection.ts';
import { toPoolError } from '../topology/pool-error.ts';

export class Life {
  #alive = true;

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
  }

  /** Starts the work only while alive, and lets its end be seen only while alive. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#alive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      work().then(
        (value) => {
          if (this.#alive) resolve(value);
        },
        (error: unknown) => {
          if (this.#alive) reject(toPoolError(error));
        },
      );
    });
  }
}

/** @param shiftMs by how much the wall clock of the daemon's machine is ahead now */
export function mortalClock(clock: Clock, life: Life, shiftMs: () => number): Clock {
  return {
    now: () => clock.now() + shiftMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => life.guard(() => clock.sleep(ms, signal)),
    deadline: (ms, parent) => clock.deadline(ms, parent),
  };
}

const mortalConnection = (connection: SqlConnection, life: Life): SqlConnection => ({
  run: (statement, options) => life.guard(() => connection.run(statement, options)),
});

export function mortalSql(sql: SqlInstances, life: Life): SqlInstances {
  return {
    observer: (instance) => mortalConnection(sql.observer(instance), life),
    open: async (instance, signal) => {
      const opened = await life.guard(() => sql.open(instance, signal));
      return {
        ...mortalConnection(opened, life),
        [Symbol.asyncDispose]: () => life.guard(() => Promise.resolve(opened[Symbol.asyncDispose]())),
      };
    },
  };
}

export const mortalShell = (shell: ManagementShell, life: Life): ManagementShell => ({
  invoke: (request, options) => life.guard(() => shell.invoke(request, options)),
});

export const mortalFiles = (files: BackupFiles, life: Life): BackupFiles => ({
  reaches: (folder) => files.reaches(folder),
  list: (folder, signal) => life.guard(() => files.list(folder, signal)),
  copy: (source, target, options) => life.guard(() => files.copy(source, target, options)),
  move: (source, target, signal) => life.guard(() => files.move(source, target, signal)),
  removeUnfinished: (path, signal) => life.guard(() => files.removeUnfinished(path, signal)),
});

export const mortalJournal = (journal: Journal, life: Life): Journal => ({
  append: (body) => life.guard(() => journal.append(body)),
  records: () => journal.records(),
});
