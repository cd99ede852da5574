import { describe, expect, test } from 'vitest';
import { keptOf } from '../../src/story/kept-records.ts';
import { pastMoment, recordAt } from '../../src/story/past-moment.ts';
import type { PastMoment } from '../../src/story/moment.ts';
import type { JournalBody } from '../../src/ports/journal.ts';
import {
  accepted,
  atSecond,
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

function moment(seq: number, ...entries: readonly Entry[]): PastMoment {
  const found = pastMoment(keptOf(written(...entries), CHAT), seq);
  if (found === undefined) throw new Error('the record is not kept');
  return found;
}

type Said = Extract<JournalBody, { readonly kind: 'decision' }>;
const said = (decision: Said['decision'], expiresAt: string | null = null): JournalBody =>
  ({
    kind: 'decision',
    pool: CHAT,
    by: 'ann',
    reason: 'x',
    expiresAt,
    decision,
    ...(decision === 'attest-down' ? { site: 'home' } : {}),
    ...(decision === 'approve'
      ? { generation: { counter: 2, hash: 'hash-2' }, steps: [], lossMinutes: 0 }
      : {}),
  }) as JournalBody;

describe('a past moment', () => {
  test('is what stood when the record had been written, and nothing of what came later', () => {
    const kept = keptOf(keptJournal(), 'contoso-chat');
    const found = pastMoment(kept, 35);
    expect(found).toMatchObject({
      record: { seq: 35, kind: 'effect' },
      earlier: 34,
      later: 36,
      generation: { generation: { counter: 2 }, primaryDatacenter: 'lyon' },
      plan: { seq: 33, kind: 'steps' },
      running: [{ action: 'recover-backup', lastEffect: { seq: 35 } }],
      evidence: { home: { verdict: 'down (silent)' }, backup: null },
    });
    expect(found?.conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Converged False',
      'Blocked False',
      'Unprotected Unknown',
      'Progressing True',
    ]);
    expect(found?.generation?.declared).toContainEqual({ path: 'policy.maxDataLoss', value: '4h' });
  });

  test('forgets what an earlier daemon had judged, and keeps what it had begun', () => {
    const before: readonly Entry[] = [
      [0, accepted(2, 'lyon')],
      [1, seen('home', 'down', 'silent')],
      [2, judged('Blocked', 'True')],
      [3, planned('steps', ['a:home'])],
      [4, begins('a:home', 0)],
    ];
    const again: Entry = [60, { kind: 'started', version: '2' }, 2];
    const found = moment(6, ...before, again);
    expect(found).toMatchObject({
      epoch: 2,
      plan: null,
      conditions: [],
      evidence: { home: null, backup: null },
      generation: { generation: { counter: 2 } },
      running: [{ action: 'a', target: 'home' }],
    });
    expect(moment(5, ...before, again)).toMatchObject({
      plan: { seq: 4 },
      conditions: [{ type: 'Blocked' }],
    });
  });

  test('knows a step as running from its intent to its outcome', () => {
    const entries: readonly Entry[] = [
      [0, begins('a:home', 0)],
      [1, ends('a:home', 1)],
    ];
    expect([1, 2].map((seq) => moment(seq, ...entries).running.length)).toEqual([1, 0]);
  });

  test.each<[string, readonly Entry[], readonly string[]]>([
    ['one that has not ended', [[1, said('suspend', atSecond(100))]], ['suspend']],
    ['none that has ended', [[1, said('suspend', atSecond(9))]], []],
    [
      'the last word of suspending and resuming',
      [
        [1, said('suspend')],
        [2, said('resume')],
      ],
      ['resume'],
    ],
    ['an approval of the generation in force', [[1, said('approve')]], ['approve']],
    [
      'no approval of an older generation',
      [
        [1, said('approve')],
        [2, accepted(3, 'paris')],
      ],
      [],
    ],
    ['an attestation', [[1, said('attest-down', atSecond(100))]], ['attest-down']],
    [
      'no attestation that a sign of life has voided',
      [
        [1, said('attest-down', atSecond(100))],
        [2, seen('home', 'alive')],
      ],
      [],
    ],
  ])('has of the decisions %s', (_, entries, decisions) => {
    const last: Entry = [10, judged('Converged', 'False')];
    const found = moment(entries.length + 2, [0, accepted(2, 'lyon')], ...entries, last);
    expect(found.decisions.map(({ decision }) => decision)).toEqual(decisions);
  });

  test('has a break-glass from the word of the person to its end', () => {
    const kept = keptOf(keptJournal(), 'contoso-chat');
    expect([147, 150, 158, 160].map((seq) => pastMoment(kept, seq)?.breakGlass?.by ?? null)).toEqual([
      null,
      'ann',
      'ann',
      null,
    ]);
  });

  test('has nothing of a pool that was no longer declared', () => {
    const kept = keptOf(keptJournal(), 'contoso-chat');
    expect(pastMoment(kept, 167)).toMatchObject({ generation: null, plan: null, running: [], later: null });
  });

  test('says when the judgements of its daemon may be older than what was read', () => {
    const records = written(
      [0, { kind: 'started', version: '1' }],
      [1, seen('home', 'down', 'silent')],
      [2, judged('Converged', 'False')],
      [3, { kind: 'started', version: '1' }, 2],
      [4, judged('Converged', 'False'), 2],
    );
    const cutAt = (from: number, seq: number) => pastMoment(keptOf(records.slice(from - 1), CHAT), seq)?.cut;
    expect([cutAt(1, 3), cutAt(2, 3), cutAt(2, 5), cutAt(4, 5), cutAt(5, 5)]).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  test('says what the journal does not keep', () => {
    expect(moment(1, [0, accepted(1, 'paris')]).notKept.join(' ')).toMatch(/lag, sessions/);
  });

  test('is found by an instant: the newest record that was written by then', () => {
    const kept = keptOf(keptJournal(), 'contoso-chat');
    expect(recordAt(kept, '2026-11-28T05:22:39.200Z')).toBe(35);
    expect(recordAt(kept, '2026-11-28T06:22:39.196+01:00')).toBe(35);
    expect(recordAt(kept, '2020-01-01T00:00:00Z')).toBeUndefined();
  });

  test('is the newest one where none is named, and none where nothing is kept', () => {
    expect(pastMoment(keptOf(keptJournal(), 'contoso-chat'))?.record.seq).toBe(167);
    expect(pastMoment(keptOf(keptJournal(), 'contoso-chat'), 4_711)).toBeUndefined();
    expect(pastMoment(keptOf([], CHAT))).toBeUndefined();
  });
});
