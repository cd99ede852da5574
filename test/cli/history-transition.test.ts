/** pchat history POOL --transition: the report for the review after an incident, from the files or from the daemon of --server. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../daemon/temporary-folder.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts } from '../support/facts.ts';
import { pchat } from '../support/pchat.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi } from '../support/served-api.ts';
import { keptJournal } from '../support/written-journal.ts';

const KEPT = path.join(import.meta.dirname, '../daemon/journals/v0.1.0.ndjson');
const POOL = 'contoso-chat';

/** Settings of a host whose journal is the kept one. */
function host(): string {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'state'));
  cpSync(KEPT, path.join(folder, 'state/journal.ndjson'));
  writeFileSync(path.join(folder, 'pools.yaml'), '');
  const settings = path.join(folder, 'settings.yaml');
  writeFileSync(settings, 'desiredState: { file: pools.yaml }\njournal: { directory: state }\n');
  return settings;
}

test('the newest transition is printed as Markdown without a daemon', async () => {
  const settings = host();
  const [text, named] = await Promise.all([
    pchat('history', POOL, '--transition', '--settings', settings),
    pchat('history', POOL, '-t', '--settings', settings, '--output', 'markdown'),
  ]);
  expect([text.code, text.stderr]).toEqual([0, '']);
  expect(text.stdout).toMatch(/^# contoso-chat: Generation 3 wants the service in paris/);
  expect(named.stdout).toBe(text.stdout);
}, 60_000);

test('another one is named by any of its records, and is data with --output json', async () => {
  const { code, stdout } = await pchat('history', POOL, '-t', '33', '--settings', host(), '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ first: 17, last: 53, state: 'at-rest' });
}, 60_000);

test.each([
  [['history', POOL, '-t', '145'], 'the journal has no transition of contoso-chat that holds the record 145'],
  [['history', POOL, '-t', 'last'], '--transition last is no number of a record'],
  [['history', '-t'], 'name the pool whose transition is meant'],
  [['history', POOL, '-o', 'markdown'], 'Markdown is a form of --transition'],
])(
  'pchat %j is refused: %s',
  async (args, why) => {
    const { code, stderr, stdout } = await pchat(...args, '--settings', host());
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(why);
  },
  60_000,
);

test('the daemon of --server tells the same report as the files', async () => {
  const base = desiredPool();
  const pool = observed(facts(), { ...base, topology: { ...base.topology, name: POOL } });
  const records = keptJournal();
  const { server } = servedApi(pool, {
    past: {
      recent: () => ({ records, completeFrom: 1, left: [] }),
      all: () => Promise.resolve({ records, completeFrom: 1, left: [] }),
    },
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const [told, read] = await Promise.all([
    pchat('history', POOL, '-t', '17', '--server', address),
    pchat('history', POOL, '-t', '17', '--settings', host()),
  ]);
  expect([told.code, told.stdout.length > 1_000]).toEqual([0, true]);
  expect(told.stdout).toBe(read.stdout);
}, 60_000);
