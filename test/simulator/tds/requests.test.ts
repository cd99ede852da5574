/** Batches and calls of the real driver: several sets, messages between them, outputs, prepared statements, transactions. */
import sql from 'mssql';
import { expect, test } from 'vitest';
import type { SqlRequest } from '../../../src/simulator/estate-contract.ts';
import type { SqlToken } from '../../../src/simulator/sql-tokens.ts';
import {
  columns,
  connect,
  done,
  end,
  error,
  failedDone,
  info,
  int,
  row,
  startScripted,
  text,
} from './scripted-server.ts';

const answers = (tokens: readonly SqlToken[]) => startScripted({ answer: () => tokens });

test('sends the text of a batch and the parts of a query up as they are', async () => {
  await using scripted = await answers([done(), end()]);
  await using pool = await connect(scripted.port);
  await pool.request().batch("RESTORE LOG mgc FROM DISK = N'D:\\LSCopy\\ä.trn'");
  await pool.request().input('db', sql.NVarChar(128), 'mgc').query('SELECT @db');
  expect(scripted.requests).toEqual([
    { kind: 'batch', text: "RESTORE LOG mgc FROM DISK = N'D:\\LSCopy\\ä.trn'" },
    {
      kind: 'rpc',
      procedure: 'sp_executesql',
      parameters: [
        { name: '@statement', type: { name: 'nvarchar', length: 10 }, value: 'SELECT @db', output: false },
        {
          name: '@params',
          type: { name: 'nvarchar', length: 17 },
          value: '@db nvarchar(128)',
          output: false,
        },
        { name: '@db', type: { name: 'nvarchar', length: 128 }, value: 'mgc', output: false },
      ],
    },
  ] satisfies readonly SqlRequest[]);
});

for (const mode of ['batch', 'query'] as const) {
  test(`keeps several sets, counts and messages of a ${mode} in their order`, async () => {
    await using scripted = await answers([
      columns(['a', int]),
      row(1),
      row(2),
      done(2),
      info(3014, 'BACKUP LOG successfully processed 2 pages.'),
      done(7),
      error(4305, 16, 'The log in this backup set begins too late.'),
      error(3013, 16, 'RESTORE LOG is terminating abnormally.'),
      failedDone(),
      columns(['b', text]),
      row('after'),
      done(1),
      end(),
    ]);
    await using pool = await connect(scripted.port);
    const seen: string[] = [];
    const request = pool.request();
    request.stream = true;
    request.on('recordset', (set: object) => seen.push(`set ${Object.keys(set).join()}`));
    request.on('row', (values: Record<string, unknown>) => seen.push(`row ${JSON.stringify(values)}`));
    request.on('info', (message: { readonly number: number }) => seen.push(`info ${message.number}`));
    request.on('rowsaffected', (count: number) => seen.push(`count ${count}`));
    request.on('error', (failure: sql.RequestError) => seen.push(`error ${failure.number}`));
    const finished = new Promise((resolve) => request.on('done', resolve));
    await request[mode]('x');
    await finished;
    expect(seen).toEqual([
      'set a',
      'row {"a":1}',
      'row {"a":2}',
      'count 2',
      'info 3014',
      'count 7',
      'error 4305',
      'error 3013',
      'set b',
      'row {"b":"after"}',
      'count 1',
    ]);
  });
}

test('gives an error all its fields', async () => {
  await using scripted = await answers([
    { kind: 'error', number: 32011, state: 3, class: 16, message: 'no', procedure: 'sp_x', line: 42 },
    failedDone(),
    end(true),
  ]);
  await using pool = await connect(scripted.port);
  await expect(pool.request().batch('x')).rejects.toMatchObject({
    number: 32011,
    state: 3,
    class: 16,
    message: 'no',
    procName: 'sp_x',
    lineNumber: 42,
    serverName: 'HOMESQL1',
  });
});

test('shows an INFO while the request still runs', async () => {
  const running: string[] = [];
  await using scripted = await startScripted({
    answer: (_request, id) => {
      running.push(id);
      return [info(3211, '10 percent processed.')];
    },
  });
  await using pool = await connect(scripted.port);
  const request = pool.request();
  const first = new Promise<string>((resolve) =>
    request.on('info', (said: { readonly message: string }) => resolve(said.message)),
  );
  const finished = request.batch('BACKUP DATABASE mgc');
  expect(await first).toBe('10 percent processed.');
  scripted.server.send(running[0] ?? '', [done(), end()]);
  await finished;
});

test('returns outputs and status of a procedure', async () => {
  await using scripted = await answers([
    columns(['x', int]),
    row(1),
    { kind: 'done', rows: 1, failed: false, inProcedure: true },
    { kind: 'return-status', value: -6 },
    {
      kind: 'output',
      name: '@second',
      type: { name: 'uniqueidentifier' },
      value: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
    },
    { kind: 'output', name: '@first', type: { name: 'nvarchar', length: 20 }, value: 'out' },
    end(),
  ]);
  await using pool = await connect(scripted.port);
  const request = pool.request().output('first', sql.NVarChar(20)).output('second', sql.UniqueIdentifier);
  const result = await request.execute('sp_add_log_shipping_primary_database');
  expect(result.returnValue).toBe(-6);
  expect(result.output).toEqual({ first: 'out', second: '6F9619FF-8B86-D011-B42D-00C04FC964FF' });
  expect(result.recordset).toEqual([{ x: 1 }]);
  expect(scripted.requests[0]).toMatchObject({
    procedure: 'sp_add_log_shipping_primary_database',
    parameters: [
      { name: '@first', output: true, value: null },
      { name: '@second', output: true, value: null },
    ],
  });
});

test('ends a procedure inside a batch with its own status and goes on', async () => {
  await using scripted = await answers([
    columns(['x', int]),
    row(1),
    { kind: 'done', rows: 1, failed: false, inProcedure: true },
    { kind: 'return-status', value: 0 },
    done(),
    columns(['y', int]),
    row(2),
    done(1),
    end(),
  ]);
  await using pool = await connect(scripted.port);
  const { recordsets } = await pool.request().batch('EXEC sp_x; SELECT 2 AS y');
  expect(recordsets).toEqual([[{ x: 1 }], [{ y: 2 }]]);
});

test('prepares, executes and unprepares under the procedure names', async () => {
  await using scripted = await startScripted({
    answer: (request) => {
      if (request.kind === 'rpc' && request.procedure === 'sp_prepare') {
        return [{ kind: 'output', name: '@handle', type: int, value: 1 }, end()];
      }
      if (request.kind === 'rpc' && request.procedure === 'sp_execute') {
        return [columns(['n', int]), row(5), done(1), end()];
      }
      return [end()];
    },
  });
  await using pool = await connect(scripted.port);
  const statement = new sql.PreparedStatement(pool);
  statement.input('n', sql.Int);
  await statement.prepare('SELECT @n AS n');
  expect((await statement.execute({ n: 5 })).recordset).toEqual([{ n: 5 }]);
  await statement.unprepare();
  const names = scripted.requests.map((request) =>
    request.kind === 'rpc' ? request.procedure : request.kind,
  );
  expect(names).toEqual(['sp_prepare', 'sp_execute', 'sp_unprepare']);
  expect(scripted.requests[1]).toMatchObject({ parameters: [{ value: 1 }, { name: '@n', value: 5 }] });
});

test('begins, commits and rolls back transactions', async () => {
  await using scripted = await answers([columns(['n', int]), row(1), done(1), end()]);
  await using pool = await connect(scripted.port);
  for (const finish of ['commit', 'rollback'] as const) {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    expect((await transaction.request().query('SELECT 1 AS n')).recordset).toEqual([{ n: 1 }]);
    await transaction[finish]();
  }
});

for (const packetSize of [512, 4096, 32767]) {
  test(`carries a megabyte both ways in packets of ${packetSize} bytes`, async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => `${index}`.padStart(520, '.'));
    await using scripted = await startScripted({
      answer: () => [columns(['v', text]), ...rows.map((value) => row(value)), done(rows.length), end()],
    });
    await using pool = await connect(scripted.port, { options: { packetSize } });
    const big = 'ä'.repeat(500_000);
    const { recordset } = await pool
      .request()
      .input('p', sql.NVarChar(sql.MAX), big)
      .query<{ v: string }>('SELECT');
    expect(recordset.map(({ v }) => v)).toEqual(rows);
    expect(scripted.requests[0]).toMatchObject({ parameters: [{}, {}, { value: big }] });
  });
}
