/**
 * npm run chaos: scenarios by chance against the real TDS servers, files and processes, several at once. Each run takes the next
 * seed; safety and liveness take turns. Ends with 1 when an invariant was broken; what the daemon wrote then lies in `--out`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { Interruption } from '../../src/cli/estate-story/interruption.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { chanceScenario } from '../../src/simulation/chance-scenario.ts';
import { formatScenario, SCENARIO_MODES, type Scenario } from '../../src/simulation/scenario.ts';
import { playOnWire, type PlayedOnWire } from './play-on-wire.ts';

const values = new Command('npm run chaos --')
  .description(
    'schedules of faults by chance against real sockets, files and processes; ends with 1 when an invariant was broken',
  )
  .option('--runs <number>', 'how many schedules; each takes the next seed', '4')
  .option('--seed <number>', 'seed of the first', '1')
  .option('--minutes <number>', 'estate minutes with faults, of each', '10')
  .option('--parallel <number>', 'at once', '3')
  .option('--out <folder>', 'where a schedule that broke something is kept', '.chaos')
  .option('--output <form>', 'text or json', 'text')
  .parse()
  .opts<Record<'runs' | 'seed' | 'minutes' | 'parallel' | 'out' | 'output', string>>();

const whole = (name: keyof typeof values): number => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number of 1 or more`);
  return value;
};

interface Run {
  readonly scenario: Scenario;
  readonly played: PlayedOnWire;
}

const SECOND_MS = 1_000;
const beganAtMs = hostClock.monotonicMs();
const seconds = (ms: number): string => (ms / SECOND_MS).toFixed(0);

function report({ scenario, played }: Run): void {
  const { violations, exceptions, journal, ...figures } = played;
  if (values.output === 'json') {
    const { name, mode, seed } = scenario;
    process.stdout.write(`${JSON.stringify({ name, mode, seed, ...figures, violations, exceptions })}\n`);
  } else {
    const { realMs, faults, kills, steps, messages, ending } = figures;
    process.stdout.write(
      `${scenario.name}: ${seconds(realMs)} s, ${String(faults)} faults, ${String(kills)} kills, ${String(steps)} steps, ` +
        `${String(messages.acknowledged)} messages, ${ending}\n`,
    );
    for (const { at, invariant, what } of violations)
      process.stdout.write(`  VIOLATION ${invariant} after ${String(at)} s: ${what}\n`);
    for (const { at, what } of exceptions)
      process.stdout.write(`  allowed by evidence silent after ${String(at)} s: ${what}\n`);
  }
  if (violations.length > 0) keep(scenario, journal);
}

function keep(scenario: Scenario, journal: readonly string[]): void {
  mkdirSync(values.out, { recursive: true });
  const file = path.join(values.out, scenario.name.replaceAll(' ', '-'));
  writeFileSync(`${file}.json`, formatScenario(scenario));
  writeFileSync(`${file}.journal.ndjson`, `${journal.join('\n')}\n`);
}

function total(runs: readonly Run[]): boolean {
  const sum = (of: (played: PlayedOnWire) => number): number =>
    runs.reduce((all, { played }) => all + of(played), 0);
  const endings = new Map<string, number>();
  for (const { scenario, played } of runs)
    if (scenario.mode === 'liveness') endings.set(played.ending, (endings.get(played.ending) ?? 0) + 1);
  const violations = sum((played) => played.violations.length);
  const summary = {
    runs: runs.length,
    realSeconds: Math.round((hostClock.monotonicMs() - beganAtMs) / SECOND_MS),
    faults: sum(({ faults }) => faults),
    kills: sum(({ kills }) => kills),
    steps: sum(({ steps }) => steps),
    acknowledged: sum(({ messages }) => messages.acknowledged),
    exceptions: sum((played) => played.exceptions.length),
    violations,
    endings: Object.fromEntries(endings),
  };
  process.stdout.write(
    values.output === 'json'
      ? `${JSON.stringify(summary)}\n`
      : `${String(summary.runs)} runs on the wire in ${String(summary.realSeconds)} s: ${String(summary.faults)} faults, ${String(summary.kills)} kills, ` +
          `${String(summary.steps)} steps, ${String(summary.acknowledged)} messages acknowledged, ${String(summary.exceptions)} allowed by evidence silent, ` +
          `${String(violations)} violations\n${[...endings].map(([ending, times]) => `  ${String(times)} times: ${ending}\n`).join('')}`,
  );
  return violations === 0;
}

async function main(): Promise<void> {
  using interruption = new Interruption();
  const { signal } = interruption;
  const runs = whole('runs');
  const first = whole('seed');
  const done: Run[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < runs && !signal.aborted) {
      const at = next;
      next += 1;
      const mode = SCENARIO_MODES[at % SCENARIO_MODES.length] ?? 'safety';
      const seed = first + Math.floor(at / SCENARIO_MODES.length);
      const scenario = chanceScenario({ seed, mode, minutes: whole('minutes') });
      const run = { scenario, played: await playOnWire(scenario, signal) };
      done.push(run);
      report(run);
    }
  };
  const compiled = mkdtempSync(path.join(os.tmpdir(), 'pchat-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = compiled;
  try {
    // Everybody ends what they have started, also when one of them cannot go on.
    const ends = await Promise.allSettled(Array.from({ length: whole('parallel') }, worker));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined && !signal.aborted) throw failed.reason;
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
  // Who was interrupted has not shown what was asked for.
  if (!total(done) || signal.aborted) process.exitCode = 1;
}

await main();
