import { expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { createPoolObserver, type PoolObserver } from '../../src/observers/observe-pool.ts';
import { SimulatedBackupFiles } from '../../src/simulation/simulated-backup-files.ts';
import { SimulatedShell } from '../../src/simulation/simulated-shell.ts';
import { SimulatedSql } from '../../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { poolFactsSchema, type PoolFacts } from '../../src/topology/pool-facts.ts';
import type { PoolTopology } from '../../src/topology/pool-topology.ts';

function watch(): { world: SimulatedWorld; observer: PoolObserver; pool: PoolTopology } {
  const world = new SimulatedWorld(freshWorld());
  const { clock, estate } = world;
  const parsed = parseDesiredState(world.document.text, 'desired-state.yaml');
  const [pool] = parsed.kind === 'ok' ? parsed.pools : [];
  if (pool === undefined) throw new Error('the estate has no pool');
  const latency = (): number => 1;
  const login = { login: 'sa', password: world.sqlPassword, connectDeadlineMs: 1000, latencyMs: latency };
  const observer = createPoolObserver({
    clock,
    sql: new SimulatedSql(estate, clock, login),
    shell: new SimulatedShell(estate, clock, latency),
    files: new SimulatedBackupFiles(world.folders, clock, (folder) => world.reach(folder), latency),
  });
  return { world, observer, pool: pool.topology };
}

async function look({ world, observer, pool }: ReturnType<typeof watch>): Promise<PoolFacts> {
  let facts: PoolFacts | undefined;
  let failure: unknown;
  observer.observe(pool, new AbortController().signal).then(
    (value) => (facts = value),
    (error: unknown) => (failure = error),
  );
  await world.clock.run(() => facts !== undefined || failure !== undefined, 60_000);
  if (facts === undefined) throw new Error('no facts', { cause: failure });
  return poolFactsSchema.parse(facts);
}

test('the statements are understood by the estate, and a converged pool is seen as it is', async () => {
  const watched = watch();
  await look(watched);
  await watched.world.clock.run(() => false, 20 * 60_000);
  const facts = await look(watched);
  const { chat } = watched.pool.sites.home;
  const primary = facts.instances[chat.primary];
  const mirror = facts.instances[chat.mirror ?? ''];
  expect(Object.values(facts.instances).filter(({ kind }) => kind === 'unknown')).toEqual([]);
  expect(primary).toMatchObject({
    value: {
      databases: { mgc: { state: 'ONLINE', mirroring: { role: 'PRINCIPAL', state: 'SYNCHRONIZED' } } },
    },
  });
  expect(mirror).toMatchObject({
    value: { databases: { mgc: { state: 'RESTORING', mirroring: { role: 'MIRROR' } } } },
  });
  const databases = primary?.kind === 'value' ? primary.value.databases['mgc'] : undefined;
  expect(databases?.sessions).toHaveLength(watched.pool.sites.home.servers.length);
  expect(databases?.content).not.toBe('unknown');
  const files = facts.share.kind === 'value' ? facts.share.value.files : [];
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(({ header }) => header === 'unknown')).toEqual([]);
  expect(facts.poolState).toMatchObject({ value: { poolState: 'Normal' } });
  expect(Object.values(facts.chatServers).filter(({ kind }) => kind === 'unknown')).toEqual([]);
});

test('a lost site is unknown, source by source, and the other site is still seen', async () => {
  const watched = watch();
  await look(watched);
  watched.world.estate.input({ kind: 'fault', command: 'down site home' });
  const facts = await look(watched);
  const { home, backup } = watched.pool.sites;
  expect(facts.instances[home.chat.primary]?.kind).toBe('unknown');
  expect(facts.instances[home.chat.mirror ?? '']?.kind).toBe('unknown');
  expect(facts.instances[backup.chat.primary]).toMatchObject({
    value: { databases: { mgc: { state: 'RESTORING' } } },
  });
  expect(facts.copyFolder.kind).toBe('value');
});

test('a chat server that the shell cannot reach has been silent for longer in every round', async () => {
  const watched = watch();
  const [server] = watched.pool.sites.home.servers;
  await look(watched);
  watched.world.estate.input({ kind: 'fault', command: 'down site home' });
  const silences: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    const start = watched.world.clock.monotonicMs();
    await watched.world.clock.run(() => watched.world.clock.monotonicMs() >= start + 10_000, 60_000);
    const seen = (await look(watched)).chatServers[server ?? ''];
    expect(seen).toMatchObject({ kind: 'unknown', code: 'PCO_COMPUTER_UNREACHABLE' });
    silences.push(seen?.kind === 'unknown' ? seen.silentForMs : 0);
  }
  expect(silences[0]).toBeGreaterThanOrEqual(10_000);
  expect(silences[1]).toBeGreaterThanOrEqual((silences[0] ?? 0) + 10_000);
});

test('a daemon that never saw home alive still reads the times of its backups in UTC', async () => {
  const watched = watch();
  await watched.world.clock.run(() => false, 75 * 60_000);
  watched.world.estate.input({ kind: 'fault', command: 'down site home' });
  const facts = await look(watched);
  const files = facts.share.kind === 'value' ? facts.share.value.files : [];
  expect(files.length).toBeGreaterThan(0);
  for (const { header, modifiedAt, name } of files) {
    const at = header === 'unknown' ? Number.NaN : Date.parse(header.finishedAt ?? '');
    expect(Math.abs(at - Date.parse(modifiedAt ?? '')), name).toBeLessThan(60_000);
  }
});
