/** Values through the real driver, both ways. */
import sql from 'mssql';
import { expect, test } from 'vitest';
import type { RpcParameter } from '../../../src/simulator/estate-contract.ts';
import type { CellValue, SqlType } from '../../../src/simulator/sql-tokens.ts';
import { columns, connect, done, end, row, startScripted } from './scripted-server.ts';

const guid = '6F9619FF-8B86-D011-B42D-00C04FC964FF';

const outgoing: readonly (readonly [string, SqlType, CellValue, unknown])[] = [
  ['int', { name: 'int' }, -2147483648, -2147483648],
  ['tinyint', { name: 'tinyint' }, 255, 255],
  ['smallint', { name: 'smallint' }, -32768, -32768],
  ['bigint beyond 2^53', { name: 'bigint' }, 9007199254740993n, '9007199254740993'],
  ['bigint from text', { name: 'bigint' }, '-9223372036854775808', '-9223372036854775808'],
  ['bit', { name: 'bit' }, true, true],
  ['real', { name: 'real' }, 1.5, 1.5],
  ['float', { name: 'float' }, Math.PI, Math.PI],
  ['uniqueidentifier', { name: 'uniqueidentifier' }, guid, guid],
  ['nvarchar(n)', { name: 'nvarchar', length: 128 }, 'Grüße 漢字 🚀', 'Grüße 漢字 🚀'],
  ['empty nvarchar', { name: 'nvarchar', length: 1 }, '', ''],
  ['nvarchar(max)', { name: 'nvarchar', length: 'max' }, 'x'.repeat(70_000), 'x'.repeat(70_000)],
  ['empty nvarchar(max)', { name: 'nvarchar', length: 'max' }, '', ''],
  ['varchar(n)', { name: 'varchar', length: 20 }, 'Preis 5 €', 'Preis 5 €'],
  ['varchar(max)', { name: 'varchar', length: 'max' }, 'ä€', 'ä€'],
  ['nchar pads', { name: 'nchar', length: 3 }, 'a', 'a  '],
  ['char pads', { name: 'char', length: 3 }, 'a', 'a  '],
  ['varbinary', { name: 'varbinary', length: 16 }, Uint8Array.of(0, 1, 255), Buffer.of(0, 1, 255)],
  ['varbinary(max)', { name: 'varbinary', length: 'max' }, Uint8Array.of(7), Buffer.of(7)],
  ['numeric', { name: 'numeric', precision: 9, scale: 2 }, '-12345.67', -12345.67],
  ['datetime', { name: 'datetime' }, '2026-11-23T22:29:00.123', new Date('2026-11-23T22:29:00.123Z')],
  [
    'datetime rounds to 1/300 s',
    { name: 'datetime' },
    '2026-11-23T23:59:59.999',
    new Date('2026-11-24T00:00:00.000Z'),
  ],
  [
    'datetime2',
    { name: 'datetime2', scale: 7 },
    '2024-02-29T01:02:03.1234567',
    new Date('2024-02-29T01:02:03.123Z'),
  ],
  ['datetime2(0)', { name: 'datetime2', scale: 0 }, '1753-01-01T00:00:00', new Date('1753-01-01T00:00:00Z')],
  [
    'datetimeoffset',
    { name: 'datetimeoffset', scale: 3 },
    '2026-01-01T00:30:00.250+02:00',
    new Date('2025-12-31T22:30:00.250Z'),
  ],
  ['variant text', { name: 'sql_variant' }, 'Enterprise Edition', 'Enterprise Edition'],
  ['variant int', { name: 'sql_variant' }, 3, 3],
  ['variant bigint', { name: 'sql_variant' }, 5n, '5'],
  ['variant bit', { name: 'sql_variant' }, false, false],
  ['variant float', { name: 'sql_variant' }, 0.5, 0.5],
];

test('brings every type and its NULL to the driver', async () => {
  await using scripted = await startScripted({
    answer: () => [
      columns(...outgoing.map(([name, type]) => [name, type] as const)),
      row(...outgoing.map(([, , value]) => value)),
      row(...outgoing.map(() => null)),
      done(2),
      end(),
    ],
  });
  await using pool = await connect(scripted.port);
  const { recordset } = await pool.request().query<Record<string, unknown>>('SELECT everything');
  expect(recordset[0]).toEqual(Object.fromEntries(outgoing.map(([name, , , seen]) => [name, seen])));
  expect(recordset[1]).toEqual(Object.fromEntries(outgoing.map(([name]) => [name, null])));
});

test('tells the driver lengths, precision and scale of columns', async () => {
  await using scripted = await startScripted({
    answer: () => [
      columns(
        ['lsn', { name: 'numeric', precision: 25, scale: 0 }],
        ['name', { name: 'nvarchar', length: 128 }],
      ),
      done(0),
      end(),
    ],
  });
  await using pool = await connect(scripted.port);
  const { recordset } = await pool.request().query('SELECT');
  expect(recordset.columns['lsn']).toMatchObject({ precision: 25, scale: 0 });
  expect(recordset.columns['name']).toMatchObject({ length: 256 });
});

const incoming: readonly (readonly [
  string,
  sql.ISqlType | (() => sql.ISqlType),
  unknown,
  SqlType['name'],
  CellValue,
])[] = [
  ['int', sql.Int, -5, 'int', -5],
  ['bigint', sql.BigInt, '9007199254740993', 'bigint', 9007199254740993n],
  ['smallint', sql.SmallInt, -3, 'smallint', -3],
  ['tinyint', sql.TinyInt, 200, 'tinyint', 200],
  ['bit', sql.Bit, true, 'bit', true],
  ['bitnull', sql.Bit, null, 'bit', null],
  ['float', sql.Float, 0.1, 'float', 0.1],
  ['real', sql.Real, 0.5, 'real', 0.5],
  ['nvarchar', sql.NVarChar(50), '漢字', 'nvarchar', '漢字'],
  ['nvarcharnull', sql.NVarChar(50), null, 'nvarchar', null],
  ['nvarcharmax', sql.NVarChar(sql.MAX), 'y'.repeat(9000), 'nvarchar', 'y'.repeat(9000)],
  ['nvarcharmaxnull', sql.NVarChar(sql.MAX), null, 'nvarchar', null],
  ['varchar', sql.VarChar(50), 'ä€', 'varchar', 'ä€'],
  ['varbinary', sql.VarBinary(8), Buffer.of(1, 2), 'varbinary', Uint8Array.of(1, 2)],
  ['varbinarymax', sql.VarBinary(sql.MAX), Buffer.alloc(9000, 3), 'varbinary', new Uint8Array(9000).fill(3)],
  ['guid', sql.UniqueIdentifier, guid.toLowerCase(), 'uniqueidentifier', guid],
  ['guidnull', sql.UniqueIdentifier, null, 'uniqueidentifier', null],
  ['decimal', sql.Decimal(18, 4), -1234.5678, 'numeric', '-1234.5678'],
  ['datetime', sql.DateTime, new Date('2026-11-23T22:29:00.123Z'), 'datetime', '2026-11-23T22:29:00.123'],
  [
    'datetime2',
    sql.DateTime2(3),
    new Date('2026-11-23T22:29:00.123Z'),
    'datetime2',
    '2026-11-23T22:29:00.123',
  ],
  [
    'datetimeoffset',
    sql.DateTimeOffset(3),
    new Date('2026-11-23T22:29:00.123Z'),
    'datetimeoffset',
    '2026-11-23T22:29:00.123+00:00',
  ],
  ['date', sql.Date, new Date('2026-11-23T00:00:00Z'), 'datetime2', '2026-11-23T00:00:00'],
  ['money', sql.Money, -12.5, 'numeric', '-12.5000'],
  [
    'smalldatetime',
    sql.SmallDateTime,
    new Date('2026-11-23T22:29:00Z'),
    'datetime',
    '2026-11-23T22:29:00.000',
  ],
];

test('reads every parameter type that the driver can send', async () => {
  await using scripted = await startScripted({});
  await using pool = await connect(scripted.port);
  const request = pool.request();
  for (const [name, type, value] of incoming) request.input(name, type, value);
  await request.query('SELECT 1');
  const call = scripted.requests[0];
  const parameters: readonly RpcParameter[] = call?.kind === 'rpc' ? call.parameters : [];
  expect(parameters[0]).toMatchObject({ value: 'SELECT 1', output: false });
  const seen = parameters.slice(2).map(({ name, type, value }) => [name, type.name, value]);
  expect(seen).toEqual(incoming.map(([name, , , type, value]) => [`@${name}`, type, value]));
});
