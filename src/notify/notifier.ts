/** From what the loop reports to messages: keeps the present situations, and for each receiver what it was told. Never holds up a round. */
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { PoolStatus, SourceView } from '../reconciler/pool-status.ts';
import { NOTICE_EVENTS, type ReceiverKind } from '../topology/notice-event.ts';
import { Courier, type Delivery } from './courier.ts';
import { keyOf, limit, nothingTold, undelivered, type Due, type LimiterState } from './limiter.ts';
import type { Notice, Situation } from './notice.ts';
import type { Receiver } from './receiver.ts';
import { poolSituations, sourceSituation } from './situations.ts';

export interface NotifierOptions {
  readonly receivers: readonly Receiver[];
  readonly clock: Clock;
  readonly random: Random;
  readonly ended: (kind: ReceiverKind, delivery: Delivery) => void;
}

export class Notifier {
  readonly #clock: Clock;
  readonly #desks: readonly Desk[];
  readonly #situations = new Map<string, Situation>();

  constructor({ receivers, clock, random, ended }: NotifierOptions) {
    this.#clock = clock;
    this.#desks = receivers.map((receiver) => new Desk(receiver, clock, random, ended));
  }

  poolChanged(status: PoolStatus): void {
    for (const situation of poolSituations(status)) this.#situations.set(keyOf(situation), situation);
    this.#look();
  }

  sourceChanged(source: SourceView): void {
    const situation = sourceSituation(source);
    this.#situations.set(keyOf(situation), situation);
    this.#look();
  }

  /** Of a pool that is no longer declared nothing more is told. */
  poolRemoved(pool: string): void {
    for (const [key, situation] of this.#situations)
      if (situation.pool === pool) this.#situations.delete(key);
    this.#look();
  }

  async close(): Promise<void> {
    await Promise.all(this.#desks.map((desk) => desk.close()));
  }

  #look(): void {
    const situations = [...this.#situations.values()];
    const nowMs = this.#clock.now();
    for (const desk of this.#desks) desk.look(situations, nowMs);
  }
}

/** One receiver. */
class Desk {
  readonly #receiver: Receiver;
  readonly #random: Random;
  readonly #courier: Courier;
  /** By id of the message, until it has ended. */
  readonly #onTheWay = new Map<string, Due>();
  #state: LimiterState = nothingTold;

  constructor(receiver: Receiver, clock: Clock, random: Random, ended: NotifierOptions['ended']) {
    this.#receiver = receiver;
    this.#random = random;
    this.#courier = new Courier(receiver.sender, clock, (delivery) => {
      this.#ended(delivery);
      ended(receiver.kind, delivery);
    });
  }

  look(all: readonly Situation[], nowMs: number): void {
    const wanted = all.filter(({ event }) => this.#receiver.events.has(event));
    const { state, due } = limit(this.#state, wanted, nowMs, this.#receiver);
    this.#state = state;
    for (const one of due) {
      const notice = noticeOf(one, this.#random.id(), new Date(nowMs).toISOString());
      this.#onTheWay.set(notice.id, one);
      this.#courier.bring(notice);
    }
  }

  #ended({ notice: { id }, problem }: Delivery): void {
    const due = this.#onTheWay.get(id);
    this.#onTheWay.delete(id);
    if (problem !== undefined && due !== undefined && due.kind !== 'held-back')
      this.#state = undelivered(this.#state, due);
  }

  close(): Promise<void> {
    return this.#courier.close();
  }
}

export function noticeOf(due: Due, id: string, at: string): Notice {
  if (due.kind === 'held-back') {
    const names = new Set(
      due.situations.map(({ pool, event }) => (pool === null ? event : `${pool} ${event}`)),
    );
    return {
      id,
      kind: 'held-back',
      event: null,
      severity: 'warning',
      pool: null,
      reason: 'TooManyMessages',
      message: `Held back until the hour allows more: ${[...names].join(', ')}.`,
      next: 'pchat status',
      since: at,
      at,
    };
  }
  const { event, pool, reason, message, next, since } = due.situation;
  return {
    id,
    kind: due.kind,
    event,
    severity: NOTICE_EVENTS[event].severity,
    pool,
    reason,
    message,
    next,
    since,
    at,
  };
}
