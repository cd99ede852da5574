/** One request to a daemon: plain on loopback, by TLS everywhere else, with an authority of its own where one is named. */
import { request } from 'node:https';
import { PoolError } from '../topology/pool-error.ts';

export interface ServerRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the authority; left out: those of Node.js. */
  readonly ca?: string | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** ms without a byte. */
const SILENCE_MS = 15_000;

/** Throws PCO_USAGE for what is no address of a daemon; a token never goes over a network in the open. */
export function serverAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url === undefined || !(plain || url.protocol === 'https:') || url.pathname !== '/' || url.search !== '')
    throw new PoolError('PCO_USAGE', `--server ${text}: expected https://HOST:PORT, or http:// on loopback`);
  return url.origin;
}

/** Redirects are not followed. Rejects when nobody answers. */
export const send = (url: string, { ca, ...sent }: ServerRequest): Promise<Response> =>
  url.startsWith('https:') ? overTls(url, sent, ca) : fetch(url, { ...sent, redirect: 'error' });

function overTls(
  url: string,
  { method, headers, body }: ServerRequest,
  ca: string | undefined,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const asked = request(url, { method, headers, ca, timeout: SILENCE_MS, agent: false }, (answer) => {
    const parts: Uint8Array[] = [];
    answer.on('data', (part: Uint8Array) => parts.push(part));
    answer.once('error', reject);
    answer.once('end', () => {
      const { etag } = answer.headers;
      const init = { status: answer.statusCode ?? 0, headers: etag === undefined ? {} : { etag } };
      resolve(new Response(Buffer.concat(parts), init));
    });
  });
  asked.once('timeout', () => asked.destroy(new Error(`silent for ${String(SILENCE_MS)} ms`)));
  asked.once('error', reject);
  asked.end(body);
  return promise;
}
