/** IF, TRY and CATCH, nested texts, parameters, what outlives what. */
import { describe, expect, test } from 'vitest';
import { resume } from '../../../src/simulator/tsql/execute.ts';
import {
  batch,
  errorsOf,
  messagesOf,
  NVARCHAR,
  parameter,
  rowsOf,
  rpc,
  settle,
  smallHost,
} from './small-host.ts';

/** text, first values of the rows */
const FLOWS: readonly (readonly [string, readonly unknown[]])[] = [
  ['if 1 = 1 select 1 else select 2', [1]],
  ['if 1 = 2 select 1; else select 2', [2]],
  ['if null = null select 1 else select 2', [2]],
  ['if 1 = 2 begin select 1; select 2 end select 3', [3]],
  ["if exists (select * from sys.databases where name = N'MGC') select 1", [1]],
  ["if not exists (select 1 from sys.databases where name = 'none') select 1", [1]],
  ['if 1 = 2 if 2 = 2 select 1 else select 2 select 3', [3]],
  ['declare @x int; if 1 = 2 declare @y int = 7; select @y; set @x = 3; select @x', [null, 3]],
  ['declare @a int = 2, @b int = 3; select @a * @b', [6]],
  [
    "declare @n nvarchar(20) = N''; select @n = @n + name from sys.databases; select @n",
    ['mastermgcmgccomp'],
  ],
  ["declare @n nvarchar(20) = N'kept'; select @n = name from sys.databases where 1 = 2; select @n", ['kept']],
  ['select 1 return select 2', [1]],
  ["while 1 = 2 waitfor delay '00:00:01' select 3", [3]],
  ["declare @n int = 0; while @n < 3 begin waitfor delay '00:00:01'; set @n = @n + 1 end select @n", [3]],
  ["while 1 = 1 begin waitfor delay '00:00:01'; return end select 2", []],
  ['declare @n int = 0; while @n < 3 set @n = @n + 1 select @n', []],
  ['begin try select 1/0 end try begin catch select error_number() end catch select 3', [8134, 3]],
  [
    "begin try select convert(int, 'x') end try begin catch select error_number(), error_line() end catch",
    [245],
  ],
  ['begin try select * from nosuch end try begin catch select 1 end catch; select 2', []],
  [
    "begin try exec('select * from nosuch') end try begin catch select error_number() end catch; select 2",
    [208, 2],
  ],
  ["begin try exec('selec(') end try begin catch select error_number() end catch", [102]],
  ["begin try throw 50001, 'mine', 1 end try begin catch select error_message() end catch", ['mine']],
  [
    'begin try begin try select 1/0 end try begin catch throw end catch end try begin catch select error_number() end catch',
    [8134],
  ],
  ['begin try select 1 end try begin catch select 2 end catch select 3', [1, 3]],
  ['select error_number()', [null]],
  ["exec ('select 1; exec (''select 2'')') select 3", [1, 2, 3]],
  ["exec ('select * from nosuch; select 9') select 1", [1]],
  ["declare @t nvarchar(50) = N'select '; exec (@t + N'5')", [5]],
  ["exec sp_executesql N'select @p + 1', N'@p int', @p = 4", [5]],
  [
    "declare @o int; exec sp_executesql N'set @o = @i * 2', N'@i int, @o int output', 21, @o output; select @o",
    [42],
  ],
  ["declare @rc int; exec @rc = sp_executesql N'select 1/0'; select @rc", [8134]],
  ["declare @rc int; exec @rc = sp_executesql N'select 1'; select @rc", [1, 0]],
  [
    "declare @rc int, @id uniqueidentifier; exec @rc = msdb.dbo.sp_add_thing @name = N'x', @id = @id output; select @rc select @id",
    [4, '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
  ],
  ['declare @rc int; exec @rc = sp_fail; select @rc', [1]],
  ['sp_who2', ['57   ']],
  ['exec sp_who2 select 2', ['57   ', 2]],
  ['select 1/0; select @@error; select @@error', [8134, 0]],
  ['select name from sys.databases; select @@rowcount', ['master', 'mgc', 'mgccomp', 3]],
  ["raiserror('x', 16, 1) if @@error = 50000 select 1", [1]],
  ["exec('use mgc; select db_name()') select db_name()", ['mgc', 'master']],
  ['use mgc select db_name()', ['mgc']],
  ["exec mgc.sys.sp_executesql N'select db_name()' select db_name()", ['mgc', 'master']],
];

describe('control flow', () => {
  test.each(FLOWS)('%s', (text, values) => {
    expect(rowsOf(batch(text)).map((row) => row[0])).toEqual(values);
  });

  test('CATCH sees the last of several errors and nothing is sent to the client', () => {
    const errors = [4305, 3013].map((number) => ({ number, state: 1, class: 16, message: `m${number}` }));
    const host = smallHost(() => ({ kind: 'failure', errors }));
    const step = batch('begin try checkpoint end try begin catch select error_number() end catch', host);
    expect(errorsOf(step)).toEqual([]);
    expect(rowsOf(step)).toEqual([[3013]]);
  });

  test('nested texts deeper than 32 levels are refused with 217', () => {
    const text =
      "declare @t nvarchar(max) = N'exec sp_executesql @t, N''@t nvarchar(max)'', @t = @t' exec sp_executesql @t, N'@t nvarchar(max)', @t = @t; select 1";
    const step = batch(text);
    expect(errorsOf(step)).toEqual([217]);
    expect(rowsOf(step)).toEqual([]);
  });

  test('SET inside a nested text and its #tables end with it', () => {
    const step = batch(
      "exec('set nocount on; create table #t (x int)') create table #t (x int) insert #t values (1)",
    );
    expect(errorsOf(step)).toEqual([]);
    expect(step.tokens.filter((token) => token.kind === 'done').at(-1)?.rows).toBe(1);
  });

  test('a #table outlives its batch, not its session', () => {
    const first = batch('create table #t (x int); insert #t values (1), (2)');
    expect(rowsOf(batch('select sum(x) from #t', smallHost(), first.session))).toEqual([[3]]);
    expect(errorsOf(batch('select * from #t'))).toEqual([208]);
  });

  test('a wait is handed to the host and the batch goes on where it stood', () => {
    const host = smallHost((command) =>
      command.kind === 'wait' ? { kind: 'pending', operation: 'w' } : undefined,
    );
    const step = batch("declare @x int = 5; waitfor delay '00:01:02.5'; select @x", host);
    expect(step.pendingOperation).toBe('w');
    expect(host.commands).toEqual([{ kind: 'wait', milliseconds: 62_500 }]);
    expect(JSON.parse(JSON.stringify(step.execution))).toEqual(JSON.parse(JSON.stringify(step.execution)));
    expect(rowsOf({ tokens: settle(step, host) })).toEqual([[5]]);
  });

  test('an execution may be frozen, resumed twice, and gives the same answer each time', () => {
    const host = smallHost((command) =>
      command.kind === 'wait' ? { kind: 'pending', operation: 'w' } : undefined,
    );
    const step = batch(
      "declare @x int = 5; exec(N'declare @y int = 1; waitfor delay ''00:00:01''; set @y = @y + 1; select @y') set @x = @x + 1; select @x",
      host,
    );
    const execution = deepFreeze(structuredClone(step.execution));
    if (execution === undefined) throw new Error('does not wait');
    const answers = [1, 2].map(() => rowsOf(resume(execution, { kind: 'done', tokens: [] }, host)));
    expect(answers).toEqual([
      [[2], [6]],
      [[2], [6]],
    ]);
  });

  test('a failure after a wait goes to CATCH like any other', () => {
    const host = smallHost((command) =>
      command.kind === 'backup' ? { kind: 'pending', operation: 'b' } : undefined,
    );
    const step = batch(
      "begin try backup log mgc to disk = 'x' end try begin catch select error_number() end catch",
      host,
    );
    if (step.execution === undefined) throw new Error('does not wait');
    const errors = [{ number: 3013, state: 1, class: 16, message: 'BACKUP LOG is terminating abnormally.' }];
    expect(rowsOf(resume(step.execution, { kind: 'failure', errors }, host))).toEqual([[3013]]);
  });

  test('a procedure that needs time returns its status into the variable later', () => {
    const host = smallHost();
    const step = batch('declare @rc int = -1; exec @rc = sp_slow 1, @b = 2; select @rc', host);
    expect(step.pendingOperation).toBe('slow 2');
    if (step.execution === undefined) throw new Error('does not wait');
    expect(rowsOf(resume(step.execution, { kind: 'done', tokens: [], returnStatus: 9 }, host))).toEqual([
      [9],
    ]);
  });
});

describe('requests by RPC', () => {
  test('sp_executesql takes typed parameters and gives outputs after the return status', () => {
    const step = rpc('sp_executesql', [
      parameter('@statement', NVARCHAR('max'), "select @a; set @b = N'out'"),
      parameter('@params', NVARCHAR('max'), '@a bigint, @b nvarchar(10) output'),
      parameter('@a', { name: 'bigint' }, 9007199254740993n),
      parameter('@b', NVARCHAR(10), null, true),
    ]);
    expect(rowsOf(step)).toEqual([[9007199254740993n]]);
    expect(step.tokens.slice(-3)).toEqual([
      { kind: 'return-status', value: 0 },
      { kind: 'output', name: '@b', type: NVARCHAR(10), value: 'out' },
      { kind: 'end', failed: false },
    ]);
    expect(step.tokens.find((token) => token.kind === 'done')?.inProcedure).toBe(true);
  });

  test('an unknown procedure is 2812 and nothing else', () => {
    const step = rpc('msdb.dbo.sp_nothing', []);
    expect(step.tokens.map((token) => token.kind)).toEqual(['error', 'done', 'end']);
    expect(messagesOf(step)).toEqual(["Could not find stored procedure 'msdb.dbo.sp_nothing'."]);
  });

  test('a procedure of the host gets its arguments by name and gives status and outputs', () => {
    const host = smallHost();
    const step = rpc(
      'msdb.dbo.sp_add_thing',
      [parameter('@name', NVARCHAR(128), 'x'), parameter('@id', { name: 'uniqueidentifier' }, null, true)],
      host,
    );
    expect(host.procedures[0]?.name).toEqual({ database: 'msdb', schema: 'dbo', object: 'sp_add_thing' });
    expect(step.tokens.slice(-3)).toEqual([
      { kind: 'return-status', value: 4 },
      {
        kind: 'output',
        name: '@id',
        type: { name: 'uniqueidentifier' },
        value: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      },
      { kind: 'end', failed: false },
    ]);
  });

  test('prepared statements live in the session until they are unprepared', () => {
    const prepared = rpc('sp_prepare', [
      parameter('@handle', { name: 'int' }, null, true),
      parameter('@params', NVARCHAR('max'), '@p int'),
      parameter('@stmt', NVARCHAR('max'), 'select @p * 10'),
    ]);
    const output = prepared.tokens.find((token) => token.kind === 'output');
    expect(output?.value).toBe(1);
    const handle = parameter('', { name: 'int' }, 1);
    const host = smallHost();
    const run = rpc('sp_execute', [handle, parameter('@p', { name: 'int' }, 4)], host, prepared.session);
    expect(rowsOf(run)).toEqual([[40]]);
    const gone = rpc('sp_unprepare', [handle], host, run.session);
    expect(
      errorsOf(rpc('sp_execute', [handle, parameter('@p', { name: 'int' }, 4)], host, gone.session)),
    ).toEqual([8179]);
  });

  test('a text that does not parse cannot be prepared', () => {
    const step = rpc('sp_prepare', [
      parameter('@handle', { name: 'int' }, null, true),
      parameter('@params', NVARCHAR('max'), null),
      parameter('@stmt', NVARCHAR('max'), 'select from'),
    ]);
    expect(errorsOf(step)).toEqual([102, 8180]);
  });

  test('a missing and an unknown parameter are refused', () => {
    const text = [parameter('', NVARCHAR('max'), 'select @p'), parameter('', NVARCHAR('max'), '@p int')];
    expect(errorsOf(rpc('sp_executesql', text))).toEqual([8178]);
    expect(errorsOf(rpc('sp_executesql', [...text, parameter('@q', { name: 'int' }, 1)]))).toEqual([8145]);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
