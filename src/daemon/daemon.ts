/**
 * The daemon without its surroundings: follows the desired state, keeps a loop per pool, answers for its status. Runs the same
 * in a process and in a simulation; whoever composes it gives it every port and closes them afterwards.
 */
import type { WhatIf, WhatIfQuestion } from '../http/what-if.ts';
import type {
  BreakGlassRequest,
  DaemonStatus,
  DecisionRequest,
  DecisionTarget,
  StatusSource,
} from '../reconciler/pool-status.ts';
import type { FleetSituation } from '../reconciler/gates/gate-input.ts';
import type { DesiredEvent, DesiredSource } from '../ports/desired-source.ts';
import type { Decision, JournalRecord } from '../ports/journal.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { DesiredInForce } from './desired-in-force.ts';
import { Fleet } from './fleet.ts';
import { declaredNamesOf, poolsNamedBy } from './known-pools.ts';
import type { PoolDependencies } from './pool-dependencies.ts';
import { SourceStatus } from './source-status.ts';
import { TransitionSlots } from './transition-slots.ts';

/** What every pool's loop gets as it is; `ports` are given through meteredPorts(ports, meter). */
type GivenOn =
  | 'ports'
  | 'meter'
  | 'observe'
  | 'applyStep'
  | 'journal'
  | 'lease'
  | 'log'
  | 'metrics'
  | 'resyncMs'
  | 'waitMs';

export interface DaemonOptions extends Pick<PoolDependencies, GivenOn> {
  readonly source: DesiredSource;
  readonly version: string;
  /** 0: unknown, in a simulation. */
  readonly pid: number;
  readonly maxConcurrentTransitions: number;
  /** So many stalled pools keep all others from starting; left out: any number. */
  readonly stopAfterFailures?: number | undefined;
  /** What the stop file says; left out: there is none. */
  readonly stopped?: (() => string | undefined) | undefined;
}

export interface RunningDaemon extends StatusSource, DecisionTarget {
  /** undefined: there is no such pool, or it was not observed yet. */
  whatIf(name: string, question: WhatIfQuestion): WhatIf | undefined;
  /** Looks at every pool now. */
  wake(): void;
  /** No new step; a running BACKUP or RESTORE is awaited. Resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** Resolves after stop; rejects with PoolError when the daemon cannot go on. */
  readonly done: Promise<void>;
}

export function runDaemon(options: DaemonOptions): RunningDaemon {
  return new Daemon(options);
}

class Daemon implements RunningDaemon {
  readonly done: Promise<void>;
  readonly #options: DaemonOptions;
  readonly #fleet: Fleet;
  readonly #inForce: DesiredInForce;
  readonly #stop = new AbortController();
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #startedAt: string;
  readonly #source: SourceStatus;
  #problems: readonly string[] = [];
  #accepted = false;
  #reachable = true;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#startedAt = new Date(options.ports.clock.now()).toISOString();
    this.#source = new SourceStatus(options.ports.clock, options.journal.records());
    options.metrics.sourceChanged(this.#source.view());
    this.done = this.#ended.promise.then(() => undefined);
    const slots = new TransitionSlots(options.maxConcurrentTransitions);
    this.#fleet = new Fleet({
      ...options,
      slots,
      fleet: (except) => this.#situation(slots, except),
      onSlotFree: () => {
        this.#fleet.wakeWaiting();
      },
      stopped: options.stopped ?? (() => undefined),
      onDefect: (error) => {
        this.#fail(error);
      },
    });
    this.#inForce = new DesiredInForce({
      journal: options.journal,
      clock: options.ports.clock,
      log: options.log,
      stop: this.#stop.signal,
      follow: (event) => {
        this.#desired(event);
      },
    });
    options.lease.lost.addEventListener('abort', this.#leaseLost, { once: true });
    this.#run().catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #situation(slots: TransitionSlots, pool: string): FleetSituation {
    const { maxConcurrentTransitions, stopAfterFailures } = this.#options;
    return {
      limit: maxConcurrentTransitions,
      moving: slots.holders.filter((holder) => holder !== pool),
      holdsSlot: slots.holders.includes(pool),
      stopAfter: stopAfterFailures ?? Infinity,
      stalled: this.#fleet.stalled(pool),
    };
  }

  wake(): void {
    this.#fleet.wake();
  }

  async stop(): Promise<void> {
    this.#options.lease.lost.removeEventListener('abort', this.#leaseLost);
    this.#stop.abort(new PoolError('PCO_CANCELLED', 'the daemon stops'));
    await this.#fleet.stop();
    this.#ended.resolve(undefined);
  }

  decide(request: DecisionRequest): Promise<Decision> {
    return this.#fleet.decide(request);
  }

  breakGlass(request: BreakGlassRequest): Promise<JournalRecord> {
    return this.#inForce.breakGlass(request);
  }

  status(): DaemonStatus {
    const { version, pid, lease } = this.#options;
    return {
      version,
      pid,
      epoch: lease.epoch,
      startedAt: this.#startedAt,
      desiredStateProblems: this.#problems,
      desiredStateReachable: this.#reachable,
      desiredSource: this.#source.view(),
      pools: this.#fleet.status(),
    };
  }

  pool(name: string): ReturnType<StatusSource['pool']> {
    return this.#fleet.pool(name);
  }

  whatIf(name: string, question: WhatIfQuestion): WhatIf | undefined {
    return this.#fleet.whatIf(name, question);
  }

  why(name: string): ReturnType<StatusSource['why']> {
    return this.#fleet.why(name);
  }

  history(name: string): readonly JournalRecord[] {
    return this.#options.journal.records().filter((record) => poolsNamedBy(record).includes(name));
  }

  resync(pool: string): void {
    this.#fleet.resync(pool);
  }

  ready(): boolean {
    return (
      this.#accepted &&
      this.#options.lease.held() &&
      this.#fleet.status().every((pool) => pool.observedAt !== null)
    );
  }

  async #run(): Promise<void> {
    const { journal, source, version, log, lease } = this.#options;
    await journal.append({ kind: 'started', version });
    log.info('started', { version, epoch: lease.epoch });
    for await (const event of source.watch(this.#stop.signal)) await this.#inForce.source(event);
  }

  #desired(event: DesiredEvent): void {
    const { log, metrics } = this.#options;
    const { kind, findings } = event;
    metrics.desiredState(event);
    this.#tellSource(event);
    if (findings.length > 0)
      log.error('desired state not accepted; the last good one stays in force', { kind, findings });
    this.#problems = findings;
    this.#reachable = kind !== 'unreachable';
    if (kind === 'accepted' && findings.length === 0) this.#noteRemoved(event.pools);
    // Nothing was ever read, here or before.
    if (kind !== 'accepted' && event.pools.length === 0) return;
    this.#accepted = true;
    this.#fleet.desire(event.pools);
  }

  #tellSource(event: DesiredEvent): void {
    const { log, metrics } = this.#options;
    if (!this.#source.told(event)) return;
    const source = this.#source.view();
    metrics.sourceChanged(source);
    const { attempted, applied, appliedAt, condition } = source;
    log.info('desired state', { attempted, applied, appliedAt, reason: condition.reason });
  }

  /** So that no later start takes a pool for declared that is not. */
  #noteRemoved(pools: readonly DesiredPool[]): void {
    const { journal, log } = this.#options;
    const names = new Set(pools.map(({ topology }) => topology.name));
    for (const pool of declaredNamesOf(journal.records()))
      if (!names.has(pool))
        journal.append({ kind: 'removed', pool }).catch((error: unknown) => {
          log.error('journal', { err: error, kind: 'removed' });
        });
  }

  readonly #leaseLost = (): void => {
    this.#fleet.leaseLost();
    const reason: unknown = this.#options.lease.lost.reason;
    this.#fail(reason instanceof PoolError ? reason : new PoolError('PCO_LEASE_LOST', 'the lease was lost'));
  };

  #fail(error: unknown): void {
    const poolError = toPoolError(error);
    this.#options.log.error('the daemon cannot go on', { err: poolError, code: poolError.code });
    this.#ended.reject(poolError);
  }
}
