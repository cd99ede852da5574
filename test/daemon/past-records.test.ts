import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openJournal } from '../../src/daemon/journal.ts';
import { PAST_LIMITS, PastRecords, type PastLimits } from '../../src/daemon/past-records.ts';
import { archivesIn } from '../../src/daemon/rotate-journal.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { findTransitions } from '../../src/story/transitions-of.ts';
import { accepted, begins, CHAT, ends, planned } from '../support/written-journal.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
const MAX_BYTES = 60_000;

/** A journal of several files: one transition of the pool first, then much about others. */
async function rotated(): Promise<{ readonly folder: string; readonly last: number }> {
  const folder = temporaryFolder();
  const rotation = { maxBytes: MAX_BYTES, archives: 20 };
  const journal = await openJournal(folder, clock, 1, {
    rotation,
    // Syncing each record would take longer than what is tested.
    wrap: (file) => ({
      write: (bytes, position) => file.write(bytes, position),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
      sync: () => Promise.resolve(),
    }),
  });
  onTestFinished(() => journal.close());
  for (const body of [
    accepted(1, 'paris'),
    planned('converged', [], { counter: 1 }),
    accepted(2, 'lyon'),
    planned('steps', ['a:home']),
    begins('a:home', 0),
    ends('a:home', 1),
    planned('converged'),
  ])
    await journal.append(body);
  const signs = ['x'.repeat(400)];
  for (let count = 0; count < 700; count += 1)
    await journal.append({ kind: 'evidence', pool: 'other', site: 'home', verdict: 'unknown', signs });
  return { folder, last: journal.records().at(-1)?.seq ?? 0 };
}

/** What memory still holds of such a journal after a while: the newest records, and an old one that still counts. */
const memoryOf = (last: number): readonly JournalRecord[] => [
  { v: 1, seq: 3, epoch: 1, at: '2026-01-01T00:00:00.000Z', ...accepted(2, 'lyon') },
  {
    v: 1,
    seq: last - 1,
    epoch: 1,
    at: '2026-01-01T00:00:00.000Z',
    kind: 'evidence',
    pool: 'other',
    site: 'home',
    verdict: 'unknown',
    signs: [],
  },
  { v: 1, seq: last, epoch: 1, at: '2026-01-01T00:00:00.000Z', kind: 'removed', pool: CHAT },
];

const LAST = 9;
const reader = (
  { folder, last }: { readonly folder: string; readonly last: number },
  limits: PastLimits = PAST_LIMITS,
): PastRecords => new PastRecords({ directory: folder, records: () => memoryOf(last), clock, limits });

describe('the records of a pool', () => {
  test('are at hand as far as memory reaches, and from where on none is missing', () => {
    const { records, completeFrom } = reader({ folder: 'nowhere', last: LAST }).recent(CHAT);
    expect([records.map(({ seq }) => seq), completeFrom]).toEqual([[3, LAST], LAST - 1]);
  });

  test('come from all files of the journal, each once, where memory does not reach', async () => {
    const journal = await rotated();
    expect((await archivesIn(journal.folder)).length).toBeGreaterThan(2);
    const { records, completeFrom, left } = await reader(journal).all(CHAT);
    expect([completeFrom, left]).toEqual([1, []]);
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, journal.last]);
    expect(findTransitions({ records, completeFrom, left }, CHAT).map((found) => found.read())).toMatchObject(
      [{ first: 5, cut: false }],
    );
  });

  test('need no file where memory has them all', async () => {
    const whole = new PastRecords({
      directory: 'nowhere',
      records: () => [{ v: 1, seq: 1, epoch: 1, at: 'x', kind: 'removed', pool: CHAT }],
      clock,
    });
    expect((await whole.all(CHAT)).records).toHaveLength(1);
  });

  test('are read as far as the bound allows, and the files that were left are named', async () => {
    const journal = await rotated();
    const { completeFrom, left } = await reader(journal, { mostBytes: 2 * MAX_BYTES, deadlineMs: 5_000 }).all(
      CHAT,
    );
    expect(completeFrom).toBeGreaterThan(1);
    expect(left.at(-1)).toMatch(/^journal\.\d{12}\.ndjson: more than is read for one answer$/);
  });

  test('are what is at hand when the time is over before the first file', async () => {
    const journal = await rotated();
    const { completeFrom, left } = await reader(journal, { mostBytes: Infinity, deadlineMs: -1 }).all(CHAT);
    expect([completeFrom, left[0]]).toEqual([
      journal.last - 1,
      'journal.ndjson: there was no time left to read it',
    ]);
  });

  test('end where a file is missing, and where one cannot be read', async () => {
    const journal = await rotated();
    const [oldest = '', second = '', third = ''] = await archivesIn(journal.folder);
    rmSync(second);
    const gap = await reader(journal).all(CHAT);
    expect(gap.left).toEqual([`${path.basename(oldest)}: a file after it is missing`]);
    expect(gap.records.map(({ seq }) => seq)).not.toContain(5);
    writeFileSync(third, 'no journal\n');
    expect((await reader(journal).all(CHAT)).left[0]).toMatch(/JSON/);
  });

  test('leave out a last line that is still being written', async () => {
    const journal = await rotated();
    appendFileSync(path.join(journal.folder, 'journal.ndjson'), '{"v":1,"seq":999,"pool":"chat","kind":"rem');
    expect((await reader(journal).all(CHAT)).left).toEqual([]);
  });

  test('are read once for everybody who asks for them meanwhile, and change nothing', async () => {
    const journal = await rotated();
    const before = readdirSync(journal.folder).length;
    const past = reader(journal);
    const [one, other] = [past.all(CHAT), past.all(CHAT)];
    expect(one).toBe(other);
    await one;
    expect(past.all(CHAT)).not.toBe(one);
    expect(readdirSync(journal.folder)).toHaveLength(before);
  });

  test('are not read again for whoever goes on from there, and what came since is among them', async () => {
    const journal = await rotated();
    let memory = memoryOf(journal.last);
    const past = new PastRecords({ directory: journal.folder, records: () => memory, clock });
    const first = await past.all(CHAT);
    rmSync(journal.folder, { recursive: true });
    const since: JournalRecord = {
      v: 1,
      seq: journal.last + 1,
      epoch: 1,
      at: 'x',
      kind: 'removed',
      pool: CHAT,
    };
    memory = [...memory, since];
    const second = await past.all(CHAT);
    expect(second.records).toEqual([...first.records, since]);
    expect([second.completeFrom, second.left]).toEqual([1, []]);
  });
});
