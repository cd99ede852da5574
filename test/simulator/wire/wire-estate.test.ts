import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { askEstate } from '../../../src/simulator/wire/control-client.ts';
import { startWireEstate, type WireEstate } from '../../../src/simulator/wire/wire-estate.ts';

let directory = '';
let estate: WireEstate;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'pchat-wire-'));
  // Two minutes of the estate in a second: log shipping every minute leaves files within the test.
  const options = { backupEveryMinutes: 1, copyEveryMinutes: 1, restoreEveryMinutes: 1 };
  estate = await startWireEstate({ directory, factor: 120, seed: 'wire', options });
});

afterAll(async () => {
  await estate.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function connect(
  instance: string,
  user = 'pchat-operator',
): Promise<sql.ConnectionPool & AsyncDisposable> {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: estate.instances[instance]?.port ?? 0,
    user,
    password: readFileSync(estate.passwordFile, 'utf8').trim(),
    connectionTimeout: 2_000,
    requestTimeout: 3_000,
    validateConnection: false,
    pool: { max: 1, min: 0 },
    options: {
      encrypt: true,
      serverName: instance,
      cryptoCredentialsDetails: { ca: readFileSync(estate.caFile, 'utf8') },
      maxRetriesOnTransientErrors: 0,
    },
  });
  pool.on('error', () => undefined);
  await pool.connect();
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

const HOME = 'sql-par-1.contoso.com';
const BACKUP = 'sql-lyo-1.contoso.com';

/** The estate runs on real time here; a condition with a deadline, no fixed pause. */
const eventually = (reached: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(reached()).toBe(true), { timeout: 4_000, interval: 20 });

describe('an estate on the wire', () => {
  test('answers the real driver over TLS that it verifies', async () => {
    await using pool = await connect(HOME);
    const { recordset } = await pool
      .request()
      .query<{ name: string; state_desc: string }>(
        'SELECT name, state_desc FROM sys.databases WHERE database_id > 4',
      );
    expect(recordset).toEqual([{ name: 'mgc', state_desc: 'ONLINE' }]);
  });

  test('gives SQL Server numbers for removing log shipping twice', async () => {
    await using pool = await connect(BACKUP, 'sa');
    await pool.request().batch('exec master.dbo.sp_delete_log_shipping_secondary_database mgc');
    const again = pool.request().batch('exec sp_delete_log_shipping_secondary_database mgc');
    await expect(again).rejects.toMatchObject({ number: 32014 });
  });

  test('is silent to the daemon over one cut link, answers persons there and the daemon everywhere else', async () => {
    await estate.fault('cut link daemon-home primary');
    await expect(connect(HOME)).rejects.toMatchObject({ code: 'ETIMEOUT' });
    for (const [instance, user] of [
      [HOME, 'sa'],
      ['sql-par-2.contoso.com', 'pchat-operator'],
    ] as const) {
      await using pool = await connect(instance, user);
      expect((await pool.request().query('SELECT 1')).recordset).toHaveLength(1);
    }
    await estate.fault('heal link daemon-home primary');
    await using pool = await connect(HOME);
    expect((await pool.request().query('SELECT 1')).recordset).toHaveLength(1);
  });

  test('writes real log backups that the daemon finds under its mount', async () => {
    const mount = estate.folders.get('\\\\fs01\\mgc-logs') ?? '';
    await eventually(() => readdirSync(mount).some((name) => /^mgc_\d{14}\.trn$/.test(name)));
  });

  test('hides the share from the daemon while it is down', async () => {
    const mount = estate.folders.get('\\\\fs01\\mgc-logs') ?? '';
    await estate.fault('down share');
    expect(() => readdirSync(mount)).toThrow(/ENOENT/);
    await estate.fault('up share');
    expect(() => readdirSync(mount)).not.toThrow();
  });

  test('refuses connections to a stopped instance and takes them again on the same port', async () => {
    await estate.fault('down instance sql-lyo-2');
    await expect(connect('sql-lyo-2.contoso.com')).rejects.toMatchObject({ code: 'ESOCKET' });
    await estate.fault('up instance sql-lyo-2');
    await using pool = await connect('sql-lyo-2.contoso.com');
    expect(pool.connected).toBe(true);
  });

  test('resets the connections of an instance that goes down under them', async () => {
    await using pool = await connect('sql-lyo-2.contoso.com');
    await estate.fault('down instance sql-lyo-2');
    await expect(pool.request().batch('SELECT 1')).rejects.toThrow();
    await estate.fault('up instance sql-lyo-2');
  });

  test('can be asked for its status from another process', async () => {
    const status = await askEstate(estate.controlPort, { kind: 'status' }, new AbortController().signal);
    expect(status).toMatchObject({ poolState: 'Normal', sites: { home: { up: true } } });
  });

  test('an unknown fault is refused with the grammar', async () => {
    await expect(estate.fault('explode everything')).rejects.toThrow(/rebuild site home/);
  });

  test('keeps its password in a file that only the owner reads', () => {
    expect(statSync(estate.passwordFile).mode & 0o077).toBe(0);
  });

  test('counts messages that its clients got acknowledged', async () => {
    await eventually(() => estate.post('client-0', 'hello').acknowledged);
    const account = estate.checker();
    expect(account.acknowledged).toBeGreaterThan(0);
    expect(account.lost).toEqual([]);
  });
});

describe('the child of the management shell', () => {
  test('says hello, answers cmdlets by id, and dies with the shell', async () => {
    const [program = '', ...args] = estate.shellCommand;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const frame = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error('the child ended');
        const line = value;
        if (line.startsWith('\u001ePC1 ')) return JSON.parse(line.slice(5)) as Record<string, unknown>;
      }
    };
    expect(await frame()).toMatchObject({ hello: { protocol: 1 } });
    const ask = (id: string, cmdlet: string, parameters: object): boolean =>
      child.stdin.write(`${JSON.stringify({ id, cmdlet, parameters, computer: null })}\n`);
    ask('a', 'Get-CsPersistentChatState', {});
    expect(await frame()).toMatchObject({ id: 'a', ok: true, objects: [{ PoolState: 'Normal' }] });
    ask('b', 'Set-CsPersistentChatState', { PoolState: 'Sideways' });
    expect(await frame()).toMatchObject({ id: 'b', ok: false, error: { category: 'InvalidArgument' } });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await estate.fault('down shell');
    expect(await ended).toBe(1);
    await estate.fault('up shell');
  });
});
