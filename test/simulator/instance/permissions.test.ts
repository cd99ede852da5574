/** What a login may that has been given just this, and the number that it gets for the rest (reference 8, 4.4 row 99). */
import { describe, expect, test } from 'vitest';
import { answerOf, homeAndBackup, Instances, mirror, restoreFull } from './instances.ts';

const share = String.raw`\\fs01\s`;
const MSDB_USER = 'USE msdb; CREATE USER plain FOR LOGIN plain; ';
const CHAT_USER = 'USE mgc; CREATE USER plain FOR LOGIN plain; ';

/** Runs as the login `plain`, which sa gave these rights before. */
function asPlain(world: Instances, grants: string, text: string): ReturnType<Instances['run']> {
  const given = world.run('HOME', grants === '' ? 'USE master' : grants);
  expect(given.errors).toEqual([]);
  world.login('HOME', 'p', 'plain', 'plain');
  return world.run('HOME', text, 'p');
}

const one = (): Instances => new Instances([{ name: 'HOME', databases: ['mgc'] }]);

describe('a login that was given', () => {
  test.each([
    ['nothing', '', 'SELECT COUNT(*) AS n FROM sys.dm_os_sys_info AS i', [300]],
    ['nothing', '', 'SELECT COUNT(*) AS n FROM sys.dm_os_performance_counters AS c', [300]],
    [
      'VIEW SERVER STATE',
      'GRANT VIEW SERVER STATE TO plain',
      'SELECT COUNT(*) AS n FROM sys.dm_os_sys_info AS i',
      [],
    ],
    [
      'ALTER SERVER STATE',
      'GRANT ALTER SERVER STATE TO plain',
      'SELECT COUNT(*) AS n FROM sys.dm_os_sys_info AS i',
      [],
    ],
    ['nothing', '', 'KILL 60', [6102]],
    ['ALTER ANY CONNECTION', 'GRANT ALTER ANY CONNECTION TO plain', 'KILL 60', [6106]],
    ['processadmin', 'ALTER SERVER ROLE processadmin ADD MEMBER plain', 'KILL 60', [6106]],
    ['nothing', '', 'CREATE DATABASE x', [262]],
    ['CREATE ANY DATABASE', 'GRANT CREATE ANY DATABASE TO plain', 'CREATE DATABASE x', []],
    ['nothing', '', `RESTORE HEADERONLY FROM DISK = N'${share}\\x.bak'`, [262, 3013]],
    [
      'CREATE ANY DATABASE',
      'GRANT CREATE ANY DATABASE TO plain',
      `RESTORE HEADERONLY FROM DISK = N'${share}\\x.bak'`,
      [3201, 3013],
    ],
    ['nothing', '', 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE', [5011, 5069]],
    [
      'ALTER ANY DATABASE',
      'GRANT ALTER ANY DATABASE TO plain',
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE',
      [],
    ],
    [
      'db_owner in mgc',
      `${CHAT_USER}ALTER ROLE db_owner ADD MEMBER plain`,
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE',
      [],
    ],
    [
      'db_owner in mgc',
      `${CHAT_USER}ALTER ROLE db_owner ADD MEMBER plain`,
      'ALTER DATABASE mgc SET ONLINE',
      [5011, 5069],
    ],
    [
      'dbcreator',
      'ALTER SERVER ROLE dbcreator ADD MEMBER plain',
      'ALTER DATABASE mgc SET EMERGENCY',
      [5011, 5069],
    ],
    ['nothing', '', `BACKUP LOG mgc TO DISK = N'${share}\\x.trn'`, [916, 3013]],
    ['a user in mgc', CHAT_USER, `BACKUP LOG mgc TO DISK = N'${share}\\x.trn'`, [262, 3013]],
    [
      'db_backupoperator in mgc',
      `${CHAT_USER}ALTER ROLE db_backupoperator ADD MEMBER plain`,
      `BACKUP DATABASE mgc TO DISK = N'${share}\\x.bak'`,
      [],
    ],
    [
      'BACKUP LOG in mgc',
      `${CHAT_USER}GRANT BACKUP LOG TO plain`,
      `BACKUP DATABASE mgc TO DISK = N'${share}\\x.bak'`,
      [262, 3013],
    ],
    [
      'db_owner in mgc',
      `${CHAT_USER}ALTER ROLE db_owner ADD MEMBER plain`,
      `RESTORE DATABASE mgc FROM DISK = N'${share}\\x.bak' WITH REPLACE`,
      [3110, 3013],
    ],
    ['nothing', '', `RESTORE DATABASE x FROM DISK = N'${share}\\x.bak'`, [262, 3013]],
    [
      'dbcreator',
      'ALTER SERVER ROLE dbcreator ADD MEMBER plain',
      `RESTORE DATABASE mgc FROM DISK = N'${share}\\x.bak' WITH REPLACE`,
      [3201, 3013],
    ],
    ['nothing', '', 'USE mgc', [916]],
    [
      'CONNECT ANY DATABASE',
      'GRANT CONNECT ANY DATABASE TO plain',
      'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c',
      [229],
    ],
    [
      'CONNECT ANY DATABASE and SELECT ALL USER SECURABLES',
      'GRANT CONNECT ANY DATABASE, SELECT ALL USER SECURABLES TO plain',
      'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c',
      [],
    ],
    [
      'db_datareader in mgc',
      `${CHAT_USER}ALTER ROLE db_datareader ADD MEMBER plain`,
      'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c',
      [],
    ],
    [
      'SELECT on one table',
      `${CHAT_USER}GRANT SELECT ON dbo.tblConfig TO plain`,
      'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c',
      [229],
    ],
    ['nothing', '', 'SELECT COUNT(*) AS n FROM msdb.dbo.backupset AS b', [229]],
    [
      'db_datareader in msdb',
      `${MSDB_USER}ALTER ROLE db_datareader ADD MEMBER plain`,
      'SELECT COUNT(*) AS n FROM msdb.dbo.backupset AS b',
      [],
    ],
    ['nothing', '', 'SELECT COUNT(*) AS n FROM msdb.dbo.nosuch AS b', [208]],
    ['nothing', '', "CREATE LOGIN x WITH PASSWORD = N'x'", [15247]],
    ['nothing', '', 'ALTER SERVER ROLE sysadmin ADD MEMBER plain', [15151]],
    [
      'CONTROL SERVER',
      'GRANT CONTROL SERVER TO plain',
      'ALTER SERVER ROLE sysadmin ADD MEMBER plain',
      [15151],
    ],
    ['nothing', '', 'GRANT VIEW SERVER STATE TO plain', [15247]],
    [
      'securityadmin',
      'ALTER SERVER ROLE securityadmin ADD MEMBER plain',
      "CREATE LOGIN x WITH PASSWORD = N'x'",
      [],
    ],
    [
      'VIEW SERVER STATE and a DENY of it',
      'GRANT VIEW SERVER STATE TO plain; DENY VIEW SERVER STATE TO plain',
      'SELECT COUNT(*) AS n FROM sys.dm_os_sys_info AS i',
      [300],
    ],
    [
      'sysadmin and a DENY',
      'ALTER SERVER ROLE sysadmin ADD MEMBER plain; DENY VIEW SERVER STATE TO plain',
      'SELECT COUNT(*) AS n FROM sys.dm_os_sys_info AS i',
      [],
    ],
  ] as const)('%s (%s) gets for %s: %j', (_, grants, text, numbers) => {
    expect(asPlain(one(), grants, text).errors).toEqual(numbers);
  });
});

describe('rows that are left out instead of refused', () => {
  const names = 'SELECT d.name FROM sys.databases AS d';
  test.each([
    ['nothing', '', ['master', 'tempdb', 'model', 'msdb']],
    [
      'CREATE ANY DATABASE',
      'GRANT CREATE ANY DATABASE TO plain',
      ['master', 'tempdb', 'model', 'msdb', 'mgc'],
    ],
    ['a DENY of VIEW ANY DATABASE', 'DENY VIEW ANY DATABASE TO plain', ['master', 'tempdb']],
  ])('an OFFLINE database for a login with %s', (_, grants, seen) => {
    const world = one();
    world.run('HOME', 'ALTER DATABASE mgc SET OFFLINE WITH ROLLBACK IMMEDIATE');
    expect(asPlain(world, grants, names).rows.map((row) => row['name'])).toEqual(seen);
  });

  test('the mirror is NULL for CONTROL SERVER and not for sysadmin', () => {
    const world = homeAndBackup();
    mirror(world);
    world.run('HOME', 'ALTER DATABASE mgc SET PARTNER FAILOVER');
    world.advance(5000);
    const guid =
      "SELECT m.mirroring_guid FROM sys.database_mirroring AS m WHERE m.database_id = DB_ID(N'mgc')";
    expect(asPlain(world, 'GRANT CONTROL SERVER TO plain', guid).rows).toEqual([{ mirroring_guid: null }]);
    expect(world.run('HOME', guid).rows).not.toEqual([{ mirroring_guid: null }]);
  });
});

describe('functions that ask for rights', () => {
  const ask = (grants: string, expression: string) =>
    asPlain(one(), grants, `SELECT ${expression} AS a`).rows;
  test.each([
    ['', "HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE')", 0],
    ['GRANT VIEW SERVER STATE TO plain', "HAS_PERMS_BY_NAME(NULL, NULL, N'VIEW SERVER STATE')", 1],
    ['', "HAS_PERMS_BY_NAME(NULL, NULL, N'NO SUCH THING')", null],
    ['', "HAS_PERMS_BY_NAME(N'mgc', N'DATABASE', N'SELECT')", null],
    ['GRANT CONNECT ANY DATABASE TO plain', "HAS_PERMS_BY_NAME(N'mgc', N'DATABASE', N'SELECT')", 0],
    [
      `${CHAT_USER}ALTER ROLE db_datareader ADD MEMBER plain`,
      "HAS_PERMS_BY_NAME(N'mgc', N'DATABASE', N'SELECT')",
      1,
    ],
    [
      `${MSDB_USER}ALTER ROLE db_datareader ADD MEMBER plain`,
      "HAS_PERMS_BY_NAME(N'msdb.dbo.sysjobs', N'OBJECT', N'SELECT')",
      1,
    ],
    ['', "IS_SRVROLEMEMBER(N'sysadmin')", 0],
    ['ALTER SERVER ROLE sysadmin ADD MEMBER plain', "IS_SRVROLEMEMBER(N'dbcreator')", 1],
    ['', "IS_SRVROLEMEMBER(N'nosuch')", null],
    ['', "IS_SRVROLEMEMBER(N'sysadmin', N'sa')", 1],
    [
      'USE master; CREATE USER plain; ALTER ROLE db_datareader ADD MEMBER plain',
      "IS_MEMBER(N'db_datareader')",
      1,
    ],
    ['', 'SUSER_SNAME()', 'plain'],
    ['', "SUSER_ID(N'nobody')", null],
  ] as const)('with "%s" %s is %j', (grants, expression, value) => {
    expect(ask(grants, expression)).toEqual([{ a: value }]);
  });

  test('sys.fn_my_permissions lists what the login has on the server', () => {
    const text = "SELECT p.permission_name FROM sys.fn_my_permissions(NULL, N'SERVER') AS p";
    const { rows } = asPlain(one(), 'GRANT ALTER ANY DATABASE TO plain', text);
    expect(rows.map((row) => row['permission_name'])).toEqual([
      'CONNECT SQL',
      'ALTER ANY DATABASE',
      'CREATE ANY DATABASE',
      'VIEW ANY DATABASE',
    ]);
  });
});

test('a login made FROM WINDOWS is not opened by a password', () => {
  const world = one();
  expect(world.run('HOME', 'CREATE LOGIN [CONTOSO\\dba] FROM WINDOWS').errors).toEqual([]);
  const [refused] = world.login('HOME', 'w', 'CONTOSO\\dba', '');
  if (refused?.kind !== 'login-refused') throw new Error('accepted');
  expect(answerOf(refused.errors).errors).toEqual([18456]);
});

describe('a user in a database', () => {
  test('comes with a backup, for the login with the same SID and for no other', () => {
    const world = homeAndBackup();
    const sid = '0x00112233445566778899AABBCCDDEEFF';
    world.run('HOME', `CREATE LOGIN reader WITH PASSWORD = N'r', SID = ${sid}`);
    world.run('HOME', 'USE mgc; CREATE USER reader; ALTER ROLE db_datareader ADD MEMBER reader; USE master');
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${share}\\u.bak' WITH INIT`);
    world.run('BACKUP', `RESTORE DATABASE mgc FROM DISK = N'${share}\\u.bak'`);
    world.run('BACKUP', `CREATE LOGIN reader WITH PASSWORD = N'r', SID = ${sid}`);
    world.run('BACKUP', "CREATE LOGIN other WITH PASSWORD = N'r'");
    world.login('BACKUP', 'same', 'reader', 'r');
    world.login('BACKUP', 'another', 'other', 'r');
    expect(world.run('BACKUP', 'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c', 'same').errors).toEqual([]);
    expect(world.run('BACKUP', 'SELECT COUNT(*) AS n FROM mgc.dbo.tblChat AS c', 'another').errors).toEqual([
      916,
    ]);
  });

  test('cannot be made in a copy that is RESTORING', () => {
    const world = homeAndBackup();
    world.run('BACKUP', restoreFull);
    expect(world.run('BACKUP', 'USE mgc; CREATE USER plain').errors).toEqual([927]);
  });
});
