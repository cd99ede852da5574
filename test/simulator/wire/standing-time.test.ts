import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DriverInstances } from '../../../src/connections/sql-connection.ts';
import { hostClock } from '../../../src/daemon/host/host-clock.ts';
import { startWireEstate, type WireEstate } from '../../../src/simulator/wire/wire-estate.ts';
import type { InstanceName } from '../../../src/topology/pool-topology.ts';

const HOST = 'sql-par-1.contoso.com';
const WAITED_MS = 3_600_000;
let directory = '';
let estate: WireEstate;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'pchat-standing-'));
  estate = await startWireEstate({ directory, factor: 0, seed: 'standing' });
});
afterAll(async () => {
  await estate.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('an estate whose time stands answers at once, and finishes what takes time only when it is told to go on', async () => {
  const begunAt = estate.now();
  const instances = new DriverInstances(
    () => ({
      host: '127.0.0.1',
      port: estate.instances[HOST]?.port ?? 0,
      serverName: HOST,
      user: 'operator',
      password: () => readFileSync(estate.passwordFile, 'utf8').trim(),
      caPem: readFileSync(estate.caFile, 'utf8'),
      encrypt: true,
      connectDeadlineMs: 10_000,
      queryDeadlineMs: 30_000,
    }),
    hostClock,
  );
  const { signal } = new AbortController();
  await using connection = await instances.open(HOST as InstanceName, signal);
  const statement = {
    name: 'hour',
    text: "WAITFOR DELAY '01:00:00'",
    parameters: {},
    mode: 'batch',
  } as const;
  const answer = connection.run(statement, { signal, deadlineMs: undefined });
  const waits = (): boolean => Object.keys(estate.state().instances[HOST]?.operations ?? {}).length > 0;
  await vi.waitFor(() => expect(waits()).toBe(true), { timeout: 4_000, interval: 1 });
  expect(estate.now()).toBe(begunAt);
  while (waits()) expect(estate.skip()).toBe(true);
  expect((await answer).errors).toEqual([]);
  expect(estate.now() - begunAt).toBe(WAITED_MS);
});
