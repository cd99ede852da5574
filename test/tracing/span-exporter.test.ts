import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import type { Span } from '../../src/ports/span-sink.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { sendTo } from '../../src/tracing/http-send.ts';
import { SpanExporter } from '../../src/tracing/span-exporter.ts';

const span = (differs: Partial<Span> = {}): Span => ({
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentSpanId: '3'.repeat(16),
  name: 'mirror-backup:backup',
  startMs: 1_767_225_600_001,
  endMs: 1_767_225_600_500,
  attributes: { 'pchat.pool': 'chat', 'pchat.generation': 4 },
  error: undefined,
  ...differs,
});

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly url: string | undefined;
  readonly body: unknown;
}

/** As a collector takes it, at /v1/traces. */
class Collector implements AsyncDisposable {
  readonly taken: Request[] = [];
  readonly #server: Server;
  readonly #more: ((request: Request) => void)[] = [];

  private constructor(status: number) {
    this.#server = createServer((request, response) => {
      void json(request).then((body) => {
        const one = { headers: request.headers, url: request.url, body };
        this.taken.push(one);
        response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end('{}');
        for (const tell of this.#more.splice(0)) tell(one);
      });
    });
  }

  static async listen(status = 200): Promise<Collector> {
    const collector = new Collector(status);
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/v1/traces`;
  }

  next(): Promise<Request> {
    return new Promise((resolve) => this.#more.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const service = { name: 'pchat-operator', version: '1.2.3' };
const never = new AbortController().signal;

test('spans arrive at a collector as OTLP in JSON, with the token', async () => {
  await using collector = await Collector.listen();
  const send = sendTo({ endpoint: collector.endpoint, token: () => 'planted', service });
  const exporter = new SpanExporter({ send, clock: hostClock, lost: () => undefined });
  const arrives = collector.next();
  exporter.take(span());
  exporter.take(span({ parentSpanId: undefined, error: 'PCO_SQL_ERROR' }));
  const { headers, url, body } = await arrives;
  await exporter.close();
  expect(url).toBe('/v1/traces');
  expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer planted' });
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const both = {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    name: 'mirror-backup:backup',
    kind: 1,
    startTimeUnixNano: '1767225600001000000',
    endTimeUnixNano: '1767225600500000000',
    attributes: [text('pchat.pool', 'chat'), { key: 'pchat.generation', value: { intValue: '4' } }],
  };
  expect(body).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', 'pchat-operator'), text('service.version', '1.2.3')] },
        scopeSpans: [
          {
            scope: { name: 'pchat-operator', version: '1.2.3' },
            spans: [
              { ...both, parentSpanId: '3'.repeat(16), status: { code: 1 } },
              { ...both, status: { code: 2, message: 'PCO_SQL_ERROR' } },
            ],
          },
        ],
      },
    ],
  });
});

test.each([
  [503, 'the collector answered 503'],
  [307, 'not reached: TypeError'],
])('a collector that answers %i is told as what it is, without its address', async (status, problem) => {
  await using collector = await Collector.listen(status);
  const send = sendTo({ endpoint: collector.endpoint, token: undefined, service });
  expect(await send([span()], never)).toBe(problem);
  expect(collector.taken).toHaveLength(1);
});

test('a token that is not there any more loses spans, and its place is not told', async () => {
  await using collector = await Collector.listen();
  const token = (): string => {
    throw new Error('secret-place cannot be read');
  };
  const send = sendTo({ endpoint: collector.endpoint, token, service });
  expect(await send([span()], never)).toBe('not reached: Error');
  expect(collector.taken).toEqual([]);
});

test('a queue that nobody empties has an end, and what is dropped is told', async () => {
  const clock = new SimulatedClock(0);
  const requests: number[] = [];
  const lost: [number, string][] = [];
  const exporter = new SpanExporter({
    clock,
    lost: (count, problem) => lost.push([count, problem]),
    send: (spans) => {
      requests.push(spans.length);
      return Promise.resolve(undefined);
    },
  });
  for (let at = 0; at < 3_000; at += 1) exporter.take(span());
  await clock.run(() => requests.length === 4, 60_000);
  expect(requests).toEqual([512, 512, 512, 512]);
  expect(lost).toEqual([[3_000 - 2_048, 'too many wait']]);
});

test('what waits when the daemon stops is sent, and nothing after that', async () => {
  const names: string[] = [];
  const exporter = new SpanExporter({
    clock: hostClock,
    lost: () => undefined,
    send: (spans) => {
      names.push(...spans.map(({ name }) => name));
      return Promise.resolve(undefined);
    },
  });
  exporter.take(span({ name: 'last' }));
  await exporter.close();
  exporter.take(span({ name: 'late' }));
  await exporter.close();
  expect(names).toEqual(['last']);
});

test.each([
  'http://collector.contoso.com/v1/traces',
  'https://user:word@collector.contoso.com/',
  'collector',
])('the settings refuse the collector %s', (endpoint) => {
  const text = `desiredState: { file: a }\njournal: { directory: b }\ntracing: { endpoint: '${endpoint}' }\n`;
  expect(() => parseSettings(text, 'settings.yaml')).toThrow(/settings.yaml:3.*http:\/\/ on loopback/);
});
