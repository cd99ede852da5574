/**
 * Ports that die with their daemon: after a crash nothing is answered and nothing more is sent, exactly as after kill -9. What
 * waited waits for ever (and is collected with the daemon), what was sent before goes on in the estate. A frozen daemon is as a
 * stopped process: nothing of it goes on until it is thawed, and then it knows nothing of the time between.
 */
import type { BackupFiles } from '../ports/backup-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { SqlConnection, SqlInstances } from '../ports/sql-connection.ts';
import { toPoolError } from '../topology/pool-error.ts';

export class Life {
  #alive = true;
  #freezesAtNextChange = false;
  #frozen: PromiseWithResolvers<undefined> | undefined;

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
  }

  get frozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** Stops the process when everything is asked and checked, and the next change is just about to be sent. */
  freezeAtNextChange(): void {
    this.#freezesAtNextChange = true;
  }

  thaw(): void {
    this.#frozen?.resolve(undefined);
    this.#frozen = undefined;
  }

  /** Of work that may change the world. */
  guardChange<T>(work: () => Promise<T>): Promise<T> {
    if (this.#freezesAtNextChange) this.#frozen ??= Promise.withResolvers<undefined>();
    this.#freezesAtNextChange = false;
    return this.guard(work);
  }

  #whenThawed(then: () => void): void {
    if (this.#frozen === undefined) then();
    else void this.#frozen.promise.then(() => this.#whenThawed(then));
  }

  /** Starts the work only while alive, and lets its end be seen only while alive. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#alive) return new Promise(() => undefined);
    if (this.#frozen !== undefined) return this.#frozen.promise.then(() => this.guard(work));
    return new Promise((resolve, reject) => {
      work().then(
        (value) => {
          this.#whenThawed(() => {
            if (this.#alive) resolve(value);
          });
        },
        (error: unknown) => {
          this.#whenThawed(() => {
            if (this.#alive) reject(toPoolError(error));
          });
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
        run: (statement, options) => life.guardChange(() => opened.run(statement, options)),
        [Symbol.asyncDispose]: () => life.guard(() => Promise.resolve(opened[Symbol.asyncDispose]())),
      };
    },
  };
}

export const mortalShell = (shell: ManagementShell, life: Life): ManagementShell => ({
  invoke: (request, options) => life.guardChange(() => shell.invoke(request, options)),
});

export const mortalFiles = (files: BackupFiles, life: Life): BackupFiles => ({
  reaches: (folder) => files.reaches(folder),
  list: (folder, signal) => life.guard(() => files.list(folder, signal)),
  copy: (source, target, options) => life.guardChange(() => files.copy(source, target, options)),
  move: (source, target, options) => life.guardChange(() => files.move(source, target, options)),
  removeUnfinished: (path, options) => life.guardChange(() => files.removeUnfinished(path, options)),
});

export const mortalJournal = (journal: Journal, life: Life): Journal => ({
  append: (body) => life.guard(() => journal.append(body)),
  records: () => journal.records(),
});
