/** What many runs came to: one summary, for people and as JSON. */
import { hostClock } from '../daemon/host/host-clock.ts';
import type { Scenario } from '../simulation/scenario.ts';
import type { PlayReport } from './simulate-worker.ts';

interface Broken {
  readonly name: string;
  readonly invariant: string;
  /** The command that plays it again. */
  readonly repeat: string;
}

const MS = 1_000;
const MINUTE_MS = 60_000;
const DIGITS = 10;
/** Commands shown at the end; each violation is told with its run too. */
const MOST_SHOWN = 20;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / MS;
};
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;

export class Totals {
  readonly #beganMs = hostClock.monotonicMs();
  readonly #cpuBeganMs = cpuMs();
  readonly #threads: number;
  readonly #seeds = new Set<number>();
  readonly #endings: Record<string, number> = {};
  readonly #broken: Broken[] = [];
  #runs = 0;
  #rounds = 0;
  #steps = 0;
  #faults = 0;
  #simulatedMs = 0;
  /** Of all threads, between the begin and the end of a run. */
  #busyMs = 0;
  #acknowledged = 0;
  #lost = 0;
  #exceptions = 0;
  #violations = 0;

  constructor(threads: number) {
    this.#threads = threads;
  }

  get violations(): number {
    return this.#violations;
  }

  add({ mode, seed, name }: Scenario, report: PlayReport, repeat: string): void {
    this.#runs += 1;
    this.#seeds.add(seed);
    this.#rounds += report.rounds;
    this.#steps += report.steps;
    this.#faults += report.faults;
    this.#simulatedMs += report.simulatedMs;
    this.#busyMs += report.realMs;
    this.#acknowledged += report.messages.acknowledged;
    this.#lost += report.messages.lost;
    this.#exceptions += report.exceptions.length;
    this.#violations += report.violations.length;
    this.#broken.push(...report.violations.map(({ invariant }) => ({ name, invariant, repeat })));
    if (mode === 'liveness') this.#endings[report.ending] = (this.#endings[report.ending] ?? 0) + 1;
  }

  summary() {
    const realSeconds = (hostClock.monotonicMs() - this.#beganMs) / MS;
    const spentMs = cpuMs() - this.#cpuBeganMs;
    const simulatedMs = this.#simulatedMs;
    return {
      runs: this.#runs,
      seeds: this.#seeds.size,
      threads: this.#threads,
      acknowledged: this.#acknowledged,
      lost: this.#lost,
      exceptions: this.#exceptions,
      violations: this.#violations,
      broken: this.#broken,
      endings: this.#endings,
      faults: this.#faults,
      rounds: this.#rounds,
      steps: this.#steps,
      faultsPerTenMinutes: rounded((this.#faults * DIGITS) / (simulatedMs / MINUTE_MS)),
      roundsPerSecond: Math.round(this.#rounds / realSeconds),
      stepsPerSecond: rounded(this.#steps / realSeconds),
      faultsPerSecond: rounded(this.#faults / realSeconds),
      simulatedHours: rounded(simulatedMs / MINUTE_MS / 60),
      realSeconds: rounded(realSeconds),
      /** Simulated time over real time, all threads together. */
      factor: Math.round(simulatedMs / (realSeconds * MS)),
      factorPerThread: Math.round(simulatedMs / this.#busyMs),
      cpuSeconds: rounded(spentMs / MS),
      factorOverCpu: Math.round(simulatedMs / spentMs),
    };
  }

  /** One line while it goes on. */
  progress(): string {
    const { runs, seeds, violations, factor, realSeconds } = this.summary();
    return `${runs} runs of ${seeds} seeds in ${Math.round(realSeconds)} s, factor ${factor}, ${violations} violations\n`;
  }
}

export function describeTotals(report: ReturnType<Totals['summary']>): string {
  const endings = Object.entries(report.endings).map(([ending, times]) => `  ${times} times: ${ending}\n`);
  const broken = report.broken
    .slice(0, MOST_SHOWN)
    .map(({ name, invariant, repeat }) => `  ${name}, ${invariant}: ${repeat}\n`);
  return (
    `${report.runs} runs of ${report.seeds} seeds, ${report.simulatedHours} simulated hours in ${report.realSeconds} s ` +
    `(factor ${report.factor}; ${report.factorPerThread} on each of ${report.threads} threads; ${report.cpuSeconds} s of CPU, factor ${report.factorOverCpu}), ` +
    `${report.rounds} rounds, ${report.faults} faults, ${report.steps} steps; ` +
    `per second ${report.roundsPerSecond} rounds, ${report.faultsPerSecond} faults, ${report.stepsPerSecond} steps; ` +
    `${report.faultsPerTenMinutes} faults in ten simulated minutes, ${report.acknowledged} messages acknowledged, ${report.lost} of them not in the copy that serves, ` +
    `${report.exceptions} allowed by evidence silent, ${report.violations} violations\n${endings.join('')}${broken.join('')}`
  );
}
