/** Plays scenarios on threads of their own, reports each in the order of the list, and keeps those that fail, made small. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostClock } from '../daemon/host/host-clock.ts';
import { formatScenario, type Scenario } from '../simulation/scenario.ts';
import type { OutputOptions } from './command-options.ts';
import { describeTotals, Totals } from './simulate-totals.ts';
import { ScenarioThread, type PlayReport } from './simulate-worker.ts';

export interface Play {
  readonly scenario: Scenario;
  /** The command that plays it again. */
  readonly repeat: string;
}

interface ScenariosOptions extends OutputOptions {
  /** Where a failing run is kept, made small. */
  readonly keep: string | undefined;
  /** Threads. */
  readonly parallel: number;
}

const MINUTE_MS = 60_000;
/** Between two lines of progress. */
const PROGRESS_EVERY_MS = 30_000;

/** @returns false: an invariant was broken */
export async function simulateScenarios(
  plays: Iterable<Play>,
  { output, keep, parallel }: ScenariosOptions,
): Promise<boolean> {
  const totals = new Totals(parallel);
  const tell = (play: Play, report: PlayReport): void => {
    totals.add(play.scenario, report, play.repeat);
    process.stdout.write(output === 'json' ? asJson(play, report) : describe(play, report));
    if (keep !== undefined && report.small !== undefined) keepSmall(play.scenario, report.small, keep);
  };
  let toldMs = hostClock.monotonicMs();
  await playAll(plays, parallel, keep !== undefined, (play, report) => {
    tell(play, report);
    if (hostClock.monotonicMs() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = hostClock.monotonicMs();
    process.stderr.write(totals.progress());
  });
  const summary = totals.summary();
  process.stdout.write(output === 'json' ? `${JSON.stringify(summary)}\n` : describeTotals(summary));
  return totals.violations === 0;
}

/** Whoever is free takes the next; `done` is called in the order of the list, whichever ends first. */
async function playAll(
  plays: Iterable<Play>,
  parallel: number,
  shrink: boolean,
  done: (play: Play, report: PlayReport) => void,
): Promise<void> {
  const waiting = new Map<number, { readonly play: Play; readonly report: PlayReport }>();
  let told = 0;
  const list = plays[Symbol.iterator]();
  let taken = 0;
  const thread = async (): Promise<void> => {
    await using player = new ScenarioThread();
    for (let next = list.next(); next.done !== true; next = list.next()) {
      const at = taken;
      taken += 1;
      const play = next.value;
      waiting.set(at, { play, report: await player.play({ scenario: play.scenario, shrink }) });
      for (let ready = waiting.get(told); ready !== undefined; ready = waiting.get(told)) {
        waiting.delete(told);
        told += 1;
        done(ready.play, ready.report);
      }
    }
  };
  // Every thread ends what it has begun, also when another one cannot go on.
  const ends = await Promise.allSettled(Array.from({ length: parallel }, thread));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
}

function asJson({ scenario: { name, mode, seed }, repeat }: Play, { small, ...report }: PlayReport): string {
  const again = report.violations.length > 0 ? { repeat } : {};
  const events = small === undefined ? {} : { smallest: small.events };
  return `${JSON.stringify({ name, mode, seed, ...report, ...again, ...events })}\n`;
}

function describe({ scenario: { name }, repeat }: Play, report: PlayReport): string {
  const { violations, exceptions, messages, simulatedMs, realMs, rounds, steps, faults, ending } = report;
  const factor = Math.round(simulatedMs / realMs);
  const head =
    `${name}: ${Math.round(simulatedMs / MINUTE_MS)} simulated minutes (factor ${factor}), ${faults} faults, ${rounds} rounds, ${steps} steps, ` +
    `${messages.acknowledged} messages, ${ending}\n`;
  const lines = [
    ...violations.map(({ at, invariant, what }) => `  VIOLATION ${invariant} after ${at} s: ${what}\n`),
    ...(violations.length > 0 ? [`  again: ${repeat}\n`] : []),
    ...exceptions.map(({ at, what }) => `  allowed by evidence silent after ${at} s: ${what}\n`),
  ];
  return head + lines.join('');
}

function keepSmall(scenario: Scenario, small: Scenario, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${scenario.name.replaceAll(' ', '-')}.json`);
  writeFileSync(file, formatScenario(small));
  process.stderr.write(`${file}: ${small.events.length} of ${scenario.events.length} events are enough\n`);
}
