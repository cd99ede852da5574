/** What differs between versions of SQL Server (reference 9), one instance of each. */
import { describe, expect, test } from 'vitest';
import { PRODUCT_VERSIONS, PRODUCT_YEARS } from '../../../src/simulator/instance/product-versions.ts';
import { Instances } from './instances.ts';

const share = String.raw`\\fs01\s`;
const instanceOf = (year: keyof typeof PRODUCT_VERSIONS): Instances =>
  new Instances([{ name: 'HOME', databases: ['mgc'], productVersion: PRODUCT_VERSIONS[year].build }]);
const columnsOf = (world: Instances, text: string): number =>
  Object.keys(world.run('HOME', text).rows[0] ?? {}).length;

describe('SQL Server', () => {
  test.each([
    ['2012', 53, 21],
    ['2014', 56, 21],
    ['2016', 56, 22],
    ['2017', 56, 22],
    ['2019', 56, 22],
    ['2022', 59, 22],
  ] as const)('%s has %d columns of HEADERONLY and %d of FILELISTONLY', (year, header, files) => {
    const world = instanceOf(year);
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${share}\\v.bak' WITH INIT`);
    expect(columnsOf(world, `RESTORE HEADERONLY FROM DISK = N'${share}\\v.bak'`)).toBe(header);
    expect(columnsOf(world, `RESTORE FILELISTONLY FROM DISK = N'${share}\\v.bak'`)).toBe(files);
  });

  test('2014 before its first update has the 53 columns of 2012', () => {
    const world = new Instances([{ name: 'HOME', databases: ['mgc'], productVersion: '12.0.2000.8' }]);
    world.run('HOME', `BACKUP DATABASE mgc TO DISK = N'${share}\\v.bak' WITH INIT`);
    expect(columnsOf(world, `RESTORE HEADERONLY FROM DISK = N'${share}\\v.bak'`)).toBe(53);
  });

  test.each(PRODUCT_YEARS)('%s says what it is', (year) => {
    const { build, level } = PRODUCT_VERSIONS[year];
    const text =
      "SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS v, CONVERT(nvarchar(128), SERVERPROPERTY('ProductLevel')) AS l, @@VERSION AS t";
    const [row] = instanceOf(year).run('HOME', text).rows;
    expect(row).toMatchObject({ v: build, l: level });
    expect(row?.['t']).toContain(`Microsoft SQL Server ${year} - ${build}`);
  });

  test.each(PRODUCT_YEARS)('%s knows the default backup folder from 2019 on', (year) => {
    const text = "SELECT CONVERT(nvarchar(260), SERVERPROPERTY('InstanceDefaultBackupPath')) AS p";
    const [row] = instanceOf(year).run('HOME', text).rows;
    expect(row?.['p'] === null).toBe(Number(year) < 2019);
  });

  test.each([
    ['2012', 'key_algorithm', [207]],
    ['2014', 'key_algorithm', []],
    ['2019', 'compression_algorithm', [207]],
    ['2022', 'compression_algorithm', []],
  ] as const)('%s answers column %s of backupset with %j', (year, column, numbers) => {
    const text = `SELECT b.${column} FROM msdb.dbo.backupset AS b`;
    expect(instanceOf(year).run('HOME', text).errors).toEqual(numbers);
  });

  test.each([
    ['2012', 'CONNECT ANY DATABASE', [102]],
    ['2014', 'CONNECT ANY DATABASE', []],
    ['2012', 'SELECT ALL USER SECURABLES', [102]],
    ['2019', 'VIEW SERVER PERFORMANCE STATE', [102]],
    ['2022', 'VIEW SERVER PERFORMANCE STATE', []],
  ] as const)('%s answers GRANT %s with %j', (year, permission, numbers) => {
    expect(instanceOf(year).run('HOME', `GRANT ${permission} TO plain`).errors).toEqual(numbers);
  });

  test.each([
    ['2019', 'VIEW SERVER STATE', []],
    ['2022', 'VIEW SERVER STATE', []],
    ['2022', 'VIEW SERVER PERFORMANCE STATE', []],
    ['2022', 'VIEW SERVER SECURITY STATE', [300]],
  ] as const)('%s shows dm_os_sys_info to %s: %j', (year, permission, numbers) => {
    const world = instanceOf(year);
    world.run('HOME', `GRANT ${permission} TO plain`);
    world.login('HOME', 'p', 'plain', 'plain');
    const text = 'SELECT i.cpu_count FROM sys.dm_os_sys_info AS i';
    expect(world.run('HOME', text, 'p').errors).toEqual(numbers);
  });

  test.each([
    ['2016', '2012', [3169, 3013]],
    ['2022', '2019', [3169, 3013]],
    ['2012', '2022', []],
    ['2016', '2016', []],
  ] as const)('a backup of %s on %s ends with %j', (from, to, numbers) => {
    const world = new Instances([
      { name: 'OLD', databases: ['mgc'], productVersion: PRODUCT_VERSIONS[from].build },
      { name: 'NEW', endpointPort: 5023, productVersion: PRODUCT_VERSIONS[to].build },
    ]);
    world.run('OLD', `BACKUP DATABASE mgc TO DISK = N'${share}\\v.bak' WITH INIT`);
    expect(world.run('NEW', `RESTORE DATABASE mgc FROM DISK = N'${share}\\v.bak'`).errors).toEqual(numbers);
  });
});
