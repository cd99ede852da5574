/** What the engine refuses, with which number, and how far each refusal reaches. */
import { describe, expect, test } from 'vitest';
import { batch, errorsOf, messagesOf, rowsOf, smallHost } from './small-host.ts';

/** text, error numbers, first values of the rows that came back all the same */
const REFUSALS: readonly (readonly [string, readonly number[], readonly unknown[]])[] = [
  ['select 1; selekt from', [102], []],
  ['select 1 select from sys.databases', [102], []],
  ['select 1 =', [102], []],
  ['select (1 = 1)', [102], []],
  ["select 1; select 'open", [105], []],
  ['select 1; select [open', [105], []],
  ['select 1 /* open /* twice */', [113], []],
  ['if 1 select 1', [4145], []],
  ['select 1; select @x', [137], []],
  ['declare @x int declare @x int select 1', [134], []],
  ['select 1; select nope from sys.databases; select 2', [207], [1]],
  ['select 1; select d.nope from sys.databases d; select 2', [207], [1]],
  ['select 1; select x.name from sys.databases d; select 2', [4104], [1]],
  ['select 1; select * from nosuch.thing; select 2', [208], [1]],
  ['select 1; select * from a.b.c.d; select 2', [208], [1]],
  ['select 1; select * from #none; select 2', [208], [1]],
  ['select 1; select nofunction(1); select 2', [195], [1]],
  ['select 1; exec nosuch_procedure 1; select 2', [2812], [1, 2]],
  ['select 1; exec sp_fail; select 2', [14262], [1, 2]],
  ['select 1; select 1/0; select 2', [8134], [1, 2]],
  ["select 1; select convert(int, 'abc'); select 2", [245], [1]],
  ["select 1; select convert(bigint, N'12x'); select 2", [8114], [1]],
  ["select 1; select convert(datetime, 'yesterday'); select 2", [241], [1]],
  ["select 1; select convert(uniqueidentifier, 'x'); select 2", [8169], [1]],
  ['select 1; select 2147483647 + 1; select 2', [8115], [1, 2]],
  ['select 1; select convert(tinyint, 300); select 2', [220], [1, 2]],
  ["select 1; select '99999999999' + 1; select 2", [248], [1]],
  ['select 1; select * from dbo.tblChat; select 2', [927], [1]],
  ['select 1; select name from sys.databases, sys.master_files where database_id = 1; select 2', [209], [1]],
  ['select 1; select name, count(*) from sys.databases; select 2', [8120], [1]],
  ['select 1; select name from sys.databases where count(*) > 1; select 2', [147], [1]],
  ['select 1; select (select name from sys.databases); select 2', [512], [1, 2]],
  ['select 1; select (select name, state from sys.databases); select 2', [116], [1]],
  ['select 1 union all select 2, 3; select 2', [205], []],
  ['select 1; select convert(date, getdate())', [243], []],
  ['declare @d date; select 1', [2715], []],
  ['set nosuch_option on; select 1', [195], []],
  ['declare @x int; select @x = 1, 2; select 1', [141], []],
  ["backup database mgc to disk = 'x' with bogus", [155], []],
  ['return 1', [178], []],
  ['while 1 = 1 select 1', [102], []],
  ['update sys.databases set name = 1', [102], []],
  ['waitfor delay 5', [102], []],
  ["exec ('select ' + quotename('x'))", [102], []],
  ['exec sp_add_thing @a = 1, 2', [119], []],
  ['throw', [10704], []],
  ["throw 40000, 'x', 1; select 1", [35100], []],
  ['drop table #none; select 1', [3701], [1]],
  ['create table #a (x int); create table #a (x int); select 1', [2714], [1]],
  ['create table #a (x int); insert #a values (1, 2); select 1', [213], []],
  ['create table #a (x int); insert #a (x) values (1, 2); select 1', [110], []],
  ['create table #a (x int not null); insert #a values (null); select 1', [515], [1]],
  ["create table #a (x nvarchar(2)); insert #a values ('abc'); select 1", [8152], [1]],
  ["create table #a (x int, y int); insert #a exec ('select 1'); select 1", [213], [1]],
  ['insert #none exec sp_slow; select 1', [208], []],
  ['select distinct name from sys.databases order by database_id', [145], []],
  ['select name from sys.databases order by 2', [108], []],
  ["raiserror('bad %s %d', 16, 3, N'thing', 7); select 1", [50000], [1]],
];

describe('refusals', () => {
  test.each(REFUSALS)('%s', (text, numbers, rows) => {
    const step = batch(text);
    expect(errorsOf(step)).toEqual(numbers);
    expect(rowsOf(step).map((row) => row[0])).toEqual(rows);
    expect(step.tokens.at(-1)?.kind).toBe('end');
    expect(step.execution).toBeUndefined();
  });

  test('names the thing, the line and the severity', () => {
    const step = batch('select 1\n\nselect nope from sys.databases');
    expect(step.tokens).toContainEqual({
      kind: 'error',
      number: 207,
      state: 1,
      class: 16,
      message: "Invalid column name 'nope'.",
      procedure: '',
      line: 3,
    });
  });

  test('formats the message of RAISERROR', () => {
    expect(messagesOf(batch("raiserror('bad %s %d%%', 16, 3, N'thing', 7)"))).toEqual(['bad thing 7%']);
  });

  test('severity 10 and less is a message, not an error', () => {
    const step = batch("raiserror('note', 10, 1) print 'and ' + convert(varchar(3), 12)");
    expect(errorsOf(step)).toEqual([]);
    expect(messagesOf(step)).toEqual(['note', 'and 12']);
  });

  test('severity 20 closes the connection after the tokens', () => {
    const host = smallHost(() => ({
      kind: 'failure',
      errors: [{ number: 596, state: 1, class: 21, message: 'kill state' }],
    }));
    const step = batch('begin try checkpoint end try begin catch select 1 end catch', host);
    expect(errorsOf(step)).toEqual([596]);
    expect(step.tokens.at(-1)?.kind).toBe('close');
    expect(step.execution).toBeUndefined();
  });

  test('several errors of one statement keep their order and the batch goes on', () => {
    const errors = [4305, 3013].map((number) => ({ number, state: 1, class: 16, message: `m${number}` }));
    const host = smallHost((command) =>
      command.kind === 'restore' ? { kind: 'failure', errors } : undefined,
    );
    const step = batch("RESTORE LOG mgc FROM DISK = N'E:\\x.trn' WITH NORECOVERY; SELECT @@ERROR", host);
    expect(errorsOf(step)).toEqual([4305, 3013]);
    expect(rowsOf(step)).toEqual([[3013]]);
    expect(step.tokens.filter((token) => token.kind === 'done').map((token) => token.failed)).toEqual([
      true,
      false,
    ]);
  });

  test('XACT_ABORT ON ends the batch at a failed statement, but not at RAISERROR', () => {
    expect(rowsOf(batch('set xact_abort on; select 1/0; select 1'))).toEqual([]);
    expect(rowsOf(batch("set xact_abort on; raiserror('x', 16, 1); select 1"))).toEqual([[1]]);
  });
});
