/** The estate answers with exactly what the catalogue says, for each version; whatever it does not say is refused as SQL Server does. */
import { produce } from 'immer';
import { describe, expect, test } from 'vitest';
import {
  catalogueObjects,
  catalogueProcedures,
  type CatalogueColumn,
  type CatalogueEntry,
} from '../../../src/simulator/catalogue/catalogue.ts';
import { sqlType } from '../../../src/simulator/catalogue/columns.ts';
import { existsSince } from '../../../src/simulator/catalogue/version-gate.ts';
import type { ColumnToken } from '../../../src/simulator/sql-tokens.ts';
import { DrivenEstate, HOME, SHARE, type SqlOutcome } from '../estate/driven-estate.ts';

const VERSIONS = [
  '11.0.2100.60',
  '12.0.2000.8',
  '12.0.6024.0',
  '13.0.6300.2',
  '14.0.3456.2',
  '15.0.4153.1',
  '16.0.1000.6',
];
const NEWEST = '16.0.1000.6';

/** Made once: logs shipped, mirrored, jobs run; then every instance says that it is of `version`. */
const converged = new DrivenEstate();
converged.fault('clients on');
converged.minutes(31);
converged.sql(HOME, `BACKUP DATABASE mgc TO DISK = N'${SHARE}\\catalogue.bak' WITH COPY_ONLY, INIT`);

function estateOf(version: string): DrivenEstate {
  converged.state = produce(converged.state, (draft) => {
    for (const instance of Object.values(draft.instances)) instance.productVersion = version;
  });
  return converged;
}

const exists = ({ since }: { readonly since?: string | undefined }, version: string): boolean =>
  since === undefined || existsSince(version, since);

const asTokens = (columns: readonly CatalogueColumn[] | undefined, version: string): readonly ColumnToken[] =>
  (columns ?? [])
    .filter((column) => exists(column, version))
    .map(({ name, type, nullable }) => ({ name, type: sqlType(type), nullable: nullable !== false }));

const columnsIn = ({ tokens }: SqlOutcome): readonly ColumnToken[] | undefined =>
  tokens.flatMap((token) => (token.kind === 'columns' ? [token.columns] : []))[0];

/** Tables of a chat database are written without one. */
const written = (object: string): string => (object.startsWith('dbo.') ? `mgc.${object}` : object);

const OBJECTS = Object.entries<CatalogueEntry>(catalogueObjects).filter(
  ([name]) => !/^RESTORE|_sql_text$/.test(name),
);
const offers = (name: string): boolean =>
  !converged.sql(HOME, `SELECT TOP (0) * FROM ${written(name)}`).numbers.includes(208);
const OFFERED = OBJECTS.filter(([name]) => offers(name));

const PROCEDURES = Object.entries<CatalogueEntry>(catalogueProcedures)
  .filter(([key]) => key !== 'master.sp_executesql')
  .map(([key, entry]) => ({ name: key.replace('.', '.dbo.'), entry }));
const CALLED = PROCEDURES.filter(
  ({ name }) => !converged.sql(HOME, `EXEC ${name} @colour = 1`).numbers.includes(2812),
);

const required = ({ parameters }: CatalogueEntry): readonly string[] =>
  (parameters ?? []).filter((one) => one.required === true).map(({ name }) => name);

const CATALOG_VIEWS =
  'databases database_mirroring database_mirroring_witnesses endpoints database_mirroring_endpoints tcp_endpoints ' +
  'master_files database_recovery_status server_principals dm_exec_sessions dm_exec_requests dm_exec_connections ' +
  'dm_server_services dm_os_sys_info dm_tran_locks dm_os_performance_counters';
const MSDB_TABLES =
  'log_shipping_primary_databases log_shipping_primary_secondaries log_shipping_secondary log_shipping_secondary_databases ' +
  'log_shipping_monitor_primary log_shipping_monitor_secondary log_shipping_monitor_history_detail ' +
  'log_shipping_monitor_error_detail log_shipping_monitor_alert backupset backupmediafamily backupmediaset restorehistory ' +
  'sysjobs sysjobs_view sysjobschedules sysschedules sysjobactivity sysjobhistory syssessions syscategories';
const CHAT_TABLES = 'tblChat tblServerIdentity tblConfig tblSystemRevision';

const qualified = (schema: string, names: string): readonly string[] =>
  names.split(' ').map((name) => `${schema}.${name}`);

test('the estate offers what a failover and its checks read', () => {
  const wanted = [
    ...qualified('sys', CATALOG_VIEWS),
    ...qualified('msdb.dbo', MSDB_TABLES),
    ...qualified('dbo', CHAT_TABLES),
  ];
  const offered = OFFERED.map(([name]) => name);
  expect(wanted.filter((name) => !offered.includes(name))).toEqual([]);
  expect(CALLED.length).toBeGreaterThanOrEqual(30);
});

describe.each(VERSIONS)('version %s', (version) => {
  test(`${version}: every table and view has the columns of the catalogue, in order, with type and nullability`, () => {
    const estate = estateOf(version);
    for (const [name, entry] of OFFERED) {
      const answer = estate.sql(HOME, `SELECT * FROM ${written(name)}`);
      expect([name, columnsIn(answer)]).toEqual([name, asTokens(entry.columns, version)]);
    }
  });

  test(`${version}: a column that came later is refused with 207`, () => {
    const estate = estateOf(version);
    for (const [name, entry] of OFFERED)
      for (const column of entry.columns ?? []) {
        if (exists(column, version)) continue;
        const { numbers } = estate.sql(HOME, `SELECT ${column.name} FROM ${written(name)}`);
        expect([name, column.name, numbers]).toEqual([name, column.name, [207]]);
      }
  });

  test(`${version}: RESTORE HEADERONLY, FILELISTONLY and LABELONLY have the columns of the catalogue`, () => {
    const estate = estateOf(version);
    for (const what of ['RESTORE HEADERONLY', 'RESTORE FILELISTONLY', 'RESTORE LABELONLY'] as const) {
      const answer = estate.sql(HOME, `${what} FROM DISK = N'${SHARE}\\catalogue.bak'`);
      expect(columnsIn(answer)).toEqual(asTokens(catalogueObjects[what].columns, version));
    }
  });
});

test('a column that is never NULL has a value in every row', () => {
  const estate = estateOf(NEWEST);
  for (const [name] of OFFERED) {
    const answer = estate.sql(HOME, `SELECT * FROM ${written(name)}`);
    const empty = (columnsIn(answer) ?? []).filter(
      ({ nullable }, at) => !nullable && answer.rows.some((row) => row[at] === null),
    );
    expect([name, empty]).toEqual([name, []]);
  }
});

test('the first result set of a procedure has the columns of the catalogue', () => {
  const estate = estateOf(NEWEST);
  const answered = CALLED.filter(({ entry }) => entry.resultSets !== undefined).map(({ name, entry }) => {
    const values = required(entry).map((parameter) => `${parameter} = N'mgc'`);
    const answer = estate.sql(HOME, `EXEC ${name} ${values.join(', ')}`);
    expect([name, columnsIn(answer)]).toEqual([name, asTokens(entry.resultSets?.[0]?.columns, NEWEST)]);
    return name;
  });
  expect(answered.length).toBeGreaterThan(10);
});

describe('what the catalogue does not name', () => {
  test.each(OFFERED)('a misspelt column of %s gives 207', (name, entry) => {
    const column = `${entry.columns?.[0]?.name ?? ''}_`;
    expect(converged.sql(HOME, `SELECT ${column} FROM ${written(name)}`).numbers).toEqual([207]);
  });

  test.each(OFFERED)('a misspelt name beside %s gives 208', (name) => {
    expect(converged.sql(HOME, `SELECT 1 AS one FROM ${written(name)}_`).numbers).toEqual([208]);
  });

  test.each(CALLED)('a parameter that $name lacks gives 8145, one too many 8144', ({ name, entry }) => {
    const count = (entry.parameters ?? []).filter((one) => exists(one, NEWEST)).length;
    const tooMany = Array.from({ length: count + 1 }, () => 'NULL').join(', ');
    expect(converged.sql(HOME, `EXEC ${name} @colour = 1`).numbers).toEqual([8145]);
    expect(converged.sql(HOME, `EXEC ${name} ${tooMany}`).numbers).toEqual([8144]);
  });

  test.each(CALLED.filter(({ entry }) => required(entry).length > 0))(
    'a call of $name without a parameter that it needs gives 201',
    ({ name }) => {
      expect(converged.sql(HOME, `EXEC ${name}`).numbers).toEqual([201]);
    },
  );

  test.each(CALLED)('a misspelt name beside $name gives 2812', ({ name }) => {
    expect(converged.sql(HOME, `EXEC ${name}_`).numbers).toEqual([2812]);
  });

  test('a parameter that came after the releases served gives 8145', () => {
    const call =
      "EXEC master.dbo.sp_add_log_shipping_primary_database @database = N'x', @backup_directory = N'x',";
    const text = `${call} @backup_share = N'x', @primary_connection_options = N'Encrypt=strict'`;
    expect(converged.sql(HOME, text).numbers).toEqual([8145]);
  });

  test('a misspelt function gives 195, and a misspelt property NULL', () => {
    expect(converged.sql(HOME, "SELECT SERVERPROPERTYX('ServerName') AS name").numbers).toEqual([195]);
    expect(
      converged.sql(HOME, "SELECT CONVERT(nvarchar(128), SERVERPROPERTY('SrvName')) AS name").rows,
    ).toEqual([[null]]);
  });
});

describe('the version gate', () => {
  test.each([
    ['11.0.2100.60', '2012', true],
    ['11.0.2100.60', '2014', false],
    ['12.0.2000.8', '2014 CU1', false],
    ['12.0.2342.0', '2014 CU1', true],
    ['13.0.1601.5', '2014 CU1', true],
    ['11.0.6020.0', '2012 SP4, 2016 SP1', false],
    ['11.0.7001.0', '2012 SP4, 2016 SP1', true],
    ['12.0.6024.0', '2012 SP4, 2016 SP1', false],
    ['13.0.1601.5', '2012 SP4, 2016 SP1', false],
    ['13.0.4001.0', '2012 SP4, 2016 SP1', true],
    ['14.0.1000.169', '2012 SP4, 2016 SP1', true],
    ['16.0.1000.6', '2025', false],
  ])('a build %s against "%s" is %s', (version, since, expected) => {
    expect(existsSince(version, since)).toBe(expected);
  });

  test('refuses a level that it does not know', () => {
    expect(() => existsSince('13.0.1601.5', '2016 SP9')).toThrow('unknown version 2016 SP9');
  });

  test('knows every level that columns and parameters name', () => {
    const entries = Object.values<CatalogueEntry>({ ...catalogueObjects, ...catalogueProcedures });
    const levels = entries.flatMap(({ columns, parameters, since }) => [
      since,
      ...(columns ?? []).map((one) => one.since),
      ...(parameters ?? []).map((one) => one.since),
    ]);
    for (const since of levels)
      if (since !== undefined) expect(() => existsSince(NEWEST, since)).not.toThrow();
  });
});

test('every entry has its page, or says why it has none', () => {
  const entries = Object.entries<CatalogueEntry>({ ...catalogueObjects, ...catalogueProcedures });
  const without = entries.filter(
    ([, { source, unverified }]) => source === undefined && unverified === undefined,
  );
  expect(without.map(([name]) => name)).toEqual([]);
});
