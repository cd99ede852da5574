/**
 * The daemon's HTTP interface: health, metrics, status and people's decisions. Loopback only; every answer is JSON but
 * /metrics. Reads the status it is given and decides nothing.
 */
import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { addApiRoutes, type ApiOptions } from './add-api-routes.ts';
import { BODY_LIMIT } from './api-route.ts';
import { addGitHookRoute, type HookRoute } from './git-hook-route.ts';
import { refusalOf, sendProblem } from './problem.ts';

export interface ServerOptions extends ApiOptions {
  readonly metrics: Registry;
  /** Left out: no forge may say anything. */
  readonly gitHook?: HookRoute | undefined;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);
const REQUEST_TIMEOUT_MS = 10_000;
/** Characters of a name in a path as they are written there; the longest that a route may read has 200, each of up to 12. */
const LONGEST_PARAMETER = 2_400;

export function buildServer(options: ServerOptions): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // A path that the router cannot read never reaches the error handler below.
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply, refusalOf(error));
    },
  });
  // A web page of another origin may reach loopback through a name of its own (DNS rebinding); it cannot choose this header.
  server.addHook('onRequest', (request, reply, done) => {
    if (LOOPBACK_NAMES.has(request.hostname)) done();
    else
      void sendProblem(reply, {
        status: 403,
        code: 'PCO_NOT_AUTHORISED',
        detail: 'only loopback names are served',
      });
  });
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
  if (options.gitHook !== undefined) addGitHookRoute(server, options.gitHook);
  return server;
}

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
