/** A daemon that follows a real file through every bad edit: each is named with its place, none changes anything. */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ActuatorPorts } from '../../src/actuators/step-context.ts';
import { BusyMeter } from '../../src/daemon/busy-meter.ts';
import { runDaemon, type RunningDaemon } from '../../src/daemon/daemon.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { silentMetrics } from '../../src/daemon/loop-metrics.ts';
import { createFileSource } from '../../src/desired-state/file-source.ts';
import { MemoryDisk, MemoryJournal, MemoryLease } from '../../src/simulation/memory-journal.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { BAD_EDITS, edited, example } from '../support/bad-edits.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LIMIT_MS = 10_000;
const POOL = 'contoso-chat';

/** Follows the file; it sees nothing of any pool, so that nothing but the desired state can change its status. */
class FollowedFile {
  readonly daemon: RunningDaemon;
  readonly disk = new MemoryDisk();
  readonly #file = path.join(temporaryFolder(), 'pools.yaml');

  constructor(text: string) {
    writeFileSync(this.#file, text);
    const lease = new MemoryLease(this.disk);
    const outside = {} as Pick<ActuatorPorts, 'sql' | 'shell' | 'files'>;
    this.daemon = runDaemon({
      source: createFileSource({ file: this.#file, clock: hostClock, debounceMs: 1 }),
      ports: { ...outside, clock: hostClock, random: new SeededRandom(1) },
      meter: new BusyMeter(hostClock),
      observe: () => Promise.reject(new PoolError('PCO_CANCELLED', 'nothing is observed here')),
      applyStep: () => Promise.reject(new PoolError('PCO_INTERNAL', 'no step may begin')),
      journal: new MemoryJournal(this.disk, hostClock, lease.epoch),
      lease,
      log: silentLog,
      metrics: silentMetrics,
      version: 'test',
      pid: 0,
      resyncMs: 60_000,
      waitMs: 60_000,
      maxConcurrentTransitions: 1,
    });
    onTestFinished(() => this.daemon.stop());
  }

  get problems(): readonly string[] {
    return this.daemon.status().desiredStateProblems;
  }
  get generation(): unknown {
    const pool = this.daemon.pool(POOL);
    return [pool?.generation, pool?.primarySite];
  }

  save(text: string): void {
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
  }

  async until(what: string, seen: () => boolean): Promise<void> {
    const endMs = hostClock.monotonicMs() + LIMIT_MS;
    while (!seen()) {
      if (hostClock.monotonicMs() > endMs) throw new Error(`${what} was not seen: ${this.problems.join()}`);
      await hostClock.sleep(2, new AbortController().signal);
    }
  }
}

describe('a daemon that follows a file', () => {
  test(
    'names line and column of every bad edit, and goes on with the generation in force',
    { timeout: 60_000 },
    async () => {
      const followed = new FollowedFile(example);
      await followed.until('the pool', () => followed.daemon.pool(POOL) !== undefined);
      const before = followed.generation;
      for (const [name, text] of BAD_EDITS) {
        followed.save(text);
        await followed.until(`the refusal of ${name}`, () => followed.problems.length > 0);
        for (const problem of followed.problems)
          expect(problem, name).toMatch(/pools\.yaml:[1-9]\d*:[1-9]\d*: /);
        expect(followed.generation, name).toEqual(before);
        // So that the next refusal is one of the next edit.
        followed.save(`${example}# ${name}\n`);
        await followed.until(`the end of ${name}`, () => followed.problems.length === 0);
      }
      expect(BAD_EDITS.length).toBeGreaterThanOrEqual(20);
      followed.save(edited('primaryDatacenter: paris', 'primaryDatacenter: lyon'));
      await followed.until('the good edit', () => followed.daemon.pool(POOL)?.primarySite === 'backup');
      expect(followed.daemon.pool(POOL)?.generation.counter).toBe(2);
      const kinds = followed.disk.lines.map((line) => (JSON.parse(line) as { readonly kind: string }).kind);
      expect(kinds.filter((kind) => kind === 'generation')).toHaveLength(2);
      expect(kinds).not.toContain('removed');
    },
  );
});
