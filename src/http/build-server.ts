/**
 * The daemon's HTTP interface: health, metrics, status and people's decisions, by TLS beyond loopback; every answer is JSON but
 * /metrics. Reads the status it is given and decides nothing.
 */
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { addApiRoutes, type ApiOptions } from './add-api-routes.ts';
import { BODY_LIMIT } from './api-route.ts';
import { callerIn, rateKey } from './callers.ts';
import { addPageRoutes, type PageFiles } from './page-route.ts';
import { addGitHookRoute, type HookRoute } from './git-hook-route.ts';
import { RateLimiter, UNKNOWN_TOKEN_COST } from './rate-limiter.ts';
import { refusalOf, sendProblem } from './problem.ts';

/** PEM texts. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Asks for client certificates, and tells `subjectOf` whether they are of this authority; nobody is refused for having none. */
  readonly ca?: string;
}

export interface SecuredBy extends TlsOptions {
  /** Asked before every handshake, so it must be quick; undefined: as before. Never throws. */
  readonly renewed?: () => TlsOptions | undefined;
}

export interface ServerOptions extends ApiOptions {
  /** Names that requests may come under, besides the loopback ones; lower case. */
  readonly names: readonly string[];
  /** Left out: plain HTTP, for loopback only. */
  readonly tls?: SecuredBy | undefined;
  readonly metrics: Registry;
  /** Left out: no forge may say anything. */
  readonly gitHook?: HookRoute | undefined;
  /** Left out: none was built. */
  readonly page?: PageFiles;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);
const REQUEST_TIMEOUT_MS = 10_000;
/** Characters of a name in a path as they are written there; the longest that a route may read has 200, each of up to 12. */
const LONGEST_PARAMETER = 2_400;

export function buildServer(options: ServerOptions): FastifyInstance {
  const server = createServer(options.tls);
  addNameRule(server, new Set([...LOOPBACK_NAMES, ...options.names]));
  addRateRule(server, options);
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, refusalOf(error)));
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, code: 'PCO_USAGE', detail: 'there is nothing here' }),
  );
  addHealthRoutes(server, options);
  // Before the connections are closed: a stream shall end, not break off.
  server.addHook('preClose', (done) => {
    options.events.close();
    done();
  });
  addApiRoutes(server, options);
  addPageRoutes(server, options.page ?? new Map());
  if (options.gitHook !== undefined) addGitHookRoute(server, options.gitHook);
  return server;
}

const BASE = {
  logger: false,
  bodyLimit: BODY_LIMIT,
  requestTimeout: REQUEST_TIMEOUT_MS,
  forceCloseConnections: true,
  routerOptions: { maxParamLength: LONGEST_PARAMETER },
  // A path that the router cannot read never reaches the error handler.
  frameworkErrors: (error: unknown, _request: unknown, reply: FastifyReply): void => {
    void sendProblem(reply, refusalOf(error));
  },
} as const;

function createServer(secured: SecuredBy | undefined): FastifyInstance {
  if (secured === undefined) return fastify(BASE);
  const { renewed, ...tls } = secured;
  const clients = tls.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  const server = fastify({ ...BASE, https: { ...tls, ...clients } });
  // Before the listener that begins the handshake, which takes the context of that moment.
  server.server.prependListener('connection', () => {
    const now = renewed?.();
    if (now !== undefined) server.server.setSecureContext(now);
  });
  return server;
}

/**
 * A web page of another origin may reach this address through a name of its own (DNS rebinding), or with the client certificate of
 * whoever looks at it; it cannot choose these two headers.
 */
function addNameRule(server: FastifyInstance, names: ReadonlySet<string>): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    const ours = !changes || origin === undefined || hostOf(origin) === request.host.toLowerCase();
    if (ours && names.has(request.hostname.toLowerCase())) done();
    else {
      const detail = ours ? 'only loopback names and http.names are served' : 'a page of another origin asks';
      void sendProblem(reply, { status: 403, code: 'PCO_NOT_AUTHORISED', detail });
    }
  });
}

/** Of every route: what is no route costs as much to tell. */
function addRateRule(server: FastifyInstance, options: ServerOptions): void {
  const limiter = new RateLimiter(options.clock);
  server.addHook('onRequest', (request, reply, done) => {
    const caller = callerIn(request, options);
    // Whoever holds the control token could end the daemon as well, and must not be kept from suspending a pool.
    if (caller?.name === null) {
      done();
      return;
    }
    const unknown = caller === undefined && request.headers.authorization !== undefined;
    // Counted apart: whoever guesses takes nothing from the probes and pages at the same address.
    const retryAfterS = unknown
      ? limiter.take(`token at ${request.ip}`, UNKNOWN_TOKEN_COST)
      : limiter.take(rateKey(request, caller), 1);
    if (retryAfterS === 0) {
      done();
      return;
    }
    const detail = `too many requests; the next one is answered after ${String(retryAfterS)} s`;
    void sendProblem(reply, { status: 429, code: 'PCO_USAGE', detail, retryAfterS });
  });
}

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : '');

function addHealthRoutes(server: FastifyInstance, { status, metrics }: ServerOptions): void {
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const ready = status.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
