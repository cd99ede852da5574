/** pchat simulate: failover and failback in memory under a simulated clock; one seed, one journal. Opens no socket and no file. */
import { createHash } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { hostClock } from '../daemon/host/host-clock.ts';
import type { JournalRecord } from '../ports/journal.ts';
import { SQL_VERSIONS, type SqlVersion } from '../rights/right-table.ts';
import { playFailoverStory, type StoryOptions } from '../simulation/failover-story.ts';
import { toArray } from '../simulator/instance/chunks.ts';
import { PoolError } from '../topology/pool-error.ts';
import { withOutput, type OutputOptions } from './command-options.ts';
import { clockOffsets, lostLogBackups } from './estate-story/shipped-files.ts';
import { reportStory, type StoryReport } from './estate-story/transition-report.ts';

interface SimulateOptions extends OutputOptions {
  readonly seed: number;
  readonly runs: number;
  readonly share: string;
  readonly sqlVersion: SqlVersion;
  readonly leastRights?: boolean;
}

interface RunReport {
  readonly seed: number;
  readonly journalSha256: string;
  readonly journalRecords: number;
  readonly simulatedSeconds: number;
  readonly realSeconds: number;
  /** Simulated time over real time. */
  readonly factor: number;
  readonly story: StoryReport;
}

const MS = 1_000;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number of 0 or more');
  return value;
}

export function register(program: Command): void {
  withOutput(program.command('simulate'))
    .description('failover and failback in memory under a simulated clock')
    .option('--seed <number>', 'seed of the first run', wholeNumber, 1)
    .option('--runs <number>', 'how many runs; each takes the next seed', wholeNumber, 1)
    .option('--share <site>', 'where the backup share lives: home or backup', 'backup')
    .addOption(
      new Option('--sql-version <year>', 'SQL Server of every instance')
        .choices(SQL_VERSIONS)
        .default('2016'),
    )
    .option('--least-rights', 'the daemon has only the rights of pchat grants')
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { seed, runs, share, output, sqlVersion, leastRights = false } = options;
  if (share !== 'home' && share !== 'backup') throw new PoolError('PCO_USAGE', '--share is home or backup');
  for (let run = 0; run < runs; run += 1) {
    const report = await simulateOnce({ seed: seed + run, shareSite: share, sqlVersion, leastRights });
    process.stdout.write(output === 'json' ? `${JSON.stringify(report)}\n` : describe(report));
  }
}

const recordsOf = (journal: string): readonly JournalRecord[] =>
  journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalRecord);

async function simulateOnce(options: StoryOptions): Promise<RunReport> {
  const { seed } = options;
  const startedMs = hostClock.monotonicMs();
  const { journal, simulatedMs, account, afterFailover, state } = await playFailoverStory(options);
  const realMs = hostClock.monotonicMs() - startedMs;
  return {
    seed,
    journalSha256: createHash('sha256').update(journal).digest('hex'),
    journalRecords: recordsOf(journal).length,
    simulatedSeconds: Math.round(simulatedMs / MS),
    realSeconds: Math.round(realMs) / MS,
    factor: Math.round(simulatedMs / realMs),
    story: reportStory({
      records: recordsOf(journal),
      account,
      acknowledged: toArray(state.chat.acknowledged),
      clockOffsetsMs: clockOffsets(state),
      lostFiles: lostLogBackups(afterFailover).length,
    }),
  };
}

function describe(report: RunReport): string {
  const { failover, failback, ledger, lostFiles, writableAtTwoSitesMs } = report.story;
  return (
    `seed ${report.seed}: ${report.simulatedSeconds} simulated seconds in ${report.realSeconds} s (factor ${report.factor}), ` +
    `seed steps ${failover.seedSteps.join(' ')} and ${failback.seedSteps.join(' ')}, ` +
    `${ledger.kept} of ${ledger.acknowledged} messages kept, ${ledger.namedLost} lost as named and ${ledger.unnamedLost} unnamed, ` +
    `${lostFiles.actual} log backups lost of ${lostFiles.predicted} predicted, writable at two sites for ${writableAtTwoSitesMs} ms, ` +
    `journal of ${report.journalRecords} records, sha256 ${report.journalSha256}\n`
  );
}
