import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { listen } from '../../src/daemon/listen.ts';
import { silentLog } from '../../src/daemon/log.ts';
import { Shutdown } from '../../src/daemon/shutdown.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import { authority, statusOf, type Authority } from '../support/certificates.ts';
import { homeLost } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi, sha256, type ServedApi } from '../support/served-api.ts';
import { temporaryFolder } from './temporary-folder.ts';

const lost = observed(homeLost());
const at = `/api/v1/pools/${lost.pool}`;
const token = { authorization: 'Bearer secret' };
const TOKENS = `tokens: [{ name: ann, sha256: ${sha256('secret')}, role: operate }]`;
const CLIENTS = 'clients: [{ subject: bob, name: bob, role: operate }]';

interface Listening {
  readonly address: string;
  /** Of the commands of this computer. */
  readonly local: string;
  readonly api: ServedApi;
  readonly folder: string;
  /** ms since 1970, of each certificate that was served. */
  readonly ends: readonly number[];
}

/** @param http lines of the settings beside port and certificate */
async function listening(of: Authority, ...http: readonly string[]): Promise<Listening> {
  const folder = temporaryFolder();
  const { cert, key } = await of.server();
  for (const [name, text] of Object.entries({ cert, key, ca: of.ca }))
    writeFileSync(path.join(folder, `${name}.pem`), text);
  const lines = ['port: 0', ...http].map((line) => `  ${line}\n`).join('');
  const text = `desiredState: { file: pools.yaml }\njournal: { directory: . }\nhttp:\n${lines}`;
  const api = servedApi(lost);
  const ends: number[] = [];
  const shutdown = new Shutdown(hostClock, silentLog);
  onTestFinished(() => shutdown.close());
  const address = await listen(parseSettings(text, path.join(folder, 'settings.yaml')), shutdown, silentLog, {
    ...api.options,
    certificate: (endsAtMs) => ends.push(endsAtMs),
  });
  return {
    address,
    local: readFileSync(path.join(folder, 'control-address'), 'utf8').trim(),
    api,
    folder,
    ends,
  };
}

const SECURED = 'tls: { cert: cert.pem, key: key.pem, clientCa: ca.pem }';

describe('beyond loopback', () => {
  test('the daemon speaks TLS, and serves whoever shows a token', async () => {
    const of = await authority();
    const { address } = await listening(of, 'host: 0.0.0.0', SECURED, TOKENS);
    const url = `https://localhost:${new URL(address).port}`;
    expect(await statusOf(`${url}${at}`, { ca: of.ca })).toBe(401);
    expect(await statusOf(`${url}${at}`, { ca: of.ca, headers: token })).toBe(200);
    await expect(fetch(`${url.replace('https', 'http')}/healthz`)).rejects.toThrow();
  });

  test('only names of the settings are served', async () => {
    const of = await authority();
    const { address } = await listening(of, SECURED, TOKENS, 'names: [pchat.contoso.com]');
    const status = (host: string): Promise<number> =>
      statusOf(`${address}${at}`, { ca: of.ca, headers: { ...token, host } });
    expect(await status('PCHAT.contoso.com:443')).toBe(200);
    expect(await status('eve.example')).toBe(403);
  });

  test('a client certificate of the authority acts as the person of the settings', async () => {
    const of = await authority();
    const { address, api } = await listening(of, SECURED, CLIENTS);
    const suspend = async (client: Authority, name: string, more = {}): Promise<number> =>
      statusOf(`${address}${at}/suspend`, {
        ca: of.ca,
        pair: await client.client(name),
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: '{"reason":"patch day"}',
      });
    expect(await suspend(of, 'bob')).toBe(201);
    expect(await suspend(of, 'eve')).toBe(401);
    expect(await suspend(await authority(), 'bob')).toBe(401);
    // A page that its browser shows must not use its certificate.
    expect(await suspend(of, 'bob', { origin: 'https://eve.example' })).toBe(403);
    // A token that is given decides alone.
    expect(await suspend(of, 'bob', { authorization: 'Bearer none' })).toBe(401);
    expect(api.decided.map(({ by }) => by)).toEqual(['bob']);
  });

  test('commands of this computer go on without a certificate, on loopback', async () => {
    const { local, folder } = await listening(await authority(), 'host: 0.0.0.0', SECURED, TOKENS);
    expect(local).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const control = readFileSync(path.join(folder, 'control-token'), 'utf8').trim();
    const answer = await fetch(`${local}${at}`, { headers: { authorization: `Bearer ${control}` } });
    expect(answer.status).toBe(200);
    expect((await fetch(`${local}${at}`)).status).toBe(401);
  });
});

test('a renewed certificate is served from the next connection on, and one that cannot be used is not', async () => {
  const [former, next] = [await authority(), await authority()];
  const { address, folder, ends } = await listening(former, SECURED, TOKENS);
  const status = ({ ca }: Authority): Promise<number> => statusOf(`${address}${at}`, { ca, headers: token });
  const put = (name: string, text: string): void => {
    writeFileSync(path.join(folder, `${name}.pem`), text);
  };
  expect(await status(former)).toBe(200);
  const pair = await next.server();
  put('cert', pair.cert);
  // Half of it: certificate and key do not fit.
  expect(await status(former)).toBe(200);
  put('key', pair.key);
  expect(await status(next)).toBe(200);
  await expect(status(former)).rejects.toThrow();
  rmSync(path.join(folder, 'key.pem'));
  expect(await status(next)).toBe(200);
  // A file that cannot even be looked at.
  symlinkSync('key.pem', path.join(folder, 'key.pem'));
  expect(await status(next)).toBe(200);
  expect(ends).toEqual([expect.any(Number), new X509Certificate(pair.cert).validToDate.getTime()]);
});

test('a key that does not fit the certificate is refused at the start by the name of the setting', async () => {
  const of = await authority();
  const wrong = { ...of, server: async () => ({ ...(await of.server()), key: (await of.server()).key }) };
  await expect(listening(wrong, SECURED, TOKENS)).rejects.toMatchObject({
    code: 'PCO_SETTINGS_INVALID',
    message: expect.stringContaining('http.tls') as string,
  });
});
