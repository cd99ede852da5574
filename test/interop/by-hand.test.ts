/**
 * A person does the seed's failover steps 1 to 4 by hand, with FreeTDS and a file copy, while a daemon that may only propose looks on:
 * after each step it proposes exactly the rest, and a daemon that may act does the rest and nothing else.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TsqlLogin, tsqlIsAbsent } from './tsql-client.ts';
import { WireStage } from '../wire/wire-stage.ts';

const BACKUP = 'sql-lyo-1.contoso.com';
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const FILES = 3;
const REMOVE_SECONDARY = 'exec sp_delete_log_shipping_secondary_database mgc';
const RECOVER = 'restore database mgc with recovery';
const restoreLog = (name: string): string =>
  `restore log mgc from disk = N'D:\\LSCopy\\${name}' with norecovery`;

/** Texts of sys.messages; what stands for a value is left open. */
const TEXTS: Readonly<Record<number, RegExp>> = {
  927: /^Database 'mgc' cannot be opened\. It is in the middle of a restore\.$/,
  2812: /^Could not find stored procedure 'msdb\.dbo\.sp_nothing'\.$/,
  3013: /^(RESTORE (LOG|DATABASE)|BACKUP LOG) is terminating abnormally\.$/,
  3117: /^The log or differential backup cannot be restored because no files are ready to rollforward\.$/,
  3153: /^The database is already fully recovered\.$/,
  3201: /^Cannot open backup device 'D:\\LSCopy\\nothing\.trn'\. Operating system error 2\(The system cannot find the file specified\.\)\.$/,
  4305: /^The log in this backup set begins at LSN \d+, which is too recent to apply to the database\. An earlier log backup that includes LSN \d+ can be restored\.$/,
  4326: /^The log in this backup set terminates at LSN \d+, which is too early to apply to the database\. A more recent log backup that includes LSN \d+ can be restored\.$/,
  5052: /^ALTER DATABASE is not permitted while a database is in the Restoring state\.$/,
  5069: /^ALTER DATABASE statement failed\.$/,
  6101: /^Session ID 32768 is not valid\.$/,
  6106: /^Process ID 99 is not an active process ID\.$/,
  6107: /^Only user processes can be killed\.$/,
  32014: /^Database mgc does not exist as log shipping secondary\.$/,
};

/** `failover 3` and so on, of the plan that `pchat plan` prints. */
async function plannedSeeds(stage: WireStage): Promise<readonly string[]> {
  const args = [MAIN, 'plan', '--settings', stage.playground.documents.settingsFile, '--output', 'json'];
  const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
    // Exit code 2 says that there is something to do.
    execFile(process.execPath, args, { timeout: 20_000 }, (_, text) => resolve({ stdout: text }));
  });
  const { steps } = JSON.parse(stdout) as { steps: readonly { action: string; seedStep: string | null }[] };
  return steps.map(({ action, seedStep }) => seedStep ?? action);
}

const seeds = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `failover ${String(number)}`);

describe.skipIf(tsqlIsAbsent)('the failover by hand (install: npm run setup)', () => {
  let stage: WireStage;
  let lyon: TsqlLogin;
  let files: readonly string[] = [];

  const folder = (windows: string): string => stage.estate.folders.get(windows) ?? '';
  const share = (): string => folder(stage.estate.state().options.share);
  const mgc = () => stage.estate.state().instances[BACKUP]?.databases['mgc'];
  const plans = (...numbers: readonly number[]): Promise<void> =>
    stage.until(`a plan of ${numbers.join(', ')}`, async () => {
      return (await plannedSeeds(stage)).join() === seeds(...numbers).join();
    });

  beforeAll(async () => {
    stage = await WireStage.open({
      seed: 'by hand',
      factor: 20,
      overrides: { backupEveryMinutes: 1 },
      document: { mode: 'propose' },
    });
    lyon = new TsqlLogin(stage.playground.directory, 'sql-lyo-1');
    await stage.estate.fault('clients on');
    await stage.startDaemon();
    await stage.until('log backups', () => logBackups(share()).length >= FILES);
    await stage.estate.fault('down site home');
    files = logBackups(share());
    await stage.verdictOnHome('silent');
    stage.edit('lyon');
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test('before anything is done, all seven steps are proposed and none is taken', async () => {
    await plans(1, 2, 3, 4, 5, 6, 7);
    expect(await lyon.errorsOf('use mgc')).toEqual([[927, 14, 2]]);
    expect(await lyon.errorsOf('exec msdb.dbo.sp_nothing')).toEqual([[2812, 16, 62]]);
  });

  test('step 1: the secondary is removed once, and the rest is proposed', async () => {
    expect(await lyon.errorsOf(REMOVE_SECONDARY)).toEqual([]);
    expect(await lyon.errorsOf(REMOVE_SECONDARY)).toEqual([[32014, 16, 1]]);
    await plans(2, 3, 4, 5, 6, 7);
  });

  test('step 2: files copied by hand are not copied again', async () => {
    for (const name of files) copyFileSync(path.join(share(), name), path.join(folder('D:\\LSCopy'), name));
    await plans(3, 4, 5, 6, 7);
  });

  test('step 3: the log backups go in order and give the numbers of SQL Server out of it', async () => {
    const [first = '', second = '', third = ''] = files;
    expect(await lyon.errorsOf(restoreLog(second))).toEqual([
      [4305, 16, 1],
      [3013, 16, 1],
    ]);
    expect(await lyon.errorsOf(restoreLog('nothing.trn'))).toEqual([
      [3201, 16, 2],
      [3013, 16, 1],
    ]);
    expect(await lyon.errorsOf(restoreLog(first))).toEqual([]);
    expect(await lyon.errorsOf(restoreLog(third))).toContainEqual([4305, 16, 1]);
    expect(await lyon.errorsOf(restoreLog(second))).toEqual([]);
    expect(await lyon.errorsOf(restoreLog(first))).toEqual([
      [4326, 16, 1],
      [3013, 16, 1],
    ]);
    for (const name of files.slice(2)) expect(await lyon.errorsOf(restoreLog(name))).toEqual([]);
    expect(await lyon.errorsOf("backup log mgc to disk = N'D:\\LSCopy\\own.trn'")).toEqual([
      [927, 14, 2],
      [3013, 16, 1],
    ]);
    expect(await lyon.errorsOf('alter database mgc set offline')).toEqual([
      [5052, 16, 1],
      [5069, 16, 1],
    ]);
    await plans(4, 5, 6, 7);
  });

  test('step 4: sp_who2 and KILL end a session, and the database is recovered once', async () => {
    const known = sessions(stage);
    const other = lyon.start();
    const ended = once(other, 'close');
    let refused = '';
    other.stderr?.on('data', (chunk: Buffer) => (refused += chunk.toString()));
    const opened = (): string =>
      String(sessions(stage).find((id) => !known.includes(id) && operatorHas(stage, id)) ?? '');
    await stage.until('the other session', () => opened() !== '');
    const spid = opened();
    other.stdin?.write(`kill ${spid}\ngo\n`);
    await stage.until('its own refusal', () => refused.includes('Msg 6104 (severity 16, state 1)'));
    const { output } = await lyon.type('exec sp_who2', `kill ${spid}`);
    expect(output).toMatch(new RegExp(`^${spid} +\\tsleeping +\\toperator\\t`, 'm'));
    expect(sessions(stage)).not.toContain(Number(spid));
    other.stdin?.end('select 1\ngo\nexit\n');
    await ended;

    expect(await lyon.errorsOf('kill 99')).toEqual([[6106, 16, 2]]);
    expect(await lyon.errorsOf('kill 1')).toEqual([[6107, 14, 1]]);
    expect(await lyon.errorsOf('kill 32768')).toEqual([[6101, 16, 1]]);

    expect(await lyon.errorsOf(RECOVER)).toEqual([]);
    expect(mgc()?.state).toBe('ONLINE');
    expect(await lyon.errorsOf(RECOVER)).toEqual([
      [3153, 16, 1],
      [3013, 16, 1],
    ]);
    expect(await lyon.errorsOf(restoreLog(files[0] ?? ''))).toEqual([
      [3117, 16, 1],
      [3013, 16, 1],
    ]);
    await plans(5, 6, 7);
  });

  test('a daemon that may act does steps 5 to 7 and nothing else', async () => {
    const before = stage.records.length;
    await stage.stopDaemon();
    expect(stage.records.filter(({ kind }) => kind === 'intent')).toEqual([]);
    stage.rewrite((text) => text.replace('mode: propose', 'mode: act'));
    await stage.startDaemon();
    await stage.converged('backup');
    const actions = stage.records
      .slice(before)
      .flatMap((record) => (record.kind === 'intent' ? [record.action] : []));
    expect(actions).toEqual(['set-pool-failed-over', 'mirror-backup', 'activate-servers']);

    const acknowledged = stage.estate.checker().acknowledged;
    await stage.until('new messages', () => stage.estate.checker().acknowledged > acknowledged + 4);
    const account = stage.estate.checker();
    expect([account.serving, account.writableAtTwoSitesMs]).toEqual([BACKUP, 0]);
    expect(account.counts[`recovered@${BACKUP}/mgc`]).toBe(1);
  });

  test('every error was said in the words of SQL Server', () => {
    const errors = lyon.heard.filter(({ severity }) => severity > 10);
    const wrong = errors.filter(({ number, text }) => TEXTS[number]?.test(text) !== true);
    expect([errors.length > 0, wrong]).toEqual([true, []]);
  });

  test('neither the log of the daemon nor what the estate remarks holds the password', () => {
    const password = readFileSync(stage.estate.passwordFile, 'utf8').trim();
    const said = [readFileSync(stage.logFile, 'utf8'), JSON.stringify(stage.records), ...stage.notes].join(
      '\n',
    );
    expect(said.length).toBeGreaterThan(0);
    expect(said).not.toContain(password);
  });
});

const logBackups = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.trn'))
    .sort();

const sessions = (stage: WireStage): readonly number[] =>
  Object.values(stage.estate.state().instances[BACKUP]?.sessions ?? {}).map(({ id }) => id);

const operatorHas = (stage: WireStage, id: number): boolean => {
  const session = stage.estate.state().instances[BACKUP]?.sessions[id];
  return session?.login === 'operator';
};
