/**
 * Spans as the body of an OTLP/HTTP request in JSON. Source: OpenTelemetry protocol 1.x (trace.proto, resource.proto, common.proto; JSON
 * encoding: ids in hexadecimal, 64-bit integers as decimal strings, enumerations as numbers). No live collector has taken them (unverified).
 */
import type { Span } from '../ports/span-sink.ts';

/** SPAN_KIND_INTERNAL, STATUS_CODE_OK, STATUS_CODE_ERROR of trace.proto. */
const INTERNAL = 1;
const OK = 1;
const ERROR = 2;
const NANOSECONDS = 1_000_000n;

const nanoseconds = (ms: number): string => (BigInt(Math.round(ms)) * NANOSECONDS).toString();

const attributes = (values: Span['attributes']): readonly unknown[] =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

export function otlpBody(
  spans: readonly Span[],
  service: { readonly name: string; readonly version: string },
): unknown {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({ 'service.name': service.name, 'service.version': service.version }),
        },
        scopeSpans: [
          { scope: { name: 'pchat-operator', version: service.version }, spans: spans.map(spanBody) },
        ],
      },
    ],
  };
}

function spanBody({ traceId, spanId, parentSpanId, name, startMs, endMs, error, ...span }: Span): unknown {
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributes(span.attributes),
    status: error === undefined ? { code: OK } : { code: ERROR, message: error },
  };
}
