import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../src/simulator/catalogue/columns.ts';
import { answerOf, homeAndBackup, Instances, mirror, restoreFull, restoreLog } from './instances.ts';

const full = String.raw`\\fs01\s\full.bak`;

describe('RESTORE ... ONLY', () => {
  test.each([
    ['11.0.7001.0', 53, 21],
    ['12.0.2000.8', 53, 21],
    ['12.0.6024.0', 56, 21],
    ['13.0.6300.2', 56, 22],
    ['15.0.4430.1', 56, 22],
    ['16.0.1000.6', 59, 22],
  ] as const)('of version %s has %i header and %i file columns', (productVersion, headers, files) => {
    const world = new Instances([{ name: 'HOME', productVersion, databases: ['mgc'] }]);
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${full}'`);
    expect(world.run('HOME', `RESTORE HEADERONLY FROM DISK = N'${full}'`).columns).toHaveLength(headers);
    expect(world.run('HOME', `RESTORE FILELISTONLY FROM DISK = N'${full}'`).columns).toHaveLength(files);
    expect(world.run('HOME', `RESTORE LABELONLY FROM DISK = N'${full}'`).columns).toHaveLength(13);
  });

  test('lists every set of a file that was appended to', () => {
    const world = homeAndBackup();
    world.run('HOME', `BACKUP LOG mgc TO DISK = N'${full}'`);
    const { rows } = world.run('HOME', `RESTORE HEADERONLY FROM DISK = N'${full}'`);
    expect(rows.map((row) => [row['Position'], row['BackupTypeDescription']])).toEqual([
      [1, 'Database'],
      [2, 'Transaction Log'],
    ]);
  });

  test('gives wall-clock times of the instance that took the backup', () => {
    const world = new Instances([
      { name: 'HOME', databases: ['mgc'], clockOffsetMs: 5000, timeZoneMinutes: 120 },
    ]);
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${full}'`);
    const row = world.run('HOME', `RESTORE HEADERONLY FROM DISK = N'${full}'`).rows[0];
    expect(row?.['BackupStartDate']).toBe('2026-11-23T14:00:05.000');
  });
});

describe('running operations', () => {
  test('show command, percent and locks, and STATS says how far it is', () => {
    const world = homeAndBackup();
    world.login('HOME', 'dump');
    world.send(
      'HOME',
      'dump',
      String.raw`BACKUP DATABASE mgc TO DISK = N'\\fs01\s\b.bak' WITH INIT, STATS = 25`,
    );
    world.advance(500);
    const { rows } = world.run(
      'HOME',
      "SELECT command, CONVERT(int, percent_complete) AS p FROM sys.dm_exec_requests WHERE command LIKE 'BACKUP%'",
    );
    expect(rows).toEqual([{ command: 'BACKUP DATABASE', p: 50 }]);
    expect(
      world.run(
        'HOME',
        "SELECT COUNT(*) AS n FROM sys.dm_tran_locks WHERE resource_database_id = DB_ID(N'mgc')",
      ).rows,
    ).toEqual([{ n: 1 }]);
    world.advance(1000);
    const said = world.outputs.flatMap((o) =>
      o.kind === 'tokens' && o.connection === 'dump' ? o.tokens : [],
    );
    expect(answerOf(said).infos).toEqual([3211, 3211, 3211, 3211, 4035, 4035, 3014]);
  });
});

describe('views', () => {
  test('a login without rights sees no OFFLINE row and only its own session', () => {
    const world = homeAndBackup();
    world.run('HOME', 'ALTER DATABASE mgc SET OFFLINE WITH ROLLBACK IMMEDIATE');
    world.login('HOME', 'p', 'plain', 'plain');
    const names = world.run('HOME', 'SELECT name FROM sys.databases ORDER BY database_id', 'p').rows;
    expect(names).toEqual(['master', 'tempdb', 'model', 'msdb'].map((name) => ({ name })));
    expect(world.run('HOME', 'SELECT COUNT(*) AS n FROM sys.dm_exec_sessions', 'p').rows).toEqual([{ n: 1 }]);
    expect(world.run('HOME', 'SELECT * FROM sys.dm_tran_locks', 'p').errors).toEqual([300]);
  });

  test('a RESTORING copy shows its position and hides its collation; a cut one shows no position', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    const text =
      "SELECT d.state_desc AS s, d.collation_name AS c, CONVERT(varchar(26), f.redo_start_lsn) AS l FROM sys.databases d JOIN sys.master_files f ON f.database_id = d.database_id AND f.file_id = 1 WHERE d.name = N'mgc'";
    expect(world.run('BACKUP', text).rows).toEqual([
      { s: 'RESTORING', c: null, l: world.database('BACKUP').position },
    ]);
    world.send('BACKUP', 'BACKUP/admin', restoreFull);
    world.attention('BACKUP', 'BACKUP/admin');
    expect(world.run('BACKUP', text).rows).toEqual([{ s: 'RESTORING', c: null, l: null }]);
  });

  test('restore history joins the source backup set on the destination', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.run('BACKUP', restoreLog('log1'));
    const { rows } = world.run(
      'BACKUP',
      'SELECT rh.restore_type AS t, bs.server_name AS s, CONVERT(varchar(26), bs.last_lsn) AS l FROM msdb.dbo.restorehistory rh JOIN msdb.dbo.backupset bs ON bs.backup_set_id = rh.backup_set_id ORDER BY rh.restore_history_id DESC',
    );
    expect(rows).toEqual([
      { t: 'L', s: 'HOME', l: world.database('BACKUP').position },
      { t: 'D', s: 'HOME', l: expect.any(String) as string },
    ]);
  });

  test('sp_who2 has thirteen columns, two of them SPID, and pads its values', () => {
    const world = homeAndBackup();
    const answer = world.run('HOME', 'exec sp_who2');
    expect(answer.columns.filter((name) => name === 'SPID')).toHaveLength(2);
    expect(answer.columns).toHaveLength(13);
    expect(answer.rows[0]).toMatchObject({ SPID: '1    ', HostName: '  .', DBName: null });
  });

  test('every row of every mirroring view has as many values as columns', () => {
    const world = homeAndBackup();
    mirror(world);
    for (const view of [
      'sys.database_mirroring',
      'sys.database_mirroring_endpoints',
      'sys.tcp_endpoints',
      'sys.dm_server_services',
    ]) {
      const { tokens } = world.run('HOME', `SELECT * FROM ${view}`);
      const width = tokens.flatMap((token) => (token.kind === 'columns' ? [token.columns.length] : []))[0];
      for (const token of tokens) if (token.kind === 'row') expect(token.values).toHaveLength(width ?? 0);
    }
    expect(columnsOf('sys.database_mirroring', '13.0.6300.2')).toHaveLength(21);
  });

  test('server names and permissions are those of the login that asks', () => {
    const world = new Instances([{ name: 'HOME', serverName: String.raw`SQL1\CHAT` }]);
    const text =
      "SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) AS s, CONVERT(nvarchar(128), SERVERPROPERTY('InstanceName')) AS i, HAS_PERMS_BY_NAME(NULL, NULL, N'CONTROL SERVER') AS p";
    expect(world.run('HOME', text).rows).toEqual([{ s: String.raw`SQL1\CHAT`, i: 'CHAT', p: 1 }]);
    world.login('HOME', 'p', 'plain', 'plain');
    expect(world.run('HOME', text, 'p').rows).toMatchObject([{ p: 0 }]);
  });

  test('an unknown view ends the batch with 208 and an unknown procedure answers 2812', () => {
    const world = homeAndBackup();
    expect(world.run('HOME', 'SELECT * FROM sys.no_such_view').errors).toEqual([208]);
    expect(world.run('HOME', 'exec no_such_procedure').errors).toEqual([2812]);
  });
});

test('ten thousand messages stay shared: one more does not copy them', () => {
  const world = homeAndBackup();
  const sessionId = world.openChat('HOME');
  world.postMany('HOME', sessionId, 10_000);
  const whole = (): readonly unknown[] => world.database('HOME').content.messages.full;
  const before = whole();
  world.postMany('HOME', sessionId, 50);
  const after = whole();
  expect(before.length).toBeGreaterThan(10);
  // The very same objects, not equal ones.
  expect(before.every((chunk, at) => after[at] === chunk)).toBe(true);
  expect(world.run('HOME', 'SELECT COUNT_BIG(*) AS n FROM mgc.dbo.tblChat').rows).toEqual([{ n: 10_053n }]);
});

test('the same inputs give the same state and the same bytes', () => {
  const one = homeAndBackup();
  const two = homeAndBackup();
  mirror(one);
  mirror(two);
  expect(JSON.stringify(one.instance('HOME'))).toBe(JSON.stringify(two.instance('HOME')));
  expect(one.folders.read(full)).toEqual(two.folders.read(full));
});
