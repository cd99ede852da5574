/** A whole failover with planted secrets, one of them rotated meanwhile: none of them is in anything that the product puts out. */
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { pchat } from '../support/pchat.ts';
import { WireStage } from '../wire/wire-stage.ts';

const NTLM = 'Planted-ntlm-9fK2 §"\'&ß';
const STALE = 'Planted-stale-71Qw';
const TOKEN_FILE = 'control-token';
/** Commands that a person calls; `why` and `plan` end with other codes than 0, which is their business. */
const COMMANDS = ['status', 'observe', 'plan', 'history', 'why contoso-chat'];

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
    .map((file) => ({ from: path.basename(file), bytes: readFileSync(file) }));
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

async function pages(address: string): Promise<readonly Output[]> {
  const routes = [
    '/metrics',
    '/healthz',
    '/readyz',
    '/api/v1/pools',
    '/api/v1/pools/contoso-chat',
    '/nothing',
  ];
  return Promise.all(
    routes.map(async (route) => {
      const body = await (await fetch(new URL(route, address))).arrayBuffer();
      return { from: route, bytes: Buffer.from(body) };
    }),
  );
}

/** NTLM with a password file beside the settings; every detail is logged. */
function useDomainLogin(settingsFile: string, passwordFile: string): void {
  const settings = parse(readFileSync(settingsFile, 'utf8')) as Record<string, unknown>;
  const defaults = settings['defaults'] as Record<string, unknown>;
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
  'a failover over NTLM with a rotated password leaves no secret in any output',
  { timeout: 180_000 },
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
    useDomainLogin(settingsFile, passwordFile);

    await stage.startDaemon();
    await stage.until('a refused login', () => JSON.stringify(stage.records).includes('18452 '));
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
      { from: 'log', bytes: readFileSync(stage.logFile) },
      { from: 'remarks of the estate', bytes: Buffer.from(stage.notes.join('\n')) },
      ...filesBelow(journalDirectory),
    ];
    expect(outputs.filter(({ bytes }) => bytes.length > 0).length).toBeGreaterThan(25);
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
