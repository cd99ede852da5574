import { describe, expect, test } from 'vitest';
import { keptOf } from '../../src/story/kept-records.ts';
import { findTransitions, transitionAt } from '../../src/story/transitions-of.ts';
import type { Transition } from '../../src/story/transition.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import {
  accepted,
  begins,
  CHAT,
  ends,
  judged,
  keptJournal,
  planned,
  seen,
  written,
  type Entry,
} from '../support/written-journal.ts';

const KEPT_POOL = 'contoso-chat';
const all = (records: readonly JournalRecord[], pool = CHAT) =>
  findTransitions(keptOf(records, pool), pool).map((found) => found.read());
const only = (...entries: readonly Entry[]): Transition => {
  const [found, ...others] = all(written(...entries));
  if (found === undefined || others.length > 0) throw new Error('one transition was expected');
  return found;
};

/** Home is lost at 10, the edit comes at 20, two steps follow. */
const MOVE: readonly Entry[] = [
  [0, { kind: 'started', version: '1' }],
  [1, accepted(1, 'paris')],
  [2, planned('converged', [], { counter: 1 })],
  [10, planned('blocked', [], { counter: 1 })],
  [10, seen('home', 'down', 'silent')],
  [20, accepted(2, 'lyon')],
  [21, planned('steps', ['recover-backup:backup', 'activate-servers:backup'])],
  [30, begins('recover-backup:backup', 100)],
  [34, ends('recover-backup:backup', 103, { durationMs: 4_000, externalMs: 3_000 })],
  [36, begins('activate-servers:backup', 104.5)],
  [41, ends('activate-servers:backup', 109, { durationMs: 5_000, externalMs: 4_500 })],
];
const REST: Entry = [
  42,
  {
    kind: 'transition',
    pool: CHAT,
    generation: { counter: 2, hash: 'hash-2' },
    steps: ['recover-backup:backup', 'activate-servers:backup'],
    predicted: { duration: null, outage: null, lossMinutes: 0, lostFiles: 0 },
    actual: { durationSeconds: 11, outageSeconds: 10 },
  },
];
const CONVERGED: Entry = [42, planned('converged')];

describe('the journal of a released version', () => {
  const [failover, failback, ...more] = all(keptJournal(), KEPT_POOL);

  test('holds its two transitions, and nothing of decisions and a break-glass without a step', () => {
    expect(more).toEqual([]);
    expect([failover, failback].map((one) => [one?.first, one?.last, one?.state, one?.steps.length])).toEqual(
      [
        [17, 53, 'at-rest', 7],
        [62, 141, 'at-rest', 8],
      ],
    );
  });

  test('tells what each of them cost over the unavoidable minimum', () => {
    expect(failover?.spent).toEqual({
      wallMs: 8_309,
      workMs: 5_095,
      ownMs: 191,
      looksMs: 3_023,
      pausesMs: 0,
      heldMs: 0,
      unknownMs: 0,
      overheadMs: 3_214,
    });
  });

  test('tells the line of the edit, the evidence that stood, and the loss that was counted later', () => {
    expect(failover?.generations.map(({ changes }) => changes)).toEqual([
      [{ path: 'primaryDatacenter', before: 'paris', after: 'lyon' }],
    ]);
    expect(failover?.evidence.map(({ seq, verdict, before }) => [seq, verdict, before])).toEqual([
      [11, 'down (silent)', true],
    ]);
    expect(failover?.actual).toMatchObject({
      lossMinutes: null,
      lossBecause: expect.stringMatching(/^home came back rebuilt/) as string,
    });
    expect(failback?.actual.lossBecause).toMatch(/^not counted/);
  });

  test('gives each step its effects and both its times', () => {
    const recovery = failover?.steps.find(({ action }) => action === 'recover-backup');
    expect(recovery).toMatchObject({ result: 'done', durationMs: 1_086, externalMs: 1_072 });
    expect(recovery?.effects.map(({ what }) => what)).toEqual(['RESTORE DATABASE [mgc] WITH RECOVERY']);
  });
});

describe('a transition', () => {
  test('begins with what asked for it and ends with the last step, its records with the rest', () => {
    const found = only(...MOVE, REST, CONVERGED, [42, judged('Converged', 'True')]);
    expect(found).toMatchObject({
      first: 8,
      last: 14,
      state: 'at-rest',
      cause: {
        kind: 'edit',
        seq: 6,
        says: expect.stringMatching(
          /^Generation 2 wants the service in lyon; it was wanted in paris/,
        ) as string,
      },
      begunAt: '2026-11-24T02:00:30.000Z',
      endedAt: '2026-11-24T02:00:41.000Z',
      beforeMs: 10_000,
    });
    expect(found.marks.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('of which a step has no outcome yet goes on, and nothing is said of that step that nobody has measured', () => {
    const found = only(...MOVE.slice(0, -1));
    expect(found).toMatchObject({ state: 'step-runs', endedAt: null, spent: { wallMs: 6_000 } });
    expect(found.steps.at(-1)).toMatchObject({
      result: null,
      ended: null,
      durationMs: null,
      externalMs: null,
    });
  });

  test('that stands still between two steps is not at rest', () => {
    expect(only(...MOVE).state).toBe('not-at-rest');
  });

  test('of a pool that was removed is given up', () => {
    const found = only(...MOVE, [50, { kind: 'removed', pool: CHAT }]);
    expect(found).toMatchObject({ state: 'given-up', endedAt: '2026-11-24T02:00:41.000Z' });
  });

  test('is asked for by the edit that named another datacenter, not by a later one that says how', () => {
    const policy: Entry = [25, accepted(3, 'lyon', { declared: { policy: { maxDataLoss: '4h' } } })];
    const found = only(...MOVE.slice(0, 7), policy, ...MOVE.slice(7));
    expect(found.cause).toMatchObject({
      seq: 6,
      says: expect.stringMatching(/^Generation 2 wants/) as string,
    });
    expect(found.generations.map(({ generation }) => generation.counter)).toEqual([2, 3]);
  });

  /** A repair that does not succeed, and what is asked meanwhile. */
  const repair: readonly Entry[] = [
    [0, accepted(1, 'paris')],
    [1, planned('steps', ['resume-mirroring:home'], { counter: 1 })],
    [2, begins('resume-mirroring:home', 0)],
    [3, ends('resume-mirroring:home', 1, { result: 'failed' })],
  ];

  test('ends where the service is wanted elsewhere, and the next one begins with that edit and its plan', () => {
    const plan = planned('steps', ['recover-backup:backup'], { ledger: { lossMinutes: 3 } });
    // The daemon's own account may reach back to the first step since the rest.
    const rest: Entry = [
      42,
      { ...REST[1], actual: { durationSeconds: 39, outageSeconds: 10 } } as JournalBody,
    ];
    const found = all(written(...repair, [20, accepted(2, 'lyon')], [21, plan], ...MOVE.slice(7), rest));
    expect(found.map(({ first, state, cause, cut }) => [first, state, cause.kind, cut])).toEqual([
      [3, 'superseded', 'edit', false],
      [7, 'at-rest', 'edit', false],
    ]);
    const [overtaken, move] = found;
    expect(overtaken).toMatchObject({ endedAt: '2026-11-24T02:00:03.000Z', notDone: 1 });
    expect(move?.cause.says).toMatch(/^Generation 2 wants the service in lyon; it was wanted in paris/);
    expect(move?.predicted.lossMinutes).toBe(3);
    expect(move?.actual.durationSeconds).toBe(11);
  });

  test('goes on with an edit that leaves the datacenter, and with one that comes while a step runs', () => {
    const policy = all(written(...repair, [20, accepted(2, 'paris')], ...MOVE.slice(6)));
    const torn = all(
      written(...repair.slice(0, 3), [3, accepted(2, 'lyon')], [4, ends('resume-mirroring:home', 1)]),
    );
    expect([policy.length, torn.length]).toEqual([1, 1]);
  });

  test('that no edit asked for tells what drifted', () => {
    const found = only(
      [0, accepted(2, 'paris')],
      [1, planned('converged')],
      [60, planned('steps', ['enable-jobs:home'])],
      [61, begins('enable-jobs:home', 1)],
      [62, ends('enable-jobs:home', 2)],
    );
    expect(found.cause).toMatchObject({
      kind: 'drift',
      seq: 3,
      says: 'Drift under generation 2: enable-jobs:home is needed.',
    });
    expect(found.generations).toEqual([]);
  });

  test('holds the decisions that were made since the pool was at rest', () => {
    const approval: JournalBody = {
      kind: 'decision',
      pool: CHAT,
      by: 'ann',
      reason: 'paris is lost',
      expiresAt: null,
      decision: 'approve',
      generation: { counter: 2, hash: 'hash-2' },
      steps: ['recover-backup:backup'],
      lossMinutes: 0,
    };
    const found = only(...MOVE.slice(0, 7), [25, approval], ...MOVE.slice(7));
    expect(found.decisions).toMatchObject([{ by: 'ann', decision: 'approve', seq: 8 }]);
  });

  test('whose beginning is no longer kept says so, and is left to the files where they may hold it', () => {
    const records = written(...MOVE, REST).slice(8);
    expect(all(records)).toMatchObject([{ cut: true, cause: { kind: 'drift' } }]);
    expect(findTransitions(keptOf(records, CHAT), CHAT, false).map((found) => found.read())).toEqual([]);
  });

  test('that failed for weeks lists its newest steps, and says how many there were', () => {
    const failed = Array.from({ length: 400 }, (_, index): readonly Entry[] => [
      [10 + index, begins('a:home', index, `try-${String(index)}`)],
      [10 + index, ends('a:home', index, { attempt: `try-${String(index)}`, result: 'failed' })],
    ]).flat();
    const found = only([0, accepted(2, 'lyon')], ...failed);
    expect([found.steps.length, found.stepsBefore, found.notDone]).toEqual([300, 100, 400]);
    expect(found.steps.at(-1)?.attempt).toBe('try-399');
  });

  test('is found by any record that it holds', () => {
    const transitions = findTransitions(keptOf(keptJournal(), KEPT_POOL), KEPT_POOL);
    expect([13, 17, 53].map((record) => transitionAt(transitions, record)?.first)).toEqual([17, 17, 17]);
    expect([transitionAt(transitions)?.first, transitionAt(transitions, 145)]).toEqual([62, undefined]);
  });
});

describe('what was predicted', () => {
  const seconds = { p50: 3, p95: 4 };
  const prediction = {
    steps: [
      {
        action: 'recover-backup',
        target: 'backup',
        seconds,
        samples: 2,
        from: 'time' as const,
        outage: true,
      },
    ],
    duration: { p50: 12, p95: 20 },
    outage: { p50: 10, p95: 15 },
    unmeasured: [],
  };

  test('stands beside what was, of the whole and of each step', () => {
    const plan: Entry = [
      21,
      planned('steps', ['recover-backup:backup'], { prediction, ledger: { lossMinutes: 3, lostFiles: 1 } }),
    ];
    const found = only(...MOVE.slice(0, 6), plan, ...MOVE.slice(7), REST);
    expect(found.predicted).toMatchObject({
      duration: { p50: 12 },
      outage: { p50: 10 },
      lossMinutes: 3,
      lostFiles: 1,
    });
    expect(found.actual).toMatchObject({ durationSeconds: 11, outageSeconds: 10 });
    expect(found.steps.map((step) => step.predicted)).toEqual([seconds, null]);
  });

  test('of the loss is answered by the count of that failover and of no later one', () => {
    const counted = (second: number, minutes: number): Entry => [
      second,
      {
        kind: 'loss-seen',
        pool: CHAT,
        generation: { counter: 2, hash: 'hash-2' },
        predictedMinutes: 0,
        actualMinutes: minutes,
        because: 'home was seen',
      },
    ];
    expect(only(...MOVE, REST, CONVERGED, counted(90, 4)).actual.lossMinutes).toBe(4);
    const again = MOVE.slice(5).map(([second, body]): Entry => [second + 100, body]);
    const twice = all(written(...MOVE, REST, CONVERGED, ...again, [142, REST[1]], counted(190, 7)));
    expect(twice.map(({ actual }) => actual.lossMinutes)).toEqual([null, 7]);
  });
});
