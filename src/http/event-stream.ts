/**
 * Server-sent events: everything that moves, to every client that listens. Nobody is waited for: what a client has not taken is bounded,
 * and one that is slower is dropped; it comes back with `Last-Event-ID`.
 */
import type { Clock } from '../ports/clock.ts';
import type { PoolStatus, RunningStepView } from '../reconciler/pool-status.ts';
import { changedFields, gistOf, type EventData, type EventType, type PoolGist } from './event-data.ts';
import { EventRing, eventText } from './event-ring.ts';

/** What the stream needs of the answer of a server. */
export interface StreamTarget {
  write(text: string): unknown;
  /** Bytes that the client has not taken. */
  readonly writableLength: number;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export interface EventStreamOptions {
  readonly epoch: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** Runs the work soon, but after what happens now: what told of an event, a step for example, goes on first. */
  readonly afterTurn: (work: () => void) => void;
}

const RING = { events: 2_000, characters: 524_288 };
/** Bytes that wait for one client; more than the whole ring, so that a client that resumes is not dropped for it. */
const MOST_WAITING = 1_048_576;
const MOST_CLIENTS = 500;
/** Half of all: whoever forgets to close streams shuts out nobody else. */
const MOST_OF_ONE_CALLER = 250;
/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** ms after which a browser comes back. */
const RETRY_MS = 2_000;
/** Clients that are written to before the daemon may do something else; some 10 us each. */
const CLIENTS_PER_TURN = 50;

interface Client {
  readonly target: StreamTarget;
  /** null: of every pool. */
  readonly pool: string | null;
  readonly caller: string;
  /** Of the newest event that was sent or is not for it. */
  lastId: string;
}

export class EventStream {
  readonly #clock: EventStreamOptions['clock'];
  readonly #afterTurn: EventStreamOptions['afterTurn'];
  readonly #ring: EventRing;
  readonly #clients = new Set<Client>();
  readonly #seen = new Map<string, PoolGist>();
  readonly #closed = new AbortController();
  #beating: AbortController | undefined;
  #delivering = false;

  constructor({ epoch, clock, afterTurn }: EventStreamOptions) {
    this.#clock = clock;
    this.#afterTurn = afterTurn;
    this.#ring = new EventRing(epoch, RING);
  }

  get full(): boolean {
    return this.#closed.signal.aborted || this.#clients.size >= MOST_CLIENTS;
  }

  fullFor(caller: string): boolean {
    return [...this.#clients].filter((client) => client.caller === caller).length >= MOST_OF_ONE_CALLER;
  }

  get clients(): number {
    return this.#clients.size;
  }

  poolChanged(status: PoolStatus): void {
    const { pool, state, round } = status;
    const gist = gistOf(status);
    const changed = changedFields(this.#seen.get(pool), gist);
    if (changed.length === 0) return;
    this.#seen.set(pool, gist);
    this.#tell('pool', pool, { pool, at: this.#now(), state, round, changed });
  }

  progressed(pool: string, running: readonly RunningStepView[]): void {
    this.#tell('progress', pool, {
      pool,
      at: this.#now(),
      running: running.map(({ step, ...rest }) => ({ ...rest, step: { ...step } })),
    });
  }

  poolRemoved(pool: string): void {
    this.#seen.delete(pool);
    this.#tell('removed', pool, { pool, at: this.#now() });
  }

  sourceChanged(): void {
    this.#tell('daemon', null, { at: this.#now(), changed: ['desiredSource'] });
  }

  /**
   * Sends what was missed, then what comes. The headers are the caller's.
   * @param pool null: every pool and the daemon
   * @param lastId of `Last-Event-ID`; undefined: from now on
   * @param caller whose streams are counted together
   */
  open(target: StreamTarget, pool: string | null, lastId: string | undefined, caller: string): void {
    const newest = this.#ring.newestId;
    const client: Client = { target, pool, caller, lastId: lastId ?? newest };
    this.#clients.add(client);
    target.once('close', () => {
      this.#leave(client);
    });
    this.#send(client, `retry: ${String(RETRY_MS)}\n\n`);
    this.#sendMissed(client);
    // An id alone is no event: a client that hears nothing before it is cut off can still go on from here.
    this.#send(client, `id: ${newest}\n\n`);
    this.#beat();
  }

  close(): void {
    this.#closed.abort(new Error('the stream is closed'));
    this.#beating?.abort(new Error('the stream is closed'));
    for (const client of this.#clients) {
      this.#sendMissed(client);
      client.target.end();
    }
    this.#clients.clear();
  }

  #tell<T extends EventType>(type: T, pool: string | null, data: EventData<T>): void {
    this.#ring.add(type, pool, data);
    if (this.#delivering || this.#clients.size === 0) return;
    this.#delivering = true;
    this.#afterTurn(() => {
      this.#deliver([...this.#clients]);
    });
  }

  /** To so many now, and to the rest later: events that come meanwhile go out with those before them. */
  #deliver(clients: readonly Client[]): void {
    const known = new Map<string, string>();
    for (const client of clients.slice(0, CLIENTS_PER_TURN)) this.#sendMissed(client, known);
    const later = clients.slice(CLIENTS_PER_TURN);
    const newest = this.#ring.newestId;
    const next = later.length > 0 ? later : [...this.#clients].filter(({ lastId }) => lastId !== newest);
    this.#delivering = next.length > 0;
    if (this.#delivering)
      this.#afterTurn(() => {
        this.#deliver(next);
      });
  }

  /** @param known texts by what a client has and wants; most are at the same event */
  #sendMissed(client: Client, known?: Map<string, string>): void {
    const key = `${client.lastId} ${client.pool ?? ''}`;
    const text = known?.get(key) ?? this.#textAfter(client);
    known?.set(key, text);
    client.lastId = this.#ring.newestId;
    if (text !== '') this.#send(client, text);
  }

  #textAfter({ lastId, pool }: Client): string {
    const missed = this.#ring.since(lastId);
    if (missed === undefined) return eventText(this.#ring.newestId, 'reset', { at: this.#now() });
    return missed
      .filter((event) => pool === null || event.pool === pool)
      .map(({ text }) => text)
      .join('');
  }

  #send(client: Client, text: string): void {
    if (!this.#clients.has(client)) return;
    client.target.write(text);
    if (client.target.writableLength <= MOST_WAITING) return;
    this.#leave(client);
    client.target.destroy();
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#beating?.abort(new Error('nobody listens'));
    this.#beating = undefined;
  }

  #beat(): void {
    if (this.#beating !== undefined || this.#closed.signal.aborted) return;
    const beating = new AbortController();
    this.#beating = beating;
    // Ends by its signal only.
    this.#beats(beating.signal).catch(() => undefined);
  }

  async #beats(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(HEARTBEAT_MS, signal);
      for (const client of this.#clients) this.#send(client, ':\n\n');
    }
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
