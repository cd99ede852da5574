/**
 * The daemon's HTTP interface: health, metrics, status and people's decisions. Loopback only; every answer is JSON but
 * /metrics. Reads the status it is given and decides nothing.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import { PoolError, toPoolError, type ErrorCode } from '../topology/pool-error.ts';
import { BREAK_GLASS_BODY_LIMIT, breakGlassBodySchema } from './break-glass-body.ts';
import { bearerToken, sameToken } from './control-token.ts';
import { decisionBodySchema } from './decision-body.ts';
import { addGitHookRoute, type HookRoute } from './git-hook-route.ts';
import type { DecisionTarget, StatusSource } from '../reconciler/pool-status.ts';

export interface ServerOptions {
  readonly status: StatusSource;
  readonly decisions: DecisionTarget;
  readonly metrics: Registry;
  readonly token: string;
  /** Left out: no forge may say anything. */
  readonly gitHook?: HookRoute | undefined;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);
/** A decision is a few hundred bytes; a saved plan that is approved brings a sentence per fact. */
const BODY_LIMIT = 65_536;
const REQUEST_TIMEOUT_MS = 10_000;

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  PCO_USAGE: 400,
  PCO_DESIRED_INVALID: 400,
  PCO_PLAN_INVALID: 400,
  PCO_NOT_AUTHORISED: 401,
  PCO_SAME_PERSON: 409,
  PCO_PLAN_MOVED: 409,
  PCO_JOURNAL_UNWRITABLE: 503,
  PCO_LEASE_LOST: 503,
  PCO_CANCELLED: 503,
};

export function buildServer(options: ServerOptions): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  // A web page of another origin may reach loopback through a name of its own (DNS rebinding); it cannot choose this header.
  server.addHook('onRequest', (request, reply, done) => {
    if (LOOPBACK_NAMES.has(request.hostname)) done();
    else void sendError(reply, 403, 'PCO_NOT_AUTHORISED', 'only loopback names are served');
  });
  server.setErrorHandler((error, _request, reply) => {
    const known = error instanceof PoolError ? error : undefined;
    const given = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    const poolError = known ?? (given < 500 ? new PoolError('PCO_USAGE', String(error)) : toPoolError(error));
    return sendError(
      reply,
      known === undefined ? given : (HTTP_STATUS[known.code] ?? 500),
      poolError.code,
      poolError.message,
      poolError.hint,
    );
  });
  server.setNotFoundHandler((_request, reply) => sendError(reply, 404, 'PCO_USAGE', 'there is nothing here'));
  addHealthRoutes(server, options);
  addPoolRoutes(server, options);
  addChangingRoutes(server, options);
  if (options.gitHook !== undefined) addGitHookRoute(server, options.gitHook);
  return server;
}

const sendError = (
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
  hint?: string,
): FastifyReply =>
  reply.code(status).send({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });

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

function addPoolRoutes(server: FastifyInstance, { status }: ServerOptions): void {
  server.get('/api/v1/pools', () => status.status());
  server.get<{ Params: { name: string } }>('/api/v1/pools/:name', (request, reply) => {
    const pool = status.pool(request.params.name);
    return pool ?? sendError(reply, 404, 'PCO_USAGE', `there is no pool ${request.params.name}`);
  });
  server.get<{ Params: { name: string } }>('/api/v1/pools/:name/why', (request, reply) => {
    const { name } = request.params;
    const what =
      status.pool(name) === undefined ? `there is no pool ${name}` : `${name} was not observed yet`;
    return status.why(name) ?? sendError(reply, 404, 'PCO_USAGE', what);
  });
}

function addChangingRoutes(server: FastifyInstance, { status, decisions, token }: ServerOptions): void {
  const onRequest = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    const given = bearerToken(request.headers.authorization);
    if (given === undefined || !sameToken(given, token))
      throw new PoolError('PCO_NOT_AUTHORISED', 'this request needs the token from the journal folder');
    done();
  };
  server.post(
    '/api/v1/break-glass',
    { onRequest, bodyLimit: BREAK_GLASS_BODY_LIMIT },
    async (request, reply) =>
      reply.code(201).send(await decisions.breakGlass(parsed(breakGlassBodySchema, request.body))),
  );
  server.post<{ Params: { name: string } }>(
    '/api/v1/pools/:name/decisions',
    { onRequest },
    async (request, reply) => {
      const { name } = request.params;
      if (status.pool(name) === undefined)
        return sendError(reply, 404, 'PCO_USAGE', `there is no pool ${name}`);
      const body = parsed(decisionBodySchema, request.body);
      return reply.code(201).send(await decisions.decide({ pool: name, ...body }));
    },
  );
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) =>
    `${issue.path.join('.')}: ${issue.message}`.replace(/^: /, ''),
  );
  throw new PoolError('PCO_USAGE', problems.join('; '));
}
