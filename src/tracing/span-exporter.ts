/** Sends spans to a collector beside the rounds: nobody waits for it. A bounded queue, one request at a time, one try each. */
import type { Clock } from '../ports/clock.ts';
import type { Span, SpanSink } from '../ports/span-sink.ts';

/** One try; never rejects. undefined: taken; else what was in the way, without address or token. */
export type SendSpans = (spans: readonly Span[], signal: AbortSignal) => Promise<string | undefined>;

export interface ExporterOptions {
  readonly send: SendSpans;
  readonly clock: Clock;
  /** Spans that nobody will have, and why. */
  readonly lost: (count: number, problem: string) => void;
}

const MOST_WAITING = 2_048;
const MOST_IN_REQUEST = 512;
const DEADLINE_MS = 10_000;
/** Spans that come within this time go in one request. */
const GATHER_MS = 1_000;
/** Of the last request, when the daemon stops. */
const LAST_MS = 2_000;

export class SpanExporter implements SpanSink {
  readonly #options: ExporterOptions;
  readonly #stop = new AbortController();
  #waiting: Span[] = [];
  #dropped = 0;
  #sending: Promise<void> | undefined;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  take(span: Span): void {
    if (this.#stop.signal.aborted) return;
    // What came first stays: a transition is understood from its beginning.
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(span);
    else this.#dropped += 1;
    this.#sending ??= this.#run().finally(() => {
      this.#sending = undefined;
    });
  }

  /** What waits is tried once more, for a short time. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sending;
    if (this.#waiting.length > 0) await this.#sendSome(LAST_MS, new AbortController().signal);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    while (this.#waiting.length > 0 && !signal.aborted) {
      // Woken by the stop: close() sends what waits.
      const gathered = await clock.sleep(GATHER_MS, signal).then(
        () => true,
        () => false,
      );
      if (gathered) await this.#sendSome(DEADLINE_MS, signal);
    }
  }

  async #sendSome(limitMs: number, signal: AbortSignal): Promise<void> {
    const { clock, send, lost } = this.#options;
    const spans = this.#waiting.slice(0, MOST_IN_REQUEST);
    this.#waiting = this.#waiting.slice(MOST_IN_REQUEST);
    using deadline = clock.deadline(limitMs, signal);
    const problem = await send(spans, deadline.signal);
    // Cut off by the stop: close() tries them once more; a collector knows a span by its id.
    if (problem !== undefined && signal.aborted) this.#waiting = [...spans, ...this.#waiting];
    else if (problem !== undefined) lost(spans.length, problem);
    if (this.#dropped > 0) lost(this.#dropped, 'too many wait');
    this.#dropped = 0;
  }
}
