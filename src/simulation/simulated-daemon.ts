/** One life of the daemon in memory: its own machine, planner, observers, actuators and journal over ports that can be cut off. */
import { applyStep } from '../actuators/apply-step.ts';
import { BusyMeter, meteredPorts } from '../daemon/busy-meter.ts';
import { runDaemon, type RunningDaemon } from '../daemon/daemon.ts';
import { knownPoolsOf } from '../daemon/known-pools.ts';
import { silentLog, type Log } from '../daemon/log.ts';
import { silentMetrics } from '../daemon/loop-metrics.ts';
import { createPoolObserver } from '../observers/observe-pool.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { Random } from '../ports/random.ts';
import { DAEMON_LOGIN } from '../simulator/estate/fresh-instance.ts';
import { MemoryJournal, MemoryLease } from './memory-journal.ts';
import { memorySource } from './memory-source.ts';
import { Life, mortalClock, mortalFiles, mortalJournal, mortalShell, mortalSql } from './mortal-ports.ts';
import { SimulatedBackupFiles } from './simulated-backup-files.ts';
import { SimulatedShell } from './simulated-shell.ts';
import { SimulatedSql } from './simulated-sql.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { Troubles } from './troubles.ts';

export interface SimulatedDaemonOptions {
  readonly random: Random;
  /** Called before and after every journal record; may crash this daemon. */
  readonly onAppend?: (record: JournalRecord, moment: 'before' | 'after') => void;
  readonly log?: Log;
  /** Default: the estate's own for the daemon, a sysadmin. */
  readonly login?: string;
  readonly troubles?: Troubles;
  /** Called when a look at the pool begins. */
  readonly onLook?: () => void;
  /** Between two looks at a pool that rests, ms; default 10,000. */
  readonly resyncMs?: number;
}

const CONNECT_DEADLINE_MS = 3_000;
const OBSERVE_DEADLINES = {
  instanceDeadlineMs: 3_000,
  folderDeadlineMs: 3_000,
  shellDeadlineMs: 10_000,
  serverDeadlineMs: 5_000,
};
const RESYNC_MS = 10_000;
const WAIT_MS = 1_000;

export class SimulatedDaemon {
  readonly #world: SimulatedWorld;
  readonly #life = new Life();
  readonly #sql: SimulatedSql<SimulatedWorld['state']>;
  readonly #lease: MemoryLease;
  readonly daemon: RunningDaemon;

  constructor(world: SimulatedWorld, options: SimulatedDaemonOptions) {
    this.#world = world;
    const { clock, folders, estate, disk } = world;
    const life = this.#life;
    const { troubles = new Troubles(), random } = options;
    const latencyMs = (): number => troubles.latencyMs(random.next());
    const own = mortalClock(clock, life, () => troubles.clockShiftMs);
    this.#lease = new MemoryLease(disk);
    disk.full = () => troubles.journalFull;
    const journal = new MemoryJournal(disk, own, this.#lease.epoch);
    journal.onAppend = (record, moment) => {
      if (life.alive) options.onAppend?.(record, moment);
    };
    this.#sql = new SimulatedSql(estate, own, {
      login: options.login ?? DAEMON_LOGIN,
      password: world.sqlPassword,
      connectDeadlineMs: CONNECT_DEADLINE_MS,
      latencyMs,
      trouble: (kind, instance) => troubles.take(kind, instance),
    });
    const files = new SimulatedBackupFiles(
      folders,
      own,
      (folder) => world.reach(folder),
      latencyMs,
      (folder) => world.maps(folder),
      { tears: () => troubles.take('tear-copy'), full: () => troubles.targetFull },
    );
    const simulatedShell = new SimulatedShell(estate, own, latencyMs, () => troubles.take('lose-cmdlet'));
    const meter = new BusyMeter(own);
    const ports = meteredPorts(
      {
        sql: mortalSql(this.#sql, life),
        shell: mortalShell(simulatedShell, life),
        files: mortalFiles(files, life),
        clock: own,
        random,
      },
      meter,
    );
    const observer = createPoolObserver(ports, OBSERVE_DEADLINES);
    this.daemon = runDaemon({
      source: memorySource(world.document, knownPoolsOf(journal.records())),
      ports,
      meter,
      observe: (pool, signal, maxAgeMs) => {
        options.onLook?.();
        return observer.observe(pool, signal, { maxAgeMs });
      },
      applyStep,
      journal: mortalJournal(journal, life),
      lease: this.#lease,
      log: options.log ?? silentLog,
      metrics: silentMetrics,
      version: 'simulated',
      pid: 0,
      resyncMs: options.resyncMs ?? RESYNC_MS,
      waitMs: WAIT_MS,
      maxConcurrentTransitions: 1,
    });
    this.daemon.done.catch(() => undefined);
  }

  /** Right before its next change is sent; its lease stays its own until somebody takes it. */
  freezeAtNextChange(): void {
    this.#life.freezeAtNextChange();
  }

  get frozen(): boolean {
    return this.#life.frozen;
  }

  thaw(): void {
    this.#life.thaw();
  }

  /** As after kill -9: nothing is sent any more, every connection drops, the operating system frees the lease. */
  crash(): void {
    if (!this.#life.alive) return;
    this.#life.end();
    if (this.#world.disk.holder === this.#lease) this.#world.disk.holder = undefined;
    this.#sql.dropAll();
  }
}
