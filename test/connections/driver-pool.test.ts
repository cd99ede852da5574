/** What of mssql must not come through: its second login, its probes, its reaper, its silent reconnect, its own error order. */
import sql from 'mssql';
import { afterEach, expect, test, vi } from 'vitest';
import { driverConfiguration } from '../../src/connections/driver-settings.ts';
import { SingleLoginPool } from '../../src/connections/single-login-pool.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import {
  columns,
  done,
  end,
  error,
  failedDone,
  info,
  int,
  localhostCertificate,
  row,
  text,
} from '../simulator/tds/scripted-server.ts';
import { batch, failure, never, one, SQL1, world, type World } from './driver-world.ts';

const second = { signal: never, deadlineMs: 1000 };

afterEach(() => {
  vi.useRealTimers();
});

async function bareConfiguration(w: World): Promise<sql.config> {
  const settings = {
    host: '127.0.0.1',
    port: w.server.port,
    serverName: 'localhost',
    user: 'pchat',
    password: () => 'x',
    caPem: (await localhostCertificate()).cert,
    encrypt: true as const,
    connectDeadlineMs: 1000,
    queryDeadlineMs: 1000,
  };
  return driverConfiguration(settings, w.server.port);
}

test('mssql logs in twice for its first request, the pool of one connection once', async () => {
  await using w = await world({ answer: () => one(1) });
  const loginsOf = async (pool: sql.ConnectionPool): Promise<number> => {
    const before = w.server.logins.length;
    pool.on('error', () => undefined);
    await pool.connect();
    const request = pool.request();
    request.on('error', () => undefined);
    await request.batch('x');
    await pool.close();
    return w.server.logins.length - before;
  };
  const configuration = await bareConfiguration(w);
  expect(await loginsOf(new sql.ConnectionPool({ ...configuration }))).toBe(2);
  const single: unknown = new SingleLoginPool({ ...configuration });
  expect(single instanceof sql.ConnectionPool && (await loginsOf(single))).toBe(1);
});

test('sends nothing but what it was asked to send', async () => {
  await using w = await world({ answer: () => one(1) });
  const observer = w.instances.observer(SQL1);
  for (const name of ['a', 'b', 'c']) await observer.run(batch(name), second);
  expect(w.server.requests.map((request) => request.kind === 'batch' && request.text)).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(w.server.resets).toEqual([]);
});

test('the pool never logs in again after its connection has gone', async () => {
  await using w = await world({ answer: () => one(1) });
  const pool = new SingleLoginPool(await bareConfiguration(w));
  pool.on('error', () => undefined);
  await pool.connect();
  w.server.server.drop(w.server.server.connections()[0]?.id ?? '', 'reset');
  await expect.poll(() => w.server.disconnects.length).toBe(1);
  const problems: unknown[] = [];
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const request = pool.request();
    request.on('error', (problem: unknown) => problems.push(problem));
    await request.batch('x');
  }
  expect(problems).toHaveLength(2);
  expect(w.server.logins).toHaveLength(1);
  expect(w.server.requests).toEqual([]);
  pool.close(() => undefined);
});

test('a connection that the server has ended leaves no timer behind', async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  await using w = await world({ answer: () => one(1) });
  await w.instances.observer(SQL1).run(batch('a'), second);
  w.server.server.drop(w.server.server.connections()[0]?.id ?? '', 'reset');
  await expect.poll(() => w.server.disconnects.length).toBe(1);
  await expect.poll(timers).toBeLessThanOrEqual(before);
});

test('refuses every request, should mssql one day ask for its connections by other names', async () => {
  await using w = await world({ answer: () => one(1) });
  const names = ['_poolCreate', '_poolDestroy'];
  const hooks = names.map((name) => Reflect.getOwnPropertyDescriptor(SingleLoginPool.prototype, name) ?? {});
  for (const name of names) Reflect.deleteProperty(SingleLoginPool.prototype, name);
  try {
    await using step = await w.instances.open(SQL1, never);
    expect((await failure(step.run(batch('x'), second))).code).toBe('PCO_INSTANCE_UNREACHABLE');
    expect((await failure(w.instances.observer(SQL1).run(batch('x'), second))).code).toBe(
      'PCO_INSTANCE_UNREACHABLE',
    );
  } finally {
    for (const [index, name] of names.entries())
      Reflect.defineProperty(SingleLoginPool.prototype, name, hooks[index] ?? {});
  }
  expect(w.server.requests).toEqual([]);
});

test('keeps the connection of a step that says nothing for ten minutes', async () => {
  await using w = await world({ answer: () => one(1) });
  await using step = await w.instances.open(SQL1, never);
  // The pool's reaper runs by these two; the socket is real.
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  await step.run(batch('a'), { signal: never, deadlineMs: undefined });
  await vi.advanceTimersByTimeAsync(600_000);
  await step.run(batch('b'), { signal: never, deadlineMs: undefined });
  expect([w.server.logins.length, w.server.disconnects.length]).toEqual([1, 0]);
});

test('hands on an error whose text begins like the prefix that mssql cuts off, once and as it is', async () => {
  const words = '[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]remote text';
  await using w = await world({
    answer: () => [error(7399, 16, words), error(7399, 16, words), failedDone(), end(true)],
  });
  const { errors } = await w.instances.observer(SQL1).run(batch('x'), second);
  expect(errors.map(({ number, message }) => [number, message])).toEqual([
    [7399, words],
    [7399, words],
  ]);
});

test('hears an INFO while the statement still runs', async () => {
  await using w = await world({
    answer: (_request, id, server) => {
      server.send(id, [info(3211, '10 percent processed.')]);
      return undefined;
    },
  });
  const caller = new AbortController();
  await using step = await w.instances.open(SQL1, never);
  const heard = Promise.withResolvers<number>();
  const backup = failure(
    step.run(batch('BACKUP'), {
      signal: caller.signal,
      deadlineMs: undefined,
      onInfo: ({ number }) => heard.resolve(number),
    }),
  );
  expect(await heard.promise).toBe(3211);
  caller.abort();
  expect((await backup).code).toBe('PCO_OUTCOME_UNKNOWN');
});

test('two columns of one name stay one value, as in every row by name', async () => {
  await using w = await world({ answer: () => [columns(['n', int], ['n', int]), row(1, 2), done(1), end()] });
  const { resultSets } = await w.instances.observer(SQL1).run(batch('x'), second);
  expect(resultSets[0]).toEqual({ columns: ['n', 'n'], rows: [{ n: 2 }] });
});

test.each([
  [
    'a batch with parameters',
    { ...batch('x'), parameters: { a: { type: 'int', value: 1 } } } satisfies SqlStatement,
    /parameters/,
  ],
  [
    'a parameter whose name is more than a name',
    {
      ...batch('x'),
      mode: 'rpc',
      parameters: { 'a int; --': { type: 'int', value: 1 } },
    } satisfies SqlStatement,
    /parameter name/,
  ],
] as const)('refuses %s before anything is sent', async (_what, statement, message) => {
  await using w = await world({ answer: () => one(1) });
  const refused = await failure(w.instances.observer(SQL1).run(statement, second));
  expect([refused.code, message.test(refused.message)]).toEqual(['PCO_INTERNAL', true]);
  expect(w.server.requests).toEqual([]);
});

test('refuses FOR JSON, which the driver puts together outside the columns', async () => {
  const json = 'JSON_F52E2B61-18A1-11d1-B105-00805F49916B';
  await using w = await world({ answer: () => [columns([json, text]), row('[{"a":1}]'), done(1), end()] });
  expect((await failure(w.instances.observer(SQL1).run(batch('x'), second))).code).toBe('PCO_INTERNAL');
});

test('waits for a password no longer than for the login, and does not log in when it comes too late', async () => {
  const late = Promise.withResolvers<string>();
  await using w = await world({}, 100, { password: () => late.promise });
  expect((await failure(w.instances.open(SQL1, never))).code).toBe('PCO_INSTANCE_TIMEOUT');
  late.resolve('x');
  await new Promise((resolve) => setImmediate(resolve));
  expect(w.server.server.connections()).toEqual([]);
});
