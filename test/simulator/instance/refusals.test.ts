import { describe, expect, test } from 'vitest';
import { answerOf, homeAndBackup, Instances, mirror, restoreFull, restoreLog } from './instances.ts';

const share = String.raw`\\fs01\s`;
const backupLog = `BACKUP LOG mgc TO DISK = N'${share}\\x.trn' WITH INIT`;
const backupFull = `BACKUP DATABASE mgc TO DISK = N'${share}\\x.bak' WITH INIT`;
const recover = 'RESTORE DATABASE mgc WITH RECOVERY';
const offline = 'ALTER DATABASE mgc SET OFFLINE WITH ROLLBACK IMMEDIATE';

/** HOME's mgc brought into a state; BACKUP is the mirror or nothing. */
const STATES: Readonly<Record<string, (world: Instances) => void>> = {
  ONLINE: () => undefined,
  RESTORING: (world) => void world.run('HOME', `BACKUP LOG mgc TO DISK = N'${share}\\t.trn' WITH NORECOVERY`),
  STANDBY: (world) => {
    world.run('HOME', `BACKUP LOG mgc TO DISK = N'${share}\\t.trn' WITH NORECOVERY`);
    world.run('HOME', "RESTORE DATABASE mgc WITH STANDBY = N'D:\\mgc.tuf'");
  },
  OFFLINE: (world) => void world.run('HOME', offline),
  ABSENT: (world) => void world.run('HOME', 'DROP DATABASE mgc'),
  SIMPLE: (world) => void world.run('HOME', 'ALTER DATABASE mgc SET RECOVERY SIMPLE'),
  PRINCIPAL: mirror,
  MIRROR: (world) => {
    mirror(world);
    world.run('HOME', 'ALTER DATABASE mgc SET PARTNER FAILOVER');
    world.advance(5000);
  },
};

describe('in this state', () => {
  test.each([
    ['ONLINE', 'USE mgc'],
    ['ONLINE', backupFull],
    ['RESTORING', recover],
    ['RESTORING', 'DROP DATABASE mgc'],
    ['STANDBY', 'USE mgc'],
    ['STANDBY', recover],
    ['STANDBY', 'RESTORE DATABASE mgc WITH NORECOVERY'],
    ['OFFLINE', 'ALTER DATABASE mgc SET ONLINE'],
    ['ABSENT', restoreFull],
    ['PRINCIPAL', backupLog],
    ['PRINCIPAL', 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE'],
    ['MIRROR', 'ALTER DATABASE mgc SET PARTNER OFF'],
  ] as const)('%s: %s is carried out', (state, statement) => {
    const world = homeAndBackup();
    STATES[state]?.(world);
    expect(world.run('HOME', statement).errors).toEqual([]);
  });

  test('BACKUP LOG of a database that was never backed up is refused with 4214', () => {
    const world = new Instances([{ name: 'HOME', databases: ['mgc'] }]);
    expect(world.run('HOME', backupLog).errors).toEqual([4214, 3013]);
    world.run('HOME', `${backupFull}, COPY_ONLY`);
    expect(world.run('HOME', backupLog).errors).toEqual([4214, 3013]);
  });

  test.each([
    [new Uint8Array(), 3254],
    [Buffer.from('not a backup'), 3241],
  ])('a file that is no backup is refused (%#)', (bytes, number) => {
    const world = homeAndBackup();
    world.folders.write(`${share}\\bad.trn`, bytes, 0);
    world.run('BACKUP', restoreFull);
    expect(world.run('BACKUP', restoreLog('bad')).errors).toEqual([number, 3013]);
  });

  test('a cut-off copy and a damaged copy of a good file are refused', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    const bytes = world.folders.read(`${share}\\log1.trn`);
    if (!(bytes instanceof Uint8Array)) throw new Error('no file');
    world.folders.write(`${share}\\cut.trn`, bytes.slice(0, bytes.length - 20), 0);
    const damaged = Uint8Array.from(bytes);
    damaged[bytes.length - 60] = 0x20;
    world.folders.write(`${share}\\damaged.trn`, damaged, 0);
    expect(world.run('BACKUP', restoreLog('cut')).errors).toEqual([3256, 3013]);
    expect(world.run('BACKUP', restoreLog('damaged')).errors).toEqual([3189, 3013]);
    expect(world.run('BACKUP', `RESTORE VERIFYONLY FROM DISK = N'${share}\\damaged.trn'`).errors).toEqual([
      3189, 3013,
    ]);
    expect(
      world.run('BACKUP', `RESTORE VERIFYONLY FROM DISK = N'${share}\\log1.trn' WITH CHECKSUM`).infos,
    ).toEqual([3262]);
  });
});

describe('sessions', () => {
  test.each([
    ['KILL 9', 6107],
    ['KILL 51', 6104],
    ['KILL 999', 6106],
    ['KILL 99999', 6101],
    ['KILL 999 WITH STATUSONLY', 6106],
  ] as const)('%s is refused with %i', (text, number) => {
    const world = homeAndBackup();
    world.disconnect('HOME', 'HOME/admin');
    expect(world.run('HOME', text).errors).toEqual([number]);
  });

  test('KILL drops an idle connection and ends a busy one with 596', () => {
    const world = homeAndBackup();
    world.login('HOME', 'idle');
    world.login('HOME', 'busy');
    world.send('HOME', 'busy', "WAITFOR DELAY '00:10:00'");
    const ids = world.run(
      'HOME',
      'SELECT session_id AS id FROM sys.dm_exec_sessions WHERE is_user_process = 1 AND session_id <> @@SPID ORDER BY session_id',
    ).rows;
    for (const { id } of ids) world.run('HOME', `KILL ${String(id)}`);
    expect(world.outputs).toContainEqual({
      kind: 'drop',
      instance: 'HOME',
      connection: 'idle',
      how: 'reset',
    });
    const said = world.outputs.flatMap((o) =>
      o.kind === 'tokens' && o.connection === 'busy' ? o.tokens : [],
    );
    expect(answerOf(said).errors).toEqual([596, 0]);
    expect(said.at(-1)?.kind).toBe('close');
  });

  test('RESTRICTED_USER ends a chat server, keeps administrators, and refuses the chat server afterwards', () => {
    const world = homeAndBackup();
    const chat = world.openChat('HOME');
    world.login('HOME', 'dba', 'sa', 'secret', 'mgc');
    const answer = world.run('HOME', 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE');
    expect(answer.infos).toEqual([5060, 5060]);
    expect(world.outputs).toContainEqual({
      kind: 'session-ended',
      instance: 'HOME',
      sessionId: chat,
      owner: 'chat-1',
      why: 'killed',
    });
    expect(world.openChat('HOME')).toBe(-1);
    expect(world.run('HOME', 'SELECT 1 AS one', 'dba').rows).toEqual([{ one: 1 }]);
  });

  test('ALTER DATABASE without a termination clause waits until the others have left', () => {
    const world = homeAndBackup();
    world.login('HOME', 'dba', 'sa', 'secret', 'mgc');
    world.login('HOME', 'waiting');
    world.send('HOME', 'waiting', 'ALTER DATABASE mgc SET SINGLE_USER');
    world.advance(60_000);
    expect(world.database('HOME').access).toBe('MULTI_USER');
    world.disconnect('HOME', 'dba');
    expect(world.database('HOME').access).toBe('SINGLE_USER');
  });

  test('the single user of another session keeps ALTER DATABASE and USE out', () => {
    const world = homeAndBackup();
    world.login('HOME', 'holder', 'sa', 'secret', 'mgc');
    world.run('HOME', 'ALTER DATABASE mgc SET SINGLE_USER', 'holder');
    expect(world.run('HOME', 'ALTER DATABASE mgc SET MULTI_USER').errors).toEqual([5064, 5069]);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([924]);
  });

  test.each([
    ['plain', 'wrong', 'master', [18456]],
    ['nobody', 'x', 'master', [18456]],
    ['plain', 'plain', 'mgc', [4060, 18456]],
  ] as const)('a login of %s with %s into %s is refused', (user, password, database, numbers) => {
    const world = homeAndBackup();
    const [refused] = world.login('HOME', 'c', user, password, database);
    if (refused?.kind !== 'login-refused') throw new Error('accepted');
    expect(answerOf(refused.errors).errors).toEqual(numbers);
  });

  test('a restart brings ONLINE back through RECOVERING and keeps RESTORING', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    for (const name of ['HOME', 'BACKUP']) world.restart(name);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([922]);
    expect(world.run('HOME', "SELECT state_desc AS s FROM sys.databases WHERE name = N'mgc'").rows).toEqual([
      { s: 'RECOVERING' },
    ]);
    world.advance(5000);
    expect(world.post('HOME', 'again')).toBe('committed');
    expect(world.database('BACKUP').state).toBe('RESTORING');
  });
});
