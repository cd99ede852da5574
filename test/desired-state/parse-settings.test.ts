import path from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';

const MINIMAL = `desiredState: { file: pools.yaml }
journal: { directory: state }
`;

describe('the settings', () => {
  test('resolve paths against their own folder and merge an instance over the defaults', () => {
    const settings = parseSettings(
      `${MINIMAL}defaults: { user: pchat, password: { env: PCHAT_SQL }, caFile: ca.pem }
instances:
  sql-par-1.contoso.com: { host: 127.0.0.1, port: 14331, serverName: sql-par-1.contoso.com }
  SQL-PAR-2.contoso.com\\CHAT: { password: { file: secret } }
pathMap: [{ sqlServer: '\\\\fs01\\mgc-logs', local: ./shares/mgc-logs }]
`,
      '/etc/pchat/settings.yaml',
    );
    expect(settings.desiredState.file).toBe('/etc/pchat/pools.yaml');
    expect(settings.pathMap).toEqual([
      { sqlServer: '\\\\fs01\\mgc-logs', local: path.resolve('/etc/pchat/shares/mgc-logs') },
    ]);
    expect(settings.instance('SQL-par-1.contoso.com')).toMatchObject({
      host: '127.0.0.1',
      port: 14331,
      user: 'pchat',
      password: { env: 'PCHAT_SQL' },
      caFile: '/etc/pchat/ca.pem',
    });
    expect(settings.instance('sql-par-2.contoso.com\\chat')).toMatchObject({
      host: 'sql-par-2.contoso.com',
      port: 1433,
      password: { file: '/etc/pchat/secret' },
    });
  });

  test('have defaults for everything that may be left out', () => {
    const settings = parseSettings(MINIMAL, 'settings.yaml');
    expect(settings.http).toEqual({ host: '127.0.0.1', port: 9473 });
    expect(settings.deadlines.instance).toBe(3_000);
    expect(settings.schedule).toEqual({ resync: '*/5 * * * *', pollInterval: 10_000 });
    expect(settings.shell).toBeUndefined();
  });

  test.each([
    [
      'a password in the open',
      `${MINIMAL}defaults: { password: hunter2 }\n`,
      'settings.yaml:3:23: defaults.password',
    ],
    [
      'an address that is not loopback',
      `${MINIMAL}http: { host: 0.0.0.0 }\n`,
      'settings.yaml:3:15: http.host',
    ],
    ['an unknown key', `${MINIMAL}jornal: x\n`, 'settings.yaml:3:1: jornal: this key is not known'],
    ['a missing key', 'journal: { directory: state }\n', 'settings.yaml:1:1: desiredState: is missing'],
    ['a broken duration', `${MINIMAL}deadlines: { shell: soon }\n`, 'settings.yaml:3:21: deadlines.shell'],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, 'one YAML document'],
  ])('refuse %s with its place', (_name, text, says) => {
    expect(() => parseSettings(text, 'settings.yaml')).toThrow(says);
  });

  test('of the example are valid', () => {
    const file = path.resolve(import.meta.dirname, '../../settings.example.yaml');
    expect(parseSettings(readFileSync(file, 'utf8'), file).pathMap.length).toBeGreaterThan(0);
  });
});
