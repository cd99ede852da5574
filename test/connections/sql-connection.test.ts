import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { assertSafeDriver, PROGRAM_NAME } from '../../src/connections/driver-settings.ts';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import { OWN_PROGRAM } from '../../src/statements/observe-instance.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import {
  columns,
  done,
  end,
  error,
  failedDone,
  info,
  int,
  row,
  text,
} from '../simulator/tds/scripted-server.ts';
import { batch, failure, never, one, SQL1, world } from './driver-world.ts';

test('brings every result set, every INFO as it comes and every error token in order', async () => {
  await using w = await world({
    answer: () => [
      columns(['n', int], ['lsn', { name: 'varchar', length: 26 }]),
      row(1, '39000000120800001'),
      done(1),
      info(3211, '10 percent processed.'),
      error(4305, 16, 'too recent'),
      error(3013, 16, 'RESTORE LOG is terminating abnormally.'),
      failedDone(),
      columns(['at', { name: 'datetime' }], ['id', { name: 'uniqueidentifier' }], ['on', { name: 'bit' }]),
      row('2026-11-23T22:29:00.123', '6F9619FF-8B86-D011-B42D-00C04FC964FF', true),
      done(1),
      end(),
    ],
  });
  const heard: number[] = [];
  const answer = await w.instances.observer(SQL1).run(batch('x'), {
    signal: never,
    deadlineMs: 1000,
    onInfo: ({ number }) => heard.push(number),
  });
  expect(answer.resultSets).toEqual([
    { columns: ['n', 'lsn'], rows: [{ n: 1, lsn: '39000000120800001' }] },
    {
      columns: ['at', 'id', 'on'],
      rows: [{ at: '2026-11-23T22:29:00.123Z', id: '6F9619FF-8B86-D011-B42D-00C04FC964FF', on: true }],
    },
  ]);
  expect(answer.errors.map((e) => e.number)).toEqual([4305, 3013]);
  expect(heard).toEqual([3211]);
});

test('sends parameters as sp_executesql and long integers without losing digits', async () => {
  await using w = await world({ answer: () => one(1) });
  const parameters = {
    path: { type: 'nvarchar', value: "\\\\fs\\it's.trn" },
    ticks: { type: 'bigint', value: '638999999999999999' },
  } as const;
  const statement: SqlStatement = { name: 'p', text: 'SELECT @path', parameters, mode: 'rpc' };
  await w.instances.observer(SQL1).run(statement, { signal: never, deadlineMs: 1000 });
  const [request] = w.server.requests;
  expect(request?.kind === 'rpc' && request.procedure.toLowerCase()).toBe('sp_executesql');
  const values = request?.kind === 'rpc' ? request.parameters.map(({ value }) => String(value)) : [];
  expect(values).toEqual(expect.arrayContaining(["\\\\fs\\it's.trn", '638999999999999999']));
});

test('refuses a decimal that has lost digits instead of handing it on', async () => {
  const numeric = { name: 'numeric', precision: 25, scale: 0 } as const;
  await using w = await world({
    answer: () => [columns(['first_lsn', numeric]), row('9007199254740993000100001'), done(1), end()],
  });
  const lost = await failure(w.instances.observer(SQL1).run(batch('x'), { signal: never, deadlineMs: 1000 }));
  expect(lost.message).toContain('first_lsn');
});

test('holds one observer connection, logs in once under our program name, and runs requests one after the other', async () => {
  await using w = await world({ answer: () => one(1) });
  const observer = w.instances.observer(SQL1);
  await Promise.all([1, 2, 3].map(() => observer.run(batch('x'), { signal: never, deadlineMs: 1000 })));
  expect(w.server.logins.map(({ program, database }) => [program, database])).toEqual([
    [PROGRAM_NAME, 'master'],
  ]);
  expect(PROGRAM_NAME).toBe(OWN_PROGRAM);
});

test('logs in again after the held connection was dropped', async () => {
  await using w = await world({ answer: () => one(1) });
  const observer = w.instances.observer(SQL1);
  await observer.run(batch('x'), { signal: never, deadlineMs: 1000 });
  const [connection] = w.server.server.connections();
  w.server.server.drop(connection?.id ?? '', 'reset');
  await expect.poll(() => w.server.server.connections().length).toBe(0);
  await expect
    .poll(async () => (await observer.run(batch('x'), { signal: never, deadlineMs: 1000 })).resultSets.length)
    .toBe(1);
  expect(w.server.logins).toHaveLength(2);
});

test('never replaces the connection of a step behind its back', async () => {
  await using w = await world({ answer: () => one(1) });
  await using step = await w.instances.open(SQL1, never);
  const [connection] = w.server.server.connections();
  w.server.server.drop(connection?.id ?? '', 'close');
  await expect.poll(() => w.server.disconnects.length).toBe(1);
  const gone = await failure(step.run(batch('x'), { signal: never, deadlineMs: 1000 }));
  expect(['PCO_INSTANCE_UNREACHABLE', 'PCO_OUTCOME_UNKNOWN']).toContain(gone.code);
  expect(w.server.logins).toHaveLength(1);
});

const refusal = [error(18456, 14, "Login failed for user 'pchat'."), failedDone(), end(true)];

test('tells a refused login, which proves life, with its number and without the password', async () => {
  await using w = await world({ refuse: () => refusal });
  const refused = await failure(w.instances.open(SQL1, never));
  expect([refused.code, refused.hasSqlNumber(18456)]).toEqual(['PCO_LOGIN_FAILED', true]);
  expect(JSON.stringify([refused.message, refused.stack, refused.cause])).not.toContain('hunter2');
});

test('calls a port on which nobody listens unreachable', async () => {
  await using w = await world({});
  await w.server.server.stop('close');
  expect((await failure(w.instances.open(SQL1, never))).code).toBe('PCO_INSTANCE_UNREACHABLE');
});

test.each([
  ['connect', 'silence', 'PCO_INSTANCE_TIMEOUT'],
  ['login', 'silence', 'PCO_INSTANCE_TIMEOUT'],
  ['login-half', 'silence', 'PCO_INSTANCE_TIMEOUT'],
  ['login-half', 'reset', 'PCO_INSTANCE_UNREACHABLE'],
  ['prelogin', 'close', 'PCO_INSTANCE_UNREACHABLE'],
] as const)('a login that breaks at %s by %s is %s within its deadline', async (stage, effect, code) => {
  await using w = await world({ fault: (at) => (at === stage ? effect : undefined) }, 300);
  const start = performance.now();
  expect((await failure(w.instances.open(SQL1, never))).code).toBe(code);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('does not trust a certificate of another authority', async () => {
  await using w = await world({});
  const strangers = new DriverInstances(
    () => ({
      host: '127.0.0.1',
      port: w.server.port,
      serverName: 'localhost',
      user: 'pchat',
      password: () => 'x',
      encrypt: true,
      connectDeadlineMs: 1000,
      queryDeadlineMs: 1000,
    }),
    hostClock,
  );
  expect((await failure(strangers.open(SQL1, never))).code).toBe('PCO_CERTIFICATE_REFUSED');
  expect(w.server.logins).toEqual([]);
});

test.each([
  ['request', 'silence', 'PCO_INSTANCE_TIMEOUT'],
  ['result-half', 'silence', 'PCO_INSTANCE_TIMEOUT'],
  ['request', 'reset', 'PCO_INSTANCE_UNREACHABLE'],
  ['result-half', 'close', 'PCO_INSTANCE_UNREACHABLE'],
] as const)(
  'an answer that breaks at %s by %s is an unknown outcome in bounded time',
  async (stage, effect, cause) => {
    let broken = false;
    await using w = await world({
      answer: () => one(1),
      fault: (at) => (broken && at === stage ? effect : undefined),
    });
    const observer = w.instances.observer(SQL1);
    await observer.run(batch('warm'), { signal: never, deadlineMs: 1000 });
    broken = true;
    const start = performance.now();
    const lost = await failure(observer.run(batch('x'), { signal: never, deadlineMs: 200 }));
    expect([lost.code, lost.cause instanceof PoolError && lost.cause.code]).toEqual([
      'PCO_OUTCOME_UNKNOWN',
      cause,
    ]);
    expect(performance.now() - start).toBeLessThan(1500);
    broken = false;
    const again = await observer.run(batch('x'), { signal: never, deadlineMs: 1000 });
    expect(again.resultSets).toHaveLength(1);
  },
);

test('cancels on the server when the caller gives up a statement without deadline', async () => {
  const caller = new AbortController();
  await using w = await world({
    answer: () => {
      queueMicrotask(() => caller.abort());
      return undefined;
    },
  });
  await using step = await w.instances.open(SQL1, never);
  const lost = await failure(step.run(batch('BACKUP'), { signal: caller.signal, deadlineMs: undefined }));
  expect(lost.code).toBe('PCO_OUTCOME_UNKNOWN');
  expect(w.server.attentions).toHaveLength(1);
});

test('keeps the error tokens of a session that was killed', async () => {
  await using w = await world({
    answer: () => [
      error(596, 21, 'Cannot continue the execution because the session is in the kill state.'),
      failedDone(),
      end(true),
      { kind: 'close' },
    ],
  });
  const observer = w.instances.observer(SQL1);
  const numbers = await observer.run(batch('x'), { signal: never, deadlineMs: 1000 }).then(
    ({ errors }) => errors.map((e) => e.number),
    (caught: unknown) => (caught instanceof PoolError ? caught.sqlErrors.map((e) => e.number) : []),
  );
  expect(numbers).toEqual([596]);
});

test('names the instance that the settings do not know', async () => {
  await using w = await world({});
  const unknown = await failure(w.instances.open('other' as InstanceName, never));
  expect([unknown.code, unknown.message.includes('other')]).toEqual(['PCO_SETTINGS_INVALID', true]);
});

test('is not confused by bytes that are no TDS', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const instances = new DriverInstances(
    () => ({
      host: '127.0.0.1',
      port,
      user: 'u',
      password: () => 'x',
      encrypt: true,
      connectDeadlineMs: 500,
      queryDeadlineMs: 500,
    }),
    hostClock,
  );
  const refused = await failure(instances.open(SQL1, never));
  expect(['PCO_INSTANCE_UNREACHABLE', 'PCO_INSTANCE_TIMEOUT']).toContain(refused.code);
  server.close();
});

test.each(['19.2.2', '20.2.9', '18.0.0'])('refuses the driver %s', (version) => {
  expect(() => assertSafeDriver(version)).toThrow(/older/);
});

test('accepts the driver that is installed', () => {
  expect(() => assertSafeDriver()).not.toThrow();
});

test('leaves text as it is', async () => {
  await using w = await world({ answer: () => [columns(['t', text]), row('Größe ☃'), done(1), end()] });
  const { resultSets } = await w.instances
    .observer(SQL1)
    .run(batch('x'), { signal: never, deadlineMs: 1000 });
  expect(resultSets[0]?.rows).toEqual([{ t: 'Größe ☃' }]);
});
