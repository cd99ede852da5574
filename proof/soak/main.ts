/**
 * npm run soak: one daemon on the wire for as long as `--minutes` says, under faults and moves by chance that leave it alive. Memory,
 * descriptors, event-loop delay and the journal's size are looked at all the time; ends with 1 when one of them grows without end or
 * an invariant was broken.
 */
import { Command } from 'commander';
import { Interruption } from '../../src/cli/estate-story/interruption.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { chanceScenario } from '../../src/simulation/chance-scenario.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';
import { ChaosStage, FACTOR, isPlayable } from '../chaos/chaos-stage.ts';
import { askPerson, pass, statusOf } from '../chaos/play-on-wire.ts';
import { judgeSamples, type SoakFigures } from './judge-samples.ts';
import { sampleDaemon, type DaemonSample } from './sample-daemon.ts';

const values = new Command('npm run soak --')
  .description(
    'a daemon on the wire under faults by chance; ends with 1 when memory, descriptors, delays or the journal grow without end',
  )
  .option('--minutes <number>', 'how long', '10')
  .option('--seed <number>', 'of the faults', '1')
  .option('--output <form>', 'text or json', 'text')
  .parse()
  .opts<Record<'minutes' | 'seed' | 'output', string>>();

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const SAMPLE_EVERY_MS = 3_000;
/** Small, so that it begins anew many times. */
const JOURNAL = { maxMegabytes: 1, archives: 4 };
/** A rotation comes after the record that reaches the limit, and one that failed is tried again after a quarter more. */
const JOURNAL_BAR_MB = JOURNAL.maxMegabytes * 1.5;
const PROGRESS_EVERY = 20;

/** Kills would begin the measurement anew. */
function scenario(minutes: number, seed: number): Scenario {
  const chance = chanceScenario({ seed, mode: 'safety', minutes: minutes * FACTOR });
  const events = chance.events.filter(({ what }) => isPlayable(what) && !what.startsWith('kill daemon'));
  return { ...chance, name: `soak ${String(seed)}`, events };
}

async function soak(minutes: number, seed: number, signal: AbortSignal): Promise<boolean> {
  const { events, ...head } = scenario(minutes, seed);
  await using stage = await ChaosStage.open({ ...head, events }, { journal: JOURNAL, signal });
  const beganAtMs = hostClock.monotonicMs();
  const endMs = beganAtMs + minutes * MINUTE_S * SECOND_MS;
  const { journalDirectory } = stage.wire.playground.documents;
  const samples: DaemonSample[] = [];
  let next = 0;
  while (hostClock.monotonicMs() < endMs && stage.judge.violations.length === 0) {
    const lookAtMs = hostClock.monotonicMs() + SAMPLE_EVERY_MS;
    await pass(
      stage,
      () => hostClock.monotonicMs() >= lookAtMs || (events[next]?.at ?? Infinity) * SECOND_MS <= stage.nowMs,
    );
    for (; (events[next]?.at ?? Infinity) * SECOND_MS <= stage.nowMs; next += 1)
      await stage.perform(events[next]?.what ?? '');
    if (hostClock.monotonicMs() < lookAtMs) continue;
    const pid = stage.wire.daemonPid;
    if (pid === undefined || !stage.wire.daemonRuns) throw new Error('the daemon has ended by itself');
    samples.push(
      await sampleDaemon(pid, journalDirectory, (hostClock.monotonicMs() - beganAtMs) / SECOND_MS),
    );
    if (samples.length % PROGRESS_EVERY === 0) say(samples.at(-1));
    const status = await statusOf(stage);
    if (status !== undefined) await askPerson(stage, status, []);
  }
  return report(stage, judgeSamples(samples, JOURNAL_BAR_MB));
}

const say = (sample: DaemonSample | undefined): void => {
  if (sample === undefined) return;
  const { at, rssMb, descriptors, lagP99Ms, journalMb, archives } = sample;
  process.stderr.write(
    `${at.toFixed(0).padStart(6)} s  ${rssMb.toFixed(1)} MB, ${String(descriptors)} descriptors, delay p99 ${lagP99Ms.toFixed(1)} ms, ` +
      `journal ${journalMb.toFixed(2)} MB and ${String(archives)} archives\n`,
  );
};

function report(stage: ChaosStage, figures: SoakFigures): boolean {
  const { violations } = stage.judge;
  const { acknowledged } = stage.wire.estate.checker();
  const { rssMb, rssSlopePerHour, descriptors, lagP99Ms, journalMb, archives, beyond } = figures;
  if (values.output === 'json')
    process.stdout.write(`${JSON.stringify({ ...figures, steps: stage.steps, acknowledged, violations })}\n`);
  else
    process.stdout.write(
      `${String(stage.steps)} steps, ${String(acknowledged)} messages; memory ${rssMb.first.toFixed(1)} to ${rssMb.last.toFixed(1)} MB ` +
        `(most ${rssMb.most.toFixed(1)}, ${rssSlopePerHour.toFixed(1)} MB in an hour); descriptors ${String(descriptors.first)} to ${String(descriptors.last)} ` +
        `(most ${String(descriptors.most)}); delay p99 ${lagP99Ms.median.toFixed(1)} ms (most ${lagP99Ms.most.toFixed(1)}); ` +
        `journal at most ${journalMb.most.toFixed(2)} MB, ${String(archives)} archives\n` +
        [...beyond, ...violations.map(({ invariant, what }) => `VIOLATION ${invariant}: ${what}`)]
          .map((line) => `  ${line}\n`)
          .join(''),
    );
  return beyond.length === 0 && violations.length === 0;
}

using interruption = new Interruption();
const { signal } = interruption;
const held = await soak(Number(values.minutes), Number(values.seed), signal).catch((error: unknown) => {
  if (!signal.aborted) throw error;
  process.stderr.write('interrupted\n');
  return false;
});
if (!held) process.exitCode = 1;
