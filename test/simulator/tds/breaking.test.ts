/** What ends an answer or a connection: attention, severity 20, closes, resets, silence at each stage, and bytes that are not TDS. */
import { connect as connectTcp } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packetType } from '../../../src/simulator/tds/packets.ts';
import { loggedIn, parameterPayload } from './raw-client.ts';
import type { FaultEffect, FaultStage } from '../../../src/simulator/tds/faults.ts';
import type { SqlToken } from '../../../src/simulator/sql-tokens.ts';
import {
  columns,
  connect,
  done,
  end,
  error,
  int,
  localhostCertificate,
  row,
  startScripted,
  text,
} from './scripted-server.ts';

const one: readonly SqlToken[] = [columns(['n', int]), row(1), done(1), end()];

for (const partial of [undefined, [columns(['n', int]), row(0)]] as const) {
  const when = partial === undefined ? 'before its first byte' : 'in the middle of its rows';
  test(`answers an attention ${when} and the same connection serves the next request`, async () => {
    await using scripted = await startScripted({
      answer: (request) => (request.kind === 'batch' && request.text === 'WAITFOR' ? partial : one),
    });
    await using pool = await connect(scripted.port, { requestTimeout: 400 });
    await pool.request().batch('SELECT 1');
    const request = pool.request();
    const slow = request.batch('WAITFOR');
    if (partial !== undefined) {
      await expect.poll(() => scripted.requests.length).toBe(2);
      request.cancel();
    }
    await expect(slow).rejects.toMatchObject({ code: partial === undefined ? 'ETIMEOUT' : 'ECANCEL' });
    expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
    expect(scripted.attentions).toHaveLength(1);
    // One connection of pool.connect(), which the driver throws away, and one that served all three batches.
    expect(scripted.logins).toHaveLength(2);
  });
}

test('drops tokens that come after the attention was acknowledged', async () => {
  const ids: string[] = [];
  await using scripted = await startScripted({
    answer: (request, id) => {
      ids.push(id);
      return request.kind === 'batch' && request.text === 'WAITFOR' ? undefined : one;
    },
  });
  await using pool = await connect(scripted.port, { requestTimeout: 400 });
  await expect(pool.request().batch('WAITFOR')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  scripted.server.send(ids[0] ?? '', [columns(['late', int]), row(9), done(1), end()]);
  expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
});

test('lets an answer that ends after the attention finish before the acknowledgement', async () => {
  await using scripted = await startScripted({
    answer: (request) => (request.kind === 'batch' && request.text === 'WAITFOR' ? undefined : one),
    onAttention: (id, server) => {
      server.send(id, [error(3204, 16, 'The backup or restore was aborted.'), end(true)]);
      server.acknowledgeAttention(id);
    },
  });
  await using pool = await connect(scripted.port, { requestTimeout: 400 });
  await expect(pool.request().batch('WAITFOR')).rejects.toThrow();
  expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  expect(scripted.logins).toHaveLength(2);
});

for (const encrypt of [false, true]) {
  test(`closes after an error of severity 20 ${encrypt ? 'under TLS' : 'in the clear'}`, async () => {
    const tls = await localhostCertificate();
    await using scripted = await startScripted({
      tls,
      answer: () => [
        error(596, 21, 'Cannot continue the execution because the session is in the kill state.'),
      ],
    });
    await using pool = await connect(scripted.port, { options: { encrypt, trustServerCertificate: true } });
    await expect(pool.request().batch('RESTORE')).rejects.toMatchObject({ number: 596, class: 21 });
    await expect.poll(() => scripted.server.connections()).toEqual([]);
  });
}

test('closes an idle connection when the model kills its session', async () => {
  await using scripted = await startScripted({ answer: () => one });
  await using pool = await connect(scripted.port);
  await pool.request().batch('SELECT 1');
  const [connection] = scripted.server.connections();
  scripted.server.send(connection?.id ?? '', [{ kind: 'close' }]);
  await expect.poll(() => scripted.server.connections()).toEqual([]);
  expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
});

for (const how of ['reset', 'close'] as const) {
  test(`drops a connection by ${how} in the middle of a result and serves the next`, async () => {
    await using scripted = await startScripted({
      answer: (request, id, server) => {
        if (request.kind === 'batch' && request.text === 'SELECT 1') return one;
        server.send(id, [columns(['n', int]), row(1)]);
        server.drop(id, how);
        return undefined;
      },
    });
    await using pool = await connect(scripted.port);
    await expect(pool.request().batch('SELECT many')).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNRESET|ECLOSE|ESOCKET/) as string,
    });
    expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  });
}

const big: readonly SqlToken[] = [
  columns(['v', text]),
  ...Array.from({ length: 50 }, () => row('x'.repeat(100))),
  done(50),
  end(),
];
const stages: readonly FaultStage[] = [
  'connect',
  'prelogin',
  'tls',
  'login',
  'login-half',
  'request',
  'result-half',
];
const effects: readonly FaultEffect[] = ['silence', 'reset', 'close'];

test.each(stages.flatMap((stage) => effects.map((effect) => ({ stage, effect }))))(
  'breaks at $stage by $effect and recovers when the fault is gone',
  async ({ stage, effect }) => {
    const tls = await localhostCertificate();
    let isBroken = true;
    await using scripted = await startScripted({
      tls,
      answer: () => big,
      fault: (asked) => (isBroken && asked === stage ? effect : undefined),
    });
    const options = { encrypt: true, trustServerCertificate: true, cancelTimeout: 100 };
    const attempt = async (deadlineMs: number): Promise<number> => {
      await using pool = await connect(scripted.port, {
        connectionTimeout: deadlineMs,
        requestTimeout: deadlineMs,
        options,
      });
      const request = pool.request();
      const running = request.batch('SELECT v');
      if (isBroken && stage === 'result-half' && effect === 'silence') {
        // The driver's own deadline ends with the first packet.
        await expect.poll(() => scripted.requests.length).toBe(1);
        request.cancel();
      }
      return (await running).recordset.length;
    };
    await expect(attempt(200)).rejects.toThrow();
    isBroken = false;
    scripted.server.connections().forEach(({ id }) => scripted.server.drop(id, 'reset'));
    expect(await attempt(3000)).toBe(50);
  },
);

test('stops and listens on the same port again', async () => {
  const scripted = await startScripted({ answer: () => one });
  await using pool = await connect(scripted.port);
  await pool.request().batch('SELECT 1');
  await scripted.server.stop('close');
  await expect(pool.request().batch('SELECT 1')).rejects.toThrow();
  expect(await scripted.server.listen(scripted.port)).toBe(scripted.port);
  expect((await pool.request().batch('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  await scripted.server.stop('reset');
});

async function pour(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
}

test('serves on after any bytes at all', async () => {
  const tls = await localhostCertificate();
  await using scripted = await startScripted({ tls, answer: () => one });
  const type = fc.constantFrom(0x01, 0x03, 0x06, 0x0e, 0x10, 0x12, 0x16, 0x80);
  const packet = fc
    .tuple(type, fc.integer({ min: 0, max: 31 }), fc.uint8Array({ maxLength: 200 }))
    .map(([kind, status, body]) => {
      const header = Buffer.from([kind, status, 0, 0, 0, 0, 1, 0]);
      header.writeUInt16BE(body.length + 8, 2);
      return Buffer.concat([header, body]);
    });
  const stream = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(packet, { maxLength: 3 }).map((parts) => Buffer.concat(parts)),
  );
  await fc.assert(
    fc.asyncProperty(stream, (bytes) => pour(scripted.port, bytes)),
    { numRuns: 200 },
  );
  await using pool = await connect(scripted.port);
  expect((await pool.request().query('SELECT 1')).recordset).toEqual([{ n: 1 }]);
  expect(scripted.protocolErrors.length).toBeGreaterThan(0);
});

test('ends only the connection whose logged-in client sends nonsense', async () => {
  await using scripted = await startScripted({ answer: () => one });
  const parameter = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 40 }));
  const payload = fc.oneof(
    parameter.map(([code, bytes]) => parameterPayload(Uint8Array.of(code, ...bytes))),
    fc.uint8Array({ maxLength: 60 }),
  );
  const kind = fc.constantFrom(packetType.rpc, packetType.batch, packetType.transaction);
  await fc.assert(
    fc.asyncProperty(kind, payload, async (type, bytes) => {
      await using client = await loggedIn(scripted.port);
      await client.send(type, bytes);
      await client.answered();
    }),
    { numRuns: 150 },
  );
  await using pool = await connect(scripted.port);
  expect((await pool.request().query('SELECT 1')).recordset).toEqual([{ n: 1 }]);
});
