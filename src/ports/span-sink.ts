/** Where spans of traces go. The real one is src/tracing/span-exporter.ts; most daemons have none. */
export interface Span {
  /** 32 and 16 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  readonly spanId: string;
  /** undefined: the root of its trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Wall clock, ms since 1970 UTC; the end is never before the start. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Code of an error; undefined: it went well. */
  readonly error: string | undefined;
}

export interface SpanSink {
  /** Returns at once, whatever becomes of the span. */
  take(span: Span): void;
}
