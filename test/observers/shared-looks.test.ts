import { expect, test } from 'vitest';
import { InstanceObserver } from '../../src/observers/observe-instances.ts';
import { SourceMemory } from '../../src/observers/source-memory.ts';
import { Turns } from '../../src/observers/turns.ts';
import type { ResultSet, SqlAnswer, SqlInstances } from '../../src/ports/sql-connection.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import type { Observed } from '../../src/topology/known.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import type { InstanceFacts } from '../../src/topology/pool-facts.ts';
import type { InstanceName, PoolTopology } from '../../src/topology/pool-topology.ts';
import { desiredPool, instanceName } from '../support/desired-pool.ts';
import { answerWith } from './answers.ts';

const INTERVAL_MS = 9_000;
const WITNESS = instanceName('sql-par-w');
const STORE = instanceName('sql-par-1');
const START_MS = Date.parse('2026-11-23T12:00:00Z');
const FRESH = 0;

/** The same of every chat database that the batch asks about. */
function forEach(text: string, { resultSets, ...rest }: SqlAnswer): SqlAnswer {
  const places = new Set([...text.matchAll(/part_backups_(\d+)/g)].map(([, place]) => place));
  const spread = ({ columns, rows }: ResultSet): ResultSet[] => {
    const [first = '', ...more] = columns;
    if (!first.endsWith('_0')) return [{ columns, rows }];
    return [...places].map((place) => ({
      columns: [first.replace('_0', `_${String(place)}`), ...more],
      rows,
    }));
  };
  return { ...rest, resultSets: resultSets.flatMap(spread) };
}

/** Instances behind one observer; the n-th look at an instance says so in its server name. */
class Bed {
  readonly clock = new SimulatedClock(START_MS);
  /** Text of every batch, in order. */
  readonly texts: string[] = [];
  tookMs = 40;
  fails: PoolError | undefined;
  readonly #memory = new SourceMemory(this.clock);
  readonly #observer: InstanceObserver;

  constructor() {
    this.#observer = new InstanceObserver(
      { clock: this.clock, sql: this.#sql() },
      this.#memory,
      new Turns(),
      3_000,
    );
  }

  #sql(): SqlInstances {
    return {
      observer: () => ({
        run: async ({ text }, { signal }) => {
          this.texts.push(text);
          const server_name = `look ${String(this.texts.length)}`;
          await this.clock.sleep(this.tookMs, signal);
          if (this.fails !== undefined) throw this.fails;
          const [instance] = answerWith().resultSets[0]?.rows ?? [];
          const beat = { serverAddress: 'chat1', serverLastPingTime: '2026-11-23T11:59:59.000Z' };
          const clocks = { utc_now: '2026-11-23T12:00:00.000Z', local_now: '2026-11-23T13:00:00.000Z' };
          const heartbeats = [{ ...beat, ...clocks }];
          return forEach(text, answerWith({ instance: [{ ...instance, server_name }], heartbeats }));
        },
      }),
      open: () => Promise.reject(new Error('nobody opens a second connection for a look')),
    };
  }

  async look(
    pool: PoolTopology,
    instance: InstanceName,
    maxAgeMs: number,
    signal = new AbortController().signal,
  ): Promise<Observed<InstanceFacts>> {
    return this.#memory.observed(await this.#observer.look(instance, { pool, maxAgeMs, signal }));
  }

  /** The look at its end, in simulated time. */
  async see(pool: PoolTopology, instance: InstanceName, maxAgeMs: number): Promise<Observed<InstanceFacts>> {
    let seen: Observed<InstanceFacts> | undefined;
    void this.look(pool, instance, maxAgeMs).then((look) => (seen = look));
    await this.clock.run(() => seen !== undefined, 60_000);
    if (seen === undefined) throw new Error('the look did not end');
    return seen;
  }

  async pass(ms: number): Promise<void> {
    let over = false;
    this.clock.after(ms, () => (over = true));
    await this.clock.run(() => over, ms + 1);
  }
}

const named = (name: string, databases: Partial<PoolTopology> = {}): PoolTopology => ({
  ...desiredPool({ name }).topology,
  ...databases,
});
const serverOf = (look: Observed<InstanceFacts>): string =>
  look.kind === 'value' ? look.value.serverName : look.reason;

test.each([3, 100])('%d pools out of step ask a shared witness once in each interval', async (count) => {
  const bed = new Bed();
  const intervals = 12;
  const loop = async (index: number): Promise<void> => {
    await bed.clock.sleep((index * INTERVAL_MS) / count, new AbortController().signal);
    for (;;) {
      await bed.look(named(`pool ${String(index)}`), WITNESS, INTERVAL_MS);
      await bed.clock.sleep(INTERVAL_MS, new AbortController().signal);
    }
  };
  for (let index = 0; index < count; index += 1) void loop(index);
  await bed.pass(intervals * INTERVAL_MS - 1);
  expect(bed.texts.length).toBeGreaterThanOrEqual(intervals - 1);
  expect(bed.texts.length).toBeLessThanOrEqual(intervals);
});

test('a pool alone sees the world anew in every round', async () => {
  const bed = new Bed();
  const servers: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    servers.push(serverOf(await bed.see(named('one'), STORE, INTERVAL_MS)));
    await bed.pass(INTERVAL_MS);
  }
  expect(servers).toEqual(['look 1', 'look 2', 'look 3']);
});

test('a look that must be fresh begins after its question, however young the answer of another pool is', async () => {
  const bed = new Bed();
  await bed.see(named('one'), STORE, FRESH);
  expect(serverOf(await bed.see(named('two'), STORE, FRESH))).toBe('look 2');
  const early = bed.look(named('one'), STORE, FRESH);
  await bed.pass(bed.tookMs / 2);
  const late = bed.look(named('two'), STORE, FRESH);
  const joined = bed.look(named('three'), STORE, INTERVAL_MS);
  await bed.pass(3 * bed.tookMs);
  expect((await Promise.all([early, late, joined])).map(serverOf)).toEqual(['look 3', 'look 4', 'look 3']);
});

test('what another pool saw is as old as its look, heartbeats included', async () => {
  const bed = new Bed();
  const own = await bed.see(named('one'), STORE, INTERVAL_MS);
  await bed.pass(4_000);
  const shared = await bed.see(named('two'), STORE, INTERVAL_MS);
  const beatOf = (look: Observed<InstanceFacts>): number | undefined => {
    const content = look.kind === 'value' ? look.value.databases['mgc']?.content : undefined;
    return content === undefined || content === 'unknown' ? undefined : content.heartbeats[0]?.ageMs;
  };
  expect([own, shared]).toMatchObject([{ ageMs: 0 }, { ageMs: 4_000, value: { serverName: 'look 1' } }]);
  expect([beatOf(own), beatOf(shared)]).toEqual([1_000, 5_000]);
});

test('a pool with a database of its own is not given an answer that does not speak of it', async () => {
  const bed = new Bed();
  const other = named('two', { chatDatabase: 'chat2', complianceDatabase: 'comp2' });
  await bed.see(named('one'), STORE, INTERVAL_MS);
  const seen = await bed.see(other, STORE, INTERVAL_MS);
  expect(serverOf(seen)).toBe('look 2');
  expect(seen.kind === 'value' && Object.keys(seen.value.databases)).toEqual(['chat2', 'comp2']);
  expect(serverOf(await bed.see(named('one'), STORE, INTERVAL_MS))).toBe('look 2');
  expect(bed.texts[1]).toContain("IN (N'chat2', N'comp2', N'mgc', N'mgccomp')");
});

test('a witness is asked nothing about databases, so pools of every database share its look', async () => {
  const bed = new Bed();
  await bed.see(named('one'), WITNESS, INTERVAL_MS);
  expect(bed.texts[0]).not.toContain('mgc');
  const other = named('two', { chatDatabase: 'chat2', complianceDatabase: 'comp2' });
  expect(await bed.see(other, WITNESS, FRESH)).toMatchObject({ value: { databases: {}, backups: [] } });
  expect(serverOf(await bed.see(named('one'), WITNESS, INTERVAL_MS))).toBe('look 2');
  expect(serverOf(await bed.see(other, WITNESS, INTERVAL_MS))).toBe('look 2');
});

test('the database of a pool that left is no longer asked about after a while', async () => {
  const bed = new Bed();
  await bed.see(named('gone', { chatDatabase: 'chat2', complianceDatabase: 'comp2' }), STORE, FRESH);
  await bed.pass(11 * 60_000);
  await bed.see(named('one'), STORE, FRESH);
  expect(bed.texts[1]).not.toContain('chat2');
});

test('a refused login is shared as long as an answer, and its sign of life gets no younger', async () => {
  const bed = new Bed();
  bed.fails = new PoolError('PCO_LOGIN_FAILED', '18456');
  await bed.see(named('one'), WITNESS, INTERVAL_MS);
  await bed.pass(4_000);
  const shared = await bed.see(named('two'), WITNESS, INTERVAL_MS);
  expect(shared).toMatchObject({ kind: 'unknown', code: 'PCO_LOGIN_FAILED', silentForMs: 4_000 });
  expect(bed.texts).toHaveLength(1);
});

test('who gives up waiting for a shared look does not end it for the others', async () => {
  const bed = new Bed();
  const cancel = new AbortController();
  const given = bed.look(named('one'), STORE, FRESH, cancel.signal);
  const kept = bed.look(named('two'), STORE, FRESH);
  await bed.pass(bed.tookMs / 2);
  cancel.abort();
  await bed.pass(bed.tookMs);
  expect(await given).toMatchObject({ kind: 'unknown', code: 'PCO_CANCELLED' });
  expect(serverOf(await kept)).toBe('look 1');
});
