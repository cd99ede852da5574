import { describe, expect, test } from 'vitest';
import { ORDER_ROWS, type OrderId, type OrderRow } from '../../../src/simulator/msdb/order-table.ts';
import { BACKUP, BACKUP_MIRROR, DrivenEstate, HOME, HOME_MIRROR } from '../estate/driven-estate.ts';

interface Broken {
  readonly on: string;
  readonly setup?: readonly string[];
  readonly fault?: string;
  readonly sql: string;
  /** Who sends it; sa unless said. */
  readonly login?: string;
  readonly fills?: readonly string[];
}

const FOLDERS = String.raw`@backup_directory = N'\\fs01\mgc-logs', @backup_share = N'\\fs01\mgc-logs'`;
const primary = (database: string, more = ''): string =>
  `EXEC master.dbo.sp_add_log_shipping_primary_database @database = N'${database}', ${FOLDERS}, @backup_job_name = N'LSBackup_${database}'${more}`;
const secondary = (server: string, more = ''): string =>
  String.raw`EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = N'${server}', @primary_database = N'mgc',
    @backup_source_directory = N'\\fs01\mgc-logs', @backup_destination_directory = N'D:\LSCopy',
    @copy_job_name = N'LSCopy_${server}', @restore_job_name = N'LSRestore_${server}'${more}`;
const secondaryDatabase = (server: string, more = ''): string =>
  `EXEC master.dbo.sp_add_log_shipping_secondary_database @secondary_database = N'mgc', @primary_server = N'${server}', @primary_database = N'mgc'${more}`;
const mapping = (database: string): string =>
  `EXEC master.dbo.sp_add_log_shipping_primary_secondary N'${database}', N'SQL-LYO-1', N'mgc'`;
const unmapping = "EXEC master.dbo.sp_delete_log_shipping_primary_secondary N'mgc', N'SQL-LYO-1', N'mgc'";
const dropPrimary = (database: string): string =>
  `EXEC master.dbo.sp_delete_log_shipping_primary_database N'${database}'`;
const dropSecondary = "EXEC master.dbo.sp_delete_log_shipping_secondary_database N'mgc'";
const unregister = "EXEC master.dbo.sp_delete_log_shipping_secondary_primary N'SQL-PAR-1', N'mgc'";
const create = 'CREATE DATABASE other';
const startBackup = "EXEC msdb.dbo.sp_start_job @job_name = N'LSBackup_mgc'";

/** A login with a user in msdb and one of the Agent's roles; the jobs of the estate belong to others. */
const readerOnHome = (sql: string): Broken => ({
  on: HOME,
  login: 'reader',
  setup: [
    "CREATE LOGIN reader WITH PASSWORD = N'simulated'",
    'USE msdb; CREATE USER reader; ALTER ROLE SQLAgentReaderRole ADD MEMBER reader',
    "EXEC msdb.dbo.sp_add_schedule @schedule_name = N'own', @freq_type = 4, @freq_interval = 1",
  ],
  sql,
});

const ON_HOME = { on: HOME } as const;
const ON_BACKUP = { on: BACKUP } as const;

const ORDERS: Partial<Record<OrderId, readonly Broken[]>> = {
  'primary/not-online': [
    { ...ON_BACKUP, sql: primary('mgc'), fills: ['mgc'] },
    { on: HOME_MIRROR, sql: primary('mgc'), fills: ['mgc'] },
    { ...ON_HOME, sql: primary('nothing'), fills: ['nothing'] },
  ],
  'primary/simple': [
    {
      ...ON_HOME,
      setup: [create, 'ALTER DATABASE other SET RECOVERY SIMPLE'],
      sql: primary('other'),
      fills: ['other'],
    },
  ],
  'primary/exists': [
    { ...ON_HOME, sql: primary('mgc'), fills: ['mgc'] },
    { ...ON_HOME, setup: [create, primary('other')], sql: primary('other'), fills: ['other'] },
  ],
  'primary/absent': [
    { ...ON_HOME, sql: dropPrimary('other'), fills: ['other'] },
    { ...ON_HOME, setup: [unmapping, dropPrimary('mgc')], sql: dropPrimary('mgc'), fills: ['mgc'] },
    { ...ON_HOME, sql: mapping('other'), fills: ['other'] },
    { ...ON_HOME, setup: [unmapping, dropPrimary('mgc')], sql: unmapping, fills: ['mgc'] },
  ],
  'primary/has-secondaries': [{ ...ON_HOME, sql: dropPrimary('mgc'), fills: ['mgc'] }],
  'mapping/exists': [{ ...ON_HOME, sql: mapping('mgc'), fills: ['SQL-LYO-1', 'mgc', 'mgc'] }],
  'secondary-database/exists': [{ ...ON_BACKUP, sql: secondaryDatabase('SQL-PAR-1'), fills: ['mgc'] }],
  'secondary-database/absent': [
    { ...ON_BACKUP, setup: [dropSecondary], sql: dropSecondary, fills: ['mgc'] },
    { on: BACKUP_MIRROR, sql: dropSecondary, fills: ['mgc'] },
  ],
  'secondary/absent': [
    { on: BACKUP_MIRROR, sql: secondaryDatabase('SQL-PAR-1'), fills: ['SQL-PAR-1', 'mgc'] },
    {
      ...ON_BACKUP,
      setup: [dropSecondary],
      sql: secondaryDatabase('SQL-PAR-1'),
      fills: ['SQL-PAR-1', 'mgc'],
    },
    { ...ON_BACKUP, setup: [dropSecondary], sql: unregister, fills: ['SQL-PAR-1', 'mgc'] },
  ],
  'secondary/exists': [
    { ...ON_BACKUP, sql: secondary('SQL-PAR-1'), fills: ['SQL-PAR-1', 'mgc'] },
    { ...ON_BACKUP, setup: [secondary('NEW')], sql: secondary('NEW'), fills: ['NEW', 'mgc'] },
  ],
  'secondary/has-databases': [{ ...ON_BACKUP, sql: unregister, fills: ['SQL-PAR-1', 'mgc'] }],
  'job/name-taken': [
    {
      ...ON_HOME,
      setup: [create, "EXEC msdb.dbo.sp_add_job @job_name = N'LSBackup_other'"],
      sql: primary('other'),
      fills: ['LSBackup_other'],
    },
    {
      ...ON_BACKUP,
      setup: ["EXEC msdb.dbo.sp_add_job @job_name = N'LSRestore_NEW'"],
      sql: secondary('NEW'),
      fills: ['LSRestore_NEW'],
    },
  ],
  'threshold/invalid': [
    { ...ON_HOME, setup: [create], sql: primary('other', ', @threshold_alert = 7'), fills: ['7'] },
    {
      ...ON_BACKUP,
      setup: [secondary('NEW')],
      sql: secondaryDatabase('NEW', ', @threshold_alert = 7'),
      fills: ['7'],
    },
  ],
  'monitor/no-link': [
    { ...ON_HOME, setup: [create], sql: primary('other', ", @monitor_server = N'NOWHERE'") },
    { ...ON_BACKUP, sql: secondary('NEW', ", @monitor_server = N'NOWHERE'") },
  ],
  'parameter/empty': [
    { ...ON_HOME, sql: dropPrimary(''), fills: ['@database'] },
    {
      ...ON_BACKUP,
      sql: 'EXEC master.dbo.sp_delete_log_shipping_secondary_database NULL',
      fills: ['@secondary_database'],
    },
  ],
  'context/not-master': [
    { ...ON_HOME, sql: "USE msdb; EXEC sp_delete_log_shipping_primary_database N'mgc'" },
  ],
  'job/absent': [
    {
      ...ON_HOME,
      sql: "EXEC msdb.dbo.sp_start_job @job_name = N'nothing'",
      fills: ['@job_name', 'nothing'],
    },
    {
      ...ON_HOME,
      sql: "EXEC msdb.dbo.sp_update_job @job_id = '00000000-0000-0000-0000-000000000000', @enabled = 0",
      fills: ['@job_id', '00000000-0000-0000-0000-000000000000'],
    },
    {
      ...ON_HOME,
      sql: "EXEC msdb.dbo.sp_attach_schedule @job_name = N'LSBackup_mgc', @schedule_id = 999",
      fills: ['@schedule_id', '999'],
    },
  ],
  'job/exists': [
    { ...ON_HOME, sql: "EXEC msdb.dbo.sp_add_job @job_name = N'LSBackup_mgc'", fills: ['LSBackup_mgc'] },
  ],
  'job/unnamed': [{ ...ON_HOME, sql: 'EXEC msdb.dbo.sp_start_job' }],
  'job/agent-down': [
    { ...ON_HOME, fault: 'stop agent sql-par-1', sql: startBackup },
    { ...ON_HOME, fault: 'stop agent sql-par-1', sql: startBackup.replace('start', 'stop') },
  ],
  'job/running': [
    { ...ON_HOME, setup: [startBackup], sql: startBackup, fills: ['LSBackup_mgc', 'sa', 'User sa'] },
  ],
  'job/not-running': [
    { ...ON_HOME, sql: startBackup.replace('start', 'stop'), fills: ['LSBackup_mgc', 'sa'] },
  ],
  'job/not-operator': [readerOnHome(startBackup), readerOnHome(startBackup.replace('start', 'stop'))],
  'job/not-owner': [
    readerOnHome("EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_mgc', @enabled = 0"),
    readerOnHome("EXEC msdb.dbo.sp_delete_job @job_name = N'LSBackup_mgc'"),
  ],
  'job/not-attached': [
    readerOnHome("EXEC msdb.dbo.sp_attach_schedule @job_name = N'LSBackup_mgc', @schedule_name = N'own'"),
    readerOnHome("EXEC msdb.dbo.sp_add_jobschedule @job_name = N'LSBackup_mgc', @name = N'own'"),
  ],
};

const rows = Object.entries(ORDER_ROWS) as [OrderId, OrderRow][];
const cases = rows.flatMap(([id, row]) =>
  (ORDERS[id] ?? []).map((broken, way) => [way === 0 ? id : `${id} (${way + 1})`, row, broken] as const),
);

const filled = (text: string, fills: readonly string[]): string =>
  fills.reduce((before, fill) => before.replace('%s', fill), text);

describe('a procedure called in the wrong order', () => {
  test.each(cases)('%s is refused as its row says, and changes nothing', (_id, row, broken) => {
    const estate = new DrivenEstate();
    for (const text of broken.setup ?? []) expect(estate.sql(broken.on, text).numbers).toEqual([]);
    if (broken.fault !== undefined) estate.fault(broken.fault);
    const before = estate.msdb(broken.on);
    const { tokens } = estate.sql(broken.on, broken.sql, '', broken.login);
    const errors = tokens.flatMap((token) => (token.kind === 'error' ? [token] : []));
    expect(errors.map(({ number, class: severity, message }) => ({ number, severity, message }))).toEqual([
      { number: row.number, severity: row.severity, message: filled(row.text, broken.fills ?? []) },
    ]);
    const { primaryDatabases, primarySecondaries, secondaries, secondaryDatabases } = estate.msdb(broken.on);
    expect([primaryDatabases, primarySecondaries, secondaries, secondaryDatabases]).toEqual([
      before.primaryDatabases,
      before.primarySecondaries,
      before.secondaries,
      before.secondaryDatabases,
    ]);
  });

  test('has a test for every row, or the reason why the estate cannot get there', () => {
    const wrong = rows
      .filter(([id, row]) => (ORDERS[id] === undefined) === (row.unreached === undefined))
      .map(([id]) => id);
    expect(wrong).toEqual([]);
  });
});
