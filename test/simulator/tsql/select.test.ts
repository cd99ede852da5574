/** SELECT over tables: joins, APPLY, grouping, ordering, subqueries, and that large tables stay cheap. */
import { describe, expect, test } from 'vitest';
import { batch, errorsOf, rowsOf } from './small-host.ts';

const D = 'sys.databases d';
const F = 'sys.master_files f';

/** text, rows */
const QUERIES: readonly (readonly [string, readonly (readonly unknown[])[]])[] = [
  [
    `select d.name, f.file_id from ${D} join ${F} on f.database_id = d.database_id order by 1, 2`,
    [
      ['master', 1],
      ['mgc', 1],
      ['mgc', 2],
    ],
  ],
  [
    `select d.name, f.file_id from ${D} left join ${F} on f.database_id = d.database_id and f.file_id = 2 order by d.name`,
    [
      ['master', null],
      ['mgc', 2],
      ['mgccomp', null],
    ],
  ],
  [`select count(*) from ${D} cross join ${F}`, [[9]]],
  [`select count(*) from ${D}, ${F} where d.database_id = f.database_id`, [[3]]],
  [
    `select d.name, x.n from ${D} outer apply (select count(*) n from ${F} where f.database_id = d.database_id) x`,
    [
      ['master', 1],
      ['mgc', 2],
      ['mgccomp', 0],
    ],
  ],
  [
    `select d.name, x.file_id from ${D} cross apply (select top (1) file_id from ${F} where f.database_id = d.database_id order by file_id desc) x`,
    [
      ['master', 1],
      ['mgc', 2],
    ],
  ],
  [
    `select d.name, t.doubled from ${D} cross apply dbo.fn_twice(d.database_id) t where d.name = 'mgc'`,
    [
      ['mgc', 5],
      ['mgc', 10],
    ],
  ],
  ['select doubled from fn_twice(4)', [[4], [8]]],
  ['select t.a from (select name as a, state from sys.databases) t where t.state = 1', [['mgc']]],
  [
    "select x + 1, y from (values (1, 'a'), (2, 'b')) as t (x, y)",
    [
      [2, 'a'],
      [3, 'b'],
    ],
  ],
  [
    `select database_id, count(*), max(redo_start_lsn) from ${F} group by database_id order by database_id desc`,
    [
      [5, 2, '1058890000000031300001'],
      [1, 1, null],
    ],
  ],
  [`select database_id from ${F} group by database_id having count(*) > 1`, [[5]]],
  ['select count(*), max(name), min(name) from sys.databases where 1 = 2', [[0, null, null]]],
  ['select sum(database_id), avg(database_id) from sys.databases', [[12, 4]]],
  ['select count(distinct state) from sys.databases', [[2]]],
  ['select distinct state from sys.databases order by state', [[0], [1]]],
  ['select top 2 name from sys.databases order by name desc', [['mgccomp'], ['mgc']]],
  ['select name as n from sys.databases order by n', [['master'], ['mgc'], ['mgccomp']]],
  [
    'select top (1) redo_start_lsn from sys.master_files order by redo_start_lsn desc',
    [['1058890000000031300001']],
  ],
  [
    'select redo_start_lsn from sys.master_files order by redo_start_lsn',
    [[null], ['39000000120800001'], ['1058890000000031300001']],
  ],
  ['select 1 union all select 1 union all select 2', [[1], [1], [2]]],
  ['select 2 as x union select 1 union select 2 order by x', [[1], [2]]],
  [
    'select name from sys.databases where name in (select name from sys.databases where state = 1)',
    [['mgc']],
  ],
  [
    'select name from sys.databases where database_id not in (select database_id from sys.master_files)',
    [['mgccomp']],
  ],
  [
    `select name from ${D} where exists (select 1 from ${F} where f.database_id = d.database_id and f.file_id = 2)`,
    [['mgc']],
  ],
  [
    `select name, (select count(*) from ${F} where f.database_id = d.database_id) from ${D} where state = 1`,
    [['mgc', 2]],
  ],
  [
    'select name from sys.databases where database_id = (select max(database_id) from sys.databases)',
    [['mgccomp']],
  ],
  ['select d.* from sys.databases d with (nolock) where d.name = 1 + 0 or d.database_id = 1', []],
  ["select name from sys.databases where is_in_standby = 1 and create_date > '2026-01-01'", [['mgccomp']]],
  [
    'select n = count(*), state from sys.databases group by state order by count(*) desc',
    [
      [2, 0],
      [1, 1],
    ],
  ],
  [
    'select upper(name) from sys.databases group by upper(name) order by 1',
    [['MASTER'], ['MGC'], ['MGCCOMP']],
  ],
];

describe('SELECT', () => {
  test.each(QUERIES)('%s', (text, rows) => {
    const step = batch(text);
    if (rows.length === 0) expect(errorsOf(step)).toEqual([245]);
    else expect(rowsOf(step)).toEqual(rows);
  });

  test('counts and finds the newest of thousands in linear time', () => {
    const started = process.hrtime.bigint();
    for (let i = 0; i < 20; i += 1) {
      expect(rowsOf(batch('select count_big(*), max(n) from dbo.numbers'))).toEqual([[3000n, 2999n]]);
      expect(rowsOf(batch('select top (1) n, word from dbo.numbers order by n desc'))).toEqual([
        [2999n, 'word 3'],
      ]);
    }
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
  });

  test('joins thousands with thousands through an index', () => {
    const started = process.hrtime.bigint();
    const step = batch(
      'select count(*) from dbo.numbers a join dbo.numbers b on b.n = a.n and b.word = a.word',
    );
    expect(rowsOf(step)).toEqual([[3000]]);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1000);
  });

  test('INSERT ... SELECT, VALUES and EXEC fill a #table in its own types', () => {
    const step = batch(`set nocount on
      create table #h (name nvarchar(128), lsn numeric(25,0), at datetime null)
      insert #h (name, lsn) select d.name, f.redo_start_lsn from ${D} join ${F} on f.database_id = d.database_id
      insert into #h values (N'x', '17', '2026-01-01')
      insert #h exec (N'select name, 5, create_date from sys.databases where name = ''mgc''')
      select name, convert(varchar(26), lsn), at from #h order by lsn drop table #h`);
    expect(errorsOf(step)).toEqual([]);
    expect(rowsOf(step)).toEqual([
      ['master', null, null],
      ['mgc', '5', '2026-11-23T22:29:00.123'],
      ['x', '17', '2026-01-01T00:00:00.000'],
      ['mgc', '39000000120800001', null],
      ['mgc', '1058890000000031300001', null],
    ]);
    expect(step.tokens.filter((token) => token.kind === 'columns')).toHaveLength(1);
  });

  test('INSERT ... EXEC of a procedure of the host takes its result set', () => {
    expect(
      rowsOf(batch('create table #w (spid nchar(5)) insert #w exec sp_who2 select rtrim(spid) from #w')),
    ).toEqual([['57']]);
  });
});
