/** The daemon in a real process: lease, journal, SQL Server, folders, shell, HTTP, cron, signals. Wires; decides nothing. */
import { hostname } from 'node:os';
import { applyStep } from '../actuators/apply-step.ts';
import { createDesiredSource } from '../desired-state/desired-source.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { EventStream } from '../http/event-stream.ts';
import { BusyMeter, meteredPorts } from './busy-meter.ts';
import { countedPorts } from './counted-ports.ts';
import { composeObserver, composePorts } from './compose-ports.ts';
import { runDaemon, type RunningDaemon } from './daemon.ts';
import { hookRouteOf, reportedToForge } from './git-forge.ts';
import { hostClock } from './host/host-clock.ts';
import { hostRandom } from './host/host-random.ts';
import { onStopSignals } from './host/signals.ts';
import { lastEpochOf, openJournal } from './journal.ts';
import { rotationOf } from './rotate-journal.ts';
import { knownPoolsOf } from './known-pools.ts';
import { acquireLease } from './lease.ts';
import { listen } from './listen.ts';
import type { Log } from './log.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { reportedToPeople } from './notifications.ts';
import { PastRecords } from './past-records.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { startSchedule } from './schedule.ts';
import { reportedAsTraces } from './tracing.ts';
import { reportedToStream } from './reported-to-stream.ts';
import { Shutdown } from './shutdown.ts';
import { readStopFile } from './stop-file.ts';

export interface HostOptions {
  readonly settings: Settings;
  readonly version: string;
  /** Called once the daemon listens. */
  readonly onListening?: (address: string) => void;
  /** Default: JSON lines on stderr at the level of the settings. */
  readonly log?: Log;
  /** Take SIGINT and SIGTERM; default true. */
  readonly signals?: boolean;
}

export interface HostDaemon {
  readonly daemon: RunningDaemon;
  readonly address: string;
  /** Ends everything in the reverse order of its opening; resolves when the lease is free. */
  stop(): Promise<void>;
  /** Resolves after stop or a signal; rejects with PoolError when the daemon cannot go on (everything is closed then). */
  readonly done: Promise<void>;
}

/** Parts of the poll pause after which something that is awaited is looked at again, and its limits in ms. */
const WAIT_PART = 10;
const WAIT_MIN_MS = 250;
const WAIT_MAX_MS = 2_000;

/** Throws PCO_LEASE_HELD, PCO_JOURNAL_UNREADABLE, PCO_SETTINGS_INVALID, PCO_UNSUPPORTED_RUNTIME; leaves nothing open then. */
export async function startHostDaemon(options: HostOptions): Promise<HostDaemon> {
  const { settings } = options;
  const log = options.log ?? createLogger(settings.log.level);
  const shutdown = new Shutdown(hostClock, log);
  try {
    return await start(options, log, shutdown);
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

async function start(options: HostOptions, log: Log, shutdown: Shutdown): Promise<HostDaemon> {
  const { settings } = options;
  const { directory } = settings.journal;
  const lease = acquireLease(
    directory,
    await lastEpochOf(directory),
    `${hostname()} ${process.pid} ${hostRandom.id()}`,
  );
  shutdown.register('lease', () => lease.release());
  const journal = await openJournal(directory, hostClock, lease.epoch, {
    rotation: rotationOf(settings.journal),
    onNote: (note) => log.warn('journal', { note }),
  });
  shutdown.register('journal', () => journal.close());
  for (const note of journal.notes) log.warn('journal repaired', { note });

  const host = composePorts(settings, log);
  shutdown.register('connections', () => host.close());
  const meter = new BusyMeter(hostClock);
  const metrics = createMetrics({ version: options.version, node: process.version, epoch: lease.epoch });
  addProcessMetrics(metrics.registry);
  const ports = meteredPorts(countedPorts(host.ports, metrics.requests), meter);
  const observer = composeObserver(settings, ports);
  shutdown.register('observer', () => observer.close());
  const source = createDesiredSource(settings.desiredState, {
    clock: hostClock,
    random: hostRandom,
    known: knownPoolsOf(journal.records()),
  });
  const forge = reportedToForge(metrics, settings.desiredState, {
    clock: hostClock,
    log,
    count: (report) => {
      metrics.commitStatus(report);
    },
  });
  shutdown.register('commit statuses', () => forge.close());
  const people = reportedToPeople(forge.metrics, settings.notifications, {
    // Not the metered one: an entry of a log is no wait of a transition.
    shell: host.ports.shell,
    clock: hostClock,
    random: hostRandom,
    log,
    count: (receiver, notification) => {
      metrics.notified(receiver, notification);
    },
  });
  shutdown.register('notifications', () => people.close());
  const traced = reportedAsTraces(people.metrics, settings.tracing, options.version, {
    clock: hostClock,
    random: hostRandom,
    log,
  });
  shutdown.register('traces', () => traced.close());
  const events = new EventStream({ epoch: lease.epoch, clock: hostClock, afterTurn: setImmediate });
  const { pollInterval, resync } = settings.schedule;
  const daemon = runDaemon({
    source,
    ports,
    meter,
    observe: (pool, signal, maxAgeMs) => observer.observe(pool, signal, { maxAgeMs }),
    applyStep,
    journal,
    lease,
    log,
    metrics: reportedToStream(traced.metrics, events),
    version: options.version,
    pid: process.pid,
    resyncMs: pollInterval,
    waitMs: Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, pollInterval / WAIT_PART)),
    maxConcurrentTransitions: settings.maxConcurrentTransitions,
    stopAfterFailures: settings.stopAfterFailures,
    stopped: () => readStopFile(settings.stopFile),
  });
  // The owner of `done` below reports it; without this line a failure before then would end the process unnamed.
  daemon.done.catch(() => undefined);
  shutdown.registerUnbounded('pools', () => daemon.stop());
  const wake = (): void => {
    source.reread();
    daemon.wake();
  };
  shutdown.register('schedule', startSchedule(resync, wake, log));
  const gitHook = hookRouteOf(settings.desiredState, {
    clock: hostClock,
    log,
    wake: () => {
      source.reread();
    },
    count: (result) => {
      metrics.hook(result);
    },
  });
  const address = await listen(settings, shutdown, log, {
    status: daemon,
    decisions: daemon,
    suppose: (pool, question) => daemon.whatIf(pool, question),
    metrics: metrics.registry,
    events,
    gitHook,
    certificate: (endsAtMs) => {
      metrics.certificate(endsAtMs);
    },
    past: new PastRecords({ directory, records: () => journal.records(), clock: hostClock }),
  });
  // Closed first, so that status and metrics answer while a BACKUP or RESTORE is awaited; stopping twice is harmless.
  shutdown.registerUnbounded('pools', () => stopPools(daemon, log));
  options.onListening?.(address);
  return run(daemon, address, shutdown, options.signals !== false, log);
}

async function stopPools(daemon: RunningDaemon, log: Log): Promise<void> {
  const running = daemon.status().pools.flatMap((pool) => pool.running);
  for (const { step, progress } of running)
    log.info('waiting for the running step; a second signal ends the process at once', { step, progress });
  await daemon.stop();
}

function run(
  daemon: RunningDaemon,
  address: string,
  shutdown: Shutdown,
  signals: boolean,
  log: Log,
): HostDaemon {
  const close = (): Promise<void> => shutdown.close();
  const forget = signals
    ? onStopSignals((signal) => {
        log.info('stopping', { signal });
        void close();
      })
    : () => undefined;
  const done = daemon.done.finally(async () => {
    await close();
    forget();
  });
  // Whoever awaits `done` gets the error; a caller that only stops must not be ended by it.
  done.catch(() => undefined);
  return {
    daemon,
    address,
    done,
    stop: async () => {
      await close();
      await done.catch(() => undefined);
    },
  };
}
