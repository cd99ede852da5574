import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';

const TSQL = '/usr/bin/tsql';
/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
const absent = !existsSync(TSQL) && process.env['CI'] !== 'true';

describe.skipIf(absent)('FreeTDS tsql (install: npm run setup)', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-tsql-'));
  let estate: WireEstate;

  beforeAll(async () => {
    estate = await startWireEstate({ directory, factor: 10, seed: 'tsql' });
  });
  afterAll(async () => {
    await estate.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function type(instance: string, statements: readonly string[]): Promise<string> {
    const address = estate.instances[instance];
    const conf = path.join(directory, 'freetds.conf');
    writeFileSync(
      conf,
      `[it]\nhost = 127.0.0.1\nport = ${String(address?.port)}\ntds version = 7.4\nencryption = require\nca file = ${estate.caFile}\ncheck certificate hostname = no\n`,
    );
    const child = spawn(
      TSQL,
      ['-S', 'it', '-U', 'operator', '-P', readFileSync(estate.passwordFile, 'utf8').trim()],
      {
        env: { ...process.env, FREETDSCONF: conf },
      },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdin.end(`${statements.map((statement) => `${statement}\ngo\n`).join('')}exit\n`);
    await new Promise((resolve) => child.on('close', resolve));
    return text;
  }

  test('is installed', () => {
    expect(spawnSync(TSQL, ['-C']).status).toBe(0);
  });

  test('removes the secondary, recovers mgc, and gets the numbers of SQL Server for the wrong order', async () => {
    const answer = await type('sql-lyo-1.contoso.com', [
      'exec sp_delete_log_shipping_secondary_database mgc',
      'exec sp_delete_log_shipping_secondary_database mgc',
      'exec sp_who2',
      'restore database mgc with recovery',
      'restore database mgc with recovery',
      "restore log mgc from disk = N'D:\\LSCopy\\none.trn' with norecovery",
    ]);
    for (const number of ['32014', '3153']) expect(answer).toContain(`Msg ${number}`);
  });

  test('sees the chat sessions of home by sp_who2', async () => {
    expect(await type('sql-par-1.contoso.com', ['exec sp_who2'])).toContain('CHAT-PAR-1');
  });
});
