/** Plays scenarios one after another, reports each, and makes those that fail small. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostClock } from '../daemon/host/host-clock.ts';
import { playScenario, type Played } from '../simulation/play-scenario.ts';
import { formatScenario, type Scenario } from '../simulation/scenario.ts';
import { shrinkScenario } from '../simulation/shrink-scenario.ts';
import type { OutputOptions } from './command-options.ts';

interface ScenariosOptions extends OutputOptions {
  readonly keep: string | undefined;
}

interface Totals {
  runs: number;
  rounds: number;
  steps: number;
  faults: number;
  simulatedMs: number;
  realMs: number;
  /** Of this process: on a busy machine less than the real time. */
  cpuMs: number;
  acknowledged: number;
  exceptions: number;
  violations: number;
  readonly endings: Record<string, number>;
}

const MS = 1_000;
const MINUTE_MS = 60_000;
const DIGITS = 10;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / MS;
};
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;

/** @returns false: an invariant was broken */
export async function simulateScenarios(
  scenarios: Iterable<Scenario>,
  { output, keep }: ScenariosOptions,
): Promise<boolean> {
  const totals: Totals = {
    runs: 0,
    rounds: 0,
    steps: 0,
    faults: 0,
    simulatedMs: 0,
    realMs: 0,
    cpuMs: 0,
    acknowledged: 0,
    exceptions: 0,
    violations: 0,
    endings: {},
  };
  for (const scenario of scenarios) {
    const startedMs = hostClock.monotonicMs();
    const startedCpuMs = cpuMs();
    const played = await playScenario(scenario);
    const realMs = hostClock.monotonicMs() - startedMs;
    add(totals, scenario, played, realMs);
    totals.cpuMs += cpuMs() - startedCpuMs;
    process.stdout.write(
      output === 'json' ? `${asJson(scenario, played, realMs)}\n` : describe(scenario, played, realMs),
    );
    if (played.violations.length > 0 && keep !== undefined) await keepSmall(scenario, keep);
  }
  const report = summary(totals);
  process.stdout.write(output === 'json' ? `${JSON.stringify(report)}\n` : describeTotals(report));
  return totals.violations === 0;
}

function add(totals: Totals, { mode }: Scenario, played: Played, realMs: number): void {
  totals.runs += 1;
  totals.rounds += played.rounds;
  totals.steps += played.steps;
  totals.faults += played.faults;
  totals.simulatedMs += played.simulatedMs;
  totals.realMs += realMs;
  totals.acknowledged += played.messages.acknowledged;
  totals.exceptions += played.exceptions.length;
  totals.violations += played.violations.length;
  if (mode === 'liveness') totals.endings[played.ending] = (totals.endings[played.ending] ?? 0) + 1;
}

function asJson({ name, mode, seed }: Scenario, { journal, ...played }: Played, realMs: number): string {
  return JSON.stringify({
    name,
    mode,
    seed,
    ...played,
    journalSha256: createHash('sha256').update(journal).digest('hex'),
    journalRecords: journal.split('\n').length - 1,
    realMs: Math.round(realMs),
  });
}

function describe({ name }: Scenario, played: Played, realMs: number): string {
  const { violations, exceptions, messages, simulatedMs, rounds, steps, faults, ending } = played;
  const factor = Math.round(simulatedMs / realMs);
  const head =
    `${name}: ${Math.round(simulatedMs / MINUTE_MS)} simulated minutes (factor ${factor}), ${faults} faults, ${rounds} rounds, ${steps} steps, ` +
    `${messages.acknowledged} messages, ${ending}\n`;
  const lines = [
    ...violations.map(({ at, invariant, what }) => `  VIOLATION ${invariant} after ${at} s: ${what}\n`),
    ...exceptions.map(({ at, what }) => `  allowed by evidence silent after ${at} s: ${what}\n`),
  ];
  return head + lines.join('');
}

function summary(totals: Totals) {
  const { simulatedMs, realMs, cpuMs: spentMs, faults, rounds, steps, ...counts } = totals;
  const realSeconds = realMs / MS;
  return {
    ...counts,
    faults,
    rounds,
    steps,
    faultsPerTenMinutes: rounded((faults * DIGITS) / (simulatedMs / MINUTE_MS)),
    roundsPerSecond: Math.round(rounds / realSeconds),
    stepsPerSecond: rounded(steps / realSeconds),
    faultsPerSecond: rounded(faults / realSeconds),
    simulatedHours: rounded(simulatedMs / MINUTE_MS / 60),
    realSeconds: rounded(realSeconds),
    factor: Math.round(simulatedMs / realMs),
    cpuSeconds: rounded(spentMs / MS),
    factorOverCpu: Math.round(simulatedMs / spentMs),
  };
}

function describeTotals(report: ReturnType<typeof summary>): string {
  const endings = Object.entries(report.endings).map(([ending, times]) => `  ${times} times: ${ending}\n`);
  return (
    `${report.runs} runs, ${report.simulatedHours} simulated hours in ${report.realSeconds} s (factor ${report.factor}; ` +
    `${report.cpuSeconds} s of CPU, factor ${report.factorOverCpu}), ${report.rounds} rounds, ${report.faults} faults, ${report.steps} steps; ` +
    `per second ${report.roundsPerSecond} rounds, ${report.faultsPerSecond} faults, ${report.stepsPerSecond} steps; ` +
    `${report.faultsPerTenMinutes} faults in ten simulated minutes, ${report.acknowledged} messages acknowledged, ` +
    `${report.exceptions} allowed by evidence silent, ${report.violations} violations\n${endings.join('')}`
  );
}

async function keepSmall(scenario: Scenario, directory: string): Promise<void> {
  const small = await shrinkScenario(scenario, playScenario);
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${scenario.name.replaceAll(' ', '-')}.json`);
  writeFileSync(file, formatScenario(small));
  process.stderr.write(`${file}: ${small.events.length} of ${scenario.events.length} events are enough\n`);
}
