/** The epoch at the target over real sockets: the product's driver before an estate, two holders at one instance. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { SqlAnswer, SqlStatement } from '../../src/ports/sql-connection.ts';
import { DAEMON_LOGIN } from '../../src/simulator/estate/fresh-instance.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import { openAccess, restrictAccess } from '../../src/statements/change-database.ts';
import { setJobEnabled } from '../../src/statements/change-jobs.ts';
import {
  EPOCH_PASSED,
  EPOCH_UNREADABLE,
  epochJob,
  raiseEpoch,
  withEpoch,
  type EpochMark,
} from '../../src/statements/epoch-guard.ts';
import { instanceName } from '../support/desired-pool.ts';

const HOME = instanceName('sql-par-1');
const DEADLINE_MS = 10_000;
const { signal } = new AbortController();

const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-epoch-'));
const closing = new AsyncDisposableStack();
let estate: WireEstate;
let sql: DriverInstances;
beforeAll(async () => {
  estate = await startWireEstate({ directory, factor: 1, seed: 'epoch' });
  closing.defer(() => estate.stop());
  const password = (): string => readFileSync(estate.passwordFile, 'utf8').split('\n')[0] ?? '';
  sql = closing.use(
    new DriverInstances(
      (name) => ({
        host: '127.0.0.1',
        port: estate.instances[name]?.port ?? 0,
        serverName: name,
        user: DAEMON_LOGIN,
        password,
        caPem: readFileSync(estate.caFile, 'utf8'),
        encrypt: true,
        connectDeadlineMs: DEADLINE_MS,
        queryDeadlineMs: DEADLINE_MS,
      }),
      hostClock,
    ),
  );
});
afterAll(async () => {
  await closing.disposeAsync();
  rmSync(directory, { recursive: true, force: true });
});

/** On a connection of its own, as a step does it. */
async function send(statement: SqlStatement): Promise<SqlAnswer> {
  await using connection = await sql.open(HOME, signal);
  return await connection.run(statement, { signal, deadlineMs: DEADLINE_MS });
}

const numbersOf = ({ errors }: SqlAnswer): readonly number[] => errors.map(({ number }) => number);

/** As somebody types it. */
const typed = async (text: string): Promise<SqlAnswer> => {
  const answer = await send({ name: 'typed', text, parameters: {}, mode: 'batch' });
  expect(answer.errors).toEqual([]);
  return answer;
};

const rowOf = async (text: string): Promise<unknown> => (await typed(text)).resultSets[0]?.rows;
const kept = (pool: string): Promise<unknown> =>
  rowOf(`SELECT j.description, j.enabled FROM msdb.dbo.sysjobs AS j WHERE j.name = N'${epochJob(pool)}';`);
const access = (): Promise<unknown> =>
  rowOf("SELECT d.user_access_desc FROM sys.databases AS d WHERE d.name = N'mgc';");
const MULTI_USER = [{ user_access_desc: 'MULTI_USER' }];

const mark = (pool: string, epoch: number, holder = `holder ${epoch}`): EpochMark => ({
  pool,
  epoch,
  holder,
});

test('two holders that raise at once leave the higher epoch, and the lower one is refused unless it came first', async () => {
  for (let round = 1; round <= 8; round += 1) {
    const pool = `both-${round}`;
    const [low, high] = await Promise.all([send(raiseEpoch(mark(pool, 8))), send(raiseEpoch(mark(pool, 9)))]);
    expect([[], [EPOCH_PASSED]]).toContainEqual(numbersOf(low));
    expect(numbersOf(high)).toEqual([]);
    expect(await kept(pool)).toEqual([{ description: '0000000009 holder 9', enabled: 0 }]);
  }
});

test('a change of a lower epoch ends before its first effect, as a batch and as a call', async () => {
  expect(numbersOf(await send(raiseEpoch(mark('late', 3))))).toEqual([]);
  const job = await rowOf("SELECT j.job_id FROM msdb.dbo.sysjobs AS j WHERE j.name LIKE N'LSBackup%';");
  const [{ job_id: id }] = job as readonly [{ readonly job_id: string }];
  for (const change of [restrictAccess('mgc'), setJobEnabled(id, false)]) {
    const answer = await send(withEpoch(change, mark('late', 2)));
    expect([numbersOf(answer), answer.resultSets]).toEqual([[EPOCH_PASSED], []]);
    expect(answer.errors[0]?.message).toContain(
      'holds "0000000003 holder 3", this change is of "0000000002 holder 2"',
    );
  }
  expect(await access()).toEqual(MULTI_USER);
  expect(await rowOf(`SELECT j.enabled FROM msdb.dbo.sysjobs AS j WHERE j.job_id = '${id}';`)).toEqual([
    { enabled: 1 },
  ]);
});

test('a change of the kept epoch or of a higher one is done, and brings no result but its own', async () => {
  const first = await send(withEpoch(restrictAccess('mgc'), mark('own', 4)));
  expect([numbersOf(first), first.resultSets]).toEqual([[], []]);
  expect(await access()).toEqual([{ user_access_desc: 'RESTRICTED_USER' }]);
  expect(numbersOf(await send(withEpoch(openAccess('mgc'), mark('own', 4))))).toEqual([]);
  expect(await access()).toEqual(MULTI_USER);
  expect(numbersOf(await send(withEpoch(openAccess('mgc'), mark('own', 6))))).toEqual([]);
  expect(await kept('own')).toEqual([{ description: '0000000006 holder 6', enabled: 0 }]);
});

test('the same epoch of another holder is refused: two folders count alike', async () => {
  await send(raiseEpoch(mark('twins', 5, 'first')));
  const second = await send(withEpoch(restrictAccess('mgc'), mark('twins', 5, 'second')));
  expect([numbersOf(second), await access()]).toEqual([[EPOCH_PASSED], MULTI_USER]);
});

test('an older msdb that was restored is raised again, and what nobody can read stops the change', async () => {
  await send(raiseEpoch(mark('old', 7)));
  const write = (text: string): Promise<SqlAnswer> =>
    typed(`EXEC msdb.dbo.sp_update_job @job_name = N'${epochJob('old')}', @description = N'${text}';`);
  await write('0000000002 somebody');
  expect(numbersOf(await send(withEpoch(openAccess('mgc'), mark('old', 7))))).toEqual([]);
  expect(await kept('old')).toEqual([{ description: '0000000007 holder 7', enabled: 0 }]);
  await write('do not touch');
  const stopped = await send(withEpoch(restrictAccess('mgc'), mark('old', 7)));
  expect([numbersOf(stopped), await access()]).toEqual([[EPOCH_UNREADABLE], MULTI_USER]);
});
