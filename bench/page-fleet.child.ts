/**
 * The HTTP interface and the page over a fleet that is told, not observed: a thousand copies of one real status, of which some change at
 * a rate. One argument: JSON of PageFleet. Prints what was sent as JSON, four times a second, until it is ended.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { hostClock } from '../src/daemon/host/host-clock.ts';
import { readPage } from '../src/daemon/host/read-page.ts';
import { buildServer } from '../src/http/build-server.ts';
import { EventStream } from '../src/http/event-stream.ts';
import type { PoolStatus } from '../src/reconciler/pool-status.ts';
import { PROBE, type PageFleet, type PageFleetCounts } from './page-fleet-options.ts';

const TOLD_MS = 250;
const DRIFT = [{ path: 'home.mirror', wanted: 'healthy', actual: 'suspended' }];

const fleet = JSON.parse(process.argv[2] ?? '') as PageFleet;
const template = JSON.parse(readFileSync(fleet.statusFile, 'utf8')) as PoolStatus;
const now = (): string => new Date(hostClock.now()).toISOString();
const nameOf = (index: number): string => `pool-${String(index).padStart(4, '0')}`;
const pools = new Map<string, PoolStatus>(
  Array.from({ length: fleet.pools }, (_, index) => {
    const pool = nameOf(index);
    return [pool, { ...template, pool, observedAt: now() }] as const;
  }),
);
const events = new EventStream({ epoch: 1, clock: hostClock, afterTurn: setImmediate });
let sent = 0;

function show(status: PoolStatus): void {
  pools.set(status.pool, status);
  events.poolChanged(status);
  sent += 1;
}

/** Converged and drifting in turn, so that rows move between the top and the bottom of the list. */
function change(turn: number): void {
  const name = nameOf(1 + ((turn * 7) % Math.max(1, fleet.pools - 1)));
  const before = pools.get(name) ?? { ...template, pool: name };
  const drift = before.drift.length === 0 ? DRIFT : [];
  show({ ...before, drift, round: `e1-r${String(turn)}`, observedAt: now() });
}

/** The worst of the list, so that it stands on top. */
function probe(): void {
  const before = pools.get(nameOf(0)) ?? template;
  const message = `${PROBE}${String(hostClock.now())}.`;
  const stalled = {
    type: 'Stalled',
    status: 'True',
    reason: 'StepKeepsFailing',
    message,
    since: now(),
  } as const;
  show({ ...before, pool: nameOf(0), conditions: [stalled], observedAt: now() });
}

const head = {
  version: 'bench',
  pid: process.pid,
  epoch: 1,
  startedAt: now(),
  desiredStateProblems: [],
  desiredStateReachable: true,
};
const refused = (): never => {
  throw new Error('nothing is decided here');
};
const server = buildServer({
  token: 'bench',
  tokens: [],
  clients: [],
  names: [],
  audit: () => undefined,
  clock: hostClock,
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  metrics: new Registry(),
  events,
  suppose: () => undefined,
  page: readPage(),
  status: {
    status: () => ({ ...head, pools: [...pools.values()] }),
    pool: (name) => pools.get(name),
    why: () => undefined,
    ready: () => true,
    history: () => [],
  },
  decisions: { decide: refused, breakGlass: refused, resync: refused },
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });

/** Timers of a busy machine come late: what is due by then is made up for. */
function atRate(perSecond: number, work: (turn: number) => void): void {
  if (perSecond === 0) return;
  const fromMs = hostClock.monotonicMs();
  let done = 0;
  setInterval(
    () => {
      for (; done < ((hostClock.monotonicMs() - fromMs) * perSecond) / 1_000; done += 1) work(done);
    },
    Math.max(1, 1_000 / perSecond),
  );
}
atRate(fleet.perSecond, change);
atRate(fleet.probesPerSecond, probe);
setInterval(() => {
  const counts: PageFleetCounts = { address, events: sent };
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}, TOLD_MS);
process.once('SIGTERM', () => process.exit());
