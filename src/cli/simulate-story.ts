/** The main job as a story in memory, told once for each seed. Opens no socket and no file. */
import { createHash } from 'node:crypto';
import { hostClock } from '../daemon/host/host-clock.ts';
import type { JournalRecord } from '../ports/journal.ts';
import { playFailoverStory, type StoryOptions } from '../simulation/failover-story.ts';
import { toArray } from '../simulator/instance/chunks.ts';
import { clockOffsets, lostLogBackups } from './estate-story/shipped-files.ts';
import { reportStory, type StoryReport } from './estate-story/transition-report.ts';

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

const recordsOf = (journal: string): readonly JournalRecord[] =>
  journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalRecord);

export async function tellStory(options: StoryOptions): Promise<RunReport> {
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

export function describeStory(report: RunReport): string {
  const { failover, failback, ledger, lostFiles, writableAtTwoSitesMs } = report.story;
  return (
    `seed ${report.seed}: ${report.simulatedSeconds} simulated seconds in ${report.realSeconds} s (factor ${report.factor}), ` +
    `seed steps ${failover.seedSteps.join(' ')} and ${failback.seedSteps.join(' ')}, ` +
    `${ledger.kept} of ${ledger.acknowledged} messages kept, ${ledger.namedLost} lost as named and ${ledger.unnamedLost} unnamed, ` +
    `${lostFiles.actual} log backups lost of ${lostFiles.predicted} predicted, writable at two sites for ${writableAtTwoSitesMs} ms, ` +
    `journal of ${report.journalRecords} records, sha256 ${report.journalSha256}\n`
  );
}
