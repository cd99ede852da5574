import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { StoryReport } from '../../src/cli/estate-story/transition-report.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Ten seconds of work each; four times as long on a busy machine. */
const LIMIT_MS = 90_000;

interface RunReport {
  readonly journalSha256: string;
  readonly journalRecords: number;
  readonly story: StoryReport;
}

async function simulate(): Promise<RunReport> {
  const args = [
    'src/cli/main.ts',
    'simulate',
    '--mode',
    'story',
    '--seed',
    '1',
    '--share',
    'home',
    '--output',
    'json',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: LIMIT_MS });
  return JSON.parse(stdout) as RunReport;
}

test(
  'one seed gives one journal, byte for byte, and an account without an unnamed loss',
  { timeout: LIMIT_MS },
  async () => {
    const [first, second] = await Promise.all([simulate(), simulate()]);
    expect([second.journalSha256, second.journalRecords]).toEqual([
      first.journalSha256,
      first.journalRecords,
    ]);
    const { failover, failback, ledger, lostFiles, writableAtTwoSitesMs } = first.story;
    expect([failover.seedSteps, failback.seedSteps]).toEqual([
      [1, 3, 4, 5, 6, 7],
      [1, 2, 3, 4, 5, 6, 7],
    ]);
    expect(ledger.unnamedLost).toBe(0);
    expect(ledger.kept + ledger.namedLost).toBe(ledger.acknowledged);
    expect(lostFiles).toEqual({ predicted: 2, actual: 2 });
    expect(writableAtTwoSitesMs).toBe(0);
  },
);
