/** Drift inside a site, made by a person in a query window: shown within two looks, repaired by the fewest steps, in the world. */
import { expect, test } from 'vitest';
import { runText } from '../../src/simulation/administrator.ts';
import { POOL, type Stage } from '../../src/simulation/failover-story.ts';
import {
  changesOf,
  databaseAt,
  driftsAt,
  driftStage,
  LYO1,
  PAR1,
  PAR2,
  resultsOf,
  statusOf,
} from './drift-judge.ts';

const TIMEOUT = { timeout: 60_000 };

test('a suspended mirroring session is resumed, not mirrored anew', TIMEOUT, async () => {
  const stage = await driftStage();
  const before = databaseAt(stage, PAR1)?.mirroring?.guid;
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
  expect(databaseAt(stage, PAR1)?.mirroring?.state).toBe('SUSPENDED');
  expect(await driftsAt(stage)).toContain('home.mirror is suspended');
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ state: 'SYNCHRONIZED', guid: before });
  expect(changesOf(stage)).toEqual(['resume-mirroring:home']);
  stage.daemon.crash();
});

test('a mirror that cannot redo gets a new session', TIMEOUT, async () => {
  const stage = await driftStage();
  stage.world.estate.fault(`fail redo ${PAR2} mgc`);
  expect(await driftsAt(stage)).toContain('home.mirror is suspended');
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring?.state).toBe('SYNCHRONIZED');
  expect(changesOf(stage)).toEqual(['resume-mirroring:home', 'mirror-home:home']);
  stage.daemon.crash();
});

test('the principal goes back to the instance that is declared as primary', TIMEOUT, async () => {
  const stage = await driftStage();
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER FAILOVER;');
  expect(databaseAt(stage, PAR2)?.mirroring?.role).toBe('PRINCIPAL');
  expect(await driftsAt(stage)).toContain('home.principal is partner');
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring?.role).toBe('PRINCIPAL');
  expect(changesOf(stage)).toEqual(['move-principal:home']);
  stage.daemon.crash();
});

test('a witness that was taken away is named again', TIMEOUT, async () => {
  const stage = await driftStage();
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET WITNESS OFF;');
  expect(databaseAt(stage, PAR1)?.mirroring?.witnessAddress).toBeNull();
  expect(await driftsAt(stage)).toContain('home.witness is wrong');
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ witnessConnected: true });
  expect(changesOf(stage)).toEqual(['set-witness:home']);
  stage.daemon.crash();
});

/** Policies of the document, one line each. */
const policy =
  (lines: string) =>
  (text: string): string =>
    text.replace(/^( *)policy:\n/m, (line, indent: string) => `${line}${indent}  drift: {${lines}}\n`);
const MINUTES = 5;

test('what is only to be reported is shown, and left as it is', TIMEOUT, async () => {
  const stage = await driftStage({}, policy('mirroring: report, witness: report'));
  const begun = changesOf(stage).length;
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET WITNESS OFF;');
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
  expect(await driftsAt(stage)).toContain('home.mirror is suspended');
  await stage.pass(MINUTES);
  expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ state: 'SUSPENDED', witnessAddress: null });
  expect(changesOf(stage).length).toBe(begun);
  const converged = statusOf(stage)?.conditions.find(({ type }) => type === 'Converged');
  expect(converged).toMatchObject({ status: 'False', reason: 'DriftReported' });
  stage.daemon.crash();
});

test('what is to be proposed waits for an approval, and is then repaired', TIMEOUT, async () => {
  const stage = await driftStage({}, policy('principal: propose'));
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER FAILOVER;');
  expect(await driftsAt(stage)).toContain('home.principal is partner');
  await stage.pass(MINUTES);
  expect(statusOf(stage)?.gate).toMatchObject({ kind: 'await-approval', code: 'ApprovalNeeded' });
  expect(databaseAt(stage, PAR2)?.mirroring?.role).toBe('PRINCIPAL');
  const person = { by: 'alice', reason: 'at night', expiresAt: null };
  await stage.daemon.daemon.decide({ pool: POOL, ...person, decision: 'approve' });
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.mirroring?.role).toBe('PRINCIPAL');
  expect(changesOf(stage)).toEqual(['move-principal:home']);
  stage.daemon.crash();
});

/** Minutes in which several log backups are taken, copied and restored. */
const SHIPPING = 20;
/** Databases that were restored whole at the backup site, since the estate began. */
const restoresAt = (stage: Awaited<ReturnType<typeof driftStage>>): number =>
  (stage.world.state.instances[LYO1]?.restores ?? []).filter((row) => row.type === 'D').length;

test.each([
  ['is deleted', "EXEC master.dbo.sp_delete_log_shipping_secondary_database @secondary_database = N'mgc';"],
  [
    'has lost a job',
    `DECLARE @id uniqueidentifier;
SELECT @id = s.copy_job_id FROM msdb.dbo.log_shipping_secondary AS s;
EXEC msdb.dbo.sp_delete_job @job_id = @id;`,
  ],
])('a secondary that %s is added again and goes on from where it stands', TIMEOUT, async (_, text) => {
  const stage = await driftStage({ backupEveryMinutes: 5, copyEveryMinutes: 5, restoreEveryMinutes: 5 });
  const before = restoresAt(stage);
  expect(runText(stage.world, LYO1, text).errors).toEqual([]);
  expect((await driftsAt(stage)).join()).toMatch(/shipping\.secondary is (absent|jobless)/);
  await stage.converge();
  const at = databaseAt(stage, LYO1)?.position;
  await stage.pass(SHIPPING);
  expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
  expect([restoresAt(stage) - before, changesOf(stage)]).toEqual([0, ['re-add-secondary:backup']]);
  stage.daemon.crash();
});

test.each([
  [LYO1, 'LSCopy_SQL-PAR-1_mgc', 'shipping.secondary is partial', 'enable-jobs:backup'],
  [PAR1, 'LSBackup_mgc', 'home.logBackups is stopped', 'resume-log-backups:home'],
])('the disabled job on %s, %s, is enabled again', TIMEOUT, async (instance, job, drift, step) => {
  const stage = await driftStage();
  const text = `EXEC msdb.dbo.sp_update_job @job_name = N'${job}', @enabled = 0;`;
  expect(runText(stage.world, instance, text).errors).toEqual([]);
  expect(await driftsAt(stage)).toContain(drift);
  await stage.converge();
  expect(changesOf(stage)).toEqual([step]);
  stage.daemon.crash();
});

test('a log-backup job that is gone is made again, and the chain goes on', TIMEOUT, async () => {
  const stage = await driftStage({ backupEveryMinutes: 5, copyEveryMinutes: 5, restoreEveryMinutes: 5 });
  const before = restoresAt(stage);
  const text = "EXEC msdb.dbo.sp_delete_job @job_name = N'LSBackup_mgc';";
  expect(runText(stage.world, PAR1, text).errors).toEqual([]);
  expect(await driftsAt(stage)).toContain('home.logBackups is jobless');
  await stage.converge();
  const at = databaseAt(stage, LYO1)?.position;
  await stage.pass(12);
  expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
  expect([restoresAt(stage) - before, changesOf(stage)]).toEqual([0, ['re-add-primary:home']]);
  stage.daemon.crash();
});

const deleteJob = (stage: Stage, instance: string, job: string): void => {
  const text = `EXEC msdb.dbo.sp_delete_job @job_name = N'${job}';`;
  expect(runText(stage.world, instance, text).errors).toEqual([]);
};

test(
  'jobs that are gone on both sides are made again together, and nothing is seeded anew',
  TIMEOUT,
  async () => {
    const stage = await driftStage({ backupEveryMinutes: 5, copyEveryMinutes: 5, restoreEveryMinutes: 5 });
    const before = restoresAt(stage);
    deleteJob(stage, PAR1, 'LSBackup_mgc');
    deleteJob(stage, LYO1, 'LSCopy_SQL-PAR-1_mgc');
    expect(await driftsAt(stage)).toContain('home.logBackups is jobless');
    await stage.converge();
    const at = databaseAt(stage, LYO1)?.position;
    await stage.pass(12);
    expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
    expect([restoresAt(stage) - before, changesOf(stage)]).toEqual([0, ['establish-log-shipping:home']]);
    stage.daemon.crash();
  },
);

test('a dropped copy of backup is seeded anew from the partner that serves home', TIMEOUT, async () => {
  const stage = await driftStage({ backupEveryMinutes: 5, copyEveryMinutes: 5, restoreEveryMinutes: 5 });
  expect(runText(stage.world, LYO1, 'DROP DATABASE [mgc];').errors).toEqual([]);
  runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER FAILOVER;');
  expect(databaseAt(stage, PAR2)?.mirroring?.role).toBe('PRINCIPAL');
  await stage.converge();
  const at = databaseAt(stage, LYO1)?.position;
  await stage.pass(12);
  expect(databaseAt(stage, LYO1)?.position).not.toBe(at);
  expect(changesOf(stage)).toContain('establish-log-shipping:home');
  expect(resultsOf(stage)).not.toContain('failed');
  stage.daemon.crash();
});

test(
  'a log-backup job that the mirror of home lacks holds up nobody who enables that of the principal',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    deleteJob(stage, PAR2, 'LSBackup_mgc');
    const text = "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_mgc', @enabled = 0;";
    expect(runText(stage.world, PAR1, text).errors).toEqual([]);
    expect(await driftsAt(stage)).toContain('home.logBackups is stopped');
    await stage.converge();
    expect(changesOf(stage)).toEqual(['resume-log-backups:home']);
    expect(resultsOf(stage)).toEqual(['done']);
    stage.daemon.crash();
  },
);

test(
  'a list of active servers that is not the declared one is set again, with the clients on',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    const ActiveServers = { replace: ['chat-par-1.contoso.com'] };
    const parameters = {
      Identity: 'PersistentChatServer:pchat.contoso.com',
      ActiveServers,
      Force: true,
      Confirm: false,
    };
    stage.world.estate.cmdlet('Set-CsPersistentChatActiveServer', parameters, undefined, () => undefined);
    expect(await driftsAt(stage)).toContain('active is other');
    await stage.converge();
    expect(changesOf(stage)).toEqual(['activate-servers:home']);
    stage.daemon.crash();
  },
);
