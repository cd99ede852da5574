/**
 * What watching costs: polls of a pool as it should be, over TDS, TLS and the shell's child, with the decision after each. The
 * estate runs in another process; round trips are counted on the wire between.
 */
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { composeObserver, composePorts } from '../src/daemon/compose-ports.ts';
import { hostClock } from '../src/daemon/host/host-clock.ts';
import { createLogger } from '../src/daemon/logger.ts';
import { parseDesiredState } from '../src/desired-state/parse-desired-state.ts';
import { parseSettings, type Settings } from '../src/desired-state/parse-settings.ts';
import { decidePool } from '../src/reconciler/decide-pool.ts';
import type { SqlInstances } from '../src/ports/sql-connection.ts';
import type { DesiredPool } from '../src/topology/pool-topology.ts';
import { atMost, msSince, quantile, sum, type BenchFigure } from './bench-figure.ts';
import { heapBytes, slope } from './heap.ts';
import { Counters } from './counted-estate.ts';
import { startEstate, temporaryFolder } from './program.ts';

/** The first ones connect, log in and read every backup header. */
const WARM_POLLS = 60;
const POLLS_PER_LOOK = 100;
const LOOKS = 6;
const KIB = 1_024;

function poolOf(settings: Settings): DesiredPool {
  if (settings.desiredState.kind !== 'file') throw new Error('the estate has one desired-state file');
  const { file } = settings.desiredState;
  const parsed = parseDesiredState(readFileSync(file, 'utf8'), file);
  const pool = parsed.kind === 'ok' ? parsed.pools[0] : undefined;
  if (pool === undefined) throw new Error('the estate declares no pool');
  return pool;
}

interface Polls {
  /** One round trip of one instance. */
  readonly instanceMs: readonly number[];
  readonly pollMs: readonly number[];
  readonly decideMs: readonly number[];
  /** Round trips of all instances, by poll. */
  readonly turns: readonly number[];
  readonly bytes: readonly number[];
  /** Polls done, heap in KiB. */
  readonly heap: readonly (readonly [number, number])[];
}

/** The observers' requests, each with its time on the wire and in the driver. */
function timedSql(sql: SqlInstances, took: (ms: number) => void): SqlInstances {
  return {
    open: (instance, signal) => sql.open(instance, signal),
    observer: (instance) => ({
      run: async (statement, options) => {
        const from = process.hrtime.bigint();
        const answer = await sql.observer(instance).run(statement, options);
        took(msSince(from));
        return answer;
      },
    }),
  };
}

async function poll(settings: Settings, counters: Counters): Promise<Polls> {
  const host = composePorts(settings, createLogger('error'));
  try {
    const instanceMs: number[] = [];
    const sql = timedSql(host.ports.sql, (ms) => instanceMs.push(ms));
    const observer = composeObserver(settings, { ...host.ports, sql });
    const pool = poolOf(settings);
    const { signal } = new AbortController();
    const pollMs: number[] = [];
    const decideMs: number[] = [];
    const turns: number[] = [];
    const bytes: number[] = [];
    const once = async (): Promise<void> => {
      const before = counters.soFar;
      const from = process.hrtime.bigint();
      const facts = await observer.observe(pool.topology, signal);
      pollMs.push(msSince(from));
      turns.push(counters.soFar.turns - before.turns);
      bytes.push(counters.soFar.bytes - before.bytes);
      const observed = process.hrtime.bigint();
      const { plan } = decidePool(pool, facts, [], hostClock.now());
      decideMs.push(msSince(observed));
      if (plan.kind !== 'converged')
        throw new Error(`the pool at rest is not as it should be: ${JSON.stringify(plan)}`);
    };
    for (let poll = 0; poll < WARM_POLLS; poll += 1) await once();
    for (const figures of [pollMs, instanceMs, decideMs, turns, bytes]) figures.length = 0;
    const heap: (readonly [number, number])[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      for (let poll = 0; poll < POLLS_PER_LOOK; poll += 1) await once();
      heap.push([pollMs.length, heapBytes() / KIB]);
    }
    return { instanceMs, pollMs, decideMs, turns, bytes, heap };
  } finally {
    await host.close();
  }
}

export async function runPollBench(): Promise<readonly BenchFigure[]> {
  using folder = temporaryFolder();
  await using estate = await startEstate(folder.path);
  await using counters = new Counters();
  const settings = parseSettings(stringify(await counters.before(estate)), estate.settingsFile);
  const polls = await poll(settings, counters);
  const perThousand = 1_000 * slope(polls.heap);
  return [
    {
      name: 'round trips per instance and poll',
      value: quantile(polls.turns, 0.5) / counters.instances,
      unit: 'round trips',
      bar: atMost(1),
    },
    {
      name: 'the same on average, with the headers of new backups',
      value: sum(polls.turns) / polls.turns.length / counters.instances,
      unit: 'round trips',
      bar: null,
    },
    {
      name: 'bytes per instance and poll, both ways',
      value: quantile(polls.bytes, 0.5) / counters.instances,
      unit: 'bytes',
      bar: null,
    },
    {
      name: 'round trip of one instance, p50',
      value: quantile(polls.instanceMs, 0.5),
      unit: 'ms',
      bar: null,
    },
    {
      name: 'round trip of one instance, p99',
      value: quantile(polls.instanceMs, 0.99),
      unit: 'ms',
      bar: null,
    },
    { name: 'poll of a pool of 6 instances, p50', value: quantile(polls.pollMs, 0.5), unit: 'ms', bar: null },
    {
      name: 'poll of a pool of 6 instances, p99',
      value: quantile(polls.pollMs, 0.99),
      unit: 'ms',
      bar: null,
    },
    { name: 'decision after it, p99', value: quantile(polls.decideMs, 0.99), unit: 'ms', bar: null },
    { name: 'heap, growth over 1,000 polls', value: perThousand, unit: 'KiB', bar: null },
    { name: 'heap while polling', value: (polls.heap.at(-1)?.[1] ?? 0) / KIB, unit: 'MiB', bar: null },
  ];
}
