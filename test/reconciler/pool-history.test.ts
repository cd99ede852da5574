import { describe, expect, test } from 'vitest';
import { keepInMemory } from '../../src/daemon/journal-records.ts';
import type { JournalBody, JournalRecord } from '../../src/ports/journal.ts';
import { historyOf } from '../../src/reconciler/gates/pool-history.ts';

const START_MS = Date.parse('2026-11-23T12:00:00.000Z');
const SECOND_MS = 1_000;
const GENERATION = { counter: 2, hash: 'abc' };

/** One record a second. */
const journal = (...bodies: readonly JournalBody[]): JournalRecord[] =>
  bodies.map((body, index) => ({
    v: 1,
    seq: index + 1,
    epoch: 1,
    at: new Date(START_MS + index * SECOND_MS).toISOString(),
    ...body,
  }));
const step = (action: string, attempt: string, pool = 'chat', generation = GENERATION) => ({
  pool,
  round: 'r1',
  generation,
  action,
  target: 'backup',
  attempt,
});
type Step = ReturnType<typeof step>;
const intent = (of: Step, risk: string): JournalBody => ({
  kind: 'intent',
  ...of,
  seedStep: null,
  risk,
  facts: 'x',
  outsideMs: 0,
});
const effect = (of: Step): JournalBody => ({ kind: 'effect', ...of, where: 'sql', what: 'deed' });
const outcome = (of: Step, result: 'done' | 'refused' | 'failed', durationMs = 10_000): JournalBody => ({
  kind: 'outcome',
  ...of,
  result,
  code: null,
  reason: null,
  durationMs,
  externalMs: 0,
  outsideMs: 0,
  notes: {},
});
const plan = (kind: string, pool = 'chat'): JournalBody => ({
  kind: 'plan',
  pool,
  round: 'r1',
  generation: GENERATION,
  plan: { kind },
  ledger: {},
});
const generation: JournalBody = {
  kind: 'generation',
  pool: 'chat',
  generation: GENERATION,
  origin: 'x',
  revision: null,
  primarySite: 'backup',
  primaryDatacenter: 'lyon',
  declared: null,
};
const begun = (records: readonly JournalRecord[]): number | undefined => {
  const at = historyOf(records, 'chat', GENERATION).begunAtMs;
  return at === undefined ? undefined : (at - START_MS) / SECOND_MS;
};
const noise = (count: number): JournalBody[] =>
  Array.from({ length: count }, () => ({
    kind: 'evidence',
    pool: 'chat',
    site: 'home',
    verdict: 'unknown',
    signs: [],
  }));

const one = step('remove-log-shipping', 'a');
const two = step('recover-backup', 'b');

describe('a transition has begun', () => {
  test.each([
    ['with the first effect of a step that is not safe', [intent(one, 'outage'), effect(one)], 0],
    [
      'at the first of them',
      [intent(one, 'outage'), effect(one), intent(two, 'no way back'), effect(two)],
      0,
    ],
    ['not with a safe step', [intent(one, 'safe'), effect(one)], undefined],
    [
      'not with a step that was refused before its first effect',
      [intent(one, 'outage'), outcome(one, 'refused')],
      undefined,
    ],
    ['and has ended once converged', [intent(one, 'outage'), effect(one), plan('converged')], undefined],
    [
      'again after that',
      [intent(one, 'outage'), effect(one), plan('converged'), intent(two, 'fences'), effect(two)],
      3,
    ],
    [
      'also while the plan changes or is blocked',
      [intent(one, 'outage'), effect(one), plan('blocked'), plan('steps')],
      0,
    ],
    [
      'not by another pool or generation',
      [
        ...[
          step('recover-backup', 'c', 'other'),
          step('recover-backup', 'd', 'chat', { counter: 1, hash: 'z' }),
        ],
      ].flatMap((of) => [intent(of, 'no way back'), effect(of)]),
      undefined,
    ],
  ] as const satisfies readonly (readonly [string, readonly JournalBody[], number | undefined])[])(
    '%s',
    (_, bodies, seconds) => {
      expect(begun(journal(...bodies))).toBe(seconds);
    },
  );

  test('however long the journal has become since', () => {
    const records = journal(generation, intent(one, 'outage'), effect(one), ...noise(50));
    expect(begun(keepInMemory(records, 5))).toBe(1);
    const ended = journal(generation, intent(one, 'outage'), effect(one), plan('converged'), ...noise(50));
    expect(begun(keepInMemory(ended, 5))).toBeUndefined();
  });
});

describe('of a pool the journal tells', () => {
  test('when it was moved between its sites last, also after a restart with a long journal', () => {
    const move = step('activate-servers', 'm');
    const records = journal(
      outcome(step('set-pool-failed-over', 'l'), 'done'),
      outcome(move, 'done'),
      outcome(step('set-pool-normal', 'n'), 'failed'),
      ...noise(50),
    );
    for (const kept of [records, keepInMemory(records, 5)])
      expect(historyOf(kept, 'chat', GENERATION).movedAtMs).toBe(START_MS + SECOND_MS);
    expect(historyOf(records, 'other', GENERATION).movedAtMs).toBeUndefined();
  });

  test('how long a step takes by its 95th percentile, without what failed', () => {
    const taken = Array.from({ length: 100 }, (_, index) => outcome(one, 'done', (index + 1) * SECOND_MS));
    const records = journal(...taken, outcome(one, 'failed', 9_999_000));
    expect(historyOf(records, 'chat', GENERATION).seconds.get('remove-log-shipping:backup')).toBe(95);
    const kept = keepInMemory(journal(outcome(two, 'done', 7_000), ...noise(50)), 5);
    expect(historyOf(kept, 'chat', GENERATION).seconds.get('recover-backup:backup')).toBe(7);
  });
});
