/**
 * Pools that share their witnesses: how many round trips one poll interval costs. Each pool has four instances of its own, the two
 * witnesses are everybody's, and no two pools poll at the same instant. Every look is answered by the simulated estate in memory,
 * under a simulated clock: what is counted does not depend on the machine.
 */
import { parseDesiredState } from '../src/desired-state/parse-desired-state.ts';
import { InstanceObserver } from '../src/observers/observe-instances.ts';
import { SourceMemory } from '../src/observers/source-memory.ts';
import { Turns } from '../src/observers/turns.ts';
import type { SqlInstances } from '../src/ports/sql-connection.ts';
import { SimulatedSql } from '../src/simulation/simulated-sql.ts';
import { freshWorld, SimulatedWorld } from '../src/simulation/simulated-world.ts';
import { DAEMON_LOGIN } from '../src/simulator/estate/fresh-instance.ts';
import { instancesOf, type InstanceName, type PoolTopology } from '../src/topology/pool-topology.ts';
import { atMost, type BenchFigure } from './bench-figure.ts';

const FLEETS = [1, 10, 100] as const;
const INTERVAL_MS = 10_000;
const INTERVALS = 4;
const LATENCY_MS = 1;
const DEADLINE_MS = 3_000;
const SEPARATOR = '#';

function poolOf(world: SimulatedWorld): PoolTopology {
  const parsed = parseDesiredState(world.document.text, 'desired-state.yaml');
  const pool = parsed.kind === 'ok' ? parsed.pools[0] : undefined;
  if (pool === undefined) throw new Error('the estate declares no pool');
  return pool.topology;
}

/** The estate's pool again, with stores of its own by name; the witnesses keep theirs. */
function another(pool: PoolTopology, number: number): PoolTopology {
  const own = (name: InstanceName): InstanceName => `${name}${SEPARATOR}${String(number)}` as InstanceName;
  const site = (from: PoolTopology['sites']['home']): PoolTopology['sites']['home'] => {
    const { primary, mirror } = from.chat;
    const chat = { ...from.chat, primary: own(primary), mirror: mirror === undefined ? mirror : own(mirror) };
    return { ...from, chat };
  };
  const { home, backup } = pool.sites;
  return {
    ...pool,
    name: `${pool.name} ${String(number)}`,
    sites: { home: site(home), backup: site(backup) },
  };
}

/** Every name is answered by the estate's instance of that name; `asked` is called for each round trip. */
function counted(sql: SqlInstances, asked: () => void): SqlInstances {
  const real = (name: InstanceName): InstanceName => name.split(SEPARATOR)[0] as InstanceName;
  return {
    open: (name, signal) => sql.open(real(name), signal),
    observer: (name) => ({
      run: (statement, options) => {
        asked();
        return sql.observer(real(name)).run(statement, options);
      },
    }),
  };
}

interface Measured {
  readonly instances: number;
  readonly perInterval: number;
}

async function measure(count: number): Promise<Measured> {
  const world = new SimulatedWorld(freshWorld());
  const { clock, estate, sqlPassword } = world;
  const latencyMs = (): number => LATENCY_MS;
  const login = { login: DAEMON_LOGIN, password: sqlPassword, connectDeadlineMs: DEADLINE_MS, latencyMs };
  let trips = 0;
  const sql = counted(new SimulatedSql(estate, clock, login), () => (trips += 1));
  const observer = new InstanceObserver({ sql, clock }, new SourceMemory(clock), new Turns(), DEADLINE_MS);
  const pools = Array.from({ length: count }, (_, number) => another(poolOf(world), number));
  const stop = new AbortController();
  const { signal } = stop;
  const poll = async (pool: PoolTopology, index: number): Promise<void> => {
    await clock.sleep((index * INTERVAL_MS) / count, signal);
    for (;;) {
      const looks = instancesOf(pool).map(({ instance }) =>
        observer.look(instance, { pool, maxAgeMs: INTERVAL_MS, signal }),
      );
      for (const look of await Promise.all(looks))
        if (look.kind === 'unknown' && !signal.aborted) throw look.error;
      await clock.sleep(INTERVAL_MS, signal);
    }
  };
  const ended = Promise.allSettled(pools.map(poll));
  // The first interval logs in; a look that began in it is no longer young at the end of the last.
  await clock.run(() => clock.monotonicMs() >= INTERVAL_MS, INTERVAL_MS);
  const before = trips;
  const endMs = clock.monotonicMs() + INTERVALS * INTERVAL_MS;
  await clock.run(() => clock.monotonicMs() >= endMs, INTERVALS * INTERVAL_MS);
  const perInterval = (trips - before) / INTERVALS;
  stop.abort(new Error('measured'));
  const failed = (await ended).find((end) => end.status === 'rejected' && end.reason !== signal.reason);
  if (failed?.status === 'rejected') throw failed.reason;
  observer.close();
  return {
    instances: new Set(pools.flatMap((pool) => instancesOf(pool).map((one) => one.instance))).size,
    perInterval,
  };
}

export async function runFleetBench(): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const count of FLEETS) {
    const { instances, perInterval } = await measure(count);
    const of = `${String(count)} pools, ${String(instances)} instances`;
    figures.push(
      { name: `${of}: round trips per poll interval`, value: perInterval, unit: 'round trips', bar: null },
      { name: `${of}: per instance`, value: perInterval / instances, unit: 'round trips', bar: atMost(1) },
    );
  }
  return figures;
}
