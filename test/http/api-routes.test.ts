import { describe, expect, test } from 'vitest';
import type { PoolRow } from '../../src/http/pool-row.ts';
import { API_ROUTES } from '../../src/http/open-api.ts';
import { problemSchema } from '../../src/http/problem.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { facts, homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { CONTROL_TOKEN, removedRecord, servedApi, type ServedApi } from '../support/served-api.ts';

const lost = observed(homeLost());
const whole = observed(facts());
const name = lost.pool;
const at = `/api/v1/pools/${name}`;
const token = { authorization: `Bearer ${CONTROL_TOKEN}` };
const approval = { by: 'ann', reason: 'Paris is gone' };
const DAY_MS = 86_400_000;

const DAEMON = {
  version: '1',
  pid: 1,
  epoch: 1,
  startedAt: 'x',
  desiredStateProblems: [],
  desiredStateReachable: true,
};
const NOTHING = { pool: () => undefined, why: () => undefined, ready: () => true, history: () => [] };

const served = (): ServedApi => servedApi(lost);

describe('the API', () => {
  test.each(API_ROUTES.filter(({ method, answer }) => method === 'GET' && answer.type === undefined))(
    'answers $method $path as its schema says',
    async ({ path, answer }) => {
      const given = await served().server.inject({ url: path.replace('{name}', name) });
      expect(given.statusCode).toBe(answer.status);
      expect(answer.schema.safeParse(given.json()).error).toBeUndefined();
    },
  );

  test('tells pools in short form by pages, and a few of them by name: as in the pool, without facts and ledger', async () => {
    const pools = ['c', 'a', 'b'].map((pool) => ({ ...lost, pool }));
    const { server } = servedApi(lost, {
      status: {
        ...NOTHING,
        status: () => ({ ...DAEMON, pools }),
        pool: (wanted) => pools.find(({ pool }) => pool === wanted),
      },
    });
    const rows = async (query: string) =>
      (await server.inject({ url: `/api/v1/rows${query}` })).json<{
        pools: PoolRow[];
        next: string | null;
      }>();
    const names = ({ pools: told, next }: Awaited<ReturnType<typeof rows>>) => [
      told.map(({ pool }) => pool),
      next,
    ];
    expect(names(await rows(''))).toEqual([['a', 'b', 'c'], null]);
    expect(names(await rows('?limit=2'))).toEqual([['a', 'b'], 'b']);
    expect(names(await rows('?limit=2&cursor=b'))).toEqual([['c'], null]);
    expect(names(await rows('?name=c'))).toEqual([['c'], null]);
    expect(names(await rows('?name=c&name=gone&name=a&name=c'))).toEqual([['a', 'c'], null]);
    const [row] = (await rows('?name=a')).pools;
    expect(lost).toMatchObject({ ...row, pool: lost.pool });
    expect(Object.keys(row ?? {})).not.toContain('facts');
    expect(row?.evidence?.home.verdict).toBe(lost.evidence?.home.verdict);
    expect(JSON.stringify(row).length).toBeLessThan(JSON.stringify(lost).length / 4);
  });

  test.each(API_ROUTES.filter(({ method }) => method === 'POST'))(
    'refuses $path without a token',
    async (route) => {
      const { server, decided } = served();
      const given = await server.inject({
        method: 'POST',
        url: route.path.replace('{name}', name),
        payload: approval,
      });
      expect(given.statusCode).toBe(401);
      expect(problemSchema.parse(given.json()).code).toBe('PCO_NOT_AUTHORISED');
      expect(decided).toEqual([]);
    },
  );

  test('wants the plan that was seen for an approval, and refuses it when the plan has moved', async () => {
    const { server, decided, show } = served();
    const etag = String((await server.inject({ url: at })).headers['etag']);
    const post = (headers: Record<string, string>) =>
      server.inject({
        method: 'POST',
        url: `${at}/approve`,
        headers: { ...token, ...headers },
        payload: approval,
      });
    expect((await post({})).statusCode).toBe(428);
    show(whole);
    const stale = await post({ 'if-match': etag });
    expect([stale.statusCode, problemSchema.parse(stale.json()).code]).toEqual([412, 'PCO_PLAN_MOVED']);
    expect(decided).toEqual([]);
    show(lost);
    expect((await post({ 'if-match': etag })).statusCode).toBe(201);
    expect(decided).toMatchObject([{ pool: name, decision: 'approve', by: 'ann' }]);
  });

  test('does once what comes twice with one key, and refuses the key for anything else', async () => {
    const { server, decided } = served();
    const post = (payload: object) =>
      server.inject({
        method: 'POST',
        url: `${at}/suspend`,
        headers: { ...token, 'idempotency-key': 'k1' },
        payload,
      });
    const first = await post(approval);
    expect((await post(approval)).json()).toEqual(first.json());
    expect((await post({ ...approval, by: 'eve' })).statusCode).toBe(422);
    expect(decided).toHaveLength(1);
  });

  test('names each field that is not as it must be', async () => {
    const given = await served().server.inject({ url: `${at}/history?limit=0&else=1` });
    expect(problemSchema.parse(given.json()).errors?.map(({ field }) => field)).toEqual([
      'query.limit',
      'query',
    ]);
  });

  test('shows the history page by page, newest first', async () => {
    const { server } = served();
    const first = await server.inject({ url: `${at}/history?limit=2` });
    expect(first.json()).toMatchObject({ records: [{ seq: 3 }, { seq: 2 }], next: 2 });
    const last = await server.inject({ url: `${at}/history?limit=2&cursor=2` });
    expect(last.json()).toMatchObject({ records: [{ seq: 1 }], next: null });
  });

  test('keeps a page where it is while records come', async () => {
    const api = served();
    const first = await api.server.inject({ url: `${at}/history?limit=2` });
    api.records = [1, 2, 3, 4, 5].map((seq) => removedRecord(name, seq));
    const { next } = first.json<{ next: number }>();
    const last = await api.server.inject({ url: `${at}/history?limit=2&cursor=${String(next)}` });
    expect(last.json()).toMatchObject({ records: [{ seq: 1 }], next: null });
  });

  test('answers a key that comes again after a day as a new request', async () => {
    const api = served();
    const post = () =>
      api.server.inject({
        method: 'POST',
        url: `${at}/suspend`,
        headers: { ...token, 'idempotency-key': 'k1' },
        payload: approval,
      });
    await post();
    api.nowMs = DAY_MS - 1;
    await post();
    expect(api.decided).toHaveLength(1);
    api.nowMs = DAY_MS;
    await post();
    expect(api.decided).toHaveLength(2);
  });

  test('forgets the key of a refused request, which may come again', async () => {
    const api = served();
    const post = (etag: string) =>
      api.server.inject({
        method: 'POST',
        url: `${at}/approve`,
        headers: { ...token, 'idempotency-key': 'k1', 'if-match': etag },
        payload: approval,
      });
    expect((await post('"stale"')).statusCode).toBe(412);
    const etag = String((await api.server.inject({ url: at })).headers['etag']);
    expect((await post(etag)).statusCode).toBe(201);
    // The same key finds its answer although the plan has moved since.
    api.show(whole);
    expect((await post(etag)).statusCode).toBe(201);
    expect(api.decided).toHaveLength(1);
  });

  test('begins a round of the pool that is named, and of no other', async () => {
    const api = served();
    const post = (pool: string) =>
      api.server.inject({ method: 'POST', url: `/api/v1/pools/${pool}/resync`, headers: token });
    const answer = await post(name);
    expect([answer.statusCode, answer.json()]).toEqual([202, { pool: name }]);
    expect((await post('nobody')).statusCode).toBe(404);
    expect(api.resynced).toEqual([name]);
  });

  test('tells when a request that could not be journalled may come again', async () => {
    const { server } = servedApi(lost, {
      decisions: {
        resync: () => undefined,
        decide: () => Promise.reject(new PoolError('PCO_JOURNAL_UNWRITABLE', 'the disk is full')),
        breakGlass: () => Promise.reject(new PoolError('PCO_JOURNAL_UNWRITABLE', 'the disk is full')),
      },
    });
    const answer = await server.inject({
      method: 'POST',
      url: `${at}/suspend`,
      headers: token,
      payload: approval,
    });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10']);
  });

  test('shows pools page by page, by name', async () => {
    const pools = ['c', 'a', 'b'].map((pool) => ({ ...lost, pool }));
    const { server } = servedApi(lost, { status: { ...NOTHING, status: () => ({ ...DAEMON, pools }) } });
    const first = await server.inject({ url: '/api/v1/pools?limit=2' });
    expect(first.json()).toMatchObject({ pools: [{ pool: 'a' }, { pool: 'b' }], next: 'b' });
    const last = await server.inject({ url: '/api/v1/pools?limit=2&cursor=b' });
    expect(last.json()).toMatchObject({ pools: [{ pool: 'c' }], next: null });
  });
});
