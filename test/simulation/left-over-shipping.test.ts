/** Halves of log shipping that were left where none belongs: shown within two looks, taken away in one step, and nothing else touched. */
import { expect, test } from 'vitest';
import { runText } from '../../src/simulation/administrator.ts';
import type { Stage } from '../../src/simulation/failover-story.ts';
import { changesOf, databaseAt, driftsAt, driftStage, LYO1, PAR1, PAR2, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 60_000 };
const LYO2 = 'sql-lyo-2.contoso.com';
/** Minutes in which several log backups are taken, copied and restored. */
const SHIPPING = 20;
const OFTEN = { backupEveryMinutes: 5, copyEveryMinutes: 5, restoreEveryMinutes: 5 };

const msdbAt = (stage: Stage, instance: string) => stage.world.state.hosts[instance]?.msdb;
const jobsAt = (stage: Stage, instance: string): readonly string[] =>
  (msdbAt(stage, instance)?.jobs ?? [])
    .map(({ name }) => name)
    .filter((name) => /^LS(Backup|Copy|Restore)_/.test(name))
    .sort();

function asPerson(stage: Stage, instance: string, text: string): void {
  expect(runText(stage.world, instance, text).errors).toEqual([]);
}

/** The secondary half of a reversed configuration, its jobs on. */
const secondaryFrom = (primary: string, name: string): string => `
DECLARE @copy uniqueidentifier, @restore uniqueidentifier;
EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = N'${primary}', @primary_database = N'mgc',
  @backup_source_directory = N'\\\\fs01\\back', @backup_destination_directory = N'D:\\Back', @copy_job_name = N'LSCopy_${name}',
  @restore_job_name = N'LSRestore_${name}', @copy_job_id = @copy OUTPUT, @restore_job_id = @restore OUTPUT;
EXEC master.dbo.sp_add_log_shipping_secondary_database @secondary_database = N'mgc', @primary_server = N'${primary}',
  @primary_database = N'mgc', @restore_all = 1;
EXEC msdb.dbo.sp_update_job @job_id = @copy, @enabled = 1;
EXEC msdb.dbo.sp_update_job @job_id = @restore, @enabled = 1;`;

/** The primary half of a reversed configuration, its job on. */
const primaryTo = (secondary: string): string => `
DECLARE @job uniqueidentifier;
EXEC master.dbo.sp_add_log_shipping_primary_database @database = N'mgc', @backup_directory = N'\\\\fs01\\back',
  @backup_share = N'\\\\fs01\\back', @backup_job_name = N'LSBackup_reversed', @backup_job_id = @job OUTPUT;
EXEC master.dbo.sp_add_log_shipping_primary_secondary @primary_database = N'mgc', @secondary_server = N'${secondary}',
  @secondary_database = N'mgc';
EXEC msdb.dbo.sp_update_job @job_id = @job, @enabled = 1;`;

test('a secondary half at home is taken away with its jobs, and home goes on shipping', TIMEOUT, async () => {
  const stage = await driftStage(OFTEN);
  const before = jobsAt(stage, PAR1);
  asPerson(stage, PAR1, secondaryFrom('SQL-LYO-1', 'reversed'));
  expect(await driftsAt(stage)).toEqual(['home.halves is wrong']);
  await stage.converge();
  expect(changesOf(stage)).toEqual(['remove-log-shipping:home']);
  expect([jobsAt(stage, PAR1), msdbAt(stage, PAR1)?.secondaries]).toEqual([before, []]);
  const at = databaseAt(stage, LYO1)?.position;
  await stage.pass(SHIPPING);
  expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
  stage.daemon.crash();
});

test('what is left of a secondary half, its two jobs without a database, is seen too', TIMEOUT, async () => {
  const stage = await driftStage();
  asPerson(
    stage,
    PAR2,
    secondaryFrom('SQL-LYO-1', 'half').split('EXEC master.dbo.sp_add_log_shipping_secondary_database')[0] ??
      '',
  );
  expect(await driftsAt(stage)).toEqual(['home.halves is wrong']);
  await stage.converge();
  expect(changesOf(stage)).toEqual(['remove-log-shipping:home']);
  expect([jobsAt(stage, PAR2), msdbAt(stage, PAR2)?.secondaries]).toEqual([['LSBackup_mgc'], []]);
  stage.daemon.crash();
});

test(
  'a secondary half on the partner of the backup copy is taken away, the one that ships stays',
  TIMEOUT,
  async () => {
    const stage = await driftStage(OFTEN);
    asPerson(stage, LYO2, secondaryFrom('SQL-PAR-1', 'beside'));
    expect(await driftsAt(stage)).toEqual(['backup.halves is wrong']);
    await stage.converge();
    expect(changesOf(stage)).toEqual(['remove-log-shipping-primary:backup']);
    expect([jobsAt(stage, LYO2), msdbAt(stage, LYO2)?.secondaryDatabases]).toEqual([[], []]);
    const at = databaseAt(stage, LYO1)?.position;
    await stage.pass(SHIPPING);
    expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
    stage.daemon.crash();
  },
);

test('a left-over half is only shown where the policy says report', TIMEOUT, async () => {
  const stage = await driftStage({}, (text) =>
    text.replace(
      /^( *)policy:\n/m,
      (line, indent: string) => `${line}${indent}  drift: {shipping: report}\n`,
    ),
  );
  asPerson(stage, PAR1, secondaryFrom('SQL-LYO-1', 'reversed'));
  expect(await driftsAt(stage)).toEqual(['home.halves is wrong']);
  await stage.pass(5);
  expect(changesOf(stage)).toEqual([]);
  expect(jobsAt(stage, PAR1)).toContain('LSCopy_reversed');
  const converged = statusOf(stage)?.conditions.find(({ type }) => type === 'Converged');
  expect(converged).toMatchObject({ status: 'False', reason: 'DriftReported' });
  stage.daemon.crash();
});

async function movedStage(): Promise<Stage> {
  const stage = await driftStage();
  stage.world.setPrimaryDatacenter('lyon');
  await stage.converge();
  return stage;
}
const since = (stage: Stage, begun: number): readonly string[] => changesOf(stage).slice(begun);

test('a primary half at backup stays while backup serves, and goes once home does', TIMEOUT, async () => {
  const stage = await movedStage();
  const begun = changesOf(stage).length;
  asPerson(stage, LYO1, primaryTo('SQL-PAR-1'));
  await stage.pass(1);
  expect([since(stage, begun), statusOf(stage)?.drift]).toEqual([[], []]);
  stage.world.setPrimaryDatacenter('paris');
  await stage.converge();
  const steps = since(stage, begun);
  expect(steps.filter((step) => step === 'remove-log-shipping-primary:backup')).toHaveLength(1);
  expect(steps.indexOf('remove-log-shipping-primary:backup')).toBeGreaterThan(
    steps.indexOf('establish-log-shipping:home'),
  );
  const { primaryDatabases, primarySecondaries, monitorPrimary } = msdbAt(stage, LYO1) ?? {};
  expect([primaryDatabases, primarySecondaries, monitorPrimary]).toEqual([[], [], []]);
  expect(jobsAt(stage, LYO1)).not.toContain('LSBackup_reversed');
  stage.daemon.crash();
});

test.each([LYO1, LYO2])(
  'a secondary half on %s is taken away while backup serves',
  TIMEOUT,
  async (instance) => {
    const stage = await movedStage();
    const begun = changesOf(stage).length;
    const text = secondaryFrom('SQL-PAR-1', 'again');
    const half = text.split('EXEC master.dbo.sp_add_log_shipping_secondary_database')[0] ?? '';
    asPerson(stage, instance, `${half}EXEC msdb.dbo.sp_update_job @job_id = @copy, @enabled = 1;`);
    expect(await driftsAt(stage)).toEqual(['shipping.secondary is stray']);
    await stage.converge();
    expect(since(stage, begun)).toEqual(['remove-log-shipping:backup']);
    expect(jobsAt(stage, instance).filter((name) => name.includes('again'))).toEqual([]);
    stage.daemon.crash();
  },
);

test.each([
  [PAR1, 'enabled'],
  [PAR2, 'elsewhere'],
])(
  'a log-backup job that a person switches on at a closed home, on %s, is stopped',
  TIMEOUT,
  async (instance, value) => {
    const stage = await movedStage();
    const begun = changesOf(stage).length;
    const enabled = () => msdbAt(stage, instance)?.jobs.find(({ name }) => name === 'LSBackup_mgc')?.enabled;
    expect(enabled()).toBe(false);
    asPerson(stage, instance, "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_mgc', @enabled = 1;");
    expect(await driftsAt(stage)).toEqual([`home.logBackups is ${value}`]);
    await stage.converge();
    expect([since(stage, begun), enabled()]).toEqual([['stop-log-backups:home'], false]);
    stage.daemon.crash();
  },
);
