import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { grantScript } from '../../src/rights/grant-script.ts';
import { requiredRights } from '../../src/rights/required-rights.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { pchat } from '../support/pchat.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'grants-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Printed {
  readonly purpose: string;
  readonly instances: readonly {
    readonly instance: string;
    readonly login: string;
    readonly rights: readonly { readonly name: string }[];
    readonly script: string;
  }[];
  readonly shell: { readonly script: string };
}

test('pchat grants prints a script for the account of every instance and none of its secrets', async () => {
  const example = path.resolve(import.meta.dirname, '../../desired-state.example.yaml');
  const settings = path.join(folder, 'settings.yaml');
  const lines = [
    `desiredState: {file: ${example}}`,
    'journal: {directory: ./state}',
    'defaults: {domain: CONTOSO, user: pchat, password: {env: PCHAT_SECRET}}',
    'instances: {sql-par-w.contoso.com: {user: watcher}}',
  ];
  writeFileSync(settings, lines.join('\n'));
  const { code, stdout } = await pchat('grants', '--settings', settings, '--for', 'act', '--output', 'json');
  const { instances, shell } = JSON.parse(stdout) as Printed;
  const of = (name: string) => instances.find(({ instance }) => instance === `${name}.contoso.com`);
  expect(code).toBe(0);
  expect(instances).toHaveLength(6);
  expect(of('sql-par-1')?.script).toContain('ALTER SERVER ROLE [sysadmin] ADD MEMBER [CONTOSO\\pchat];');
  expect(of('sql-par-w')?.login).toBe('watcher');
  expect(of('sql-par-w')?.rights.map(({ name }) => name)).toEqual([
    'VIEW SERVER STATE',
    'VIEW ANY DEFINITION',
  ]);
  expect(shell.script).toContain(
    'Get-CsAdminRole | Where-Object {$_.Cmdlets -match "Set-CsPersistentChatState\\b"}',
  );
});

describe('the script', () => {
  const wanted = { purpose: 'observe', version: '2016' } as const;
  const [first] = requiredRights(desiredPool().topology, wanted);
  const rights = first === undefined ? [] : [first];

  test.each(['x]; DROP DATABASE mgc; --', "x'; DROP DATABASE mgc; --", '[x]', 'ключ'])(
    'carries the login %s as a name',
    (login) => {
      const script = grantScript(login, rights);
      expect(script).toContain(`TO [${login.replaceAll(']', ']]')}];`);
      expect(script).toContain(`SUSER_ID(N'${login.replaceAll("'", "''")}')`);
    },
  );

  test('refuses a login with a line break, which could end a comment', () => {
    expect(() => grantScript('x\nDROP DATABASE mgc', rights)).toThrow('control character');
  });
});
