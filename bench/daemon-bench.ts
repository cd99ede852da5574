/**
 * A real daemon that watches one pool for a thousand polls: what each costs on the wire and in CPU time, how often it logs in, and
 * whether its memory stays flat. Linux only: memory and CPU time are the kernel's figures for its process.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { atMost, quantile, type BenchFigure } from './bench-figure.ts';
import { Counters, type Wire } from './counted-estate.ts';
import { slope } from './heap.ts';
import { Program, startEstate, temporaryFolder } from './program.ts';

const POLLS = 1_000;
const LOOK_EVERY = 25;
const LOOK_MS = 200;
/** Connections, headers and compiled code are there by then. */
const WARM_POLLS = 100;
const POLL_PAUSE = '5ms';
const START_LIMIT_MS = 30_000;
const LIMIT_MS = 600_000;
const MEMORY_BAR_MB = 150;
/** MB per 100 polls in the second half: a leak of one listing for each poll would be more. */
const FLAT_BAR_MB = 1;
const KIB_PER_MB = 1_024;
/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const MS_PER_TICK = 10;

interface Look extends Wire {
  readonly polls: number;
  readonly memoryMb: number;
  readonly cpuMs: number;
}

function memoryMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(line?.[1]) / KIB_PER_MB;
}

/** User and system time; fields 14 and 15, counted after the name, which may hold spaces. */
function cpuMs(pid: number): number {
  const [, rest = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? [];
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

async function pollsOf(address: string): Promise<number> {
  const metrics = await (await fetch(`${address}/metrics`)).text();
  const count = /^pchat_observation_duration_seconds_count\{.*\} (\d+)$/m.exec(metrics)?.[1];
  // It is there from the moment the pool is added; before that there is no pool.
  if (count === undefined && metrics.includes('pchat_rounds_total{'))
    throw new Error('the daemon exports no count of its observations');
  return Number(count ?? 0);
}

/**
 * Run from its sources, the first start keeps a compiler for TypeScript in memory, which an installed daemon never loads; what the
 * first one compiled, the second finds in the cache.
 */
async function withDaemon<T>(
  settingsFile: string,
  work: (pid: number, address: string) => Promise<T>,
): Promise<T> {
  await using daemon = new Program(['run', '--settings', settingsFile, '--output', 'json']);
  const address = await daemon.saying((text) => /http:\/\/[\w.:[\]]+/.exec(text)?.[0], START_LIMIT_MS);
  return await work(daemon.pid, address);
}

/** Looks until the daemon has done all polls. */
async function watch(pid: number, address: string, counters: Counters): Promise<Look[]> {
  const looks: Look[] = [];
  const limit = AbortSignal.timeout(LIMIT_MS);
  for (let next = WARM_POLLS; next <= POLLS;) {
    if (limit.aborted) throw new Error('the daemon polls too slowly');
    const polls = await pollsOf(address);
    if (polls < next) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    else {
      looks.push({ polls, memoryMb: memoryMb(pid), cpuMs: cpuMs(pid), ...counters.soFar });
      next = polls + LOOK_EVERY;
    }
  }
  return looks;
}

function figures(looks: readonly Look[], instances: number): readonly BenchFigure[] {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) throw new Error('the daemon was not looked at');
  const perLook = (of: (look: Look) => number): number =>
    (of(last) - of(first)) / (last.polls - first.polls) / instances;
  const half = looks.filter(({ polls }) => polls >= POLLS / 2);
  const growth = 100 * slope(half.map((look) => [look.polls, look.memoryMb]));
  const memory = looks.map((look) => look.memoryMb);
  const of = `daemon, ${String(POLLS)} polls`;
  const figure = (name: string, value: number, unit: string, bar = -1): BenchFigure => ({
    name: `${of}: ${name}`,
    value,
    unit,
    bar: bar < 0 ? null : atMost(bar),
  });
  return [
    figure('logins per instance that only observers reach', last.mostHeld, 'logins', 1),
    figure('logins for reading headers of new backups', last.connections - instances, 'logins'),
    figure(
      'round trips per instance and poll, all reading',
      perLook((look) => look.turns),
      'round trips',
    ),
    figure(
      'bytes on the wire per instance and poll',
      perLook((look) => look.bytes),
      'bytes',
    ),
    figure(
      'CPU time per instance and poll',
      perLook((look) => look.cpuMs),
      'ms',
    ),
    figure('memory at the end', last.memoryMb, 'MB', MEMORY_BAR_MB),
    figure('memory at its most', quantile(memory, 1), 'MB', MEMORY_BAR_MB),
    figure('growth in 100 polls, second half', growth, 'MB', FLAT_BAR_MB),
  ];
}

export async function runDaemonBench(): Promise<readonly BenchFigure[]> {
  using folder = temporaryFolder();
  await using estate = await startEstate(folder.path);
  await using counters = new Counters();
  const plain = await counters.before(estate);
  const settingsFile = path.join(folder.path, 'counted-settings.yaml');
  writeFileSync(settingsFile, stringify({ ...plain, schedule: { pollInterval: POLL_PAUSE } }));
  await withDaemon(estate.settingsFile, () => Promise.resolve());
  const looks = await withDaemon(settingsFile, (pid, address) => watch(pid, address, counters));
  return figures(looks, counters.instances);
}
