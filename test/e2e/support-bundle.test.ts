/** What somebody who asks for help sends: made by the real command, with a daemon and without, from settings that lead to secrets. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { SupportBundle } from '../../src/cli/support-bundle.ts';
import { pchat } from '../support/pchat.ts';
import { WireStage } from '../wire/wire-stage.ts';

const VARIABLE = 'PCHAT_BUNDLE_TOKEN';
const TOKEN = 'Planted-token-4Zq1';
afterAll(() => {
  delete process.env['PCHAT_BUNDLE_TOKEN'];
});

interface Made {
  readonly text: string;
  readonly bundle: SupportBundle;
  readonly stdout: string;
}

async function make(stage: WireStage, name: string, ...more: readonly string[]): Promise<Made> {
  const { settingsFile } = stage.playground.documents;
  const file = path.join(stage.playground.directory, name);
  const args = ['support-bundle', '--settings', settingsFile, '--out', file, ...more];
  const { code, stdout, stderr } = await pchat(...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o077).toBe(0);
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return { text, bundle: JSON.parse(text) as SupportBundle, stdout };
}

/** A receiver with a token, and a person who writes it where it does not belong. */
function plant({ playground }: WireStage): void {
  process.env[VARIABLE] = TOKEN;
  const { settingsFile } = playground.documents;
  const url = path.join(playground.directory, 'address');
  writeFileSync(url, 'http://127.0.0.1:9/Planted-address-8Xw2\n', { mode: 0o600 });
  const receiver = { kind: 'webhook', url: { file: url }, token: { env: VARIABLE } };
  const settings = parse(readFileSync(settingsFile, 'utf8')) as object;
  writeFileSync(settingsFile, stringify({ ...settings, notifications: [receiver] }));
}

test(
  'a support bundle holds what the site is and does, no secret, and under pseudonyms no name',
  { timeout: 200_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'support',
      factor: 5,
      overrides: {},
      document: { mode: 'observe' },
    });
    const { settingsFile, journalDirectory } = stage.playground.documents;
    plant(stage);

    const alone = await make(stage, 'alone.gz');
    expect(alone.bundle).toMatchObject({
      status: { missing: expect.stringContaining('no daemon answers') as string },
      journal: { missing: expect.stringContaining('no journal') as string },
      doctor: { value: [{ pool: 'contoso-chat' }] },
    });
    expect(alone.stdout).toContain('without status: PCO_USAGE: no daemon answers');

    await stage.startDaemon();
    await stage.converged('home');
    const reason = ['--as', 'alice', '--reason', `the token is ${TOKEN}`];
    expect((await pchat('suspend', 'contoso-chat', ...reason, '--settings', settingsFile)).code).toBe(0);
    const secrets = {
      'SQL password': readFileSync(stage.estate.passwordFile, 'utf8').trim(),
      'control token': readFileSync(path.join(journalDirectory, 'control-token'), 'utf8').trim(),
      address: 'Planted-address-8Xw2',
      token: TOKEN,
    };

    const plain = await make(stage, 'plain.gz');
    const { status, journal, recording, settings, why, doctor, versions } = plain.bundle;
    for (const part of [status, journal, recording, settings, why, doctor])
      expect(part).toHaveProperty('value');
    expect(versions).toMatchObject({ node: process.versions.node });
    expect(recording).toMatchObject({
      value: [{ kind: 'recording' }, { kind: 'desired' }, { kind: 'round' }],
    });
    expect(plain.text).toContain('sql-par-1.contoso.com');
    expect(plain.text, 'the person wrote it').toContain('the token is [secret]');

    const hidden = await make(stage, 'hidden.gz', '--pseudonyms');
    expect(hidden.bundle).toMatchObject({
      pseudonyms: true,
      // A round may be looking in this very moment.
      status: { value: { pools: [{ state: expect.stringMatching(/^(converged|observing)$/) as string }] } },
    });
    expect(hidden.text).not.toMatch(/contoso|sql-par|sql-lyo|fs01|alice/i);

    for (const { text } of [alone, plain, hidden])
      expect(Object.entries(secrets).filter(([, secret]) => text.includes(secret))).toEqual([]);

    const again = await pchat(
      'support-bundle',
      '--settings',
      settingsFile,
      '--out',
      path.join(stage.playground.directory, 'plain.gz'),
    );
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('is there already') as string });
  },
);
