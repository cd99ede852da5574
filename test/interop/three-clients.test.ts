/** One list of cases through three clients that have no code in common, against the same estates. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENTS, type Answer, type Client, type ClientName } from './client.ts';
import { CLIENT_CASES, type ClientCase, type Outcome } from './client-cases.ts';
import { ClientStand } from './client-stand.ts';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { tsqlIsAbsent } from './tsql-client.ts';
import { textTable } from '../../src/cli/text-table.ts';

const full = ({ login, answers = [] }: Outcome): Outcome => ({
  login,
  answers: answers.map((answer) => ({ sets: [], errors: [], infos: [], end: 'complete', ...answer })),
});

/** As far as all three tell it: of information, number and text. */
const comparable = (outcome: Outcome): Outcome => ({
  ...outcome,
  answers: (outcome.answers as readonly Answer[]).map(({ sets, errors, infos, end }) => ({
    sets,
    errors,
    infos: infos.map((info) => ({ ...info, severity: 0, state: 0 })),
    end,
  })),
});

const verdicts = new Map<string, Map<ClientName, string>>();

describe.skipIf(dotnetIsAbsent || tsqlIsAbsent)(
  'three clients (install: npm run setup, and the .NET SDK)',
  () => {
    let stand: ClientStand;
    beforeAll(async () => {
      stand = await ClientStand.open();
    }, 240_000);
    afterAll(async () => {
      const rows = [...verdicts].map(([name, by]) => [
        name,
        ...CLIENTS.map((client) => by.get(client) ?? '-'),
      ]);
      process.stdout.write(`${textTable(['case', ...CLIENTS], rows)}\n`);
      await stand.close();
    });

    async function judge(client: Client, one: ClientCase): Promise<void> {
      const by = verdicts.get(one.name) ?? new Map<ClientName, string>();
      verdicts.set(one.name, by.set(client.name, 'DIFFERS'));
      const explained = one.explained?.find((row) => row.client === client.name);
      const outcome = comparable(await stand.run(client, one));
      const { login, answers } = explained ?? one.expected;
      const wanted = full({ login, ...(answers === undefined ? {} : { answers }) });
      expect(outcome).toEqual(wanted);
      by.set(client.name, explained === undefined ? 'same' : `explained: ${explained.reason}`);
    }

    test.each(CLIENT_CASES.flatMap((one) => CLIENTS.map((client) => [one.name, client, one] as const)))(
      '%s: %s says what all say',
      async (_, name, one) => {
        await judge(stand.client(name), one);
      },
    );

    test('an explanation says something else than what is expected of all', () => {
      for (const { name, expected, explained = [] } of CLIENT_CASES)
        for (const { client, login, answers, reason, source } of explained) {
          const own = full({ login, ...(answers === undefined ? {} : { answers }) });
          expect(own, `${name}, ${client}`).not.toEqual(full(expected));
          expect(reason !== '' && source !== '', `${name}, ${client}`).toBe(true);
        }
    });

    test('no client was told a password', () => {
      const password = readFileSync(stand.passwordFile, 'utf8').trim();
      expect(JSON.stringify([...verdicts])).not.toContain(password);
    });
  },
);
