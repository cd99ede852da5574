import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverAlias, writeFreetdsConf } from '../../src/cli/estate-story/freetds-conf.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import { TsqlLogin, tsqlIsAbsent } from './tsql-client.ts';

describe.skipIf(tsqlIsAbsent)('FreeTDS tsql (install: npm run setup)', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-tsql-'));
  let estate: WireEstate;
  const at = (instance: string): TsqlLogin => new TsqlLogin(directory, serverAlias(instance));

  beforeAll(async () => {
    estate = await startWireEstate({ directory, factor: 10, seed: 'tsql' });
    writeFreetdsConf(estate, directory);
  });
  afterAll(async () => {
    await estate.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('sees the chat sessions of home by sp_who2', async () => {
    const { output } = await at('sql-par-1.contoso.com').type('exec sp_who2');
    expect(output).toContain('CHAT-PAR-1');
  });

  test.each([
    ['a misspelt word', 'selct 1', 2812, 16, 62, "Could not find stored procedure 'selct'."],
    ['a stray sign', 'select 1 + )', 102, 15, 1, "Incorrect syntax near ')'."],
    [
      'an unknown procedure',
      'exec sp_nothing',
      2812,
      16,
      62,
      "Could not find stored procedure 'sp_nothing'.",
    ],
    ['an unknown table', 'select * from nothing', 208, 16, 1, "Invalid object name 'nothing'."],
    [
      'an unknown database',
      'use nothing',
      911,
      16,
      1,
      "Database 'nothing' does not exist. Make sure that the name is entered correctly.",
    ],
  ])('%s gives the number, severity, state and text of SQL Server', async (_, statement, ...wanted) => {
    const [number, severity, state, text] = wanted;
    const { messages } = await at('sql-lyo-1.contoso.com').type(statement);
    expect(messages).toEqual([{ number, severity, state, server: 'SQL-LYO-1', text }]);
  });

  test('RESTORE on a mirrored database is refused with 3104, and BACKUP of the mirror as on a mirror', async () => {
    expect(await at('sql-par-1.contoso.com').errorsOf('restore database mgc with recovery')).toEqual([
      [3104, 16, 1],
      [3013, 16, 1],
    ]);
    const [first] = await at('sql-par-2.contoso.com').errorsOf("backup log mgc to disk = N'D:\\x.trn'");
    expect([954, 3059, 3104]).toContain(first?.[0]);
  });

  test('the batch after a failed one goes on in the same session', async () => {
    const { messages, output } = await at('sql-lyo-1.contoso.com').type(
      'select * from nothing',
      'select 41 + 1',
    );
    expect([messages.map(({ number }) => number), output.includes('42')]).toEqual([[208], true]);
  });
});
