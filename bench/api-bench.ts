/**
 * What clients of the API cost a transition: the same planned switchover and back with and without them, in turn. On a machine that does
 * other work single plays differ by more than the bar, so the best of each kind are compared.
 */
import { fileURLToPath } from 'node:url';
import type { ApiLoad, ApiLoadCounts } from './api-load.child.ts';
import { atLeast, atMost, type BenchFigure } from './bench-figure.ts';
import { Program } from './program.ts';
import { playSwitchover } from './switchover.ts';

const CHILD_FILE = fileURLToPath(new URL('api-load.child.ts', import.meta.url));
const STREAMS = 200;
const PER_SECOND = 50;
const PLAYS = 5;
const GROWTH_BAR = 1.1;
/** Below this the clients did not really ask: half of what is meant, for a transition of some ten seconds. */
const LEAST_ANSWERS = 250;
const LIMIT_MS = 30_000;

const newest = (stdout: string): ApiLoadCounts | undefined => {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? undefined : (JSON.parse(line) as ApiLoadCounts);
};

/** Own overhead of both ways, ms. */
async function overheadOf(loaded: (counts: ApiLoadCounts) => void, withClients: boolean): Promise<number> {
  let clients: Program | undefined;
  const { overheadMs } = await playSwitchover({
    whileMoving: async (journalDirectory) => {
      if (!withClients) return;
      const load: ApiLoad = { journalDirectory, streams: STREAMS, perSecond: PER_SECOND };
      clients = new Program([JSON.stringify(load)], CHILD_FILE);
      await clients.saying((text) => (newest(text)?.listening === STREAMS ? true : undefined), LIMIT_MS);
    },
    moved: async () => {
      if (clients === undefined) return;
      loaded(await clients.saying(newest, LIMIT_MS));
      await clients[Symbol.asyncDispose]();
    },
  });
  return overheadMs.failover + overheadMs.failback;
}

export async function runApiBench(): Promise<readonly BenchFigure[]> {
  const alone: number[] = [];
  const beside: number[] = [];
  const counts: ApiLoadCounts[] = [];
  for (let play = 0; play < PLAYS; play += 1) {
    alone.push(await overheadOf(() => undefined, false));
    beside.push(await overheadOf((one) => counts.push(one), true));
  }
  const [least, leastBeside] = [Math.min(...alone), Math.min(...beside)];
  const answers = Math.min(...counts.map((one) => one.answers));
  const failures = counts.reduce((all, one) => all + one.failures, 0);
  return [
    { name: 'own overhead of both ways, nobody asks', value: least, unit: 'ms', bar: null },
    { name: 'the same beside 200 streams and 50 requests/s', value: leastBeside, unit: 'ms', bar: null },
    {
      name: 'growth of overhead by clients',
      value: leastBeside / least,
      unit: 'times',
      bar: atMost(GROWTH_BAR),
    },
    {
      name: 'answers in the play with the fewest',
      value: answers,
      unit: 'answers',
      bar: atLeast(LEAST_ANSWERS),
    },
    { name: 'requests and streams that failed', value: failures, unit: 'requests', bar: atMost(0) },
  ];
}
