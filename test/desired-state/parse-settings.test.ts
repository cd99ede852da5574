import path from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';

const MINIMAL = `desiredState: { file: pools.yaml }
journal: { directory: state }
`;

const TOKEN = `{ name: ann, sha256: ${'ab'.repeat(32)}, role: view }`;

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
    expect(settings.desiredState).toEqual({ kind: 'file', file: '/etc/pchat/pools.yaml' });
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
      // SQL Server Browser is asked: 1433 would be the default instance of that host.
      port: undefined,
      browserPort: 1434,
      password: { file: '/etc/pchat/secret' },
    });
  });

  test('resolve the mount point of a folder, which must hold it', () => {
    const mapping = (mountPoint: string): string =>
      `${MINIMAL}pathMap: [{ sqlServer: 'D:\\', local: ./mnt/fs01/logs, mountPoint: ${mountPoint} }]\n`;
    const [entry] = parseSettings(mapping('mnt/fs01'), '/etc/pchat/settings.yaml').pathMap;
    expect(entry?.mountPoint).toBe(path.resolve('/etc/pchat/mnt/fs01'));
    for (const wrong of ['mnt/fs02', './mnt/fs01/logs/deeper', '/mnt/fs01', 'mnt/fs0'])
      expect(() => parseSettings(mapping(wrong), 'settings.yaml')).toThrow(
        /mountPoint: expected a folder that holds local/,
      );
  });

  test('have defaults for everything that may be left out', () => {
    const settings = parseSettings(MINIMAL, 'settings.yaml');
    expect(settings.http).toEqual({ host: '127.0.0.1', port: 9473, names: [], tokens: [], clients: [] });
    expect(settings.deadlines.instance).toBe(3_000);
    expect(settings.schedule).toEqual({ resync: '*/5 * * * *', pollInterval: 10_000 });
    expect(settings.shell).toBeUndefined();
    expect(settings.journal).toEqual({ directory: path.resolve('state'), maxMegabytes: 32, archives: 10 });
  });

  test.each([
    ['maxMegabytes: 0', 'journal.maxMegabytes'],
    ['maxMegabytes: 1.5', 'journal.maxMegabytes'],
    ['maxMegabytes: 4096', 'journal.maxMegabytes'],
    ['archives: -1', 'journal.archives'],
  ])('refuse a journal of %s at its place', (bad, place) => {
    const text = MINIMAL.replace('directory: state', `directory: state, ${bad}`);
    expect(() => parseSettings(text, 'settings.yaml')).toThrow(new RegExp(`settings.yaml:2:\\d+: ${place}`));
  });

  test('name one way to the management shell, with its files beside them', () => {
    const ssh = '{ host: fe01, user: CONTOSO\\pchat, keyFile: key, knownHostsFile: known_hosts }';
    const { shell } = parseSettings(`${MINIMAL}shell: { ssh: ${ssh} }\n`, '/etc/pchat/settings.yaml');
    expect(shell?.ssh).toEqual({
      host: 'fe01',
      port: 22,
      user: 'CONTOSO\\pchat',
      keyFile: '/etc/pchat/key',
      knownHostsFile: '/etc/pchat/known_hosts',
      program: 'powershell.exe',
      connectTimeout: 5_000,
    });
  });

  test.each([
    ['two channels', '{ local: {}, command: [x] }'],
    ['no channel', '{ startDeadline: 5s }'],
    [
      'a host that is an option',
      '{ ssh: { host: -oProxyCommand=x, user: u, keyFile: k, knownHostsFile: h } }',
    ],
    [
      'a program with a second command',
      '{ ssh: { host: h, user: u, keyFile: k, knownHostsFile: h, program: "a; b" } }',
    ],
    ['an endpoint in the open', '{ remoting: { connectionUri: "http://fe01/OcsPowershell" } }'],
  ])('refuse %s to the management shell', (_, shell) => {
    expect(() => parseSettings(`${MINIMAL}shell: ${shell}\n`, 'settings.yaml')).toThrow('shell');
  });

  test.each([
    [
      'a password in the open',
      `${MINIMAL}defaults: { password: hunter2 }\n`,
      'settings.yaml:3:23: defaults.password',
    ],
    [
      'an address beyond loopback without TLS',
      `${MINIMAL}http: { host: 0.0.0.0, tokens: [${TOKEN}] }\n`,
      'http.tls: expected cert and key: 0.0.0.0 is not loopback',
    ],
    [
      'an address beyond loopback that asks nobody who it is',
      `${MINIMAL}http: { host: 0.0.0.0, tls: { cert: c.pem, key: k.pem } }\n`,
      'http.tokens: expected a token or a client: 0.0.0.0 is not loopback',
    ],
    [
      'clients whose certificates nobody checks',
      `${MINIMAL}http: { tls: { cert: c.pem, key: k.pem }, clients: [{ subject: ann, name: ann, role: view }] }\n`,
      'http.clients: expected http.tls.clientCa beside them: they are known by their certificates',
    ],
    ['an unknown key', `${MINIMAL}jornal: x\n`, 'settings.yaml:3:1: jornal: this key is not known'],
    ['a missing key', 'journal: { directory: state }\n', 'settings.yaml:1:1: desiredState: is missing'],
    ['a broken duration', `${MINIMAL}deadlines: { shell: soon }\n`, 'settings.yaml:3:21: deadlines.shell'],
    [
      'two sources at once',
      MINIMAL.replace('{ file: pools.yaml }', '{ file: pools.yaml, directory: pools }'),
      'settings.yaml:1:15: desiredState: expected exactly one of file, directory and git',
    ],
    [
      'no source',
      MINIMAL.replace('{ file: pools.yaml }', '{}'),
      'expected exactly one of file, directory and git',
    ],
    [
      'a transport of git that runs a program',
      MINIMAL.replace('{ file: pools.yaml }', "{ git: { url: 'ext::sh -c evil' } }"),
      'settings.yaml:1:29: desiredState.git.url: expected an https://',
    ],
    [
      'a repository over an open line',
      MINIMAL.replace('{ file: pools.yaml }', "{ git: { url: 'http://git.contoso.com/x' } }"),
      'desiredState.git.url: expected an https://',
    ],
    [
      'an option in the place of a branch',
      MINIMAL.replace('{ file: pools.yaml }', '{ git: { url: /srv/x.git, branch: --upload-pack=evil } }'),
      'desiredState.git.branch: expected the name of a branch',
    ],
    [
      'a path out of the repository',
      MINIMAL.replace('{ file: pools.yaml }', '{ git: { url: /srv/x.git, path: a/../../b } }'),
      'desiredState.git.path: expected a path inside the repository',
    ],
    [
      'signed commits without a key that counts',
      MINIMAL.replace('{ file: pools.yaml }', '{ git: { url: /srv/x.git, signedBy: {} } }'),
      'desiredState.git.signedBy: expected allowedSigners, gnupgHome, or both',
    ],
    [
      'a webhook without a forge',
      MINIMAL.replace(
        '{ file: pools.yaml }',
        '{ git: { url: /srv/x.git, webhook: { secret: { env: S } } } }',
      ),
      'desiredState.git.webhook.forge',
    ],
    [
      'a secret of the webhook in the clear',
      MINIMAL.replace(
        '{ file: pools.yaml }',
        '{ git: { url: /srv/x.git, webhook: { forge: gitea, secret: hunter2 } } }',
      ),
      'desiredState.git.webhook.secret',
    ],
    [
      'a token that would travel in the clear',
      MINIMAL.replace(
        '{ file: pools.yaml }',
        "{ git: { url: /srv/x.git, status: { api: 'http://git.contoso.com', repository: ops/pchat, token: { env: T } } } }",
      ),
      'desiredState.git.status.api: expected an https:// address',
    ],
    [
      'a way out of the repository of the commit status',
      MINIMAL.replace(
        '{ file: pools.yaml }',
        "{ git: { url: /srv/x.git, status: { api: 'https://git.contoso.com', repository: ../admin, token: { env: T } } } }",
      ),
      'desiredState.git.status.repository: expected OWNER/NAME',
    ],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, 'one YAML document'],
  ])('refuse %s with its place', (_name, text, says) => {
    expect(() => parseSettings(text, 'settings.yaml')).toThrow(says);
  });

  test('of the example are valid', () => {
    const file = path.resolve(import.meta.dirname, '../../settings.example.yaml');
    expect(parseSettings(readFileSync(file, 'utf8'), file).pathMap.length).toBeGreaterThan(0);
  });
});

test('a Windows domain of the defaults is not that of an instance with a user of its own', () => {
  const text = `
desiredState: { file: d.yaml }
journal: { directory: j }
defaults: { user: svc, domain: CONTOSO, password: { env: A }, multiSubnetFailover: true }
instances:
  sql-1: { user: pchat }
  sql-2: { port: 50001, multiSubnetFailover: false }
`;
  const { instance } = parseSettings(text, '/etc/pchat/settings.yaml');
  expect(instance('sql-1')).toMatchObject({ user: 'pchat', domain: undefined, multiSubnetFailover: true });
  expect(instance('sql-2')).toMatchObject({ domain: 'CONTOSO', port: 50_001, multiSubnetFailover: false });
});

test('secrets of the forge are references: variables are withheld from children, files lie beside the settings', () => {
  const git = (secret: string): string => `
desiredState:
  git:
    url: /srv/x.git
    webhook: { forge: github, secret: ${secret}, replayWindow: 90s }
    status: { api: https://git.contoso.com/api/v1/, repository: ops/pchat, token: { env: STATUS } }
journal: { directory: j }
`;
  const variables = parseSettings(git('{ env: HOOK }'), '/etc/pchat/settings.yaml');
  expect(variables.secretVariables).toEqual(['HOOK', 'STATUS']);
  expect(variables.desiredState).toMatchObject({ status: { api: 'https://git.contoso.com/api/v1' } });
  const { desiredState } = parseSettings(git('{ file: hook }'), '/etc/pchat/settings.yaml');
  expect(desiredState).toMatchObject({
    webhook: { secret: { file: path.resolve('/etc/pchat/hook') }, replayWindowMs: 90_000 },
    maxBytes: 104_857_600,
  });
});

test('read-only intent is refused with the reason', () => {
  const text = `
desiredState: { file: d.yaml }
journal: { directory: j }
defaults: { user: svc, applicationIntent: ReadOnly }
`;
  expect(() => parseSettings(text, 'settings.yaml')).toThrow(/4:\d+.*a mirror cannot be read/);
});

describe('the receivers of notifications', () => {
  test('have defaults, and secrets that are withheld from child processes', () => {
    const { notifications, secretVariables } = parseSettings(
      `${MINIMAL}notifications:
  - { kind: teams, url: { env: PCHAT_TEAMS } }
  - kind: smtp
    host: mail.contoso.com
    caFile: ca.pem
    user: svc-pchat
    password: { env: PCHAT_MAIL }
    from: pchat <pchat@contoso.com>
    to: [ops@contoso.com]
    events: [stalled]
    maxPerHour: 6
    beginAfter: 0s
    endAfter: 10m
`,
      '/etc/pchat/settings.yaml',
    );
    expect(notifications[0]).toMatchObject({ kind: 'teams', maxPerHour: 20, endAfter: 60_000 });
    expect(notifications[0]?.beginAfter).toBeUndefined();
    expect(notifications[1]).toMatchObject({ beginAfter: 0, endAfter: 600_000 });
    expect(notifications[0]?.events).not.toContain('drift');
    expect(notifications[1]).toMatchObject({ port: 587, tls: 'starttls', caFile: '/etc/pchat/ca.pem' });
    expect(secretVariables).toEqual(['PCHAT_TEAMS', 'PCHAT_MAIL']);
  });

  test.each([
    ['an address in place of a reference', '{ kind: slack, url: "https://hooks.slack.com/services/x" }'],
    ['a user without a password', '{ kind: smtp, host: m, user: u, from: a@b.c, to: [a@b.c] }'],
    ['two addresses in one', '{ kind: smtp, host: m, from: a@b.c, to: ["a@b.c, d@e.f"] }'],
    ['an event that is none', '{ kind: slack, url: { env: X }, events: [everything] }'],
    ['an event log without a shell that writes to it', '{ kind: event-log }'],
    ['a bound of one message', '{ kind: slack, url: { env: X }, maxPerHour: 1 }'],
  ])('are refused with %s', (_what, receiver) => {
    const read = () => parseSettings(`${MINIMAL}notifications: [${receiver}]\n`, '/etc/pchat/settings.yaml');
    expect(read).toThrow(/settings.yaml:3/);
  });
});
