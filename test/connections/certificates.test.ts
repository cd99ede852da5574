/** What the product's driver takes for the instance: a certificate of the named authority, in date, for the name that it asked. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstanceConnectionSettings } from '../../src/connections/driver-settings.ts';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { DEFAULT_ESTATE, type EstateInstanceOptions } from '../../src/simulator/estate/estate-options.ts';
import {
  startWireEstate,
  type WireEstate,
  type WireEstateOptions,
} from '../../src/simulator/wire/wire-estate.ts';
import { batch, failure, never, SQL1 } from './driver-world.ts';

const HOST = 'sql-par-1.contoso.com';
const DAY_MS = 86_400_000;
let root: string;
const estates: Record<string, WireEstate> = {};

/** SQL Server 2022, the first that serves TDS 8. */
const modern = (instance: EstateInstanceOptions): EstateInstanceOptions => ({
  ...instance,
  productVersion: '16.0.4135.4',
});
const { home, backup } = DEFAULT_ESTATE.sites;
const sites = {
  home: {
    ...home,
    primary: modern(home.primary),
    mirror: home.mirror && modern(home.mirror),
    witness: undefined,
  },
  backup: { ...backup, primary: modern(backup.primary), mirror: undefined, witness: undefined },
};

async function start(name: string, options: Partial<WireEstateOptions> = {}): Promise<void> {
  const directory = path.join(root, name);
  estates[name] = await startWireEstate({ directory, factor: 1, seed: name, options: { sites }, ...options });
}

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pchat-certificates-'));
  const now = hostClock.now();
  const validity = { from: new Date(now - 3 * DAY_MS), to: new Date(now - DAY_MS) };
  await Promise.all([
    start('good'),
    start('expired', { certificate: { validity } }),
    start('plain', { encryption: 'not-supported' }),
  ]);
});
afterAll(async () => {
  await Promise.all(Object.values(estates).map((estate) => estate.stop()));
  rmSync(root, { recursive: true, force: true });
});

const estate = (name: string): WireEstate => {
  const found = estates[name];
  if (found === undefined) throw new Error(`no estate ${name}`);
  return found;
};

async function login(name: string, other: Partial<InstanceConnectionSettings> = {}): Promise<unknown> {
  const { instances: addresses, caFile, passwordFile } = estate(name);
  const settings: InstanceConnectionSettings = {
    host: '127.0.0.1',
    port: addresses[HOST]?.port ?? 0,
    serverName: HOST,
    user: 'pchat-operator',
    password: () => readFileSync(passwordFile, 'utf8').trim(),
    caPem: readFileSync(caFile, 'utf8'),
    encrypt: true,
    connectDeadlineMs: 5_000,
    queryDeadlineMs: 5_000,
    ...other,
  };
  await using instances = new DriverInstances(() => settings, hostClock);
  await using connection = await instances.open(SQL1, never);
  const { resultSets } = await connection.run(batch("SELECT SERVERPROPERTY('ServerName') AS name"), {
    signal: never,
    deadlineMs: undefined,
  });
  return resultSets[0]?.rows[0]?.['name'];
}

const isLoggedIn = (name: string): boolean =>
  Object.values(estate(name).state().instances[HOST]?.sessions ?? {}).some(
    ({ program }) => program === 'pchat-operator',
  );

test.each([true, 'strict'] as const)(
  'a certificate of the private authority is taken (encrypt: %s)',
  async (encrypt) => {
    expect(await login('good', { encrypt })).toBe('SQL-PAR-1');
  },
);

const otherAuthority = () => readFileSync(estate('expired').caFile, 'utf8');
const REFUSED: readonly (readonly [string, string, () => Partial<InstanceConnectionSettings>, RegExp])[] = [
  ['of another authority', 'good', () => ({ caPem: otherAuthority() }), /not trusted/],
  ['of an authority that nobody named', 'good', () => ({ caPem: '' }), /not trusted/],
  ['that has expired', 'expired', () => ({}), /expired/],
  ['for another name', 'good', () => ({ serverName: 'sql-par-9.contoso.com' }), /sql-par-9/],
];

test.each(REFUSED.flatMap((row) => ([true, 'strict'] as const).map((encrypt) => [...row, encrypt] as const)))(
  'a certificate %s is PCO_CERTIFICATE_REFUSED, and no login is sent (%s)',
  async (_what, name, other, why, encrypt) => {
    const error = await failure(login(name, { encrypt, ...other() }));
    expect([error.code, error.message]).toEqual(['PCO_CERTIFICATE_REFUSED', expect.stringMatching(why)]);
    expect(isLoggedIn(name)).toBe(false);
  },
);

test('a server that answers without TLS gets no password', async () => {
  const error = await failure(login('plain'));
  expect([error.code, isLoggedIn('plain')]).toEqual(['PCO_CERTIFICATE_REFUSED', false]);
  const strict = await failure(login('plain', { encrypt: 'strict' }));
  expect(['PCO_INSTANCE_UNREACHABLE', 'PCO_CERTIFICATE_REFUSED']).toContain(strict.code);
});
