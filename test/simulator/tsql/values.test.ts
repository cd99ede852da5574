/** Values: arithmetic, conversions, comparisons, functions, and the types that results carry. */
import { describe, expect, test } from 'vitest';
import { batch, columnsOf, LSN, NVARCHAR, rowsOf, valueOf } from './small-host.ts';

const VALUES: readonly (readonly [string, unknown])[] = [
  ['1 + 2 * 3', 7],
  ["datalength(replicate(N'xy', 3000))", 8000],
  ["datalength(replicate('xy', 3000))", 6000],
  ["len(replicate(convert(nvarchar(max), N'x'), 50000))", 50000],
  ['(1 + 2) * 3', 9],
  ['-5 / 2', -2],
  ['7 % 3', 1],
  ['5 & 3', 1],
  ['1.5 + 2', '3.5'],
  ['10.0 / 4', '2.500000'],
  ["'a' + N'b'", 'ab'],
  ["1 + '2'", 3],
  ["'a' + null", null],
  ['39000000120800001 + 1', '39000000120800002'],
  ['convert(varchar(26), 1058890000000031300001)', '1058890000000031300001'],
  ['convert(bigint, 9007199254740993)', 9007199254740993n],
  ["convert(numeric(25,0), N'39000000120800001')", '39000000120800001'],
  ['convert(varchar(3), 12345)', '*'],
  ["convert(varchar(3), 'abcdef')", 'abc'],
  ["cast('2026-11-23T22:29:00' as datetime)", '2026-11-23T22:29:00.000'],
  ["convert(varchar(30), convert(datetime, '2026-11-23 22:29:00.123'), 126)", '2026-11-23T22:29:00.123'],
  ["convert(varchar(30), convert(datetime, '20261123'), 126)", '2026-11-23T00:00:00'],
  ["convert(varchar(30), convert(datetime, '2026-11-23 22:29:00.123'))", 'Nov 23 2026 10:29PM'],
  ["convert(varchar(30), convert(datetime, '2026-11-23 22:29:00.123'), 121)", '2026-11-23 22:29:00.123'],
  ["convert(varchar(8), convert(datetime, '2026-11-23'), 112)", '20261123'],
  [
    "convert(varchar(36), convert(uniqueidentifier, '6f9619ff-8b86-d011-b42d-00c04fc964ff'))",
    '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  ],
  ["convert(bit, 'true')", true],
  ['convert(bit, 0)', false],
  ["try_convert(int, 'x')", null],
  ["try_convert(int, '12')", 12],
  ['isnull(null, 5)', 5],
  ["isnull(convert(varchar(2), null), 'abcdef')", 'ab'],
  ['coalesce(null, null, 3)', 3],
  ['nullif(1, 1)', null],
  ["case when 1 = 2 then 'a' when 2 = 2 then 'b' end", 'b'],
  ["case 3 when 1 then 'a' else N'c' end", 'c'],
  ['case when null = 1 then 1 end', null],
  ['iif(1 < 2, 10, 20)', 10],
  ["case when 'ABC  ' = 'abc' then 1 else 0 end", 1],
  ["case when N'x' in ('y', null, 'X') then 1 else 0 end", 1],
  ["case when 'z' not in ('y', null) then 1 else 0 end", 0],
  ["case when 'mgc_20260101.trn' like 'MGC[_]%.tr_' then 1 else 0 end", 1],
  ["case when 'a%b' like 'a!%b' escape '!' then 1 else 0 end", 1],
  ["case when 'abc' like '[^a]%' then 1 else 0 end", 0],
  ['case when 2 between 1 and 3 then 1 else 0 end', 1],
  ["case when convert(datetime, '2026-01-01') < '2026-01-02' then 1 else 0 end", 1],
  ["case when '39000000120800001' = 39000000120800001 then 1 else 0 end", 1],
  ['case when 39000000120800001 = 39000000120800000 then 1 else 0 end', 0],
  ["upper('aé') + lower('B')", 'AÉb'],
  ["len('ab  ')", 2],
  ["rtrim('ab  ') + '|'", 'ab|'],
  ["substring('abcdef', 2, 3)", 'bcd'],
  ["substring('abcdef', 0, 3)", 'ab'],
  ["charindex('C', 'abc')", 3],
  ["replace('aXbx', 'x', '-')", 'a-b-'],
  ["quotename('a]b')", '[a]]b]'],
  ["quotename('a''b', '''')", "'a''b'"],
  ["left('abc', 2) + right('abc', 1)", 'abc'],
  ["datalength(N'ab')", 4],
  ["concat('a', null, 1)", 'a1'],
  ["datediff(minute, '2026-01-01 00:00:59', '2026-01-01 00:01:00')", 1],
  ["datediff(month, '2026-01-31', '2026-02-01')", 1],
  ["dateadd(month, 1, convert(datetime, '2026-01-31'))", '2026-02-28T00:00:00.000'],
  ["dateadd(ss, -30, convert(datetime, '2026-01-01'))", '2025-12-31T23:59:30.000'],
  ['getutcdate()', '2026-11-23T22:29:00.123'],
  ['getdate()', '2026-11-23T23:29:00.123'],
  ['sysutcdatetime()', '2026-11-23T22:29:00.1240000'],
  ['sysdatetimeoffset()', '2026-11-23T23:29:00.1240000+01:00'],
  ['datediff(hour, getutcdate(), getdate())', 1],
  ['@@spid', 57],
  ['@@servername', 'SQL-PAR-1'],
  ["convert(nvarchar(128), serverproperty('ProductVersion'))", '12.0.6024.0'],
  ["has_dbaccess(N'mgc')", 0],
  ['@@trancount', 0],
  ["object_id('tempdb..#none')", null],
  ['abs(-3)', 3],
  ['0x0AFF', new Uint8Array([10, 255])],
];

describe('values', () => {
  test.each(VALUES)('%s', (expression, value) => {
    expect(valueOf(expression)).toEqual(value);
  });

  test('columns carry the type of their source, of CONVERT, or of the literal', () => {
    const text = `select f.redo_start_lsn, convert(varchar(26), f.redo_start_lsn) l, 1 as one, N'ab' as text, d.is_in_standby standby,
      count_big(*) over_all from sys.databases d join sys.master_files f on f.database_id = d.database_id
      group by f.redo_start_lsn, d.is_in_standby`;
    expect(columnsOf(batch(text)).map(({ name, type }) => [name, type])).toEqual([
      ['redo_start_lsn', LSN],
      ['l', { name: 'varchar', length: 26 }],
      ['one', { name: 'int' }],
      ['text', NVARCHAR(2)],
      ['standby', { name: 'bit' }],
      ['over_all', { name: 'bigint' }],
    ]);
  });

  test('NULL among typed values takes their type', () => {
    const step = batch(
      "select case when 1 = 2 then null else 'x' end, isnull(null, N'y'), coalesce(null, convert(bigint, 3))",
    );
    expect(columnsOf(step).map((column) => column.type.name)).toEqual(['varchar', 'nvarchar', 'bigint']);
    expect(rowsOf(step)).toEqual([['x', 'y', 3n]]);
  });

  test('names may be bracketed, quoted, in any case, with comments between', () => {
    const step = batch(
      'SeLeCt [d]."NAME" as [a]]b] -- x\n/* y /* z */ */ FROM [SYS].[Databases] AS D where D.database_id=5',
    );
    expect(columnsOf(step)[0]?.name).toBe('a]b');
    expect(rowsOf(step)).toEqual([['mgc']]);
  });
});

test('REPLICATE and REPLACE have room for what they make longer, also on the wire', () => {
  expect(
    columnsOf(batch("select replicate(N'x', 400) as a, replace('abc', 'b', 'long') as b")),
  ).toMatchObject([
    { type: { name: 'nvarchar', length: 4000 } },
    { type: { name: 'varchar', length: 8000 } },
  ]);
});
