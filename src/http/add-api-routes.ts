/** Puts the rows of the API before a server: who may, whether the plan is the one that was seen, and whether it was asked before. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import type { JournalRecord } from '../ports/journal.ts';
import { Audit, type AuditEntry } from './audit.ts';
import { BODY_LIMIT, type Answer, type ApiRoute, type Refusal, type Services } from './api-route.ts';
import { callerIn, mayDo, rateKey, type AskedBy, type Caller } from './callers.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { API_ROUTES, OPEN_API_PATH, openApiDocument } from './open-api.ts';
import { planTag, unmatched } from './plan-tag.ts';
import { sendProblem } from './problem.ts';

export interface ApiOptions extends Services, AskedBy {
  /** Told of every changing request. */
  readonly audit: (entry: AuditEntry) => void;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

export function addApiRoutes(server: FastifyInstance, options: ApiOptions): void {
  const keys = new IdempotencyKeys(options.clock);
  const audit = new Audit(options, options.audit);
  let document: ReturnType<typeof openApiDocument> | undefined;
  server.get(OPEN_API_PATH, () => (document ??= openApiDocument()));
  for (const route of API_ROUTES)
    server.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: route.answer.type === undefined,
      bodyLimit: route.bodyLimit ?? BODY_LIMIT,
      onRequest: (request, reply, done) => {
        const asks = whoAsks(route, request, options);
        if ('kind' in asks) void sendProblem(reply, asks);
        else done();
      },
      onResponse: (request, reply, done) => {
        audit.sent(route, request, reply.statusCode);
        done();
      },
      handler: async (request, reply) => {
        const before = recordsBefore(request, options);
        const answer = await answerTo(route, request, options, keys);
        audit.answered(request, before, answer);
        return send(request, reply, answer, options);
      },
    });
}

function recordsBefore({ method, params }: FastifyRequest, { status }: ApiOptions): readonly JournalRecord[] {
  const { name } = params as { readonly name?: string };
  return method !== 'POST' || name === undefined ? [] : status.history(name);
}

/** Before a body is read. Where the settings name nobody a GET is not asked for a token: what listens is loopback. */
function whoAsks(route: ApiRoute, request: FastifyRequest, options: ApiOptions): Caller | Refusal {
  const { tokens, clients } = options;
  const caller = callerIn(request, options);
  const { role = 'view' } = route;
  if (caller === undefined)
    return route.method === 'GET' && tokens.length + clients.length === 0
      ? { name: null, role: 'view' }
      : UNKNOWN;
  if (mayDo(caller, role)) return caller;
  const detail = `the token of ${caller.name ?? 'this computer'} has the role ${caller.role}; this needs ${role}`;
  return { kind: 'refusal', status: 403, code: 'PCO_NOT_AUTHORISED', detail };
}

const UNKNOWN: Refusal = {
  kind: 'refusal',
  status: 401,
  code: 'PCO_NOT_AUTHORISED',
  detail:
    'this request needs a token that is in force: the one from the journal folder, or one of http.tokens',
};

/** The name of a token is the person of its decisions, whatever the body says. */
function signed(
  body: unknown,
  { name }: Caller,
): Refusal | { readonly kind: 'body'; readonly body: unknown } {
  if (name === null || typeof body !== 'object' || body === null) return { kind: 'body', body };
  const by: unknown = 'by' in body ? body.by : undefined;
  if (by === undefined || by === name) return { kind: 'body', body: { ...body, by: name } };
  const detail = `the token is the one of ${name}: nobody else decides with it`;
  return { kind: 'refusal', status: 403, code: 'PCO_NOT_AUTHORISED', detail };
}

async function answerTo(
  route: ApiRoute,
  request: FastifyRequest,
  options: ApiOptions,
  keys: IdempotencyKeys,
): Promise<Answer> {
  const caller = whoAsks(route, request, options);
  if ('kind' in caller) return caller;
  const meant =
    route.body === undefined ? ({ kind: 'body', body: undefined } as const) : signed(request.body, caller);
  if (meant.kind === 'refusal') return meant;
  const called = { key: rateKey(request, callerIn(request, options)), via: caller.name ?? 'local' };
  const raw = { params: request.params, query: request.query, body: meant.body, caller: called };
  const run = route.read(raw, options);
  if (typeof run !== 'function') return run;
  const checked = async (): Promise<Answer> => moved(route, request, options) ?? (await run());
  const key = request.headers['idempotency-key'];
  if (route.method === 'GET' || key === undefined) return checked();
  const asked = options.sha256(JSON.stringify([caller.name, request.url, meant.body ?? null]));
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
  options: ApiOptions,
): FastifyReply {
  const { sha256, events } = options;
  // The entity tag is of the plan, while ages move every round: no cache may take it for the whole answer.
  void reply.header('cache-control', 'no-store');
  if (answer.kind === 'stream') {
    // A proxy in between shall hand on each event as it comes.
    reply.hijack().raw.writeHead(200, { ...STREAM_HEADERS });
    const lastId = request.headers['last-event-id'];
    const caller = rateKey(request, callerIn(request, options));
    events.open(reply.raw, answer.pool, lastId === undefined ? undefined : String(lastId), caller);
    return reply;
  }
  if (answer.kind === 'refusal') return sendProblem(reply, answer);
  if (answer.of !== undefined) void reply.header('etag', planTag(answer.of, sha256));
  return reply.code(answer.status).send(answer.body);
}
