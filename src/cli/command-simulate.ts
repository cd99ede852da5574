/** pchat simulate: the daemon and the estate in memory under a simulated clock; one seed, one journal. Opens no socket. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { SQL_VERSIONS, type SqlVersion } from '../rights/right-table.ts';
import { chanceScenario } from '../simulation/chance-scenario.ts';
import { parseScenario, SCENARIO_MODES } from '../simulation/scenario.ts';
import { PoolError } from '../topology/pool-error.ts';
import { withOutput, type OutputOptions } from './command-options.ts';
import { EXIT } from './exit-codes.ts';
import { describeStory, tellStory } from './simulate-story.ts';
import { simulateScenarios, type Play } from './simulate-scenarios.ts';

const MODES = ['both', ...SCENARIO_MODES, 'story'] as const;

interface SimulateOptions extends OutputOptions {
  readonly mode: (typeof MODES)[number];
  readonly seed: number;
  readonly runs: number;
  readonly minutes: number;
  readonly scenario?: readonly string[];
  readonly keep?: string;
  readonly parallel: number;
  readonly share: string;
  readonly sqlVersion: SqlVersion;
  readonly leastRights?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number of 0 or more');
  return value;
}

function threads(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('a whole number of 1 or more');
  return value;
}

export function register(program: Command): void {
  withOutput(program.command('simulate'))
    .description('the daemon on a simulated estate in memory, with faults by chance; one seed, one journal')
    .addOption(
      new Option(
        '--mode <mode>',
        'never unsafe (safety), always converges (liveness), or failover and failback undisturbed (story)',
      )
        .choices(MODES)
        .default('both'),
    )
    .option('--seed <number>', 'seed of the first run', wholeNumber, 1)
    .option('--runs <number>', 'how many runs; each takes the next seed', wholeNumber, 1)
    .option('--minutes <number>', 'simulated minutes with faults', wholeNumber, 40)
    .option('--scenario <file...>', 'play these scenario files instead')
    .option('--keep <directory>', 'make a failing run small and keep it there as a scenario file')
    .option('--parallel <number>', 'runs at once, each on a thread of its own', threads, 1)
    .option('--share <site>', 'story: where the backup share lives, home or backup', 'backup')
    .addOption(
      new Option('--sql-version <year>', 'story: SQL Server of every instance')
        .choices(SQL_VERSIONS)
        .default('2016'),
    )
    .option('--least-rights', 'story: the daemon has only the rights of pchat grants')
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.mode === 'story' && options.scenario === undefined) {
    await tellStories(options);
    return;
  }
  const { output, keep, parallel } = options;
  const safe = await simulateScenarios(playsOf(options), { output, keep, parallel });
  if (!safe) process.exitCode = EXIT.failed;
}

const COMMAND = 'npm run simulate --';

function* playsOf({ mode, seed, runs, minutes, scenario }: SimulateOptions): Generator<Play> {
  if (scenario !== undefined) {
    for (const file of scenario)
      yield {
        scenario: parseScenario(readFileSync(file, 'utf8')),
        repeat: `${COMMAND} --scenario ${file}`,
      };
    return;
  }
  for (let run = 0; run < runs; run += 1)
    for (const one of SCENARIO_MODES)
      if (mode === 'both' || mode === one)
        yield {
          scenario: chanceScenario({ seed: seed + run, mode: one, minutes }),
          repeat: `${COMMAND} --mode ${one} --seed ${seed + run} --minutes ${minutes}`,
        };
}

async function tellStories(options: SimulateOptions): Promise<void> {
  const { seed, runs, share, output, sqlVersion, leastRights = false } = options;
  if (share !== 'home' && share !== 'backup') throw new PoolError('PCO_USAGE', '--share is home or backup');
  for (let run = 0; run < runs; run += 1) {
    const report = await tellStory({ seed: seed + run, shareSite: share, sqlVersion, leastRights });
    process.stdout.write(output === 'json' ? `${JSON.stringify(report)}\n` : describeStory(report));
  }
}
