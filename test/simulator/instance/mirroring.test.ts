import { describe, expect, test } from 'vitest';
import { homeAndBackup, mirror, restoreFull, restoreLog, type Instances } from './instances.ts';

const share = String.raw`\\fs01\s`;
const toBackup = "ALTER DATABASE mgc SET PARTNER = 'TCP://backup.contoso.com:5022'";
const toHome = "ALTER DATABASE mgc SET PARTNER = 'TCP://home.contoso.com:5022'";
const witness = "ALTER DATABASE mgc SET WITNESS = 'TCP://witness.contoso.com:5022'";

const shown = (world: Instances, instance: string): unknown =>
  world.run(
    instance,
    "SELECT mirroring_role_desc AS role, mirroring_state_desc AS state, mirroring_role_sequence AS seq FROM sys.database_mirroring WHERE database_id = DB_ID(N'mgc')",
  ).rows[0];

describe('SET PARTNER', () => {
  test('on the mirror first, then on the principal, is SYNCHRONIZED after a while on both', () => {
    const world = homeAndBackup();
    for (const text of [restoreFull, restoreLog('log1'), restoreLog('log2'), toHome])
      expect(world.run('BACKUP', text).errors).toEqual([]);
    expect(world.run('HOME', toBackup).errors).toEqual([]);
    expect(shown(world, 'HOME')).toEqual({ role: 'PRINCIPAL', state: 'SYNCHRONIZING', seq: 1 });
    world.advance(5000);
    expect(shown(world, 'HOME')).toEqual({ role: 'PRINCIPAL', state: 'SYNCHRONIZED', seq: 1 });
    expect(shown(world, 'BACKUP')).toEqual({ role: 'MIRROR', state: 'SYNCHRONIZED', seq: 1 });
    world.post('HOME', 'both');
    expect(world.messages('BACKUP')).toEqual(['m1', 'm2', 'm3', 'both']);
  });

  test.each([
    ['a mirror that ran no SET PARTNER', [restoreFull, restoreLog('log1'), restoreLog('log2')], [1416]],
    ['a mirror that lacks the newest log backup', [restoreFull, restoreLog('log1'), toHome], [1412]],
    ['a mirror with no log restored', [restoreFull, toHome], [1412]],
    ['a recovered copy', [restoreFull, restoreLog('log1'), restoreLog('log2', 'RECOVERY')], [1464]],
    ['no copy', [], [1448]],
  ] as const)('is refused for %s', (_what, before, errors) => {
    const world = homeAndBackup();
    for (const text of before) world.run('BACKUP', text);
    expect(world.run('HOME', toBackup).errors).toEqual(errors);
  });

  test('is refused for an unrelated copy with 1407', () => {
    const world = homeAndBackup();
    world.run('BACKUP', 'CREATE DATABASE mgc');
    world.run('BACKUP', `BACKUP DATABASE mgc TO DISK = N'${share}\\o.bak'`);
    world.run('BACKUP', `BACKUP LOG mgc TO DISK = N'${share}\\o.trn' WITH NORECOVERY`);
    world.run('BACKUP', toHome);
    expect(world.run('HOME', toBackup).errors).toEqual([1407]);
  });

  test('is refused with 1418 while an endpoint is stopped', () => {
    const world = homeAndBackup();
    world.run('BACKUP', 'ALTER ENDPOINT Mirroring STATE = STOPPED');
    expect(world.run('HOME', toBackup).errors).toEqual([1418]);
  });

  test('OFF leaves the principal ONLINE and the mirror plain RESTORING at the end of its log', () => {
    const world = homeAndBackup();
    mirror(world);
    world.post('HOME', 'last');
    expect(world.run('HOME', 'ALTER DATABASE mgc SET PARTNER OFF').errors).toEqual([]);
    expect(world.database('BACKUP')).toMatchObject({ state: 'RESTORING', mirroring: null });
    expect(world.run('BACKUP', 'ALTER DATABASE mgc SET PARTNER OFF').errors).toEqual([1416]);
    expect(world.run('BACKUP', 'RESTORE DATABASE mgc WITH RECOVERY').errors).toEqual([]);
    expect(world.messages('BACKUP').at(-1)).toBe('last');
  });

  test('FAILOVER swaps the roles, keeps every message and the log chain', () => {
    const world = homeAndBackup();
    mirror(world);
    const chat = world.openChat('HOME');
    expect(world.run('HOME', 'ALTER DATABASE mgc SET PARTNER FAILOVER').errors).toEqual([]);
    expect(world.instance('HOME').sessions[chat]).toBeUndefined();
    world.advance(5000);
    expect(shown(world, 'HOME')).toEqual({ role: 'MIRROR', state: 'SYNCHRONIZED', seq: 2 });
    expect(world.post('BACKUP', 'after')).toBe('committed');
    world.run('BACKUP', `BACKUP LOG mgc TO DISK = N'${share}\\log3.trn' WITH INIT`);
    const headers = ['log2', 'log3'].map(
      (name) => world.run('BACKUP', `RESTORE HEADERONLY FROM DISK = N'${share}\\${name}.trn'`).rows[0],
    );
    expect(headers[1]?.['FirstLSN']).toBe(headers[0]?.['LastLSN']);
    expect(headers[1]?.['FirstRecoveryForkID']).toBe(headers[0]?.['RecoveryForkID']);
  });

  test('kills the sessions and then answers 1468 for OFFLINE on a principal', () => {
    const world = homeAndBackup();
    mirror(world);
    world.openChat('HOME');
    const answer = world.run('HOME', 'ALTER DATABASE mgc SET OFFLINE WITH ROLLBACK IMMEDIATE');
    expect(answer.errors).toEqual([1468, 5069]);
    expect(answer.infos).toEqual([5060, 5060]);
    expect(world.outputs.some((output) => output.kind === 'session-ended')).toBe(true);
  });
});

describe('a lost partner', () => {
  test('makes commits wait until the time-out, then the principal goes on exposed', () => {
    const world = homeAndBackup();
    mirror(world);
    world.stop('BACKUP');
    expect(world.post('HOME', 'x')).toBe('waiting');
    world.advance(11_000);
    expect(shown(world, 'HOME')).toMatchObject({ state: 'DISCONNECTED' });
    expect(world.post('HOME', 'x')).toBe('committed');
    world.start('BACKUP');
    world.advance(10_000);
    expect(world.messages('BACKUP')).toEqual(world.messages('HOME'));
    expect(shown(world, 'BACKUP')).toMatchObject({ role: 'MIRROR', state: 'SYNCHRONIZED' });
  });

  test('without a witness leaves a mirror that can be forced, on a new fork; the old principal returns as a suspended mirror', () => {
    const world = homeAndBackup();
    mirror(world);
    world.cutLink('HOME-BACKUP');
    world.advance(11_000);
    world.post('HOME', 'only at home');
    expect(
      world.run('BACKUP', 'ALTER DATABASE mgc SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS').errors,
    ).toEqual([]);
    expect(world.post('BACKUP', 'only at backup')).toBe('committed');
    expect(world.database('BACKUP').forks).toHaveLength(2);
    world.cut.clear();
    world.advance(5000);
    expect(shown(world, 'HOME')).toMatchObject({ role: 'MIRROR', state: 'SUSPENDED' });
    world.run('BACKUP', 'ALTER DATABASE mgc SET PARTNER RESUME');
    world.advance(5000);
    expect(world.messages('HOME')).toEqual(['m1', 'm2', 'm3', 'only at backup']);
  });

  test('with a witness is replaced by the mirror after the time-out', () => {
    const world = homeAndBackup();
    mirror(world);
    expect(world.run('HOME', witness).errors).toEqual([]);
    world.stop('HOME');
    world.advance(11_000);
    expect(shown(world, 'BACKUP')).toEqual({ role: 'PRINCIPAL', state: 'DISCONNECTED', seq: 2 });
    expect(world.post('BACKUP', 'served')).toBe('committed');
    world.start('HOME');
    world.advance(20_000);
    expect(shown(world, 'HOME')).toMatchObject({ role: 'MIRROR', state: 'SYNCHRONIZED', seq: 2 });
    expect(world.messages('HOME')).toEqual(['m1', 'm2', 'm3', 'served']);
    expect(
      world.run(
        'WITNESS',
        'SELECT principal_server_name AS p, partner_sync_state_desc AS s FROM sys.database_mirroring_witnesses',
      ).rows,
    ).toEqual([{ p: 'BACKUP', s: 'SYNCHRONIZED' }]);
  });

  test('with a witness does not serve beside a partner that took over and is gone: the witness knows of it', () => {
    const world = homeAndBackup();
    mirror(world);
    world.run('HOME', witness);
    world.stop('HOME');
    world.advance(11_000);
    expect(world.post('BACKUP', 'served')).toBe('committed');
    world.stop('BACKUP');
    world.start('HOME');
    world.advance(20_000);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([955]);
    expect(world.post('HOME', 'x')).toBe('refused 4060 18456');
    world.start('BACKUP');
    world.advance(20_000);
    expect(shown(world, 'HOME')).toMatchObject({ role: 'MIRROR', state: 'SYNCHRONIZED', seq: 2 });
    expect(world.messages('HOME')).toEqual(['m1', 'm2', 'm3', 'served']);
  });

  test('makes a principal that sees neither partner nor witness stop serving with 955', () => {
    const world = homeAndBackup();
    mirror(world);
    world.run('HOME', witness);
    world.cutLink('HOME-BACKUP');
    world.cutLink('HOME-WITNESS');
    world.advance(11_000);
    expect(world.run('HOME', 'USE mgc').errors).toEqual([955]);
    expect(world.post('HOME', 'x')).toBe('refused 4060 18456');
    expect(world.post('BACKUP', 'x')).toBe('committed');
  });

  test('learns of PARTNER OFF when the link is back', () => {
    const world = homeAndBackup();
    mirror(world);
    world.cutLink('HOME-BACKUP');
    world.advance(11_000);
    world.run('BACKUP', 'ALTER DATABASE mgc SET PARTNER OFF');
    expect(world.database('HOME').mirroring).not.toBeNull();
    world.cut.clear();
    world.advance(100);
    expect(world.database('HOME')).toMatchObject({ state: 'ONLINE', mirroring: null });
  });
});

test('somebody who is not sysadmin sees NULL on a mirror and values on a principal', () => {
  const world = homeAndBackup();
  mirror(world);
  const text = "SELECT mirroring_guid AS g FROM sys.database_mirroring WHERE database_id = DB_ID(N'mgc')";
  world.login('HOME', 'p', 'plain', 'plain');
  world.login('BACKUP', 'p2', 'plain', 'plain');
  expect(world.run('HOME', text, 'p').rows[0]?.['g']).not.toBeNull();
  expect(world.run('BACKUP', text, 'p2').rows).toEqual([{ g: null }]);
});
