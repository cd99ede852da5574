/** The daemon's API as the page asks it: same origin, the token in a header, refusals as errors that keep their code. */

/** What the page needs of a browser; tests bring their own. */
export interface Surroundings {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** ms since 1970, by the browser's clock. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Chance: one text that was never used before. */
  readonly uniqueKey: () => string;
  /** Survives a reload of the tab and nothing else. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string | null;
}

/** A request that the daemon refused. */
export class RefusedError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export interface Reply<T> {
  readonly body: T;
  readonly tag: string | null;
}

const TOKEN_KEY = 'pchat-token';
const ANSWER_LIMIT_MS = 15_000;

export class ApiClient {
  readonly #at: Surroundings;
  /** Daemon's clock minus the browser's, ms; the header has whole seconds. */
  #offsetMs = 0;

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
  }

  get hasToken(): boolean {
    return this.#at.storage.getItem(TOKEN_KEY) !== null;
  }

  setToken(token: string | null): void {
    if (token === null) this.#at.storage.removeItem(TOKEN_KEY);
    else this.#at.storage.setItem(TOKEN_KEY, token);
  }

  /** By the daemon's clock, which every instant of an answer is read by. */
  now(): number {
    return this.#at.now() + this.#offsetMs;
  }

  async get<T>(path: string, signal: AbortSignal): Promise<Reply<T>> {
    return this.#answer(path, {}, signal);
  }

  async post<T>(path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Reply<T>> {
    const sent = { 'content-type': 'application/json', 'idempotency-key': this.#at.uniqueKey(), ...headers };
    const { signal } = new AbortController();
    return this.#answer(path, { method: 'POST', body: JSON.stringify(body), headers: sent }, signal);
  }

  /** The stream stays open until the signal aborts. */
  async stream(
    path: string,
    lastId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) };
    const response = await this.#send(path, { headers, signal });
    if (response.body === null) throw new Error('the stream of events has no body');
    return response.body;
  }

  /** Whatever the browser's own limit is: an answer that does not come is no answer. */
  async #answer<T>(path: string, init: RequestInit, outer: AbortSignal): Promise<Reply<T>> {
    const late = new AbortController();
    const done = new AbortController();
    const signal = AbortSignal.any([outer, late.signal]);
    this.#at.sleep(ANSWER_LIMIT_MS, done.signal).then(
      () => late.abort(new Error('no answer in time')),
      () => undefined,
    );
    try {
      const response = await this.#send(path, { ...init, signal });
      return { body: (await response.json()) as T, tag: response.headers.get('etag') };
    } finally {
      done.abort();
    }
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const token = this.#at.storage.getItem(TOKEN_KEY);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await this.#at.fetch(path, { ...init, headers, cache: 'no-store' });
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#offsetMs = date - this.#at.now();
    if (response.ok) return response;
    throw new RefusedError(await problemOf(response));
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  try {
    const body = (await response.json()) as Partial<Record<string, unknown>>;
    const text = (name: string): string | null => (typeof body[name] === 'string' ? body[name] : null);
    return { status, code: text('code') ?? String(status), detail: text('detail') ?? '', hint: text('hint') };
  } catch {
    // Whatever answered is no daemon of ours, or broke off: the status is all there is.
    return { status, code: String(status), detail: `answered with ${String(status)}`, hint: null };
  }
}
