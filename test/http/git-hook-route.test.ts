import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGitHook } from '../../src/desired-state/git-hook.ts';
import { buildServer } from '../../src/http/build-server.ts';
import { EventStream } from '../../src/http/event-stream.ts';
import { HOOK_BODY_LIMIT } from '../../src/http/git-hook-route.ts';
import type { HookResult } from '../../src/ports/git-hook.ts';
import type { DecisionTarget, StatusSource } from '../../src/reconciler/pool-status.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { pushOf } from '../support/git-deliveries.ts';

const SECRET = 'a-shared-secret';
const url = '/hooks/git';

function served(withHook = true): {
  readonly server: FastifyInstance;
  readonly results: HookResult[];
  readonly woken: () => number;
} {
  let woken = 0;
  const results: HookResult[] = [];
  const hook = createGitHook({
    forge: 'github',
    branch: 'main',
    secret: () => SECRET,
    replayWindowMs: 60_000,
    clock: hostClock,
    wake: () => {
      woken += 1;
    },
  });
  const server = buildServer({
    token: 'a-token',
    tokens: [],
    clients: [],
    names: [],
    audit: () => undefined,
    suppose: () => undefined,
    metrics: new Registry(),
    status: {} as StatusSource,
    decisions: {} as DecisionTarget,
    clock: hostClock,
    sha256: (text) => text,
    events: new EventStream({ epoch: 1, clock: hostClock, afterTurn: setImmediate }),
    gitHook: withHook ? { hook, onResult: (result) => results.push(result) } : undefined,
  });
  onTestFinished(() => server.close());
  return { server, results, woken: () => woken };
}

const push = (id: string) => pushOf('github', SECRET, { sentAtMs: hostClock.now(), id, after: id });

describe('/hooks/git', () => {
  test('answers 202 to an authentic delivery and wakes the fetch', async () => {
    const { server, woken } = served();
    const { headers, body } = push('1');
    const answer = await server.inject({ method: 'POST', url, headers, payload: body });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ result: 'woken' });
    expect(woken()).toBe(1);
  });

  test('answers 401 to a delivery without the secret, wakes nothing and never says the secret', async () => {
    const { server, results, woken } = served();
    const answer = await server.inject({ method: 'POST', url, payload: { ref: 'refs/heads/main' } });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('PCO_NOT_AUTHORISED');
    expect(answer.body).not.toContain(SECRET);
    expect(results).toEqual(['refused']);
    expect(woken()).toBe(0);
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'] as const)('answers 405 to %s', async (method) => {
    const { server, woken } = served();
    const answer = await server.inject({ method, url, headers: push('1').headers });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
    expect(woken()).toBe(0);
  });

  test('answers 413 to a body over its limit and reads nothing of it', async () => {
    const { server, results } = served();
    const payload = Buffer.alloc(HOOK_BODY_LIMIT + 1, 'x');
    const answer = await server.inject({ method: 'POST', url, payload });
    expect(answer.statusCode).toBe(413);
    expect(results).toEqual([]);
  });

  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain', undefined])(
    'takes the bytes as they came under content type %s',
    async (type) => {
      const { server, results } = served();
      const { body, headers } = push('1');
      const others = Object.entries(headers).filter(([name]) => name !== 'content-type');
      const typed = Object.fromEntries(type === undefined ? others : [...others, ['content-type', type]]);
      const answer = await server.inject({ method: 'POST', url, headers: typed, payload: body });
      expect([answer.statusCode, results]).toEqual([202, ['woken']]);
    },
  );

  test('does not change what other routes read as JSON', async () => {
    const { server } = served();
    const answer = await server.inject({
      method: 'POST',
      url: '/api/v1/break-glass',
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
      payload: '{not json',
    });
    expect(answer.statusCode).toBe(400);
  });

  test('is not there where the settings name no webhook', async () => {
    const { server } = served(false);
    const { headers, body } = push('1');
    expect((await server.inject({ method: 'POST', url, headers, payload: body })).statusCode).toBe(404);
  });

  test('is served under a loopback name only, as everything is', async () => {
    const { server, woken } = served();
    const { headers, body } = push('1');
    const named = { ...headers, host: 'pchat.example.com' };
    const answer = await server.inject({ method: 'POST', url, headers: named, payload: body });
    expect(answer.statusCode).toBe(403);
    expect(woken()).toBe(0);
  });
});
