/**
 * When each source answered last, by the monotonic clock, and the translation of a failed read into `unknown` with its
 * reason. A source that was silent when it was looked at last holds up nobody: it gets a moment, and its probe goes on behind
 * the rounds until it answers or runs out of time.
 */
import type { Clock, Deadline } from '../ports/clock.ts';
import { isCmdletRefusal } from '../topology/cmdlet-failure.ts';
import type { Observed } from '../topology/known.ts';
import { PoolError, toPoolError, type ErrorCode } from '../topology/pool-error.ts';

/** One look at one source; ages are worked out when the round is over. */
export type Sighting<T> =
  | { readonly kind: 'value'; readonly value: T; readonly source: string; readonly atMs: number }
  | { readonly kind: 'unknown'; readonly source: string; readonly error: PoolError };

/**
 * The source refused or said nonsense: an answer all the same, and a sign of life. PCO_COMPUTER_UNREACHABLE is none: there
 * the shell answered, not the computer that it was asked about.
 */
const ANSWERS: readonly ErrorCode[] = [
  'PCO_LOGIN_FAILED',
  'PCO_CERTIFICATE_REFUSED',
  'PCO_SQL_ERROR',
  'PCO_PERMISSION_DENIED',
  'PCO_UNEXPECTED_ANSWER',
  'PCO_CMS_READ_ONLY',
];

export const isAnswer = (code: ErrorCode): boolean => ANSWERS.includes(code) || isCmdletRefusal(code);

/** Nobody answered. Whatever else went wrong was our own fault, or the fault of whoever should have asked, and asks nothing of the source. */
const SILENCES: readonly string[] = [
  'PCO_INSTANCE_UNREACHABLE',
  'PCO_INSTANCE_TIMEOUT',
  'PCO_COMPUTER_UNREACHABLE',
  'PCO_SHARE_UNREADABLE',
];

export const isSilence = (code: string): boolean => SILENCES.includes(code);

/**
 * Looks in vain after which a silence is one: the first may have been lost with a held connection that had died by itself. It closes
 * that connection, so that the second one opens its own.
 */
const LOOKS_IN_VAIN = 2;

/** ms that a round waits for a source that was silent in the round before: several times what an answer takes between sites. */
const PATIENCE_MS = 500;

/** A read that was sent and lost has no outcome that could matter: what is left is why no answer came. */
function reasonOf(error: PoolError, late: boolean): PoolError {
  if (error.code !== 'PCO_OUTCOME_UNKNOWN') return error;
  if (error.cause instanceof PoolError) return error.cause;
  return new PoolError(late ? 'PCO_INSTANCE_TIMEOUT' : 'PCO_INSTANCE_UNREACHABLE', error.message, {
    cause: error,
  });
}

export class SourceMemory {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #answeredAtMs = new Map<string, number>();
  /** Why the sources gave no answer that gave none at their last look. */
  readonly #silences = new Map<string, PoolError>();
  /** Looks in a row that nobody answered. */
  readonly #inVain = new Map<string, number>();
  readonly #probed = new Set<string>();
  readonly #closed = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /**
   * Never rejects. `read` gets a signal that aborts after `limitMs`; a read that ignores it is left behind.
   * @param late code of a read that passes its limit
   * @param source stable name, for example `instance sql-par-1` or `folder \\fs01\mgc-logs`
   */
  async look<T>(
    source: string,
    limitMs: number,
    parent: AbortSignal,
    read: (signal: AbortSignal) => Promise<T>,
    late: ErrorCode = 'PCO_INSTANCE_TIMEOUT',
  ): Promise<Sighting<T>> {
    const silence = this.#silences.get(source);
    if (silence === undefined) return this.#probe(source, limitMs, parent, read, late);
    const unanswered = { kind: 'unknown', source, error: silence } as const;
    // An answer to the probe of an earlier round ends the silence, but is no look at the world as it is now.
    if (this.#probed.has(source)) return unanswered;
    this.#probed.add(source);
    const probe = this.#probe(source, limitMs, this.#closed.signal, read, late).finally(() =>
      this.#probed.delete(source),
    );
    using patience = this.#clock.deadline(PATIENCE_MS, parent);
    const over = Promise.withResolvers<Sighting<T>>();
    patience.signal.addEventListener('abort', () => over.resolve(unanswered), { once: true });
    if (patience.signal.aborted) over.resolve(unanswered);
    return await Promise.race([probe, over.promise]);
  }

  /** Ends the probes that go on behind the rounds. */
  close(): void {
    this.#closed.abort(new PoolError('PCO_CANCELLED', 'the observer was closed'));
  }

  async #probe<T>(
    source: string,
    limitMs: number,
    parent: AbortSignal,
    read: (signal: AbortSignal) => Promise<T>,
    late: ErrorCode,
  ): Promise<Sighting<T>> {
    using deadline = this.#clock.deadline(limitMs, parent);
    try {
      const value = await unlessAborted(source, deadline, read, late);
      const atMs = this.#clock.monotonicMs();
      this.#answered(source, atMs);
      return { kind: 'value', value, source, atMs };
    } catch (caught) {
      const error = reasonOf(toPoolError(caught), deadline.expired);
      if (isAnswer(error.code)) {
        this.#answered(source, this.#clock.monotonicMs());
      } else if (error.code !== 'PCO_CANCELLED') this.#unanswered(source, error);
      return { kind: 'unknown', source, error };
    }
  }

  #answered(source: string, atMs: number): void {
    this.#answeredAtMs.set(source, atMs);
    this.#silences.delete(source);
    this.#inVain.delete(source);
  }

  #unanswered(source: string, error: PoolError): void {
    this.#silences.set(source, error);
    if (isSilence(error.code)) this.#inVain.set(source, (this.#inVain.get(source) ?? 0) + 1);
  }

  /** The sighting as it stands now: ages and silence grow until the end of the round. */
  observed<T>(sighting: Sighting<T>): Observed<T> {
    const nowMs = this.#clock.monotonicMs();
    const { source } = sighting;
    if (sighting.kind === 'value')
      return { kind: 'value', value: sighting.value, source, ageMs: Math.max(0, nowMs - sighting.atMs) };
    const { code, message } = sighting.error;
    const lastMs = this.#answeredAtMs.get(source) ?? this.#startMs;
    const unknown = { kind: 'unknown', reason: message, code, source } as const;
    const silentForMs = Math.max(0, nowMs - lastMs);
    const inVain = this.#inVain.get(source) ?? 0;
    return inVain === 0 || inVain >= LOOKS_IN_VAIN
      ? { ...unknown, silentForMs }
      : { ...unknown, silentForMs, askedOnce: true };
  }
}

async function unlessAborted<T>(
  source: string,
  deadline: Deadline,
  read: (signal: AbortSignal) => Promise<T>,
  late: ErrorCode,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void =>
    aborted.reject(
      deadline.expired
        ? new PoolError(late, `${source} did not answer in time`)
        : new PoolError('PCO_CANCELLED', `${source} was no longer waited for`),
    );
  if (deadline.signal.aborted) onAbort();
  else deadline.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([read(deadline.signal), aborted.promise]);
  } finally {
    deadline.signal.removeEventListener('abort', onAbort);
  }
}
