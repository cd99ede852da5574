/**
 * npm run bench: every bar of the product, measured. `-- --output json` prints one JSON array; `-- plan poll` measures only these.
 * Ends with 1 when a bar is missed.
 */
import { parseArgs } from 'node:util';
import { holds, table, type BenchFigure } from './bench-figure.ts';

/** Loaded one by one: what one of them loads or leaves behind must not weigh on the others. */
const BENCHES: Readonly<Record<string, () => Promise<readonly BenchFigure[]>>> = {
  plan: async () => (await import('./plan-bench.ts')).runPlanBench(),
  poll: async () => (await import('./poll-bench.ts')).runPollBench(),
  fleet: async () => (await import('./fleet-bench.ts')).runFleetBench(),
  daemon: async () => (await import('./daemon-bench.ts')).runDaemonBench(),
  start: async () => (await import('./start-bench.ts')).runStartBench(),
  transition: async () => (await import('./transition-bench.ts')).runTransitionBench(),
  api: async () => (await import('./api-bench.ts')).runApiBench(),
  page: async () => (await import('./page-bench.ts')).runPageBench(),
  backlog: async () => (await import('./backlog-bench.ts')).runBacklogBench(),
  simulation: async () => (await import('./simulation-bench.ts')).runSimulationBench(),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { output: { type: 'string', default: 'text' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => BENCHES[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`there is no bench ${unknown.join(', ')}; known are ${Object.keys(BENCHES).join(', ')}`);
  const chosen = Object.entries(BENCHES).filter(
    ([name]) => positionals.length === 0 || positionals.includes(name),
  );
  const figures: BenchFigure[] = [];
  for (const [name, bench] of chosen) {
    process.stderr.write(`measuring: ${name}\n`);
    figures.push(...(await bench()));
  }
  const judged = figures.map((figure) => ({ ...figure, ok: holds(figure) }));
  process.stdout.write(`${values.output === 'json' ? JSON.stringify(judged) : table(figures)}\n`);
  if (judged.some(({ ok }) => !ok)) process.exitCode = 1;
}

await main();
