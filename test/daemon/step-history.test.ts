import { describe, expect, test } from 'vitest';
import { keepInMemory } from '../../src/daemon/journal-records.ts';
import {
  durationHistory,
  endedTransition,
  lastTransition,
  SAMPLES_KEPT,
  stepHistory,
  uncountedFailover,
} from '../../src/daemon/step-history.ts';
import type { JournalBody, JournalRecord, StepReference } from '../../src/ports/journal.ts';

const START_MS = Date.parse('2026-11-23T12:00:00.000Z');
const generation = { counter: 2, hash: 'abcdefabcdef' };

function journal(...bodies: readonly (readonly [number, JournalBody])[]): JournalRecord[] {
  return bodies.map(([second, body], index) => ({
    v: 1,
    seq: index + 1,
    epoch: 1,
    at: new Date(START_MS + second * 1_000).toISOString(),
    ...body,
  }));
}
const reference = (action: string, attempt: string): StepReference => ({
  pool: 'chat',
  round: 'e1-r1',
  generation,
  action,
  target: 'backup',
  attempt,
});
const intent = (action: string, attempt = action): JournalBody => ({
  kind: 'intent',
  ...reference(action, attempt),
  seedStep: null,
  risk: 'safe',
  facts: 'x',
  outsideMs: 0,
});
type Result = 'done' | 'failed';
const outcome = (action: string, seconds: number, result: Result = 'done', notes = {}): JournalBody => ({
  kind: 'outcome',
  ...reference(action, action),
  result,
  code: null,
  reason: null,
  durationMs: seconds * 1_000,
  externalMs: 0,
  outsideMs: 0,
  notes,
});
const plan = (kind: string, more: object = {}): JournalBody => ({
  kind: 'plan',
  pool: 'chat',
  round: 'e1-r1',
  generation,
  plan: { kind },
  ledger: { lossMinutes: 7, lostFiles: 1 },
  ...more,
});
const prediction = {
  steps: [
    { action: 'recover-backup', target: 'backup', outage: true },
    { action: 'activate-servers', target: 'backup', outage: true },
  ],
  duration: { p50: 30, p95: 40 },
  outage: { p50: 20, p95: 30 },
};
const MOVE = [
  [0, plan('steps', { prediction })],
  [1, intent('copy-log-backups')],
  [5, outcome('copy-log-backups', 4)],
  [6, intent('recover-backup')],
  [9, outcome('recover-backup', 3)],
  [10, intent('activate-servers')],
  [21, outcome('activate-servers', 11)],
] as const;

describe('durations', () => {
  test('are those of deeds that were done, and of no failure and nothing that was done before', () => {
    const records = journal(
      [1, outcome('recover-backup', 3)],
      [2, outcome('recover-backup', 9, 'failed')],
      [3, outcome('recover-backup', 1, 'done', { alreadyDone: true })],
    );
    expect(stepHistory(records)).toMatchObject([{ action: 'recover-backup', seconds: 3, bytes: null }]);
  });

  test('are kept in memory, the newest of each step, however long the journal is', () => {
    const measured = Array.from(
      { length: SAMPLES_KEPT + 5 },
      (_, n) => [n, outcome('recover-backup', n)] as const,
    );
    const noise = Array.from({ length: 50 }, (_, n) => [n, { kind: 'removed', pool: 'x' }] as const);
    const kept = keepInMemory(journal(...measured, ...noise), 10);
    expect(stepHistory(kept).map(({ seconds }) => seconds)).toEqual(
      measured.slice(5).map(([second]) => second),
    );
  });
});

describe('the account of a transition', () => {
  test('goes from the first intent to the last outcome, its outage over the steps that were predicted without service', () => {
    expect(endedTransition(journal(...MOVE), 'chat')).toMatchObject({
      steps: ['copy-log-backups:backup', 'recover-backup:backup', 'activate-servers:backup'],
      predicted: { duration: { p50: 30 }, outage: { p50: 20 }, lossMinutes: 7, lostFiles: 1 },
      actual: { durationSeconds: 20, outageSeconds: 15 },
    });
  });

  test('tells the seconds between two steps, but not those in which something was waited for or a person was asked', () => {
    const looks = (...between: readonly (readonly [number, JournalBody])[]) => {
      const [begin, first, copied, recover, recovered, ...rest] = MOVE;
      return endedTransition(journal(begin, first, copied, ...between, recover, recovered, ...rest), 'chat');
    };
    expect(looks()?.lookSeconds).toBe(1);
    expect(looks([5, plan('steps')])?.lookSeconds).toBe(1);
    const late = MOVE.map(([second, body]) => [second > 5 ? second + 300 : second, body] as const);
    const waited = [...late.slice(0, 3), [6, plan('waiting')] as const, ...late.slice(3)];
    expect(endedTransition(journal(...waited), 'chat')?.lookSeconds).toBe(1);
    expect(endedTransition(journal(...late), 'chat')?.lookSeconds).toBe(1);
    expect(endedTransition(journal(...late.slice(0, 3)), 'chat')).not.toHaveProperty('lookSeconds');
  });

  test('of one step keeps the look of the transition before', () => {
    const moved = journal(...MOVE);
    const ended = endedTransition(moved, 'chat');
    if (ended === undefined) throw new Error('the move ended');
    const repaired = journal(
      ...MOVE,
      [22, ended],
      [30, intent('resume-mirroring')],
      [33, outcome('resume-mirroring', 3)],
    );
    expect(endedTransition(repaired, 'chat')).toMatchObject({
      steps: ['resume-mirroring:backup'],
      lookSeconds: 1,
    });
  });

  test('leaves the newest of each pool for predictions', () => {
    const ended = (pool: string, lookSeconds?: number): JournalBody => ({
      kind: 'transition',
      pool,
      generation,
      steps: [],
      predicted: { duration: null, outage: null, lossMinutes: null, lostFiles: 0 },
      actual: { durationSeconds: 1, outageSeconds: null },
      ...(lookSeconds === undefined ? {} : { lookSeconds }),
    });
    const kept = keepInMemory(journal([1, ended('chat', 3)], [2, ended('chat')], [3, ended('other', 2)]), 10);
    expect(durationHistory(kept).looks).toEqual([
      { pool: 'chat', seconds: 3 },
      { pool: 'other', seconds: 2 },
    ]);
  });

  const accepted = (primaryDatacenter: string): JournalBody => ({
    kind: 'generation',
    pool: 'chat',
    generation,
    origin: 'pools.yaml',
    revision: null,
    primarySite: primaryDatacenter === 'paris' ? 'home' : 'backup',
    primaryDatacenter,
    declared: {},
  });

  test.each([
    ['nothing was tried', []],
    [
      'nothing was done',
      [[40, intent('resume-mirroring')] as const, [41, outcome('resume-mirroring', 1, 'failed')] as const],
    ],
  ])('keeps the steps of an edit that was taken back, where %s after it', (_, after) => {
    const takenBack = journal([-300, accepted('lyon')], ...MOVE, [30, accepted('paris')], ...after);
    expect(endedTransition(takenBack, 'chat')).toMatchObject({
      steps: ['copy-log-backups:backup', 'recover-backup:backup', 'activate-servers:backup'],
      predicted: { duration: { p50: 30 } },
      actual: { durationSeconds: 20 },
    });
  });

  test('predicts by the plan for the datacenter that is wanted now, not by a repair that was tried before it', () => {
    const tried = journal(
      [-300, accepted('paris')],
      [-202, plan('steps', { ledger: { lossMinutes: 0, lostFiles: 0 } })],
      [-201, intent('resume-mirroring')],
      [-200, outcome('resume-mirroring', 1, 'failed')],
      [-100, accepted('lyon')],
      ...MOVE,
    );
    expect(endedTransition(tried, 'chat')).toMatchObject({
      predicted: { duration: { p50: 30 }, lossMinutes: 7 },
      actual: { durationSeconds: 20 },
    });
  });

  test('is none of another pool, and none for a pool that was at rest already', () => {
    expect(endedTransition(journal(...MOVE), 'other')).toBeUndefined();
    expect(endedTransition(journal(...MOVE, [30, plan('converged')]), 'chat')).toBeUndefined();
  });

  test('of a journal that predicted nothing has no prediction, and no outage', () => {
    const [, ...steps] = MOVE;
    expect(endedTransition(journal([0, plan('steps')], ...steps), 'chat')).toMatchObject({
      predicted: { duration: null, outage: null },
      actual: { durationSeconds: 20, outageSeconds: null },
    });
  });

  test('is written once, is the last one then, and its failover is counted once', () => {
    const ended = endedTransition(journal(...MOVE), 'chat');
    if (ended === undefined) throw new Error('it has ended');
    const written = journal(...MOVE, [22, ended]);
    expect(endedTransition(written, 'chat')).toBeUndefined();
    expect(lastTransition(written, 'chat')?.actual.durationSeconds).toBe(20);
    expect(uncountedFailover(written, 'chat')?.seq).toBe(8);
    const loss: JournalBody = {
      kind: 'loss-seen',
      pool: 'chat',
      generation,
      predictedMinutes: 7,
      actualMinutes: 6,
      because: 'x',
    };
    expect(uncountedFailover(journal(...MOVE, [22, ended], [90, loss]), 'chat')).toBeUndefined();
  });
});
