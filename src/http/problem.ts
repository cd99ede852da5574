/** Refusals as Problem Details (RFC 9457): the stable code decides, the sentences are for people. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { PoolError, toPoolError, type ErrorCode } from '../topology/pool-error.ts';
import type { Refusal } from './api-route.ts';

export const PROBLEM_TYPE = 'application/problem+json';

export const problemSchema = z.strictObject({
  /** `about:blank`: the status says what kind of problem it is (RFC 9457, section 4.2.1). */
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  /** Of docs/errors.md. */
  code: z.string().regex(/^PCO_[A-Z_]+$/),
  hint: z.string().optional(),
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});

export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

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

/** Seconds after which the same request may go better. */
export const RETRY_AFTER_S: Readonly<Record<number, number>> = { 429: 1, 503: 10 };

export function sendProblem(reply: FastifyReply, refusal: Omit<Refusal, 'kind'>): FastifyReply {
  const { status, code, detail, hint, errors, retryAfterS } = refusal;
  const retryAfter = retryAfterS ?? RETRY_AFTER_S[status];
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const body: z.infer<typeof problemSchema> = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** What was thrown by a route, or by fastify before it: a body that is too large or no JSON. */
export function refusalOf(error: unknown): Refusal {
  const known = error instanceof PoolError ? error : undefined;
  const given = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  const poolError = known ?? (given < 500 ? new PoolError('PCO_USAGE', String(error)) : toPoolError(error));
  return {
    kind: 'refusal',
    status: known === undefined ? given : (HTTP_STATUS[known.code] ?? 500),
    code: poolError.code,
    detail: poolError.message,
    ...(poolError.hint === undefined ? {} : { hint: poolError.hint }),
  };
}
