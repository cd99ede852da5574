/** Every row of the refusal table through three clients that have no code in common: each brings its own estate into the state. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RefusalRow } from '../../src/simulator/instance/refusal-row.ts';
import { REFUSALS } from '../../src/simulator/instance/refusal-table.ts';
import { STATE_ROWS, type ExpectedMessage, type StateRow } from '../support/state-rows.ts';
import { CLIENTS, type Client, type ClientName } from './client.ts';
import { FreeTds } from './client-freetds.ts';
import { ProductClient } from './client-product.ts';
import { SqlClient } from './client-sqlclient.ts';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { LIMITS, limitOf, toldToAll } from './state-row-limits.ts';
import { StateRowStage } from './state-row-stage.ts';
import { tsqlIsAbsent } from './tsql-client.ts';

const START: Readonly<Record<ClientName, (caFile: string) => Promise<Client>>> = {
  product: () => Promise.resolve(new ProductClient()),
  SqlClient: (caFile) => SqlClient.start(caFile),
  FreeTDS: () => Promise.resolve(new FreeTds()),
};
/** The first row of a client may have to build its program. */
const ROW_LIMIT_MS = 240_000;

const rowIds = Object.entries<RefusalRow>(REFUSALS)
  .filter(([, row]) => row.unreached === undefined)
  .map(([id]) => id);

class Stages {
  readonly #root = mkdtempSync(path.join(os.tmpdir(), 'pchat-rows-'));
  readonly #open = new Map<string, Promise<StateRowStage>>();

  for(client: ClientName, edition: string): Promise<StateRowStage> {
    const key = `${client}, ${edition}`;
    const directory = path.join(this.#root, String(this.#open.size));
    const stage = this.#open.get(key) ?? StateRowStage.open(directory, edition, START[client]);
    this.#open.set(key, stage);
    return stage;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    for (const one of opened) if (one.status === 'fulfilled') await one.value.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}

const asMatched = ({ text, ...other }: ExpectedMessage) => ({
  ...other,
  text: typeof text === 'string' ? text : (expect.stringMatching(text) as string),
});

const same = new Set<string>();
const key = (client: ClientName, { id }: StateRow): string => `${client} ${id}`;
const waysOf = (id: string): readonly StateRow[] =>
  STATE_ROWS.filter((row) => row.id === id || row.id.startsWith(`${id} (`));

function summary(): string {
  const through = rowIds.filter((id) =>
    waysOf(id).every((row) => CLIENTS.every((client) => same.has(key(client, row)))),
  );
  const explained = LIMITS.map(({ client, touches, reason }) => {
    const ids = STATE_ROWS.filter(touches).map(({ id }) => id);
    return `  ${client}, ${ids.join(', ')}: ${reason}`;
  });
  const ways = `${String(STATE_ROWS.length)} ways into them`;
  const line = `${String(through.length)} of ${String(rowIds.length)} rows through ${String(CLIENTS.length)} clients (${ways}); explained:`;
  return [line, ...explained, ''].join('\n');
}

describe.skipIf(dotnetIsAbsent || tsqlIsAbsent)(
  'the refusal table through three clients (install: npm run setup, and the .NET SDK)',
  () => {
    const stages = new Stages();
    afterAll(async () => {
      process.stdout.write(summary());
      await stages.close();
    });

    describe.each(CLIENTS)('%s', (client) => {
      test.each(STATE_ROWS.map((row) => [row.id, row] as const))(
        'is told of %s what the row says',
        async (_, row) => {
          const stage = await stages.for(client, row.edition);
          const wanted = limitOf(client, row)?.told?.(row) ?? toldToAll(row);
          expect(await stage.run(row)).toEqual({
            opened: wanted.opened,
            messages: wanted.messages.map(asMatched),
          });
          same.add(key(client, row));
        },
        ROW_LIMIT_MS,
      );
    });

    test('a limit touches a row, and says why and something else than all are told', () => {
      for (const { client, touches, told, reason, source } of LIMITS) {
        const rows = STATE_ROWS.filter(touches);
        expect(rows, client).not.toEqual([]);
        for (const row of rows) expect(told?.(row), row.id).not.toEqual(toldToAll(row));
        expect(reason !== '' && source !== '', client).toBe(true);
      }
    });

    test('every row that can be reached has a way into it', () => {
      expect(rowIds.filter((id) => waysOf(id).length === 0)).toEqual([]);
    });
  },
);
