import { describe, expect, test } from 'vitest';
import { lostLogBackups } from '../../src/cli/estate-story/shipped-files.ts';
import {
  reportStory,
  type Acknowledged,
  type StoryEvidence,
} from '../../src/cli/estate-story/transition-report.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import type { LedgerLine, LossLedger } from '../../src/topology/loss-ledger.ts';

const START_MS = Date.parse('2026-11-24T02:00:00.000Z');
const at = (seconds: number): string => new Date(START_MS + seconds * 1_000).toISOString();

/** One line of the journal: seconds after the start, epoch, record. */
type Entry = readonly [seconds: number, epoch: number, body: JournalBody];

const journal = (...entries: readonly Entry[]): readonly JournalRecord[] =>
  entries.map(([seconds, epoch, body], index) => ({ v: 1, seq: index + 1, epoch, at: at(seconds), ...body }));

const reference = (counter: number, action: string, attempt: string) => ({
  pool: 'chat',
  round: 'r1',
  generation: { counter, hash: `hash ${String(counter)}` },
  action,
  target: 'backup',
  attempt,
});
const generation = (counter: number): JournalBody => ({
  kind: 'generation',
  pool: 'chat',
  generation: { counter, hash: `hash ${String(counter)}` },
  origin: 'pools.yaml',
  revision: null,
  declared: null,
  primarySite: counter === 2 ? 'backup' : 'home',
  primaryDatacenter: counter === 2 ? 'lyon' : 'paris',
});
const intent = (action: string, seedStep: string | null, attempt: string, outsideMs = 0): JournalBody => ({
  kind: 'intent',
  ...reference(2, action, attempt),
  seedStep,
  risk: 'safe',
  facts: 'facts',
  outsideMs,
});
const outcome = (
  action: string,
  attempt: string,
  result: 'done' | 'failed' | 'unknown' = 'done',
  outsideMs = 0,
): JournalBody => ({
  kind: 'outcome',
  ...reference(2, action, attempt),
  result,
  code: null,
  reason: null,
  durationMs: 0,
  externalMs: 0,
  outsideMs,
  notes: {},
});
const line = (overrides: Partial<LedgerLine>): LedgerLine => ({
  kind: 'at-risk',
  file: null,
  fromLsn: null,
  toLsn: null,
  from: null,
  to: null,
  minutes: null,
  note: '',
  ...overrides,
});
const plan = (lines: readonly LedgerLine[], lostFiles = 0): JournalBody => {
  const ledger: LossLedger = { lines, lossMinutes: 1, lostFiles };
  const { pool, round, generation: of } = reference(2, '', '');
  return { kind: 'plan', pool, round, generation: of, plan: {}, ledger };
};
const tailFrom = (seconds: number): LedgerLine => line({ from: at(seconds) });

const message = (seconds: number, overrides: Partial<Acknowledged> = {}): Acknowledged => ({
  site: 'home',
  instance: 'sql-par-1',
  acknowledgedAtMs: START_MS + seconds * 1_000,
  ...overrides,
});
const atBackup = (seconds: number): Acknowledged =>
  message(seconds, { site: 'backup', instance: 'sql-lyo-1' });

function story(
  records: readonly JournalRecord[],
  acknowledged: readonly Acknowledged[],
  lost: readonly Acknowledged[],
  more: Partial<StoryEvidence> = {},
): ReturnType<typeof reportStory> {
  return reportStory({
    records,
    account: {
      acknowledged: acknowledged.length,
      kept: acknowledged.length - lost.length,
      lost: lost.map((one) => ({ message: one })),
      writableAtTwoSitesMs: 0,
    },
    acknowledged,
    lostFiles: 0,
    ...more,
  });
}

/** Home's last log backup ends at 100; the recovery begins at 200. */
const RECOVERY = journal(
  [0, 1, generation(1)],
  [150, 1, generation(2)],
  [160, 1, plan([tailFrom(100)])],
  [200, 1, intent('recover-backup', 'failover 4', 'a1')],
  [210, 1, outcome('recover-backup', 'a1')],
  [300, 1, generation(3)],
);

describe('the account of the messages', () => {
  test('a lost message from after the named instant was named, and so was one that survived all the same', () => {
    const acknowledged = [message(90), message(110), message(120), atBackup(250)];
    expect(story(RECOVERY, acknowledged, [message(110)]).ledger).toEqual({
      acknowledged: 4,
      kept: 3,
      namedAtRisk: 2,
      namedLost: 1,
      unnamedLost: 0,
    });
  });

  test('a lost message from before the named instant was not named', () => {
    const acknowledged = [message(90), message(110)];
    expect(story(RECOVERY, acknowledged, acknowledged).ledger).toMatchObject({
      namedLost: 1,
      unnamedLost: 1,
    });
  });

  test('a message that the backup site acknowledged was never named', () => {
    const acknowledged = [message(90), atBackup(250)];
    expect(story(RECOVERY, acknowledged, [atBackup(250)]).ledger).toMatchObject({
      namedLost: 0,
      unnamedLost: 1,
    });
  });

  test('a message of home from after the failback was never named, though it is later than the named instant', () => {
    const acknowledged = [message(110), atBackup(250), message(400)];
    expect(story(RECOVERY, acknowledged, [message(110), message(400)]).ledger).toMatchObject({
      namedAtRisk: 1,
      namedLost: 1,
      unnamedLost: 1,
    });
  });

  test('without a ledger before the recovery nothing was named', () => {
    const late = journal(
      [150, 1, generation(2)],
      [200, 1, intent('recover-backup', 'failover 4', 'a1')],
      [210, 1, outcome('recover-backup', 'a1')],
      [211, 1, plan([tailFrom(0)])],
    );
    expect(story(late, [message(110)], [message(110)]).ledger).toMatchObject({
      namedAtRisk: 0,
      unnamedLost: 1,
    });
  });

  test('a ledger that names less only right before the recovery is the one that counts', () => {
    const records = journal(
      [150, 1, generation(2)],
      [160, 1, plan([tailFrom(50)], 3)],
      [190, 1, plan([tailFrom(100)], 1)],
      [200, 1, intent('recover-backup', 'failover 4', 'a1')],
    );
    const told = story(records, [message(60), message(110)], [message(60)], { lostFiles: 1 });
    expect(told.ledger).toMatchObject({ namedAtRisk: 1, namedLost: 0, unnamedLost: 1 });
    expect(told.lostFiles).toEqual({ predicted: 1, actual: 1 });
  });

  test('a recovery that was begun, cut off and begun again counts from its first beginning', () => {
    const records = journal(
      [150, 1, generation(2)],
      [160, 1, plan([tailFrom(100)])],
      [200, 1, intent('recover-backup', 'failover 4', 'a1')],
      [220, 2, plan([tailFrom(50)])],
      [230, 2, intent('recover-backup', 'failover 4', 'a2')],
      [240, 2, outcome('recover-backup', 'a2')],
    );
    expect(story(records, [message(60)], [message(60)]).ledger).toMatchObject({
      namedLost: 0,
      unnamedLost: 1,
    });
  });

  test('a file on the lost share names what it held; a file still to be applied gives nothing up', () => {
    const withFiles = (kind: LedgerLine['kind']): readonly JournalRecord[] =>
      journal(
        [150, 1, generation(2)],
        [160, 1, plan([line({ kind, file: 'mgc_1.trn', from: at(50), to: at(100) }), tailFrom(100)], 1)],
        [200, 1, intent('recover-backup', 'failover 4', 'a1')],
      );
    const acknowledged = [message(60)];
    expect(story(withFiles('unreachable-file'), acknowledged, acknowledged).ledger.unnamedLost).toBe(0);
    expect(story(withFiles('salvageable'), acknowledged, acknowledged).ledger.unnamedLost).toBe(1);
  });

  test('the named instant is read by the clock of the instance that took the message', () => {
    const acknowledged = [message(99), message(99, { instance: 'sql-par-2' })];
    const clockOffsetsMs = { 'sql-par-1': 0, 'sql-par-2': 1_700 };
    expect(story(RECOVERY, acknowledged, acknowledged, { clockOffsetsMs }).ledger).toMatchObject({
      namedLost: 1,
      unnamedLost: 1,
    });
  });

  test('a log backup is lost once, wherever copies of it lie, and a full backup is none', () => {
    const whereabouts = (files: readonly string[]) => ({
      message: {
        ...message(1),
        channelId: 'room-1',
        chatId: '1',
        chatDate: '1',
        client: 'client-1',
        server: 'chat-par-1',
      },
      copies: [],
      files,
      verdict: 'elsewhere' as const,
    });
    const lost = [
      whereabouts(['\\\\fs01\\logs\\mgc_2.trn', 'D:\\Copy\\mgc_2.trn']),
      whereabouts(['\\\\fs01\\logs\\mgc_1.TRN', '\\\\fs01\\logs\\mgc.bak']),
    ];
    expect(lostLogBackups({ lost })).toEqual(['mgc_1.TRN', 'mgc_2.trn']);
  });
});

describe('the steps that were applied', () => {
  const failover = (...entries: readonly Entry[]) =>
    story(journal([0, 1, generation(1)], [10, 1, generation(2)], ...entries), [], []).failover;

  test('stand in the order in which they began, with the steps that the seed does not know between them', () => {
    const told = failover(
      [20, 1, intent('copy-log-backups', 'failover 2', 'a1')],
      [21, 1, intent('apply-log-backups', 'failover 3', 'a2')],
      [22, 1, outcome('apply-log-backups', 'a2')],
      [23, 1, outcome('copy-log-backups', 'a1')],
      [24, 1, intent('mirror-home', null, 'a3')],
      [25, 1, outcome('mirror-home', 'a3')],
    );
    expect(told).toEqual({
      actions: ['copy-log-backups:backup', 'apply-log-backups:backup', 'mirror-home:backup'],
      seedSteps: [2, 3],
    });
  });

  test('leave out what failed, what has no known outcome and what never ended', () => {
    const told = failover(
      [20, 1, intent('remove-log-shipping', 'failover 1', 'a1')],
      [21, 1, outcome('remove-log-shipping', 'a1', 'failed')],
      [22, 1, intent('remove-log-shipping', 'failover 1', 'a2')],
      [23, 1, outcome('remove-log-shipping', 'a2')],
      [24, 1, intent('apply-log-backups', 'failover 3', 'a3')],
      [25, 1, outcome('apply-log-backups', 'a3', 'unknown')],
      [26, 1, intent('recover-backup', 'failover 4', 'a4')],
    );
    expect(told.seedSteps).toEqual([1]);
  });

  test('show a step that was done twice twice', () => {
    const told = failover(
      [20, 1, intent('recover-backup', 'failover 4', 'a1')],
      [21, 1, outcome('recover-backup', 'a1')],
      [22, 2, intent('recover-backup', 'failover 4', 'a2')],
      [23, 2, outcome('recover-backup', 'a2')],
    );
    expect(told.seedSteps).toEqual([4, 4]);
  });

  test('belong to the generation in force when they began', () => {
    const records = journal(
      [0, 1, generation(1)],
      [1, 1, intent('mirror-home', null, 'a0')],
      [2, 1, outcome('mirror-home', 'a0')],
      [10, 1, generation(2)],
      [20, 1, intent('recover-backup', 'failover 4', 'a1')],
      [21, 1, outcome('recover-backup', 'a1')],
      [30, 1, generation(3)],
      [40, 1, intent('restore-home', 'failback 4', 'a2')],
      [41, 1, outcome('restore-home', 'a2')],
    );
    const { failover: over, failback } = story(records, [], []);
    expect([over.actions, failback.actions]).toEqual([['recover-backup:backup'], ['restore-home:backup']]);
  });
});

describe('the own overhead', () => {
  const overhead = (...entries: readonly Entry[]): number =>
    story(journal([0, 1, generation(1)], [10, 1, generation(2)], ...entries), [], []).overheadMs.failover;

  test('is the time from the first intent to the last outcome without what was spent outside', () => {
    const ms = overhead(
      [20, 1, intent('recover-backup', 'failover 4', 'a1', 5_000)],
      [22, 1, outcome('recover-backup', 'a1', 'done', 6_900)],
      [25, 1, intent('activate-servers', 'failover 7', 'a2', 9_800)],
      [26, 1, outcome('activate-servers', 'a2', 'done', 10_700)],
    );
    expect(ms).toBe(300);
  });

  test('does not count the time between two lives of the daemon, whose counters begin anew', () => {
    const ms = overhead(
      [20, 1, intent('recover-backup', 'failover 4', 'a1', 5_000)],
      [60, 2, intent('recover-backup', 'failover 4', 'a2', 100)],
      [61, 2, outcome('recover-backup', 'a2', 'done', 1_000)],
    );
    expect(ms).toBe(100);
  });

  test('counts steps that overlap once', () => {
    const ms = overhead(
      [20, 1, intent('copy-log-backups', 'failover 2', 'a1', 0)],
      [20, 1, intent('apply-log-backups', 'failover 3', 'a2', 0)],
      [21, 1, outcome('apply-log-backups', 'a2', 'done', 900)],
      [22, 1, outcome('copy-log-backups', 'a1', 'done', 1_800)],
    );
    expect(ms).toBe(200);
  });
});
