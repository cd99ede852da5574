/** pchat demo: the main job from start to finish on a simulated estate; exits 0 only if every message is accounted for. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { hostClock } from '../daemon/host/host-clock.ts';
import { PoolError } from '../topology/pool-error.ts';
import { withOutput, type OutputOptions } from './command-options.ts';
import { EstateStory } from './estate-story/estate-story.ts';
import { playLostHome } from './estate-story/failover-demo.ts';
import { Interruption } from './estate-story/interruption.ts';
import { FIRST_COPY_MINUTE, openPlayground } from './estate-story/playground.ts';
import {
  PLANNED_HEAD,
  plannedRows,
  playPlannedMoves,
  type PlannedReport,
} from './estate-story/planned-demo.ts';
import type { StoryReport, TransitionReport } from './estate-story/transition-report.ts';
import { textTable } from './text-table.ts';

interface DemoCommandOptions extends OutputOptions {
  readonly share: 'home' | 'backup';
  readonly story: 'lost' | 'planned';
  readonly seed: string;
  readonly factor: string;
  readonly directory?: string;
}

/** Three log backups are copied at the first copy. */
const LEAD_MINUTES = 9;

export function register(program: Command): void {
  withOutput(program.command('demo'))
    .description('the main job from start to finish on a simulated estate')
    .addOption(
      new Option('--share <site>', 'where the backup share lives')
        .choices(['home', 'backup'])
        .default('backup'),
    )
    .addOption(
      new Option('--story <name>', 'home is lost, or the pool moves by plan, twice, while clients post')
        .choices(['lost', 'planned'])
        .default('lost'),
    )
    .option('--seed <text>', 'seed of the estate', 'demo')
    .option('--factor <number>', 'estate seconds per real second', '60')
    .option('--directory <folder>', 'keep estate, journal and logs in this folder (it is emptied first)')
    .action(demo);
}

async function demo(options: DemoCommandOptions): Promise<void> {
  const factor = Number(options.factor);
  if (!Number.isFinite(factor) || factor < 1)
    throw new PoolError('PCO_USAGE', '--factor is a number of 1 or more');
  const directory = options.directory ?? mkdtempSync(path.join(os.tmpdir(), 'pchat-demo-'));
  using interruption = new Interruption();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const playground = await openPlayground({
    directory,
    factor,
    seed: options.seed,
    shareSite: options.share,
    nowMs: hostClock.now(),
    startMinute: FIRST_COPY_MINUTE - LEAD_MINUTES,
  });
  try {
    const story = { playground, clock: hostClock, say, signal: interruption.signal };
    if (options.story === 'planned')
      tellPlanned(await EstateStory.play(story, playPlannedMoves), options, say);
    else tellLost(await EstateStory.play(story, playLostHome), options, say);
  } finally {
    await playground.stop();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

function tellLost(report: StoryReport, { output }: OutputOptions, say: (line: string) => void): void {
  say(output === 'json' ? JSON.stringify(report) : describe(report));
  judge({ unnamedLost: report.ledger.unnamedLost, writableAtTwoSitesMs: report.writableAtTwoSitesMs });
}

function tellPlanned(report: PlannedReport, { output }: OutputOptions, say: (line: string) => void): void {
  const { acknowledged, lost, writableAtTwoSitesMs } = report;
  const sums = `Of ${acknowledged} messages that clients saw acknowledged, ${lost} are lost. mgc was writable at two sites for ${writableAtTwoSitesMs} ms.`;
  say(
    output === 'json'
      ? JSON.stringify(report)
      : `\n${textTable(PLANNED_HEAD, plannedRows(report))}\n${sums} "-": a step of it was never done before.`,
  );
  judge({ unnamedLost: lost, writableAtTwoSitesMs });
}

const steps = ({ actions, seedSteps }: TransitionReport): string =>
  `${actions.length} steps, of the manual procedure the numbers ${seedSteps.join(' ')}`;

/** The ledger in words: what became of every message that a client saw acknowledged. */
function describe(report: StoryReport): string {
  const { failover, failback, ledger, lostFiles, overheadMs, writableAtTwoSitesMs } = report;
  const { acknowledged, kept, namedAtRisk, namedLost, unnamedLost } = ledger;
  return [
    '',
    `Failover: ${steps(failover)}. Failback: ${steps(failback)}.`,
    `Of ${acknowledged} messages that clients saw acknowledged, ${kept} are there and ${namedLost + unnamedLost} are lost.`,
    `The ledger named ${namedAtRisk} of them as at risk before the backup copy was recovered. ` +
      (unnamedLost === 0
        ? 'Every lost message is among these.'
        : `${unnamedLost} LOST MESSAGES ARE NOT AMONG THESE.`),
    `Log backups lost: ${lostFiles.actual}; predicted: ${lostFiles.predicted}.`,
    `mgc was writable at two sites for ${writableAtTwoSitesMs} ms.`,
    `Time of the product's own, without SQL Server, files, shell and waiting: ${overheadMs.failover} ms and ${overheadMs.failback} ms.`,
  ].join('\n');
}

interface Judged {
  readonly unnamedLost: number;
  readonly writableAtTwoSitesMs: number;
}

function judge({ unnamedLost, writableAtTwoSitesMs }: Judged): void {
  if (unnamedLost > 0)
    throw new PoolError('PCO_INTERNAL', `${unnamedLost} messages were lost without having been named`);
  if (writableAtTwoSitesMs > 0)
    throw new PoolError('PCO_INTERNAL', `mgc was writable at two sites for ${writableAtTwoSitesMs} ms`);
}
