/**
 * The main job as a person runs it: the demo as a program, home lost and come back. Beside it a planned switchover and the way back.
 * The figures come from the daemon's journal: wall time less what the simulated servers spent.
 */
import type { StoryReport } from '../src/cli/estate-story/transition-report.ts';
import { atMost, msSince, type BenchFigure } from './bench-figure.ts';
import { Program } from './program.ts';
import { playSwitchover } from './switchover.ts';

const LIMIT_MS = 180_000;
const OVERHEAD_BAR_MS = 1_000;

export async function runTransitionBench(): Promise<readonly BenchFigure[]> {
  const from = process.hrtime.bigint();
  await using demo = new Program(['demo', '--output', 'json']);
  const lines = (await demo.output(LIMIT_MS)).trimEnd().split('\n');
  const seconds = msSince(from) / 1_000;
  const { overheadMs, writableAtTwoSitesMs, ledger } = JSON.parse(lines.at(-1) ?? '') as StoryReport;
  const overhead = (name: string, value: number): BenchFigure => ({
    name,
    value,
    unit: 'ms',
    bar: atMost(OVERHEAD_BAR_MS),
  });
  const planned = await playSwitchover();
  const { unnamedLost, namedLost } = planned.ledger;
  const lost = unnamedLost + namedLost;
  return [
    overhead('own overhead of a planned switchover', planned.overheadMs.failover),
    overhead('own overhead of the way back', planned.overheadMs.failback),
    { name: 'messages lost in both', value: lost, unit: 'messages', bar: atMost(0) },
    overhead('own overhead of a failover', overheadMs.failover),
    overhead('own overhead of a failback', overheadMs.failback),
    { name: 'writable at two sites', value: writableAtTwoSitesMs, unit: 'ms', bar: atMost(0) },
    { name: 'messages lost unnamed', value: ledger.unnamedLost, unit: 'messages', bar: atMost(0) },
    { name: 'demo from start to end', value: seconds, unit: 's', bar: atMost(LIMIT_MS / 1_000) },
  ];
}
