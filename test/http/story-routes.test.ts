import { describe, expect, test } from 'vitest';
import type { KeptRecords, PastSource } from '../../src/story/kept-records.ts';
import { keptOf } from '../../src/story/kept-records.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { facts } from '../support/facts.ts';
import { observed } from '../support/pool-status.ts';
import { servedApi } from '../support/served-api.ts';
import { keptJournal } from '../support/written-journal.ts';

const pool = observed(facts());
const records = keptJournal().map((record): JournalRecord =>
  'pool' in record && record.pool === 'contoso-chat' ? { ...record, pool: pool.pool } : record,
);

/** Memory that begins with a record, before files that have everything. */
function source(from: number): PastSource & { asked: number } {
  const of = (some: readonly JournalRecord[]): KeptRecords => keptOf(some, pool.pool);
  const past = {
    asked: 0,
    recent: () => of(records.filter(({ seq }) => seq >= from)),
    all: () => {
      past.asked += 1;
      return Promise.resolve(of(records));
    },
  };
  return past;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, never> & {
    readonly transitions: readonly { readonly first: number; readonly cut: boolean }[];
    readonly generations: readonly { readonly seq: number; readonly changes: unknown }[];
    readonly transition: { readonly first: number } | null;
    readonly moment: { readonly record: { readonly seq: number } } | null;
    readonly markdown: string | null;
    readonly next: number | null;
    readonly detail: string;
  };
}

async function get(route: string, past?: PastSource): Promise<Answer> {
  const { server } = servedApi(pool, past === undefined ? {} : { past });
  const answer = await server.inject({ url: `/api/v1/pools/${pool.pool}/${route}` });
  return { status: answer.statusCode, body: answer.json() };
}
const firsts = ({ body }: Answer): readonly number[] => body.transitions.map(({ first }) => first);

describe('transitions', () => {
  test('come newest first, page by page', async () => {
    const past = source(1);
    const first = await get('transitions?limit=1', past);
    expect([firsts(first), first.body.next]).toEqual([[62], 62]);
    const second = await get('transitions?limit=1&cursor=62', past);
    expect([firsts(second), second.body.next, past.asked]).toEqual([[17], null, 0]);
  });

  test('that memory has lost are read from the files, but not for the first page', async () => {
    const past = source(55);
    const first = await get('transitions', past);
    expect([firsts(first), first.body.next, past.asked]).toEqual([[62], 62, 0]);
    expect([firsts(await get('transitions?cursor=62', past)), past.asked]).toEqual([[17], 1]);
  });

  test('are read from the files at once where memory holds none that is whole', async () => {
    const past = source(70);
    expect([firsts(await get('transitions', past)), past.asked]).toEqual([[62, 17], 1]);
  });
});

describe('a story', () => {
  test('is of the newest transition, as data and as a report', async () => {
    const { body } = await get('story', source(1));
    expect(body.transition?.first).toBe(62);
    expect(body.markdown).toMatch(/^# .*: Generation 3 wants the service in paris/);
  });

  test('is of the transition that holds a record, from the files where it must be', async () => {
    const past = source(55);
    expect((await get('story?record=33', past)).body.transition?.first).toBe(17);
    expect(past.asked).toBe(1);
  });

  test('of a record that no transition holds is not there', async () => {
    const { status, body } = await get('story?record=145', source(1));
    expect([status, body.detail]).toEqual([
      404,
      `no transition of ${pool.pool} that is kept holds the record 145`,
    ]);
  });

  test('is empty for a pool that never took a step', async () => {
    const { status, body } = await get('story');
    expect([status, body.transition, body.markdown]).toEqual([200, null, null]);
  });
});

describe('the past', () => {
  test.each([
    ['record=35', 35],
    ['at=2026-11-28T05:22:39.200Z', 35],
    ['at=2026-11-28T05:22:39.200%2B00:00', 35],
    ['', 167],
  ])('by %s is the one of that record', async (query, seq) => {
    expect((await get(`past?${query}`, source(1))).body.moment?.record.seq).toBe(seq);
  });

  test.each(['record=9999', 'at=2020-01-01T00:00:00Z'])('by %s is not kept', async (query) => {
    expect((await get(`past?${query}`, source(1))).status).toBe(404);
  });

  test.each(['record=x', 'at=yesterday', 'record=0'])('by %s is no question', async (query) => {
    expect((await get(`past?${query}`, source(1))).status).toBe(400);
  });

  test('before what memory holds is read from the files', async () => {
    const past = source(55);
    expect((await get('past?record=20', past)).body.moment?.record.seq).toBe(20);
    expect(past.asked).toBe(1);
  });
});

describe('generations', () => {
  test('come newest first, each with what it changed', async () => {
    const { body } = await get('generations?limit=2', source(1));
    expect(body.generations.map(({ seq }) => seq)).toEqual([160, 150]);
    expect(body.generations[0]?.changes).toEqual([
      { path: 'primaryDatacenter', before: 'lyon', after: 'paris' },
    ]);
  });

  test('of which memory does not know what they changed are read from the files', async () => {
    const past = source(155);
    expect((await get('generations?limit=1', past)).body.generations[0]?.changes).toHaveLength(1);
    expect(past.asked).toBe(1);
  });
});
