import { beforeAll, describe, expect, test } from 'vitest';
import type { StoryReport } from '../../src/cli/estate-story/transition-report.ts';
import { lastLine, runProgram } from './run-program.ts';

/** Installation aside, the demo has three minutes. */
const LIMIT_MS = 180_000;
/** Four clients that post twice a minute, a log backup every three minutes. */
const MESSAGES_OF_ONE_INTERVAL = 24;
const SEED = [1, 2, 3, 4, 5, 6, 7];

interface Story {
  readonly code: number | null;
  readonly report: StoryReport;
  /** Everything before the last line. */
  readonly told: string;
}

async function play(share: 'home' | 'backup'): Promise<Story> {
  const run = await runProgram(
    ['run', '--silent', 'demo', '--', '--share', share, '--output', 'json'],
    LIMIT_MS,
  );
  return { code: run.code, report: lastLine(run) as StoryReport, told: run.stdout };
}

describe('npm run demo', () => {
  const stories: Partial<Record<'home' | 'backup', Story>> = {};
  const of = (share: 'home' | 'backup'): Story => {
    const story = stories[share];
    if (story === undefined) throw new Error(`the story with the share at ${share} was not played`);
    return story;
  };

  beforeAll(async () => {
    stories.backup = await play('backup');
    stories.home = await play('home');
  }, 2 * LIMIT_MS);

  test('moves the pool to lyon and back in the order of the seed while the share survives', () => {
    const { code, report } = of('backup');
    expect(code).toBe(0);
    expect([report.failover.seedSteps, report.failback.seedSteps]).toEqual([SEED, SEED]);
  });

  test('leaves out the copying when the share dies with home, and comes back all the same', () => {
    const { code, report } = of('home');
    expect(code).toBe(0);
    expect([report.failover.seedSteps, report.failback.seedSteps]).toEqual([
      SEED.filter((step) => step !== 2),
      SEED,
    ]);
    expect(report.failover.actions).not.toContain('copy-log-backups:backup');
  });

  test.each(['backup', 'home'] as const)(
    'accounts for every message with the share at %s: kept, or named before the recovery',
    (share) => {
      const { ledger, writableAtTwoSitesMs } = of(share).report;
      expect(ledger.kept + ledger.namedLost).toBe(ledger.acknowledged);
      expect(ledger.unnamedLost).toBe(0);
      expect(ledger.namedLost).toBeGreaterThan(0);
      expect(ledger.namedAtRisk - ledger.namedLost).toBeLessThanOrEqual(MESSAGES_OF_ONE_INTERVAL);
      expect(writableAtTwoSitesMs).toBe(0);
    },
  );

  test('loses fewer messages while the share survives, and predicts the lost files of both within one', () => {
    const [survived, died] = [of('backup').report, of('home').report];
    expect(survived.ledger.namedLost).toBeLessThan(died.ledger.namedLost);
    expect(died.lostFiles.actual).toBeGreaterThanOrEqual(2);
    for (const { predicted, actual } of [survived.lostFiles, died.lostFiles])
      expect(Math.abs(predicted - actual)).toBeLessThanOrEqual(1);
  });

  test('names the files of the lost share before the copy is recovered', () => {
    const { told } = of('home');
    const named = told.indexOf('only on the share that went with paris');
    expect(named).toBeGreaterThan(0);
    expect(told.indexOf('recover-backup:backup begins')).toBeGreaterThan(named);
  });
});
