/** Statements for the host arrive as commands with every value evaluated, however they are written. */
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/simulator/tsql/ast.ts';
import { batch, errorsOf, smallHost } from './small-host.ts';

const COMMANDS: readonly (readonly [string, readonly Command[]])[] = [
  [
    "BACKUP DATABASE [mgc] TO DISK = N'\\\\fs01\\mgc-logs\\mgc.bak' WITH INIT, CHECKSUM, STATS = 10, NAME = N'full'",
    [
      {
        kind: 'backup',
        what: 'database',
        database: 'mgc',
        devices: ['\\\\fs01\\mgc-logs\\mgc.bak'],
        options: { INIT: true, CHECKSUM: true, STATS: 10, NAME: 'full' },
      },
    ],
  ],
  [
    "declare @d sysname = N'mgc', @f nvarchar(260) = N'E:\\tail' set @f = @f + N'.trn' backup log @d to disk = @f with norecovery, stats",
    [
      {
        kind: 'backup',
        what: 'log',
        database: 'mgc',
        devices: ['E:\\tail.trn'],
        options: { NORECOVERY: true, STATS: true },
      },
    ],
  ],
  [
    'restore database mgc with recovery',
    [
      {
        kind: 'restore',
        what: 'database',
        database: 'mgc',
        devices: [],
        options: { RECOVERY: true },
        moves: [],
      },
    ],
  ],
  [
    "RESTORE DATABASE mgc FROM DISK = 'a', DISK = 'b' WITH FILE = 1, REPLACE, NORECOVERY, MOVE 'mgc' TO 'D:\\mgc.mdf', MOVE N'mgc_log' TO N'L:\\mgc.ldf', STANDBY = 'u.tuf'",
    [
      {
        kind: 'restore',
        what: 'database',
        database: 'mgc',
        devices: ['a', 'b'],
        options: { FILE: 1, REPLACE: true, NORECOVERY: true, STANDBY: 'u.tuf' },
        moves: [
          { logical: 'mgc', to: 'D:\\mgc.mdf' },
          { logical: 'mgc_log', to: 'L:\\mgc.ldf' },
        ],
      },
    ],
  ],
  [
    "restore headeronly from disk = N'x.trn'",
    [{ kind: 'restore-info', what: 'HEADERONLY', devices: ['x.trn'], options: {} }],
  ],
  [
    "restore verifyonly from disk = 'x' with checksum",
    [{ kind: 'restore-info', what: 'VERIFYONLY', devices: ['x'], options: { CHECKSUM: true } }],
  ],
  [
    'ALTER DATABASE [m]]gc] SET SINGLE_USER WITH ROLLBACK IMMEDIATE',
    [
      {
        kind: 'alter-database',
        database: 'm]gc',
        change: { kind: 'access', access: 'SINGLE_USER', termination: { kind: 'rollback', afterSeconds: 0 } },
      },
    ],
  ],
  [
    'alter database mgc set restricted_user with rollback after 30 seconds',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: {
          kind: 'access',
          access: 'RESTRICTED_USER',
          termination: { kind: 'rollback', afterSeconds: 30 },
        },
      },
    ],
  ],
  [
    'alter database mgc set multi_user',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'access', access: 'MULTI_USER', termination: { kind: 'wait' } },
      },
    ],
  ],
  [
    'alter database mgc set offline with no_wait',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'state', state: 'OFFLINE', termination: { kind: 'no-wait' } },
      },
    ],
  ],
  [
    'alter database mgc set recovery full',
    [{ kind: 'alter-database', database: 'mgc', change: { kind: 'recovery', model: 'FULL' } }],
  ],
  [
    "alter database mgc set partner = 'TCP://sql-par-2:5022'",
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'partner', option: 'ADDRESS', address: 'TCP://sql-par-2:5022' },
      },
    ],
  ],
  [
    'alter database mgc set partner off',
    [{ kind: 'alter-database', database: 'mgc', change: { kind: 'partner', option: 'OFF' } }],
  ],
  [
    'alter database mgc set partner force_service_allow_data_loss',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'partner', option: 'FORCE_SERVICE_ALLOW_DATA_LOSS' },
      },
    ],
  ],
  [
    'alter database mgc set partner safety full',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'partner', option: 'SAFETY', safety: 'FULL' },
      },
    ],
  ],
  [
    'alter database mgc set partner timeout 20',
    [
      {
        kind: 'alter-database',
        database: 'mgc',
        change: { kind: 'partner', option: 'TIMEOUT', seconds: 20 },
      },
    ],
  ],
  [
    'alter database mgc set witness off',
    [{ kind: 'alter-database', database: 'mgc', change: { kind: 'witness', address: undefined } }],
  ],
  [
    'drop database a, b',
    [
      { kind: 'drop-database', database: 'a' },
      { kind: 'drop-database', database: 'b' },
    ],
  ],
  ['create database a', [{ kind: 'create-database', database: 'a' }]],
  ['kill 52', [{ kind: 'kill', sessionId: 52, statusOnly: false }]],
  ['KILL 52 WITH STATUSONLY;', [{ kind: 'kill', sessionId: 52, statusOnly: true }]],
  [
    'alter endpoint [Mirroring] state = started',
    [{ kind: 'alter-endpoint', name: 'Mirroring', state: 'STARTED' }],
  ],
  [
    "exec (N'use mgc') checkpoint",
    [{ kind: 'use', database: 'mgc' }, { kind: 'use', database: 'master' }, { kind: 'checkpoint' }],
  ],
];

describe('statements for the host', () => {
  test.each(COMMANDS)('%s', (text, commands) => {
    const host = smallHost();
    expect(errorsOf(batch(text, host))).toEqual([]);
    expect(host.commands).toEqual(commands);
  });

  test('variables are refused where SQL Server refuses them', () => {
    for (const text of ['kill @s', 'alter database @d set online', 'drop database @d', 'use @d'])
      expect(errorsOf(batch(`declare @s int, @d sysname ${text}`))).toEqual([102]);
  });

  test('procedures get their arguments in every spelling', () => {
    const host = smallHost();
    batch("declare @v int = 3 exec sp_add_thing mgc, N'it''s', -2, null, default, @v, @@spid", host);
    expect(host.procedures[0]?.args.map(({ value, isDefault }) => [value, isDefault])).toEqual([
      ['mgc', false],
      ["it's", false],
      [-2, false],
      [null, false],
      [null, true],
      [3, false],
      [57, false],
    ]);
  });

  test('the seed text for removing log shipping reaches the procedure', () => {
    const host = smallHost();
    expect(errorsOf(batch('exec sp_delete_log_shipping_secondary_database mgc', host))).toEqual([2812]);
    expect(host.procedures[0]?.args).toEqual([
      { name: undefined, value: 'mgc', output: false, isDefault: false },
    ]);
  });

  test('rows for a table of the host come in one command in the columns of the table', () => {
    const host = smallHost();
    batch("insert dbo.numbers (word, n) values (N'a', 1), ('b', '2')", host);
    expect(host.commands).toEqual([
      {
        kind: 'insert',
        table: { database: undefined, schema: 'dbo', object: 'numbers' },
        columns: ['n', 'word'],
        rows: [
          [1n, 'a'],
          [2n, 'b'],
        ],
      },
    ]);
  });
});
