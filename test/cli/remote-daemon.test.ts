/** The same commands at a daemon on another computer: --server, --token-file and --ca instead of the settings. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { temporaryFolder } from '../daemon/temporary-folder.ts';
import { tokensOf } from '../support/asked-api.ts';
import { authority } from '../support/certificates.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { pchat } from '../support/pchat.ts';
import { removedRecord, servedApi, type ServedApi } from '../support/served-api.ts';

const lost = observed(homeLost());

interface Remote {
  readonly api: ServedApi;
  readonly address: string;
  readonly ca: string;
  /** Options of a command by the token of this role. */
  readonly by: (role: string) => readonly string[];
}

async function remote(): Promise<Remote> {
  const folder = temporaryFolder();
  const of = await authority();
  const api = servedApi(lost, { tokens: tokensOf(), tls: await of.server() });
  const address = await api.server.listen({ host: '127.0.0.1', port: 0 });
  const ca = path.join(folder, 'ca.pem');
  writeFileSync(ca, of.ca);
  const by = (role: string): readonly string[] => {
    const file = path.join(folder, `token-${role}`);
    writeFileSync(file, `secret-${role}\n`);
    return ['--server', address, '--ca', ca, '--token-file', file];
  };
  return { api, address, ca, by };
}

describe('at a daemon on another computer', () => {
  test.each(['status', 'why', 'evidence', 'plan'])('pchat %s tells what it sees', async (command) => {
    const { by } = await remote();
    const { code, stdout } = await pchat(command, ...by('view'), '--output', 'json');
    expect([code, stdout.includes(lost.pool)]).toEqual([command === 'plan' ? 2 : 0, true]);
  });

  test('pchat history reads every page, oldest first', async () => {
    const { api, by } = await remote();
    const seqs = Array.from({ length: 501 }, (_, index) => index + 1);
    api.records = seqs.map((seq) => removedRecord(lost.pool, seq));
    const { stdout } = await pchat('history', ...by('view'), '--output', 'json');
    expect((JSON.parse(stdout) as { seq: number }[]).map(({ seq }) => seq)).toEqual(seqs);
  });

  test('pchat approve approves the plan that is seen, by the person of its token only', async () => {
    const { api, by } = await remote();
    const approve = (...more: readonly string[]) =>
      pchat('approve', lost.pool, '--reason', 'Paris is gone', ...by('approve'), ...more);
    const refused = await approve('--as', 'eve');
    expect(refused.stderr).toContain('PCO_NOT_AUTHORISED');
    expect((await approve('--as', 'approveer')).code).toBe(0);
    expect(api.decided).toMatchObject([{ decision: 'approve', by: 'approveer', via: 'approveer' }]);
  });

  test('without --as the token names the person', async () => {
    const { api, by } = await remote();
    const { code, stdout } = await pchat('suspend', lost.pool, '--reason', 'works', ...by('operate'));
    expect([code, stdout.trim()]).toEqual([0, `${lost.pool}: suspend by operateer is recorded`]);
    expect(api.decided).toMatchObject([{ decision: 'suspend', by: 'operateer' }]);
  });

  test('pchat history tells whose token a decision came with, where that is another name', async () => {
    const { api, by } = await remote();
    const suspended = (seq: number, via: string): JournalRecord => ({
      ...{ v: 1, seq, epoch: 1, at: 'x', kind: 'decision', pool: lost.pool, generation: lost.generation },
      ...{ decision: 'suspend', by: 'ann', via, reason: 'fire', expiresAt: null },
    });
    api.records = [suspended(1, 'local'), suspended(2, 'ann'), suspended(3, 'ci')];
    const { stdout } = await pchat('history', ...by('view'));
    expect(stdout.match(/ann.*(?=: suspend)/g)).toEqual(['ann', 'ann', 'ann (token of ci)']);
  });

  test('a role that is too small changes nothing', async () => {
    const { api, by } = await remote();
    const { stderr } = await pchat('suspend', lost.pool, '--as', 'viewer', '--reason', 'x', ...by('view'));
    expect(stderr).toContain('PCO_NOT_AUTHORISED');
    expect(api.decided).toEqual([]);
  });

  test('a certificate that nobody vouches for is refused before a token is sent', async () => {
    const { api, address, by } = await remote();
    const [, , , , ...token] = by('view');
    const { code, stderr } = await pchat('status', '--server', address, ...token);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/no daemon answers at .*certificate/);
    expect(api.audited).toEqual([]);
  });

  test.each(['http://pchat.contoso.com:9473', 'ftp://localhost', 'localhost:9473', 'https://localhost/api'])(
    '%s is no address that a token goes to',
    async (address) => {
      const { stderr } = await pchat('status', '--server', address);
      expect(stderr).toContain('expected https://HOST:PORT, or http:// on loopback');
    },
  );
});
