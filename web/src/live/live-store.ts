/**
 * Keeps what is shown equal to what the daemon says: opens the stream first, reads everything, and reads again what an event names.
 * While the stream is not open nothing counts as live. It decides nothing.
 */
import type { PoolRow } from '../../../src/http/pool-row.ts';
import type { DaemonStatus, PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Why } from '../../../src/reconciler/why/why.ts';
import { fleetRow, type FleetRow } from '../model/fleet-row.ts';
import { EventText, type StreamEvent } from '../model/event-text.ts';
import { ApiClient, RefusedError, type Reply, type Surroundings } from './api-client.ts';
import { NOTHING_KNOWN, type LiveState } from './live-state.ts';

interface RowPage {
  readonly pools: readonly PoolRow[];
  readonly next: string | null;
}

/** Pools of one page: half a MB. */
const PAGE = 200;
/** Pools of one reading: their names are in the address. */
const BATCH = 50;
/**
 * ms between two readings of what events named. The first event is followed at once; of many in a short time one reading is made, for
 * the screen, for the daemon and for its limit of requests.
 */
const PAUSE_MS = 50;
/** A comment comes every 15 s: two of them missing is a stream that is dead without saying so. */
const SILENCE_LIMIT_MS = 40_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000] as const;
const UNAUTHORISED = 401;
const NOT_FOUND = 404;
const TOKEN_WANTED = 'a token is wanted';

const rowQuery = (cursor: string): string =>
  `api/v1/rows?limit=${String(PAGE)}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;

export const poolPath = (name: string): string => `api/v1/pools/${encodeURIComponent(name)}`;

export class LiveStore {
  readonly client: ApiClient;
  readonly #at: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #wanted = new Set<string>();
  #reading = false;
  /** Named by events since everything began to be read: what was read of them may be older than what they told. */
  readonly #named = new Set<string>();
  #connection = new AbortController();
  #state: LiveState = NOTHING_KNOWN;
  #lastId: string | null = null;
  #tokenGiven: (() => void) | undefined;

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
    this.client = new ApiClient(surroundings);
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** null: only the fleet is looked at. */
  watch(name: string | null): void {
    if (name === (this.#state.watched?.name ?? null)) return;
    this.#set({ watched: name === null ? null : { name, pool: null, tag: null, why: null } });
    if (name !== null) this.#want(name);
  }

  /** Reads it again now, for whoever has just decided something about it. */
  refresh(name: string): void {
    this.#want(name);
  }

  giveToken(token: string | null): void {
    this.client.setToken(token);
    this.#tokenGiven?.();
  }

  /** Goes on until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const end = await this.#connect(signal, () => (failures = 0));
      if (end === TOKEN_WANTED) await this.#token();
      else {
        this.#lost(end);
        const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0;
        await this.#at.sleep(wait, signal).catch(() => undefined);
        failures += 1;
      }
    }
  }

  /** Why it ended. */
  async #connect(signal: AbortSignal, onLive: () => void): Promise<string> {
    const connection = (this.#connection = new AbortController());
    try {
      await this.#listen(AbortSignal.any([signal, connection.signal]), onLive);
      return 'the daemon ended the stream';
    } catch (error) {
      if (error instanceof RefusedError && error.problem.status === UNAUTHORISED) return TOKEN_WANTED;
      return error instanceof Error ? error.message : String(error);
    } finally {
      connection.abort();
    }
  }

  async #listen(signal: AbortSignal, onLive: () => void): Promise<void> {
    const text = new EventText(this.#lastId);
    const stream = await this.client.stream('api/v1/events', this.#lastId, signal);
    const reader = stream
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    // A failed read ends the connection as a failed stream does; raced with each piece, its promise would keep every one of them.
    let failure: Error | undefined;
    this.#readAll(signal).then(onLive, (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      this.#connection.abort(failure);
    });
    try {
      for (;;) {
        const piece = await this.#next(reader, signal);
        if (piece === undefined) break;
        for (const event of text.take(piece)) await this.#meet(event, signal);
        this.#lastId = text.lastId;
      }
    } catch (error) {
      throw failure ?? error;
    }
    if (failure !== undefined) throw failure;
  }

  /** undefined: the stream has ended. */
  async #next(reader: ReadableStreamDefaultReader<string>, signal: AbortSignal): Promise<string | undefined> {
    const came = new AbortController();
    const silence = this.#at.sleep(SILENCE_LIMIT_MS, AbortSignal.any([signal, came.signal])).then(() => {
      throw new Error('nothing came from the daemon for 40 s');
    });
    try {
      return (await Promise.race([reader.read(), silence])).value;
    } finally {
      came.abort();
      silence.catch(() => undefined);
    }
  }

  async #meet({ type, data }: StreamEvent, signal: AbortSignal): Promise<void> {
    const { pool } = JSON.parse(data) as { readonly pool?: string };
    if (pool !== undefined) this.#named.add(pool);
    switch (type) {
      case 'pool':
      case 'progress':
        if (pool !== undefined) this.#want(pool);
        return;
      case 'removed':
        if (pool !== undefined) this.#forget(pool);
        return;
      case 'daemon':
      case 'reset':
        await this.#readAll(signal);
        return;
      default:
      // An event of a newer daemon.
    }
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const rows = new Map<string, FleetRow>();
    this.#named.clear();
    // One pool comes along, whole: what is asked for is the daemon itself.
    const { body: head } = await this.client.get<DaemonStatus>('api/v1/pools?limit=1', signal);
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = rowQuery(cursor);
      const { body }: Reply<RowPage> = await this.client.get<RowPage>(query, signal);
      for (const pool of body.pools) rows.set(pool.pool, fleetRow(pool));
      cursor = body.next;
    }
    if (this.#state.watched !== null) await this.#readWatched(signal);
    this.#alive(head, rows);
    for (const name of this.#named) this.#want(name);
  }

  #alive(head: DaemonStatus, rows: LiveState['rows']): void {
    const { version, epoch, startedAt, desiredStateProblems, desiredStateReachable } = head;
    const { daemon, restartedAt } = this.#state;
    const restarted = daemon !== null && daemon.startedAt !== startedAt;
    this.#set({
      link: { kind: 'live' },
      daemon: { version, epoch, startedAt, desiredStateProblems, desiredStateReachable },
      rows,
      restartedAt: restarted ? startedAt : restartedAt,
    });
  }

  /** Once however often it is named while it waits, and never twice at a time: a later answer is the newer one. */
  #want(name: string): void {
    this.#wanted.add(name);
    if (!this.#reading) void this.#readWanted();
  }

  async #readWanted(): Promise<void> {
    this.#reading = true;
    while (this.#wanted.size > 0) {
      const names = [...this.#wanted].slice(0, BATCH);
      for (const name of names) this.#wanted.delete(name);
      const { signal } = this.#connection;
      try {
        await this.#read(names, signal);
      } catch (error) {
        // The next connection begins with everything.
        this.#connection.abort(error);
      }
      await this.#at.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
    this.#reading = false;
  }

  async #read(names: readonly string[], signal: AbortSignal): Promise<void> {
    const query = names.map((name) => `name=${encodeURIComponent(name)}`).join('&');
    const { body } = await this.client.get<RowPage>(`api/v1/rows?${query}`, signal);
    const rows = new Map(this.#state.rows);
    for (const pool of body.pools) rows.set(pool.pool, fleetRow(pool));
    this.#set({ rows });
    for (const name of names) if (!body.pools.some(({ pool }) => pool === name)) this.#forget(name);
    if (names.some((name) => this.#isWatched(name))) await this.#readWatched(signal);
  }

  /** The pool that is open, whole, and what stands in its way. */
  async #readWatched(signal: AbortSignal): Promise<void> {
    const name = this.#state.watched?.name ?? '';
    try {
      const { body, tag } = await this.client.get<PoolStatus>(poolPath(name), signal);
      const why =
        body.observedAt === null ? null : (await this.client.get<Why>(`${poolPath(name)}/why`, signal)).body;
      if (this.#isWatched(name)) this.#set({ watched: { name, pool: body, tag, why } });
    } catch (error) {
      if (!(error instanceof RefusedError) || error.problem.status !== NOT_FOUND) throw error;
      this.#forget(name);
    }
  }

  #isWatched(name: string): boolean {
    return this.#state.watched?.name === name;
  }

  #forget(name: string): void {
    const rows = new Map(this.#state.rows);
    rows.delete(name);
    const { watched } = this.#state;
    this.#set({
      rows,
      watched: watched?.name === name ? { ...watched, pool: 'gone', tag: null, why: null } : watched,
    });
  }

  #lost(because: string): void {
    if (this.#state.link.kind === 'lost') return;
    this.#set({ link: { kind: 'lost', sinceMs: this.client.now(), because } });
  }

  async #token(): Promise<void> {
    this.#set({ link: { kind: 'token', refused: this.client.hasToken } });
    await new Promise<void>((resolve) => (this.#tokenGiven = resolve));
    this.#set({ link: { kind: 'connecting' } });
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
