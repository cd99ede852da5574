/**
 * The desired state that the pools follow: the source's, or the break-glass that outranks it while it cannot be read. Keeps the order
 * of events, journals beginnings and ends, and looks again when a break-glass expires. What counts is decided in break-glass.ts.
 */
import type { Clock } from '../ports/clock.ts';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { Journal, JournalRecord } from '../ports/journal.ts';
import type { BreakGlassRequest } from '../reconciler/pool-status.ts';
import {
  desiredFromJournal,
  nextExpiryMs,
  poolsInForce,
  toBreakGlass,
  withRecord,
  withSource,
  type DesiredSoFar,
} from './break-glass.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Log } from './log.ts';

export interface DesiredInForceOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly follow: (event: DesiredEvent) => void;
  readonly stop: AbortSignal;
}

const NOT_READ: DesiredEvent = {
  kind: 'unreachable',
  error: new PoolError('PCO_SOURCE_UNREACHABLE', 'the source was not read yet'),
  pools: [],
  findings: [],
};

/** A wall clock may jump, and a sleeping machine counts no time: the expiry is looked at at least this often, ms. */
const LONGEST_WAIT_MS = 60_000;

export class DesiredInForce {
  readonly #options: DesiredInForceOptions;
  #state: DesiredSoFar;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting: AbortController | undefined;
  /** What the source said last. */
  #event: DesiredEvent = NOT_READ;

  /** Throws PCO_JOURNAL_UNREADABLE. */
  constructor(options: DesiredInForceOptions) {
    this.#options = options;
    this.#state = desiredFromJournal(options.journal.records());
  }

  source(event: DesiredEvent): Promise<void> {
    return this.#inTurn(() => this.#source(event));
  }

  /** Rejects with PCO_USAGE while the source can be read, and with the findings of a document that is not valid. */
  breakGlass(request: BreakGlassRequest): Promise<JournalRecord> {
    return this.#inTurn(() => this.#breakGlass(request));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    // Its failure is its caller's; the next one stands on its own.
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #source(event: DesiredEvent): Promise<void> {
    const { journal, log } = this.#options;
    const { state, ended } = withSource(this.#state, event);
    this.#state = state;
    if (ended !== undefined) {
      log.warn('the source of the desired state is back; the break-glass has ended', { pools: ended.pools });
      // Not written: no step starts without the journal either, and the next start judges the same return again.
      await journal.append(ended).catch((error: unknown) => {
        log.error('journal', { err: error, kind: ended.kind });
      });
      this.#state = withRecord(this.#state, ended);
    }
    this.#event = event;
    this.#followNow();
  }

  async #breakGlass(request: BreakGlassRequest): Promise<JournalRecord> {
    const { journal, clock, log } = this.#options;
    const body = toBreakGlass(request, this.#state, clock.now());
    const record = await journal.append(body);
    this.#state = withRecord(this.#state, body);
    const { by, reason, expiresAt, file, pools } = body;
    log.warn('break-glass', { by, reason, expiresAt, file, pools });
    this.#followNow();
    return record;
  }

  #followNow(): void {
    const nowMs = this.#options.clock.now();
    const { state, pools } = poolsInForce(this.#state, nowMs);
    this.#state = state;
    this.#options.follow({ ...this.#event, pools });
    this.#waiting?.abort();
    const expiryMs = nextExpiryMs(state, nowMs);
    if (expiryMs !== undefined) void this.#awaitExpiry(expiryMs);
  }

  async #awaitExpiry(expiryMs: number): Promise<void> {
    const { clock, stop } = this.#options;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const signal = AbortSignal.any([stop, waiting.signal]);
    try {
      while (clock.now() < expiryMs)
        await clock.sleep(Math.min(LONGEST_WAIT_MS, expiryMs - clock.now()), signal);
    } catch {
      // The daemon stops, or something newer is waited for.
      return;
    }
    await this.#inTurn(() => {
      this.#options.log.warn('a break-glass has expired');
      this.#followNow();
      return Promise.resolve();
    });
  }
}
