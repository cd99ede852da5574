/**
 * The page: its files as the build made them, from the same origin as the API. Loading it needs no token, for it holds no data; what
 * it asks the API for is answered as to anybody else.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface PageFile {
  readonly body: Uint8Array;
  readonly type: string;
}

/** By path below the page's root, for example `index.html`. Empty: the page was not built. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Nothing from elsewhere, nothing inline: what an answer of the API holds can never become code. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT =
  'The page is not built. In a clone: npm run build:web, then start the daemon again. The API is at /api/v1.\n';
/** Names of assets hold a hash of their content. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

export function addPageRoutes(server: FastifyInstance, files: PageFiles): void {
  const send = (reply: FastifyReply, { body, type }: PageFile, cache: string): FastifyReply =>
    guarded(reply).header('cache-control', cache).type(type).send(Buffer.from(body));
  server.get('/', (_request, reply) => {
    const index = files.get('index.html');
    return index === undefined
      ? guarded(reply).code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
      : send(reply, index, 'no-cache');
  });
  server.get('/assets/:name', (request, reply) => {
    const { name } = request.params as { readonly name: string };
    const asset = files.get(`assets/${name}`);
    if (asset === undefined) reply.callNotFound();
    else void send(reply, asset, FOR_GOOD);
    return reply;
  });
}

const guarded = (reply: FastifyReply): FastifyReply =>
  reply
    .header('content-security-policy', PAGE_POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin');
