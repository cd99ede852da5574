/**
 * A whole failover with planted secrets, by file and by environment variable, one of them rotated meanwhile: none of them is in
 * anything that the product puts out, nor in what Node.js writes of a daemon that dies.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { pchat } from '../support/pchat.ts';
import { WireStage } from '../wire/wire-stage.ts';

const NTLM = 'Planted-ntlm-9fK2 §"\'&ß';
const STALE = 'Planted-stale-71Qw';
const TOKEN_FILE = 'control-token';
/** Of the login by environment variable; the variables of this process are those of the daemon. */
const VARIABLE = 'PCHAT_PLANTED_PASSWORD';
/** A door to the instance whose login is by environment variable. */
const BY_VARIABLE = 'sql-lyo-2.contoso.com';
/** Commands that a person calls; `why`, `plan` and `doctor` end with other codes than 0, which is their business. */
const COMMANDS = ['status', 'observe', 'plan', 'history --all', 'why contoso-chat', 'doctor'];

afterEach(() => {
  delete process.env['PCHAT_PLANTED_PASSWORD'];
  delete process.env['NODE_OPTIONS'];
});

interface Output {
  readonly from: string;
  readonly bytes: Buffer;
}

/** As the bytes may stand in a text or a binary file. Base64 in its three alignments, without the digits that neighbours change. */
function formsOf(secret: string): readonly Buffer[] {
  const plain = [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'utf16le')];
  const texts = plain.flatMap((bytes) => [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].map((shift) => {
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      return shifted.slice(shift === 0 ? 0 : shift + 1, -2);
    }),
  ]);
  const escaped = [JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...plain, ...[...texts, ...escaped].map((text) => Buffer.from(text, 'utf8'))];
}

const found = (outputs: readonly Output[], secrets: Readonly<Record<string, string>>): readonly string[] =>
  outputs.flatMap(({ from, bytes }) =>
    Object.entries(secrets)
      .filter(([, secret]) => formsOf(secret).some((form) => bytes.includes(form)))
      .map(([name]) => `${name} in ${from}`),
  );

function filesBelow(directory: string): readonly Output[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(directory, name))
    .filter((file) => statSync(file).isFile() && path.basename(file) !== TOKEN_FILE)
    .map((file) => {
      const bytes = readFileSync(file);
      return { from: path.basename(file), bytes: file.endsWith('.gz') ? gunzipSync(bytes) : bytes };
    });
}

async function commandOutputs(
  settingsFile: string,
  commands: readonly string[] = COMMANDS,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  for (const command of commands)
    for (const form of ['text', 'json']) {
      const more = ['--settings', settingsFile, '--output', form];
      const { stdout, stderr } = await pchat(...command.split(' '), ...more);
      outputs.push({ from: `pchat ${command} (${form})`, bytes: Buffer.from(stdout + stderr) });
    }
  return outputs;
}

const json = { 'content-type': 'application/json' };
const wrongToken = { ...json, authorization: 'Bearer nobody-knows-it' };
/** Pages, and the error pages for what is not there, not allowed, not JSON. */
const REQUESTS: readonly (readonly [string, RequestInit])[] = [
  ['/metrics', {}],
  ['/healthz', {}],
  ['/readyz', {}],
  ['/api/v1/pools', {}],
  ['/api/v1/pools/contoso-chat', {}],
  ['/api/v1/pools/nobody', {}],
  ['/nothing', {}],
  ['/%zz', {}],
  ['/api/v1/pools/contoso-chat/suspend', { method: 'POST', headers: json, body: '{}' }],
  ['/api/v1/pools/contoso-chat/suspend', { method: 'POST', headers: wrongToken, body: '{}' }],
  ['/api/v1/pools/contoso-chat/suspend', { method: 'POST', headers: wrongToken, body: '{' }],
];

async function pages(address: string): Promise<readonly Output[]> {
  return Promise.all(
    REQUESTS.map(async ([route, init]) => {
      const answer = await fetch(new URL(route, address), init);
      const head = JSON.stringify([answer.status, [...answer.headers]]);
      const body = Buffer.from(await answer.arrayBuffer());
      return { from: `${init.method ?? 'GET'} ${route}`, bytes: Buffer.concat([Buffer.from(head), body]) };
    }),
  );
}

/** What somebody who asks for help sends: recordings, runbook, adopted document. */
async function supportFiles(settingsFile: string, directory: string): Promise<readonly Output[]> {
  const folder = path.join(directory, 'support');
  mkdirSync(folder);
  const at = (name: string): string => path.join(folder, name);
  const calls = [
    ['record', at('plain.jsonl'), '--rounds', '2', '--every', '100ms'],
    ['record', at('hidden.jsonl'), '--rounds', '1', '--pseudonymise'],
    ['runbook', '--out', at('runbook')],
    ['adopt', '--out', at('adopted.yaml')],
    ['grants', '--output', 'json'],
    ['support-bundle', '--out', at('bundle.json.gz')],
  ];
  const outputs: Output[] = [];
  for (const call of calls) {
    const { stdout, stderr } = await pchat(...call, '--settings', settingsFile);
    outputs.push({ from: `pchat ${call[0] ?? ''}`, bytes: Buffer.from(stdout + stderr) });
  }
  const files = filesBelow(folder);
  expect(files.map(({ from }) => from)).toEqual(
    expect.arrayContaining(['plain.jsonl', 'hidden.jsonl', 'adopted.yaml', 'bundle.json.gz']),
  );
  return [...outputs, ...files];
}

interface Report {
  readonly header?: { readonly trigger: string };
}

/** Node.js writes one for SIGUSR2, as it would for a fatal error: the writer is the same. Then the process is aborted. */
async function crashReports(stage: WireStage, folder: string): Promise<readonly Output[]> {
  stage.signalDaemon('SIGUSR2');
  const written = (): readonly Output[] => filesBelow(folder);
  const whole = ({ bytes }: Output): boolean => bytes.toString('utf8').trimEnd().endsWith('}');
  await stage.until('a diagnostic report', () => written().some(whole));
  await stage.abortDaemon();
  const reports = written();
  const triggers = reports.map(({ bytes }) => (JSON.parse(bytes.toString('utf8')) as Report).header?.trigger);
  expect(triggers).toEqual(['Signal']);
  return reports;
}

/** NTLM with a password file beside the settings, a SQL login by environment variable on one instance; every detail is logged. */
function useBothLogins(settingsFile: string, passwordFile: string): void {
  const settings = parse(readFileSync(settingsFile, 'utf8')) as Record<string, unknown>;
  const defaults = settings['defaults'] as Record<string, unknown>;
  const instances = settings['instances'] as Record<string, object>;
  settings['instances'] = {
    ...instances,
    [BY_VARIABLE]: { ...instances[BY_VARIABLE], user: defaults['user'], password: { env: VARIABLE } },
  };
  settings['defaults'] = {
    ...defaults,
    user: 'svc-pchat',
    domain: 'CONTOSO',
    password: { file: passwordFile },
  };
  settings['log'] = { level: 'debug' };
  writeFileSync(settingsFile, stringify(settings));
}

test(
  'a failover over NTLM and SQL logins, with a rotated password, leaves no secret in any output',
  { timeout: 240_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'secrets',
      factor: 60,
      overrides: {
        backupEveryMinutes: 1,
        domain: { name: 'CONTOSO', dnsName: 'contoso.com', accounts: { 'svc-pchat': NTLM } },
        logins: [{ name: 'CONTOSO\\svc-pchat', roles: ['sysadmin'] }],
      },
      durations: { pollInterval: '400ms' },
      document: { drainTimeout: '0s' },
    });
    const { settingsFile, journalDirectory } = stage.playground.documents;
    const passwordFile = path.join(stage.playground.directory, 'ntlm-password');
    writeFileSync(passwordFile, `${STALE}\n`, { mode: 0o600 });
    useBothLogins(settingsFile, passwordFile);
    const reports = path.join(stage.playground.directory, 'reports');
    mkdirSync(reports);
    process.env[VARIABLE] = readFileSync(stage.estate.passwordFile, 'utf8').trim();
    const flags = ['on-signal', 'on-fatalerror', 'uncaught-exception', `directory=${reports}`];
    process.env['NODE_OPTIONS'] = flags.map((flag) => `--report-${flag}`).join(' ');

    await stage.startDaemon();
    await stage.until('a refused login', async () =>
      JSON.stringify((await stage.status())?.plan ?? {}).includes('18452 '),
    );
    const refused = await commandOutputs(settingsFile, ['observe', 'status']);
    // As a vault's agent rotates it: a new file under the old name. The daemon is not told.
    writeFileSync(`${passwordFile}.new`, `${NTLM}\n`, { mode: 0o600 });
    renameSync(`${passwordFile}.new`, passwordFile);
    await stage.converged('home');
    await stage.estate.fault('down site home');
    await stage.verdictOnHome('silent');
    stage.edit('lyon');
    await stage.converged('backup');

    const token = readFileSync(path.join(journalDirectory, TOKEN_FILE), 'utf8').trim();
    const address = readFileSync(path.join(journalDirectory, 'control-address'), 'utf8').trim();
    const secrets = {
      'SQL password': readFileSync(stage.estate.passwordFile, 'utf8').trim(),
      'NTLM password': NTLM,
      'former NTLM password': STALE,
      'control token': token,
    };
    const outputs: readonly Output[] = [
      ...refused,
      ...(await commandOutputs(settingsFile)),
      ...(await pages(address)),
      ...(await supportFiles(settingsFile, stage.playground.directory)),
      ...(await crashReports(stage, reports)),
      { from: 'log', bytes: readFileSync(stage.logFile) },
      { from: 'remarks of the estate', bytes: Buffer.from(stage.notes.join('\n')) },
      ...filesBelow(journalDirectory),
    ];
    expect(outputs.filter(({ bytes }) => bytes.length > 0).length).toBeGreaterThan(40);
    expect(found(outputs, secrets)).toEqual([]);
  },
);

test.each(['utf8', 'utf16le', 'hex', 'base64'] as const)(
  'a secret that is put out as %s is found',
  (form) => {
    const bytes = Buffer.from(NTLM, form === 'utf16le' ? 'utf16le' : 'utf8');
    const written = form === 'hex' || form === 'base64' ? Buffer.from(`x${bytes.toString(form)}`) : bytes;
    const inside = Buffer.from(
      Buffer.concat([Buffer.from('ab'), bytes, Buffer.from('tail')]).toString('base64'),
    );
    const outputs = [written, inside].map((one) => ({
      from: 'here',
      bytes: Buffer.concat([Buffer.from('log: '), one]),
    }));
    expect(found(outputs, { planted: NTLM })).toEqual(['planted in here', 'planted in here']);
  },
);
