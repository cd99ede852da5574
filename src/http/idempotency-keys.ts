/** The answers to requests that may be sent again: the same key and body are answered again, and done once. In memory only. */
import type { Clock } from '../ports/clock.ts';
import type { Answer, Refusal } from './api-route.ts';

/** ms; a day. */
const KEPT_MS = 86_400_000;
/** Answers; the oldest goes first. An answer is a journal record, at most as large as a request. */
const KEPT_ANSWERS = 500;
const KEY_FORM = /^[\x21-\x7e]{1,200}$/;

interface Kept {
  readonly request: string;
  readonly untilMs: number;
  readonly answer: Promise<Answer>;
}

const REUSED: Refusal = {
  kind: 'refusal',
  status: 422,
  code: 'PCO_USAGE',
  detail: 'this Idempotency-Key came with another request before; nothing was done',
  hint: 'a new request wants a new key',
};

const NO_KEY: Refusal = {
  kind: 'refusal',
  status: 400,
  code: 'PCO_USAGE',
  detail: 'an Idempotency-Key has 1 to 200 printable characters without spaces',
};

export class IdempotencyKeys {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** @param request equal for equal requests, for example a hash of path and body. A refusal is not kept: it changed nothing. */
  async once(key: string, request: string, run: () => Promise<Answer>): Promise<Answer> {
    if (!KEY_FORM.test(key)) return NO_KEY;
    const nowMs = this.#clock.monotonicMs();
    this.#forget(nowMs);
    const before = this.#kept.get(key);
    if (before !== undefined) return before.request === request ? before.answer : REUSED;
    const answer = run();
    const kept = { request, untilMs: nowMs + KEPT_MS, answer };
    this.#kept.set(key, kept);
    const forget = (): void => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    };
    try {
      const given = await answer;
      if (given.kind === 'refusal') forget();
      return given;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** The map is in order of time. */
  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#kept) {
      if (untilMs > nowMs && this.#kept.size < KEPT_ANSWERS) return;
      this.#kept.delete(key);
    }
  }
}
