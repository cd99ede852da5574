/**
 * From what the loop reports to spans: one for each round and step, and one for a transition, which is the parent of its rounds from the
 * first that runs a step to the one that finds the pool as desired. Decides nothing; a round that nobody ends is no span.
 */
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Span, SpanSink } from '../ports/span-sink.ts';
import type { PoolStatus } from '../reconciler/pool-status.ts';

/** What became of a step, as the loop reports it. */
export interface EndedStep {
  /** `ACTION:TARGET`. */
  readonly step: string;
  readonly result: string;
  /** undefined: it went well. */
  readonly code: string | undefined;
  readonly durationMs: number;
}

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}
interface OpenRound {
  readonly id: string;
  readonly startMs: number;
  /** ms of the monotonic clock: the one on the wall may jump. */
  readonly startedAtMs: number;
  readonly steps: (EndedStep & { readonly endMs: number })[];
}
interface OpenTransition extends Ids {
  readonly startMs: number;
  readonly generation: number;
}
interface Pool {
  round: OpenRound | undefined;
  transition: OpenTransition | undefined;
}

/** States in which a round goes on. */
const GOES_ON: ReadonlySet<string> = new Set(['observing', 'deciding', 'applying']);
const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
const HEXADECIMAL = 16;

export class RoundSpans {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sink: SpanSink;
  readonly #pools = new Map<string, Pool>();

  constructor(clock: Clock, random: Random, sink: SpanSink) {
    this.#clock = clock;
    this.#random = random;
    this.#sink = sink;
  }

  statusChanged(status: PoolStatus): void {
    const pool = this.#pool(status.pool);
    const goesOn = GOES_ON.has(status.state);
    if (pool.round !== undefined && (!goesOn || pool.round.id !== status.round))
      this.#end(pool, pool.round, status);
    if (!goesOn || status.round === null) return;
    const startedAtMs = this.#clock.monotonicMs();
    pool.round ??= { id: status.round, startMs: this.#clock.now(), startedAtMs, steps: [] };
  }

  stepEnded(name: string, step: EndedStep): void {
    const round = this.#pool(name).round;
    if (round !== undefined) round.steps.push({ ...step, endMs: this.#sinceStart(round) });
  }

  poolRemoved(name: string): void {
    this.#pools.delete(name);
  }

  #pool(name: string): Pool {
    const known = this.#pools.get(name) ?? { round: undefined, transition: undefined };
    this.#pools.set(name, known);
    return known;
  }

  #sinceStart({ startMs, startedAtMs }: OpenRound): number {
    return startMs + Math.max(0, Math.round(this.#clock.monotonicMs() - startedAtMs));
  }

  #end(pool: Pool, round: OpenRound, status: PoolStatus): void {
    pool.round = undefined;
    const { startMs, steps } = round;
    const endMs = this.#sinceStart(round);
    const generation = status.observedGeneration?.counter ?? status.generation.counter;
    if (steps.length > 0) pool.transition ??= { ...this.#ids(), startMs, generation };
    const { transition } = pool;
    const ids = this.#ids(transition?.traceId);
    const common = { 'pchat.pool': status.pool, 'pchat.generation': generation, 'pchat.round': round.id };
    for (const { step, result, code, durationMs, endMs: stepEndMs } of steps)
      this.#sink.take({
        ...this.#ids(ids.traceId),
        parentSpanId: ids.spanId,
        name: step,
        startMs: Math.max(startMs, stepEndMs - durationMs),
        endMs: stepEndMs,
        attributes: { ...common, 'pchat.step': step, 'pchat.result': result },
        error: code,
      });
    const failed = status.state === 'backingOff' || status.state === 'stalled';
    this.#sink.take({
      ...ids,
      parentSpanId: transition?.spanId,
      name: 'round',
      startMs,
      endMs,
      attributes: { ...common, 'pchat.state': status.state, 'pchat.plan': status.plan?.kind ?? 'none' },
      error: failed ? status.lastError?.code : undefined,
    });
    if (transition !== undefined && status.plan?.kind === 'converged' && steps.length === 0)
      this.#endTransition(pool, transition, endMs, status.pool);
  }

  #endTransition(pool: Pool, transition: OpenTransition, endMs: number, name: string): void {
    pool.transition = undefined;
    const { startMs, generation, ...ids } = transition;
    const attributes = { 'pchat.pool': name, 'pchat.generation': generation };
    const span: Span = {
      ...ids,
      parentSpanId: undefined,
      name: 'transition',
      startMs,
      endMs,
      attributes,
      error: undefined,
    };
    this.#sink.take(span);
  }

  #ids(traceId = this.#digits(TRACE_DIGITS)): Ids {
    return { traceId, spanId: this.#digits(SPAN_DIGITS) };
  }

  /** The first is never zero. */
  #digits(count: number): string {
    return Array.from({ length: count }, (_, at) => {
      const least = at === 0 ? 1 : 0;
      return (least + Math.floor(this.#random.next() * (HEXADECIMAL - least))).toString(HEXADECIMAL);
    }).join('');
  }
}
