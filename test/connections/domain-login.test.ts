/** The product's driver logs in with a Windows account: the estate verifies the proof, never the password. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstanceConnectionSettings } from '../../src/connections/driver-settings.ts';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import { batch, failure, never, SQL1 } from './driver-world.ts';

const PASSWORD = 'Kölner-Dom §7 "quoted"';
const HOST = 'sql-lyo-1.contoso.com';
let directory: string;
let estate: WireEstate;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-domain-'));
  const accounts = { 'svc-pchat': PASSWORD, guest: PASSWORD };
  estate = await startWireEstate({
    directory,
    factor: 1,
    seed: 'domain',
    options: {
      domain: { name: 'CONTOSO', dnsName: 'contoso.com', accounts },
      logins: [
        { name: 'CONTOSO\\svc-pchat', roles: ['sysadmin'] },
        { name: 'CONTOSO\\nobody' },
        { name: 'late', password: 'right', passwordState: 'expired' },
        { name: 'new', password: 'right', passwordState: 'must-change' },
        { name: 'shut', password: 'right', passwordState: 'locked' },
        { name: 'gone', password: 'right', disabled: true },
      ],
    },
  });
});
afterAll(async () => {
  await estate.stop();
  rmSync(directory, { recursive: true, force: true });
});

function settings(other: Partial<InstanceConnectionSettings>): InstanceConnectionSettings {
  return {
    host: '127.0.0.1',
    port: estate.instances[HOST]?.port ?? 0,
    serverName: HOST,
    user: 'svc-pchat',
    password: () => PASSWORD,
    caPem: readFileSync(estate.caFile, 'utf8'),
    encrypt: true,
    connectDeadlineMs: 5_000,
    queryDeadlineMs: 5_000,
    ...other,
  };
}

async function whoAmI(other: Partial<InstanceConnectionSettings>): Promise<unknown> {
  await using instances = new DriverInstances(() => settings(other), hostClock);
  await using connection = await instances.open(SQL1, never);
  const { resultSets } = await connection.run(batch('SELECT SUSER_SNAME() AS who'), {
    signal: never,
    deadlineMs: undefined,
  });
  return resultSets[0]?.rows[0]?.['who'];
}

test.each(['CONTOSO', 'contoso', 'contoso.com'])('logs in as the account of domain %s', async (domain) => {
  expect(await whoAmI({ domain })).toBe('CONTOSO\\svc-pchat');
});

const REFUSED: readonly (readonly [string, Partial<InstanceConnectionSettings>, number])[] = [
  ['a wrong password', { domain: 'CONTOSO', password: () => 'wrong' }, 18452],
  ['another domain', { domain: 'FABRIKAM' }, 18452],
  ['an account that the domain does not know', { domain: 'CONTOSO', user: 'nobody' }, 18452],
  ['an account that has no login here', { domain: 'CONTOSO', user: 'guest' }, 18456],
  ['the Windows login with a SQL password', { user: 'CONTOSO\\svc-pchat' }, 18456],
  [
    "a service's Windows login without a password",
    { user: 'CONTOSO\\svc-persistentchat', password: () => '' },
    18456,
  ],
  ['a wrong SQL password', { user: 'late', password: () => 'wrong' }, 18456],
  ['an expired password', { user: 'late', password: () => 'right' }, 18487],
  ['a password that must be changed', { user: 'new', password: () => 'right' }, 18488],
  ['a locked account', { user: 'shut', password: () => 'right' }, 18486],
  ['a disabled account', { user: 'gone', password: () => 'right' }, 18470],
];

test.each(REFUSED)('%s is PCO_LOGIN_FAILED with the number of SQL Server', async (_, other, number) => {
  const error = await failure(whoAmI(other));
  expect([error.code, error.sqlErrors.map((said) => said.number)]).toEqual(['PCO_LOGIN_FAILED', [number]]);
  expect(error.message).not.toContain(PASSWORD);
});
