import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TurnCounter } from '../../bench/turn-counter.ts';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { InstanceObserver } from '../../src/observers/observe-instances.ts';
import { SourceMemory } from '../../src/observers/source-memory.ts';
import { Turns } from '../../src/observers/turns.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { DAEMON_LOGIN } from '../../src/simulator/estate/fresh-instance.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { Observed } from '../../src/topology/known.ts';
import type { InstanceFacts } from '../../src/topology/pool-facts.ts';
import type { InstanceName, PoolTopology } from '../../src/topology/pool-topology.ts';
import { desiredPool, instanceName } from '../support/desired-pool.ts';

const WITNESS = instanceName('sql-par-w');
const STORE = instanceName('sql-par-1');
const INTERVAL_MS = 9_000;
const DEADLINE_MS = 10_000;

const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-shared-'));
let estate: WireEstate;
beforeAll(async () => {
  // Minutes before any job of a schedule runs, and nobody posts: two looks at it differ in ages only.
  const startAtMs = Date.UTC(2026, 10, 23, 8, 2);
  estate = await startWireEstate({ directory, factor: 1, seed: 'shared', options: { startAtMs } });
  await estate.fault('clients off');
});
afterAll(async () => {
  await estate.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Looks over real sockets, round trips counted on the wire; intervals pass at once. */
class Wire implements AsyncDisposable {
  readonly #closing = new AsyncDisposableStack();
  readonly counter: TurnCounter;
  readonly #memory: SourceMemory;
  readonly #observer: InstanceObserver;
  #aheadMs = 0;

  private constructor(counter: TurnCounter, ports: Readonly<Record<string, number>>) {
    this.counter = this.#closing.use(counter);
    const sql = this.#closing.use(new DriverInstances((name) => settingsOf(ports[name] ?? 0), hostClock));
    const clock: Clock = { ...hostClock, monotonicMs: () => hostClock.monotonicMs() + this.#aheadMs };
    this.#memory = new SourceMemory(clock);
    this.#observer = new InstanceObserver({ sql, clock }, this.#memory, new Turns(), DEADLINE_MS);
  }

  static async before(counted: InstanceName): Promise<Wire> {
    const ports = Object.fromEntries(
      Object.entries(estate.instances).map(([name, { port }]) => [name, port] as const),
    );
    const counter = new TurnCounter(ports[counted] ?? 0);
    return new Wire(counter, { ...ports, [counted]: await counter.listen() });
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  async look(pool: PoolTopology, instance: InstanceName, maxAgeMs: number): Promise<Observed<InstanceFacts>> {
    const { signal } = new AbortController();
    return this.#memory.observed(await this.#observer.look(instance, { pool, maxAgeMs, signal }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#observer.close();
    await this.#closing.disposeAsync();
  }
}

const settingsOf = (port: number) => ({
  host: '127.0.0.1',
  port,
  user: DAEMON_LOGIN,
  password: () => readFileSync(estate.passwordFile, 'utf8').split('\n')[0] ?? '',
  encrypt: true as const,
  connectDeadlineMs: DEADLINE_MS,
  queryDeadlineMs: DEADLINE_MS,
  serverName: 'localhost',
  caPem: readFileSync(estate.caFile, 'utf8'),
});

const pools = ['one', 'two', 'three'].map((name) => desiredPool({ name }).topology);
const withoutAges = (look: Observed<InstanceFacts>): string =>
  JSON.stringify(look, (key, value: unknown) => (/^(ageMs|clockOffsetMs)$/.test(key) ? 0 : value));

test('three pools that share a witness ask it once in each interval over one login, on the wire', async () => {
  await using wire = await Wire.before(WITNESS);
  await Promise.all(pools.map((pool) => wire.look(pool, WITNESS, INTERVAL_MS)));
  const before = wire.counter.turns;
  const ages: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    wire.pass(INTERVAL_MS / 3);
    for (const pool of pools) {
      const seen = await wire.look(pool, WITNESS, INTERVAL_MS);
      expect(seen).toMatchObject({ kind: 'value', value: { serverName: 'SQL-PAR-W' } });
      if (seen.kind === 'value') ages.push(seen.ageMs);
      wire.pass(INTERVAL_MS / 3);
    }
  }
  expect(wire.counter.turns - before).toBe(4);
  expect(wire.counter.connections).toBe(1);
  expect(Math.max(...ages)).toBeLessThanOrEqual(INTERVAL_MS);
  expect(Math.max(...ages)).toBeGreaterThanOrEqual((INTERVAL_MS * 2) / 3);
});

test('a pool with a database of its own reads its own part of the answer that a real batch gave to two pools', async () => {
  await using shared = await Wire.before(STORE);
  await using alone = await Wire.before(STORE);
  const [one] = pools;
  const other = {
    ...desiredPool({ name: 'four' }).topology,
    chatDatabase: 'chat2',
    complianceDatabase: 'comp2',
  };
  if (one === undefined) throw new Error('there is no pool');
  await shared.look(other, STORE, 0);
  const before = shared.counter.turns;
  const [own, others] = await Promise.all([shared.look(one, STORE, 0), shared.look(other, STORE, 0)]);
  expect(shared.counter.turns - before).toBe(1);
  expect(withoutAges(own)).toEqual(withoutAges(await alone.look(one, STORE, 0)));
  expect(own).toMatchObject({ value: { databases: { mgc: { state: 'ONLINE', recoveryModel: 'FULL' } } } });
  expect(others).toMatchObject({
    value: { databases: { chat2: { state: 'ABSENT' }, comp2: { state: 'ABSENT' } }, backups: [] },
  });
  expect(others.kind === 'value' && others.value.jobs.filter(({ role }) => role !== 'alert')).toEqual([]);
});
