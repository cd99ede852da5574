/** Owner, TRUSTWORTHY and users of a database: what master keeps on each instance, and what travels with the database. */
import { expect, test } from 'vitest';
import { homeAndBackup, Instances, restoreFull } from './instances.ts';

const one = (): Instances => new Instances([{ name: 'HOME', databases: ['mgc'] }]);
const BOSS = "CREATE LOGIN boss WITH PASSWORD = N'x'";
const OWN = 'ALTER AUTHORIZATION ON DATABASE::[mgc] TO [boss]';
const BACK_UP = String.raw`BACKUP DATABASE mgc TO DISK = N'\\fs01\s\full.bak' WITH INIT, CHECKSUM`;

const ownerAt = (world: Instances, instance: string): unknown =>
  world.run(
    instance,
    `SELECT d.is_trustworthy_on AS trusted, CASE WHEN u.sid = d.owner_sid THEN 1 ELSE 0 END AS recorded, l.name AS owner
FROM sys.databases AS d INNER JOIN mgc.sys.database_principals AS u ON u.principal_id = 1
LEFT JOIN sys.server_principals AS l ON l.sid = d.owner_sid WHERE d.name = N'mgc'`,
  ).rows;

const orphansAt = (world: Instances, instance: string): unknown =>
  world.run(
    instance,
    `SELECT u.name, u.type FROM mgc.sys.database_principals AS u
LEFT JOIN sys.server_principals AS l ON l.sid = u.sid WHERE u.principal_id > 4 AND l.sid IS NULL`,
  ).rows;

test('a database has the owner and the TRUSTWORTHY that it was given', () => {
  const world = one();
  expect(ownerAt(world, 'HOME')).toEqual([{ trusted: false, recorded: 1, owner: 'sa' }]);
  expect(world.run('HOME', `${BOSS}; ALTER DATABASE mgc SET TRUSTWORTHY ON; ${OWN}`).errors).toEqual([]);
  expect(ownerAt(world, 'HOME')).toEqual([{ trusted: true, recorded: 1, owner: 'boss' }]);
});

test('a restored copy belongs to who restored it, is not TRUSTWORTHY, and still records its old owner', () => {
  const world = homeAndBackup();
  world.run('HOME', `${BOSS}; ALTER DATABASE mgc SET TRUSTWORTHY ON; ${OWN}; ${BACK_UP}`);
  world.run('BACKUP', `${restoreFull}; RESTORE DATABASE mgc WITH RECOVERY`);
  expect(ownerAt(world, 'BACKUP')).toEqual([{ trusted: false, recorded: 0, owner: 'sa' }]);
  world.run('BACKUP', `${BOSS.replace('boss', 'other')}; ALTER DATABASE mgc SET TRUSTWORTHY ON`);
  world.run('BACKUP', OWN.replace('boss', 'other'));
  expect(ownerAt(world, 'BACKUP')).toEqual([{ trusted: true, recorded: 1, owner: 'other' }]);
});

test('a restore over a database that is there leaves its owner and turns TRUSTWORTHY off', () => {
  const world = one();
  world.run('HOME', `${BOSS}; ALTER DATABASE mgc SET TRUSTWORTHY ON; ${BACK_UP}; ${OWN}`);
  world.run('HOME', String.raw`RESTORE DATABASE mgc FROM DISK = N'\\fs01\s\full.bak' WITH REPLACE, RECOVERY`);
  expect(ownerAt(world, 'HOME')).toEqual([{ trusted: false, recorded: 0, owner: 'boss' }]);
});

test('a user whose SID no login has is orphaned until it gets a login', () => {
  const world = homeAndBackup();
  world.run(
    'HOME',
    String.raw`CREATE LOGIN app WITH PASSWORD = N'x'; CREATE LOGIN [CONTOSO\RTCChat] FROM WINDOWS`,
  );
  world.run(
    'HOME',
    String.raw`USE mgc; CREATE USER app FOR LOGIN app; CREATE USER [CONTOSO\RTCChat]; USE master`,
  );
  world.run('HOME', BACK_UP);
  world.run('BACKUP', `${restoreFull}; RESTORE DATABASE mgc WITH RECOVERY`);
  expect(orphansAt(world, 'HOME')).toEqual([]);
  expect(orphansAt(world, 'BACKUP')).toEqual([
    { name: 'app', type: 'S' },
    { name: 'CONTOSO\\RTCChat', type: 'G' },
  ]);
  // An SQL login gets another SID on every instance; the account of a domain has one.
  world.run(
    'BACKUP',
    String.raw`CREATE LOGIN app WITH PASSWORD = N'x'; CREATE LOGIN [CONTOSO\RTCChat] FROM WINDOWS`,
  );
  expect(orphansAt(world, 'BACKUP')).toEqual([{ name: 'app', type: 'S' }]);
  expect(world.run('BACKUP', 'USE mgc; ALTER USER app WITH LOGIN = app').errors).toEqual([]);
  expect(orphansAt(world, 'BACKUP')).toEqual([]);
});

test.each([
  ['ALTER AUTHORIZATION ON DATABASE::nosuch TO sa', [15151]],
  ['ALTER AUTHORIZATION ON DATABASE::mgc TO nosuch', [15151]],
  [
    'USE mgc; CREATE USER boss FOR LOGIN boss; USE master; ALTER AUTHORIZATION ON DATABASE::mgc TO boss',
    [15110],
  ],
  ['USE mgc; ALTER USER nosuch WITH LOGIN = boss', [15151]],
  ['USE mgc; CREATE USER boss FOR LOGIN boss; ALTER USER boss WITH LOGIN = nosuch', [15151]],
  ['ALTER DATABASE nosuch SET TRUSTWORTHY ON', [5011, 5069]],
  ['ALTER AUTHORIZATION ON SCHEMA::dbo TO boss', [102]],
])('refuses %s', (text, errors) => {
  const world = one();
  world.run('HOME', BOSS);
  expect(world.run('HOME', text).errors).toEqual(errors);
});

test.each([
  ['ALTER DATABASE mgc SET TRUSTWORTHY ON', [5011, 5069]],
  ['ALTER AUTHORIZATION ON DATABASE::mgc TO plain', [15151]],
])('%s is not for the owner of a database', (text, errors) => {
  const world = one();
  world.run('HOME', 'ALTER AUTHORIZATION ON DATABASE::mgc TO plain');
  world.login('HOME', 'p', 'plain', 'plain');
  expect(world.run('HOME', text, 'p').errors).toEqual(errors);
});

test('a copy that is being restored takes neither', () => {
  const world = homeAndBackup();
  world.run('BACKUP', restoreFull);
  expect(world.run('BACKUP', 'ALTER DATABASE mgc SET TRUSTWORTHY ON').errors).toEqual([5052, 5069]);
  expect(world.run('BACKUP', 'ALTER AUTHORIZATION ON DATABASE::mgc TO sa').errors).toEqual([927]);
});
