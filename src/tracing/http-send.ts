/** One request of OTLP over HTTP: POST, JSON, no redirect, TLS with the authorities that Node.js trusts. */
import type { Span } from '../ports/span-sink.ts';
import { otlpBody } from './otlp.ts';
import type { SendSpans } from './span-exporter.ts';

export interface CollectorOptions {
  readonly endpoint: string;
  /** Sent as bearer token; undefined: none. May throw. */
  readonly token: (() => string) | undefined;
  readonly service: { readonly name: string; readonly version: string };
}

export function sendTo({ endpoint, token, service }: CollectorOptions): SendSpans {
  return async (spans: readonly Span[], signal) => {
    try {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token()}` };
      const response = await fetch(endpoint, {
        method: 'POST',
        redirect: 'error',
        signal,
        headers: { 'content-type': 'application/json', 'user-agent': 'pchat-operator', ...authorization },
        body: JSON.stringify(otlpBody(spans, service)),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `the collector answered ${String(response.status)}`;
    } catch (error) {
      // Its message may hold the address, and that of a missing secret its place.
      return `not reached: ${error instanceof Error ? error.name : 'unknown'}`;
    }
  };
}
