/** Puts the rows of the API before a server: who may, whether the plan is the one that was seen, and whether it was asked before. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import { PoolError } from '../topology/pool-error.ts';
import { BODY_LIMIT, type Answer, type ApiRoute, type Services } from './api-route.ts';
import { bearerToken, sameToken } from './control-token.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { API_ROUTES, OPEN_API_PATH, openApiDocument } from './open-api.ts';
import { planTag, unmatched } from './plan-tag.ts';
import { sendProblem } from './problem.ts';

export interface ApiOptions extends Services {
  readonly token: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** SHA-256 of a text, hex. */
  readonly sha256: (text: string) => string;
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

export function addApiRoutes(server: FastifyInstance, options: ApiOptions): void {
  const keys = new IdempotencyKeys(options.clock);
  const document = openApiDocument();
  server.get(OPEN_API_PATH, () => document);
  for (const route of API_ROUTES)
    server.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: route.answer.type === undefined,
      bodyLimit: route.bodyLimit ?? BODY_LIMIT,
      // GET is never asked for a token: what listens is loopback.
      ...(route.method === 'GET' ? {} : { onRequest: needsToken(options.token) }),
      handler: async (request, reply) =>
        send(request, reply, await answerTo(route, request, options, keys), options),
    });
}

const needsToken =
  (token: string) =>
  (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    const given = bearerToken(request.headers.authorization);
    if (given === undefined || !sameToken(given, token))
      throw new PoolError('PCO_NOT_AUTHORISED', 'this request needs the token from the journal folder');
    done();
  };

async function answerTo(
  route: ApiRoute,
  request: FastifyRequest,
  options: ApiOptions,
  keys: IdempotencyKeys,
): Promise<Answer> {
  const run = route.read(request, options);
  if (typeof run !== 'function') return run;
  const checked = async (): Promise<Answer> => moved(route, request, options) ?? (await run());
  const key = request.headers['idempotency-key'];
  if (route.method === 'GET' || key === undefined) return checked();
  const asked = options.sha256(JSON.stringify([request.url, request.body ?? null]));
  // Before If-Match: a repeated approval finds a plan that has moved because of the first.
  return keys.once(String(key), asked, checked);
}

/** A pool that is not there is the route's own answer. */
function moved(route: ApiRoute, request: FastifyRequest, { status, sha256 }: ApiOptions): Answer | undefined {
  if (route.ifMatch !== true) return undefined;
  const { name } = request.params as { readonly name: string };
  const pool = status.pool(name);
  return pool === undefined ? undefined : unmatched(request.headers['if-match'], planTag(pool, sha256));
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  { sha256, events }: ApiOptions,
): FastifyReply {
  // The entity tag is of the plan, while ages move every round: no cache may take it for the whole answer.
  void reply.header('cache-control', 'no-store');
  if (answer.kind === 'stream') {
    // A proxy in between shall hand on each event as it comes.
    reply.hijack().raw.writeHead(200, { ...STREAM_HEADERS });
    const lastId = request.headers['last-event-id'];
    events.open(reply.raw, answer.pool, lastId === undefined ? undefined : String(lastId));
    return reply;
  }
  if (answer.kind === 'refusal') return sendProblem(reply, answer);
  if (answer.of !== undefined) void reply.header('etag', planTag(answer.of, sha256));
  return reply.code(answer.status).send(answer.body);
}
