/** Answers byte by byte: DONE tokens and their MORE bit, joined calls, requests sent ahead, attention, reset, old versions. */
import { expect, test } from 'vitest';
import type { CellValue, SqlToken } from '../../../src/simulator/sql-tokens.ts';
import { packetStatus, packetType } from '../../../src/simulator/tds/packets.ts';
import { batchPayload, callsPayload, loggedIn, login7, parameterPayload, rawClient } from './raw-client.ts';
import { columns, done, end, int, row, startScripted } from './scripted-server.ts';

/** Code and status of a DONE, DONEPROC or DONEINPROC; command and row count after it are zero unless given. */
const doneBytes = (code: number, status: number, command = 0, rows = 0): number[] => [
  code,
  status,
  0,
  command,
  0,
  rows,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
];
const statusBytes = (value: number): number[] => [0x79, value, 0, 0, 0];
/** COLMETADATA of one nullable int column `n`, then ROW with 7. */
const set = [0x81, 1, 0, 0, 0, 0, 0, 1, 0, 0x26, 4, 1, 0x6e, 0, 0xd1, 4, 7, 0, 0, 0];
const oneSet: readonly SqlToken[] = [columns(['n', int]), row(7), done(1)];
const inProcedure: SqlToken = { kind: 'done', rows: undefined, failed: false, inProcedure: true };
const status0: SqlToken = { kind: 'return-status', value: 0 };

interface Shape {
  readonly shape: string;
  readonly tokens: readonly SqlToken[];
  readonly batch: readonly number[];
  readonly call: readonly number[];
}
const shapes: readonly Shape[] = [
  {
    shape: 'nothing at all',
    tokens: [end()],
    batch: doneBytes(0xfd, 0x00),
    call: [...statusBytes(0), ...doneBytes(0xfe, 0x00)],
  },
  {
    shape: 'one statement without a count',
    tokens: [done(), end()],
    batch: doneBytes(0xfd, 0x00),
    call: [...doneBytes(0xff, 0x01), ...statusBytes(0), ...doneBytes(0xfe, 0x00)],
  },
  {
    shape: 'one set',
    tokens: [...oneSet, end()],
    batch: [...set, ...doneBytes(0xfd, 0x10, 0xc1, 1)],
    call: [...set, ...doneBytes(0xff, 0x11, 0xc1, 1), ...statusBytes(0), ...doneBytes(0xfe, 0x00)],
  },
  {
    shape: 'two statements, the last failed',
    tokens: [done(3), { kind: 'done', rows: undefined, failed: true, inProcedure: false }, end(true)],
    batch: [...doneBytes(0xfd, 0x11, 0, 3), ...doneBytes(0xfd, 0x02)],
    call: [...doneBytes(0xff, 0x11, 0, 3), ...doneBytes(0xff, 0x03), ...doneBytes(0xfe, 0x02)],
  },
  {
    shape: 'a procedure that is followed by a statement',
    tokens: [inProcedure, status0, done(), done(2), end()],
    batch: [
      ...doneBytes(0xff, 0x01),
      ...statusBytes(0),
      ...doneBytes(0xfe, 0x01),
      ...doneBytes(0xfd, 0x10, 0, 2),
    ],
    call: [
      ...doneBytes(0xff, 0x01),
      ...doneBytes(0xff, 0x01),
      ...doneBytes(0xff, 0x11, 0, 2),
      ...statusBytes(0),
      ...doneBytes(0xfe, 0x00),
    ],
  },
];

test.each(shapes)(
  'answers $shape with the DONE tokens that belong to a batch and to a call',
  async ({ tokens, batch, call }) => {
    await using scripted = await startScripted({ answer: () => tokens });
    await using client = await loggedIn(scripted.port);
    await client.send(packetType.batch, batchPayload('x'));
    expect([...(await client.next())]).toEqual(batch);
    await client.send(packetType.rpc, callsPayload('sp_x'));
    expect([...(await client.next())]).toEqual(call);
  },
);

test('says the same whether tokens come at once or one by one', async () => {
  const tokens = shapes.find(({ shape }) => shape === 'one set')?.tokens ?? [];
  await using scripted = await startScripted({
    answer: (_request, id, server) => {
      for (const one of tokens) server.send(id, [one]);
      return undefined;
    },
  });
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('x'));
  expect([...(await client.next())]).toEqual([...set, ...doneBytes(0xfd, 0x10, 0xc1, 1)]);
});

test('answers calls joined in one message in one message', async () => {
  await using scripted = await startScripted({ answer: () => [end()] });
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.rpc, callsPayload('sp_a', 'sp_b'));
  const answer = [...statusBytes(0), ...doneBytes(0xfe, 0x01), ...statusBytes(0), ...doneBytes(0xfe, 0x00)];
  expect([...(await client.next())]).toEqual(answer);
  expect(scripted.requests).toMatchObject([{ procedure: 'sp_a' }, { procedure: 'sp_b' }]);
});

test('holds a request sent ahead until the one before it has ended', async () => {
  const ids: string[] = [];
  await using scripted = await startScripted({ answer: (_request, id) => void ids.push(id) });
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('first'));
  await client.send(packetType.batch, batchPayload('second'));
  await expect.poll(() => scripted.requests.length).toBe(1);
  scripted.server.send(ids[0] ?? '', [done(1), end()]);
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x10, 0, 1));
  await expect.poll(() => scripted.requests.length).toBe(2);
  scripted.server.send(ids[0] ?? '', [done(2), end()]);
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x10, 0, 2));
  expect(scripted.requests).toEqual([
    { kind: 'batch', text: 'first' },
    { kind: 'batch', text: 'second' },
  ]);
});

test('answers an attention in two messages, and an idle one in one', async () => {
  await using scripted = await startScripted({ answer: () => undefined });
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('WAITFOR'));
  await client.send(packetType.attention, new Uint8Array(0));
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x02));
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x20));
  await client.send(packetType.attention, new Uint8Array(0));
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x20));
  expect(scripted.attentions).toHaveLength(1);
});

test('passes no request up that the client gave up while sending it', async () => {
  await using scripted = await startScripted({});
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('x'), { status: packetStatus.ignore });
  expect([...(await client.next())]).toEqual(doneBytes(0xfd, 0x02));
  expect(scripted.requests).toEqual([]);
});

test('confirms RESETCONNECTION before the answer', async () => {
  await using scripted = await startScripted({ answer: () => [end()] });
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('x'), { status: packetStatus.resetConnection });
  expect([...(await client.next())]).toEqual([0xe3, 3, 0, 18, 0, 0, ...doneBytes(0xfd, 0x00)]);
  expect(scripted.resets).toHaveLength(1);
});

test('reads a request that arrives byte by byte', async () => {
  await using scripted = await startScripted({});
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.batch, batchPayload('KILL 51'), { piece: 1 });
  await client.next();
  expect(scripted.requests).toEqual([{ kind: 'batch', text: 'KILL 51' }]);
});

const numericType = (precision: number, size: number): number[] => [0x6c, size, precision, 0];
const lsn = [0xa1, 0x86, 0xf1, 0x3f, 0xe2, 0x4d, 0x9d, 0xbb, 0x94, 0x73, 0x07, 0x00];
const typesOnTheWire: readonly (readonly [string, readonly number[], CellValue])[] = [
  ['numeric(25,0) in 12 bytes', [...numericType(25, 13), 13, 1, ...lsn], bigLittle(lsn).toString()],
  ['numeric(26,0), negative', [...numericType(26, 13), 13, 0, ...lsn], (-bigLittle(lsn)).toString()],
  [
    'numeric(38,0) in 16 bytes',
    [...numericType(38, 17), 17, 1, ...Array<number>(15).fill(0xff), 0x3f],
    ((1n << 126n) - 1n).toString(),
  ],
  ['decimal(5,2)', [0x6a, 5, 5, 2, 5, 0, 0x39, 0x30, 0, 0], '-123.45'],
  ['a fixed int', [0x38, 0xfe, 0xff, 0xff, 0xff], -2],
  ['a fixed bit', [0x32, 1], true],
  ['a NULL without a type', [0x1f], null],
  [
    'nvarchar(max) of unknown length in parts',
    [
      0xe7,
      0xff,
      0xff,
      9,
      4,
      0xd0,
      0,
      0x34,
      0xfe,
      ...Array<number>(7).fill(0xff),
      2,
      0,
      0,
      0,
      0x61,
      0,
      2,
      0,
      0,
      0,
      0x62,
      0,
      0,
      0,
      0,
      0,
    ],
    'ab',
  ],
  ['a variant of int', [0x62, 0x49, 0x1f, 0, 0, 6, 0, 0, 0, 0x38, 0, 3, 0, 0, 0], 3],
  ['a time', [0x29, 0, 3, 0x10, 0x0e, 0], '1900-01-01T01:00:00'],
];

function bigLittle(bytes: readonly number[]): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

test.each(typesOnTheWire)('reads %s with every digit', async (_name, bytes, value) => {
  await using scripted = await startScripted({});
  await using client = await loggedIn(scripted.port);
  await client.send(packetType.rpc, parameterPayload(Uint8Array.from(bytes)));
  await client.next();
  expect(scripted.requests).toMatchObject([
    { procedure: 'sp_executesql', parameters: [{ name: '@p', value }] },
  ]);
});

test('gives a client of TDS 7.2 datetime2 as text', async () => {
  await using scripted = await startScripted({
    answer: () => [
      columns(['d', { name: 'datetime2', scale: 3 }]),
      row('2026-11-23T22:29:00.123'),
      done(1),
      end(),
    ],
  });
  await using client = await loggedIn(scripted.port, 0x72090002);
  await client.send(packetType.batch, batchPayload('x'));
  expect((await client.next()).toString('utf16le', 23)).toContain('2026-11-23T22:29:00.123');
});

test('refuses Windows credentials with 18452', async () => {
  await using scripted = await startScripted({});
  await using client = await rawClient(scripted.port);
  await client.send(packetType.login7, login7({ integrated: true }));
  const answer = await client.next();
  expect(answer[0]).toBe(0xaa);
  expect(answer.readInt32LE(3)).toBe(18452);
  expect(scripted.logins).toEqual([]);
});

test('ends the connection of a client older than TDS 7.2', async () => {
  await using scripted = await startScripted({});
  await using client = await rawClient(scripted.port);
  await client.send(packetType.login7, login7({ version: 0x71000001 }));
  await expect
    .poll(() => scripted.protocolErrors.map(({ message }) => message))
    .toEqual(['TDS version 0x71000001 is not served']);
});
