import { Gauge, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildServer } from '../../src/http/build-server.ts';
import { EventStream } from '../../src/http/event-stream.ts';
import type { BreakGlassRequest, DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { unobserved } from '../support/pool-status.ts';

const TOKEN = 'a-token_0123456789';
const pool: PoolStatus = {
  ...unobserved(desiredPool({ name: 'contoso-chat' })),
  state: 'converged',
  plan: { kind: 'converged' },
};

const WHY = {
  free: true,
  code: 'AsDesired',
  reason: 'The pool is as desired.',
  nextAction: null,
  step: null,
  guards: [],
};

interface Served {
  readonly server: FastifyInstance;
  readonly decided: DecisionRequest[];
  readonly broken: BreakGlassRequest[];
}

function served(ready = true, failure?: PoolError): Served {
  const decided: DecisionRequest[] = [];
  const broken: BreakGlassRequest[] = [];
  const metrics = new Registry();
  new Gauge({ name: 'pchat_drift', help: 'x', registers: [metrics] }).set(0);
  const server = buildServer({
    token: TOKEN,
    tokens: [],
    clients: [],
    names: [],
    audit: () => undefined,
    suppose: () => undefined,
    metrics,
    status: {
      status: () => ({
        version: '1',
        pid: 1,
        epoch: 1,
        startedAt: 'x',
        desiredStateProblems: [],
        desiredStateReachable: true,
        pools: [pool],
      }),
      pool: (name) => (name === pool.pool ? pool : undefined),
      why: (name) => (name === pool.pool && ready ? { ...WHY, pool: name } : undefined),
      ready: () => ready,
      history: () => [],
    },
    clock: hostClock,
    sha256: (text) => text,
    events: new EventStream({ epoch: 1, clock: hostClock, afterTurn: setImmediate }),
    decisions: {
      resync: () => undefined,
      decide: (request) => {
        if (failure !== undefined) return Promise.reject(failure);
        decided.push(request);
        return Promise.resolve({ ...request, decision: 'suspend' });
      },
      breakGlass: (request) => {
        if (failure !== undefined) return Promise.reject(failure);
        broken.push(request);
        return Promise.resolve({
          v: 1,
          seq: 1,
          epoch: 1,
          at: 'x',
          kind: 'break-glass',
          pools: [],
          ...request,
        });
      },
    },
  });
  onTestFinished(() => server.close());
  return { server, decided, broken };
}

const suspend = { by: 'ann', reason: 'patch day' };
const url = '/api/v1/pools/contoso-chat/suspend';
const authorised = { authorization: `Bearer ${TOKEN}` };

describe('the HTTP interface', () => {
  test.each([
    ['/healthz', true, 200, '"ok"'],
    ['/readyz', true, 200, '"ready"'],
    ['/readyz', false, 503, '"not ready"'],
    ['/metrics', true, 200, 'pchat_drift 0'],
    ['/api/v1/pools', true, 200, '"contoso-chat"'],
    ['/api/v1/pools/contoso-chat', true, 200, '"converged"'],
    ['/api/v1/pools/other', true, 404, 'PCO_USAGE'],
    ['/api/v1/pools/contoso-chat/why', true, 200, '"AsDesired"'],
    ['/api/v1/pools/contoso-chat/why', false, 404, 'contoso-chat was not observed yet'],
    ['/api/v1/pools/other/why', true, 404, 'there is no pool other'],
    ['/else', true, 404, 'PCO_USAGE'],
  ])('answers %s when ready is %s with %i', async (path, ready, status, text) => {
    const answer = await served(ready).server.inject({ url: path });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(text);
  });

  test('takes a decision that comes with the token', async () => {
    const { server, decided } = served();
    const answer = await server.inject({ method: 'POST', url, headers: authorised, payload: suspend });
    expect(answer.statusCode).toBe(201);
    expect(decided).toEqual([
      { pool: 'contoso-chat', decision: 'suspend', via: 'local', expiresAt: null, ...suspend },
    ]);
  });

  test.each([
    ['without a token', {}],
    ['with a wrong token', { authorization: 'Bearer a-token_0123456780' }],
    ['with a token of another length', { authorization: 'Bearer a' }],
    ['with another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('refuses a decision %s', async (_name, headers) => {
    const { server, decided } = served();
    const answer = await server.inject({ method: 'POST', url, headers, payload: suspend });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('PCO_NOT_AUTHORISED');
    expect(decided).toEqual([]);
  });

  test.each([
    ['nobody says who', { ...suspend, by: ' ' }],
    ['nobody says why', { by: 'ann' }],
    ['a key is unknown', { ...suspend, force: true }],
    ['the expiry is no instant', { ...suspend, expiresAt: 'tomorrow' }],
  ])('refuses a decision when %s', async (_name, payload) => {
    const { server, decided } = served();
    const answer = await server.inject({ method: 'POST', url, headers: authorised, payload });
    expect(answer.statusCode).toBe(400);
    expect(decided).toEqual([]);
  });

  test('takes a break-glass of any size that a desired state may have, with the token only', async () => {
    const { server, broken } = served();
    const payload = {
      by: 'ann',
      reason: 'git is gone',
      expiresAt: '2026-11-23T13:00:00.000Z',
      file: 'lyon.yaml',
      text: '# "line"\n'.repeat(100_000),
    };
    const post = { method: 'POST', url: '/api/v1/break-glass', payload } as const;
    expect((await server.inject(post)).statusCode).toBe(401);
    expect((await server.inject({ ...post, headers: authorised })).statusCode).toBe(201);
    expect(broken).toEqual([{ ...payload, via: 'local' }]);
    const endless = { ...payload, expiresAt: null };
    expect((await server.inject({ ...post, payload: endless, headers: authorised })).statusCode).toBe(400);
  });

  test('passes on what a person can do about a refusal', async () => {
    const { server } = served(true, new PoolError('PCO_USAGE', 'no plan', { hint: 'look at pchat why' }));
    const answer = await server.inject({ method: 'POST', url, headers: authorised, payload: suspend });
    expect(answer.json()).toMatchObject({ hint: 'look at pchat why' });
  });

  test('passes on the code when the decision does not fit', async () => {
    const { server } = served(true, new PoolError('PCO_USAGE', 'no plan'));
    const answer = await server.inject({ method: 'POST', url, headers: authorised, payload: suspend });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'no plan',
      code: 'PCO_USAGE',
    });
  });

  test('refuses a request that came by a name other than loopback', async () => {
    const answer = await served().server.inject({ url: '/healthz', headers: { host: 'evil.example:9473' } });
    expect(answer.statusCode).toBe(403);
  });

  test('refuses a body that is too large', async () => {
    const payload = { ...suspend, reason: 'x'.repeat(70_000) };
    const answer = await served().server.inject({ method: 'POST', url, headers: authorised, payload });
    expect(answer.statusCode).toBe(413);
  });
});
