/** The page of a game day on the loopback, served by the process that runs the estate. A daemon knows nothing of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { readPage } from '../../daemon/host/read-page.ts';

export interface GameRoutes {
  /** JSON of the score. */
  readonly score: () => unknown;
  /** Rejects with the reason when there is no such trouble. */
  readonly trouble: (id: string, begins: boolean) => Promise<void>;
  readonly page: ReturnType<typeof readPage>;
}

/** As the daemon's page has it: nothing from elsewhere, nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const MOST_BYTES = 1_000;
const INDEX = 'game-day.html';

export class GameServer {
  readonly #server: Server;

  constructor(routes: GameRoutes) {
    this.#server = createServer((request, response) => {
      answer(routes, request)
        .catch((error: unknown) => plain(400, error instanceof Error ? error.message : String(error)))
        .then((reply) => send(response, reply))
        .catch(() => response.destroy());
    });
  }

  /** @returns its address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: '127.0.0.1', port: 0 }, resolve);
    });
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const plain = (status: number, body: string): Reply => ({ status, type: 'text/plain; charset=utf-8', body });
const json = (body: unknown): Reply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
});

async function answer(routes: GameRoutes, request: IncomingMessage): Promise<Reply> {
  const { method = 'GET', headers } = request;
  const host = headers.host ?? '';
  // A page of another origin may reach this port, and cannot choose these two headers.
  const ours = LOOPBACK.has(host.replace(/:\d+$/, ''));
  const sameOrigin = headers.origin === undefined || headers.origin === `http://${host}`;
  if (!ours || (method !== 'GET' && !sameOrigin)) return plain(403, 'not from here');
  const path = request.url ?? '/';
  if (method === 'GET') return path === '/score' ? json(routes.score()) : fileOf(routes, path);
  if (method !== 'POST' || path !== '/trouble') return plain(405, 'there is nothing here');
  const { id, begins } = JSON.parse(await bodyOf(request)) as { id?: unknown; begins?: unknown };
  await routes.trouble(String(id), begins === true);
  return json(routes.score());
}

function fileOf({ page }: GameRoutes, path: string): Reply {
  const file = page.get(path === '/' ? INDEX : path.slice(1));
  if (file !== undefined) return { status: 200, ...file };
  return path === '/'
    ? plain(503, 'The page is not built. In a clone: npm run build:web.\n')
    : plain(404, 'there is nothing here');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > MOST_BYTES) throw new Error('the body is too large');
  }
  return text;
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .end(body);
}
