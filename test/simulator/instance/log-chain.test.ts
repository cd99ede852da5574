import { describe, expect, test } from 'vitest';
import { homeAndBackup, restoreFull, restoreLog } from './instances.ts';

const tail = String.raw`BACKUP LOG mgc TO DISK = N'\\fs01\s\tail.trn' WITH NORECOVERY, INIT`;

describe('a log chain', () => {
  test('restores the messages that its backups hold, in order', () => {
    const world = homeAndBackup();
    expect(world.run('BACKUP', restoreFull).errors).toEqual([]);
    expect(world.messages('BACKUP')).toEqual(['m1']);
    world.run('BACKUP', restoreLog('log1'));
    world.run('BACKUP', restoreLog('log2'));
    expect(world.messages('BACKUP')).toEqual(['m1', 'm2', 'm3']);
    expect(world.database('BACKUP').state).toBe('RESTORING');
    expect(world.database('BACKUP').position).toBe(world.database('HOME').position);
  });

  test('refuses a file after a gap with 4305 and leaves the position', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    const before = world.database('BACKUP').position;
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([4305, 3013]);
    expect(world.database('BACKUP').position).toBe(before);
  });

  test('refuses a file that was passed with 4326, and takes the very last one again', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.run('BACKUP', restoreLog('log1'));
    world.run('BACKUP', restoreLog('log2'));
    expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([4326, 3013]);
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([]);
    expect(world.messages('BACKUP')).toEqual(['m1', 'm2', 'm3']);
  });

  test('branches at recovery: the old line is refused with 4330, a new log is accepted at the fork point', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.run('BACKUP', restoreLog('log1'));
    world.run('BACKUP', restoreLog('log2'));
    expect(world.run('HOME', tail).errors).toEqual([]);
    world.run('BACKUP', restoreLog('tail'));
    expect(world.database('BACKUP').position).toBe(world.database('HOME').position);
    const forkPoint = world.database('BACKUP').position;
    expect(world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY').errors).toEqual([]);
    expect(world.post('BACKUP', 'm4')).toBe('committed');
    const status = world.run(
      'BACKUP',
      "SELECT CONVERT(varchar(26), fork_point_lsn) AS p FROM sys.database_recovery_status WHERE database_id = DB_ID(N'mgc')",
    );
    expect(status.rows).toEqual([{ p: forkPoint }]);
    world.run('BACKUP', String.raw`BACKUP LOG mgc TO DISK = N'\\fs01\s\new.trn' WITH INIT`);
    expect(world.run('HOME', restoreLog('new')).errors).toEqual([]);
    expect(world.messages('HOME')).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('refuses the log of a home that went on writing after the backup was recovered', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.run('BACKUP', restoreLog('log1', 'RECOVERY'));
    world.run('BACKUP', String.raw`BACKUP LOG mgc TO DISK = N'\\fs01\s\tail2.trn' WITH NORECOVERY`);
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([4330, 3013]);
  });

  test('has identical headers for consecutive empty log backups', () => {
    const world = homeAndBackup();
    for (const name of ['e1', 'e2'])
      world.run('HOME', `BACKUP LOG mgc TO DISK = N'\\\\fs01\\s\\${name}.trn' WITH INIT`);
    const [one, two] = ['e1', 'e2'].map(
      (name) => world.run('HOME', `RESTORE HEADERONLY FROM DISK = N'\\\\fs01\\s\\${name}.trn'`).rows[0],
    );
    expect(one?.['FirstLSN']).toBe(one?.['LastLSN']);
    expect(two?.['FirstLSN']).toBe(one?.['FirstLSN']);
  });
});

describe('the tail', () => {
  test('fences: the copy is RESTORING at its last LSN and takes no message', () => {
    const world = homeAndBackup();
    world.post('HOME', 'late');
    expect(world.run('HOME', tail).errors).toEqual([]);
    expect(world.database('HOME').state).toBe('RESTORING');
    expect(world.post('HOME', 'x')).toBe('refused 4060 18456');
    const file = world.run('HOME', String.raw`RESTORE HEADERONLY FROM DISK = N'\\fs01\s\tail.trn'`).rows[0];
    expect(file).toMatchObject({ LastLSN: world.database('HOME').position, IsForceOffline: true });
  });

  test.each([
    ['another session is in it', 3101],
    ['the caller is in it', 3102],
  ] as const)('is refused while %s', (who, number) => {
    const world = homeAndBackup();
    if (who === 'another session is in it') world.openChat('HOME');
    const text = who === 'the caller is in it' ? `USE mgc; ${tail}` : tail;
    expect(world.run('HOME', text).errors).toEqual([number, 3013]);
    expect(world.database('HOME').state).toBe('ONLINE');
  });
});

describe('a cut RESTORE', () => {
  test('leaves RESTORING without a position, which only a whole restore helps', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.send('BACKUP', 'BACKUP/admin', restoreFull);
    world.attention('BACKUP', 'BACKUP/admin');
    world.advance(10_000);
    expect(world.database('BACKUP')).toMatchObject({ state: 'RESTORING', position: null, exclusive: null });
    expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([4305, 3013]);
    expect(world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY').errors).toEqual([4333, 3013]);
    expect(world.run('BACKUP', restoreFull).errors).toEqual([]);
    expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([]);
    expect(world.messages('BACKUP')).toEqual(['m1', 'm2']);
  });

  test('of a log leaves the old position', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    const before = world.database('BACKUP').position;
    world.send('BACKUP', 'BACKUP/admin', restoreLog('log1'));
    world.disconnect('BACKUP', 'BACKUP/admin');
    world.advance(10_000);
    expect(world.database('BACKUP')).toMatchObject({ state: 'RESTORING', position: before });
    expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([]);
  });

  test('of a BACKUP leaves no good file and a database that goes on', () => {
    const world = homeAndBackup();
    world.send('HOME', 'HOME/admin', String.raw`BACKUP DATABASE mgc TO DISK = N'\\fs01\s\cut.bak' WITH INIT`);
    world.attention('HOME', 'HOME/admin');
    world.advance(10_000);
    expect(world.run('HOME', String.raw`RESTORE HEADERONLY FROM DISK = N'\\fs01\s\cut.bak'`).errors).toEqual([
      3241, 3013,
    ]);
    expect(world.post('HOME', 'on')).toBe('committed');
  });
});

describe('RESTORE DATABASE', () => {
  test('is refused over another family without REPLACE and over an unsaved tail', () => {
    const world = homeAndBackup();
    world.run('BACKUP', 'CREATE DATABASE mgc');
    const plainRestore = String.raw`RESTORE DATABASE mgc FROM DISK = N'\\fs01\s\full.bak'`;
    expect(world.run('BACKUP', plainRestore).errors).toEqual([3154, 3013]);
    world.post('HOME', 'unsaved');
    expect(world.run('HOME', plainRestore).errors).toEqual([3159, 3013]);
    expect(world.run('BACKUP', `${plainRestore} WITH REPLACE`).errors).toEqual([]);
    expect(world.messages('BACKUP')).toEqual(['m1']);
    expect(world.database('BACKUP').familyGuid).toBe(world.database('HOME').familyGuid);
  });

  test('carries the access mode of the backup', () => {
    const world = homeAndBackup();
    world.run('HOME', 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE');
    world.run('HOME', String.raw`BACKUP DATABASE mgc TO DISK = N'\\fs01\s\r.bak' WITH INIT`);
    world.run(
      'BACKUP',
      String.raw`RESTORE DATABASE mgc FROM DISK = N'\\fs01\s\r.bak' WITH REPLACE, RECOVERY`,
    );
    expect(world.database('BACKUP')).toMatchObject({ state: 'ONLINE', access: 'RESTRICTED_USER' });
    expect(world.post('BACKUP', 'x')).toBe('refused 4060 18456');
    world.run('BACKUP', 'ALTER DATABASE mgc SET MULTI_USER');
    expect(world.post('BACKUP', 'x')).toBe('committed');
  });

  test('with STANDBY is readable, takes further log and ends its readers not by itself', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    world.run('BACKUP', restoreLog('log1', String.raw`STANDBY = N'D:\mgc.tuf'`));
    expect(world.run('BACKUP', 'SELECT COUNT_BIG(*) AS n FROM mgc.dbo.tblChat').rows).toEqual([{ n: 2n }]);
    world.login('BACKUP', 'reader', 'sa', 'secret', 'mgc');
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([3101, 3013]);
    world.disconnect('BACKUP', 'reader');
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([]);
    expect(world.run('BACKUP', "BACKUP LOG mgc TO DISK = N'D:\\x.trn'").errors).toEqual([927, 3013]);
  });
});
