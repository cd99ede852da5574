import { describe, expect, test } from 'vitest';
import { RATE_LIMITS, RateLimiter, UNKNOWN_TOKEN_COST } from '../../src/http/rate-limiter.ts';
import { ask, tokensOf } from '../support/asked-api.ts';
import { homeLost } from '../support/facts.ts';
import { isProblem } from '../support/open-api-checks.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, servedApi, type ServedApi } from '../support/served-api.ts';

const lost = observed(homeLost());
const url = `/api/v1/pools/${lost.pool}/ledger`;
const get = (api: ServedApi, token: string, at = url) =>
  ask(api, { method: 'GET', url: at, headers: token === '' ? {} : { authorization: `Bearer ${token}` } });

async function statusesOf(api: ServedApi, token: string, times: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let sent = 0; sent < times; sent += 1) all.push((await get(api, token)).statusCode);
  return all;
}

describe('the rate of requests', () => {
  test('is a burst, and then so many per second', () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ monotonicMs: () => nowMs }, { burst: 3, perSecond: 2, callers: 9 });
    expect([1, 2, 3, 4].map(() => limiter.take('ann', 1))).toEqual([0, 0, 0, 1]);
    expect(limiter.take('bob', 1)).toBe(0);
    nowMs = 500;
    expect([limiter.take('ann', 1), limiter.take('ann', 1)]).toEqual([0, 1]);
    nowMs = 60_000;
    expect([1, 2, 3, 4].map(() => limiter.take('ann', 1))).toEqual([0, 0, 0, 1]);
  });

  test('remembers so many callers and no more, the silent one forgotten first', () => {
    const limiter = new RateLimiter({ monotonicMs: () => 0 }, { burst: 1, perSecond: 1, callers: 2 });
    for (const caller of ['ann', 'bob', 'ann', 'eve']) limiter.take(caller, 1);
    expect([limiter.take('ann', 1), limiter.take('eve', 1), limiter.take('bob', 1)]).toEqual([1, 1, 0]);
  });

  test('ends with 429 and when to come again, and holds for each token alone', async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    const statuses = await statusesOf(api, 'secret-view', RATE_LIMITS.burst + 1);
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([200, 429]);
    const refused = await get(api, 'secret-view');
    expect([refused.headers['retry-after'], isProblem(refused.body)]).toEqual(['1', true]);
    expect((await get(api, 'secret-operate')).statusCode).toBe(200);
    expect((await get(api, 'secret-view', '/metrics')).statusCode).toBe(429);
    api.nowMs = 1_000;
    expect((await get(api, 'secret-view')).statusCode).toBe(200);
  });

  test('does not hold for the control token of the daemon', async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    const statuses = await statusesOf(api, CONTROL_TOKEN, RATE_LIMITS.burst + 2);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('counts an unknown token harder, and not against those who are known', async () => {
    const api = servedApi(lost, { tokens: tokensOf() });
    const tries = RATE_LIMITS.burst / UNKNOWN_TOKEN_COST;
    const statuses = await statusesOf(api, 'eve', tries + 1);
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([401, 429]);
    expect((await get(api, 'secret-view')).statusCode).toBe(200);
    expect((await get(api, '', '/healthz')).statusCode).toBe(200);
  });
});
