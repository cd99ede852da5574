import { describe, expect, test } from 'vitest';
import { homeAndBackup, restoreFull, restoreLog, type Instances } from './instances.ts';

const share = String.raw`\\fs01\s`;
const backupLog = (file: string, options = 'INIT'): string =>
  `BACKUP LOG mgc TO DISK = N'${share}\\${file}.trn' WITH ${options}`;
const standby = String.raw`STANDBY = N'D:\mgc.tuf'`;

const header = (world: Instances, file: string): Readonly<Record<string, unknown>> =>
  world.run('HOME', `RESTORE HEADERONLY FROM DISK = N'${share}\\${file}.trn'`).rows[0] ?? {};

/** BACKUP with the full backup and these logs. */
function restored(...logs: readonly string[]): Instances {
  const world = homeAndBackup();
  for (const text of [restoreFull, ...logs.map((file) => restoreLog(file))])
    expect(world.run('BACKUP', text).errors).toEqual([]);
  return world;
}

describe('a log backup that overlaps', () => {
  test('is taken: the COPY_ONLY one first, then the regular one that begins where it began', () => {
    const world = restored('log1', 'log2');
    world.post('HOME', 'm4');
    world.run('HOME', backupLog('copy', 'INIT, COPY_ONLY'));
    world.post('HOME', 'm5');
    world.run('HOME', backupLog('log3'));
    expect(header(world, 'copy')['FirstLSN']).toBe(header(world, 'log3')['FirstLSN']);
    expect(world.run('BACKUP', restoreLog('copy')).errors).toEqual([]);
    expect(world.run('BACKUP', restoreLog('log3')).errors).toEqual([]);
    expect(world.messages('BACKUP')).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  test('is too early once the regular one has been applied', () => {
    const world = restored('log1', 'log2');
    world.post('HOME', 'm4');
    world.run('HOME', backupLog('copy', 'INIT, COPY_ONLY'));
    world.post('HOME', 'm5');
    world.run('HOME', backupLog('log3'));
    world.run('BACKUP', restoreLog('log3'));
    expect(world.run('BACKUP', restoreLog('copy')).errors).toEqual([4326, 3013]);
    expect(world.messages('BACKUP').at(-1)).toBe('m5');
  });
});

describe('a gap', () => {
  test('names the LSN that is missing, and closes when the missing file is found', () => {
    const world = restored();
    const answer = world.run('BACKUP', restoreLog('log2'));
    const [error] = answer.tokens.flatMap((token) => (token.kind === 'error' ? [token.message] : []));
    expect(error).toContain(`begins at LSN ${String(header(world, 'log2')['FirstLSN'])}`);
    expect(error).toContain(`includes LSN ${String(world.database('BACKUP').position)}`);
    for (const file of ['log1', 'log2']) expect(world.run('BACKUP', restoreLog(file)).errors).toEqual([]);
  });

  test('is left by SIMPLE and back: BACKUP LOG wants a full backup, and the new chain does not fit the old copy', () => {
    const world = restored('log1', 'log2');
    world.run('HOME', 'ALTER DATABASE mgc SET RECOVERY SIMPLE');
    world.run('HOME', 'ALTER DATABASE mgc SET RECOVERY FULL');
    expect(world.run('HOME', backupLog('log3')).errors).toEqual([4214, 3013]);
    world.post('HOME', 'm4');
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${share}\\full2.bak' WITH INIT`);
    world.run('HOME', backupLog('log3'));
    expect(header(world, 'log3')['BeginsLogChain']).toBe(true);
    expect(world.run('BACKUP', restoreLog('log3')).errors).toEqual([4305, 3013]);
  });
});

describe('two forks', () => {
  test('with files of one first LSN are told apart by the fork, not by the time', () => {
    const world = restored('log1', 'log2');
    world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY');
    for (const side of ['HOME', 'BACKUP']) {
      world.post(side, `m4 at ${side}`);
      world.run(side, backupLog(`branch-${side}`, 'INIT, NORECOVERY'));
    }
    expect(header(world, 'branch-HOME')['FirstLSN']).toBe(header(world, 'branch-BACKUP')['FirstLSN']);
    expect(world.run('BACKUP', restoreLog('branch-HOME')).errors).toEqual([4330, 3013]);
    expect(world.run('HOME', restoreLog('branch-BACKUP')).errors).toEqual([4330, 3013]);
    expect(world.messages('HOME').at(-1)).toBe('m4 at HOME');
  });

  test('meet again for a copy that stands exactly at the fork point, and not for one beyond it', () => {
    const world = restored('log1', 'log2');
    world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY');
    world.post('BACKUP', 'm4');
    world.run('BACKUP', backupLog('new'));
    world.run('HOME', backupLog('tail', 'INIT, NORECOVERY'));
    expect(header(world, 'new')['ForkPointLSN']).toBe(world.database('HOME').position);
    expect(world.run('HOME', restoreLog('new')).errors).toEqual([]);
    expect(world.messages('HOME')).toEqual(world.messages('BACKUP'));
  });
});

describe('a standby copy', () => {
  test('takes the next log and the very one that it has, and goes back to RESTORING by itself', () => {
    const world = restored();
    expect(world.run('BACKUP', restoreLog('log1', standby)).errors).toEqual([]);
    expect(world.run('BACKUP', restoreLog('log1', standby)).errors).toEqual([]);
    expect(world.database('BACKUP')).toMatchObject({ state: 'ONLINE', inStandby: true });
    expect(world.run('BACKUP', restoreLog('log2')).errors).toEqual([]);
    expect(world.database('BACKUP')).toMatchObject({ state: 'RESTORING', inStandby: false });
  });

  test('has its undo file while it is one, and closes the connection of who restores without it', () => {
    const world = restored();
    world.run('BACKUP', restoreLog('log1', standby));
    const undo = world.folders.list('D:').map(({ name }) => name);
    expect(undo).toEqual(['mgc.tuf']);
    world.folders.delete('D:\\mgc.tuf');
    const answer = world.run('BACKUP', restoreLog('log2'));
    expect(answer.errors).toEqual([3441]);
    expect(answer.tokens.at(-1)?.kind).toBe('close');
    expect(world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY').errors).toEqual([3441]);
    expect(world.run('BACKUP', restoreFull).errors).toEqual([]);
    expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([]);
  });
});

describe('a bad file', () => {
  const bytesOf = (world: Instances): Uint8Array => {
    const bytes = world.folders.read(`${share}\\log1.trn`);
    if (!(bytes instanceof Uint8Array)) throw new Error('no file');
    return bytes;
  };

  test.each([
    ['nothing', () => new Uint8Array(), 3254],
    ['something else', () => Buffer.from('MZ'), 3241],
    ['a backup cut in its header', (bytes: Uint8Array) => bytes.slice(0, 80), 3241],
    ['a backup cut in the middle', (bytes: Uint8Array) => bytes.slice(0, bytes.length - 20), 3256],
  ] as const)(
    'that holds %s is refused by RESTORE, HEADERONLY and VERIFYONLY alike',
    (_what, spoil, number) => {
      const world = restored();
      const before = world.database('BACKUP').position;
      world.folders.write(`${share}\\bad.trn`, spoil(bytesOf(world)), 0);
      const device = `FROM DISK = N'${share}\\bad.trn'`;
      for (const text of [restoreLog('bad'), `RESTORE HEADERONLY ${device}`, `RESTORE VERIFYONLY ${device}`])
        expect(world.run('BACKUP', text).errors).toEqual([number, 3013]);
      expect(world.database('BACKUP')).toMatchObject({ state: 'RESTORING', position: before });
      expect(world.run('BACKUP', restoreLog('log1')).errors).toEqual([]);
    },
  );
});
