import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { JournalTail } from '../../src/cli/estate-story/journal-file.ts';
import {
  openJournal,
  readJournalFile,
  readJournalHistory,
  type FileJournal,
  type JournalFile,
} from '../../src/daemon/journal.ts';
import { journalPath, rotationOf } from '../../src/daemon/rotate-journal.ts';
import type { JournalBody } from '../../src/ports/journal.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
const MAX_BYTES = 400_000;
const ARCHIVES = 3;
const FIRST_ROTATION = 500;

const noise: JournalBody = {
  kind: 'evidence',
  pool: 'p',
  site: 'home',
  verdict: 'unclear',
  signs: ['x'.repeat(150)],
};
const decision: JournalBody = {
  kind: 'decision',
  pool: 'p',
  by: 'ann',
  reason: 'patch night',
  decision: 'suspend',
  expiresAt: null,
};

interface Options {
  readonly archives?: number;
  readonly wrap?: (file: JournalFile) => JournalFile;
  readonly notes?: string[];
  readonly epoch?: number;
}

async function opened(
  folder: string,
  { archives = ARCHIVES, wrap, notes = [], epoch = 1 }: Options = {},
): Promise<FileJournal> {
  const journal = await openJournal(folder, clock, epoch, {
    rotation: { maxBytes: MAX_BYTES, archives },
    onNote: (note) => notes.push(note),
    ...(wrap === undefined ? {} : { wrap }),
  });
  onTestFinished(() => journal.close());
  return journal;
}

/** Syncing each of thousands of records would take longer than what is tested. */
const unsynced = (file: JournalFile): JournalFile => ({
  write: (bytes, position) => file.write(bytes, position),
  sync: () => Promise.resolve(),
  truncate: (length) => file.truncate(length),
  close: () => file.close(),
});

async function write(journal: FileJournal, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await journal.append(noise);
}

/** Until the first archive is there. */
async function writeUntilRotated(journal: FileJournal, folder: string): Promise<void> {
  await write(journal, FIRST_ROTATION);
  while (archives(folder).length === 0) await journal.append(noise);
}

const archives = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^journal\.\d+\.ndjson$/.test(name))
    .sort();

const numbered = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('a journal that grows begins a new file; what counts is carried over and nothing is missing from the history', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder, { wrap: unsynced });
  await journal.append(decision);
  const tail = new JournalTail(folder);
  const followed = tail.next().map(({ seq }) => seq);
  await writeUntilRotated(journal, folder);
  followed.push(...tail.next().map(({ seq }) => seq));
  await write(journal, 3);
  followed.push(...tail.next().map(({ seq }) => seq));
  const last = journal.records().at(-1)?.seq ?? 0;

  expect(statSync(journalPath(folder)).size).toBeLessThan(MAX_BYTES);
  const records = await readJournalFile(folder);
  expect(records.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
  expect(records.filter(({ kind }) => kind === 'rotated')).toMatchObject([{ archive: archives(folder)[0] }]);
  expect((await readJournalHistory(folder)).map(({ seq }) => seq)).toEqual(numbered(last));
  // Who follows the file sees each record once, in order; a carried one that it had read does not come again.
  expect(followed.slice(-FIRST_ROTATION)).toEqual(numbered(last).slice(-FIRST_ROTATION));
});

test('the size of the settings is one of megabytes', () => {
  expect(rotationOf({ maxMegabytes: 2, archives: 3 })).toEqual({ maxBytes: 2_097_152, archives: 3 });
});

test('so many archives are kept, and a daemon that starts later goes on with the next number', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder, { wrap: unsynced, archives: 1 });
  while (archives(folder).length === 0) await journal.append(noise);
  const [first] = archives(folder);
  while (archives(folder)[0] === first) await journal.append(noise);
  expect(archives(folder)).toHaveLength(1);
  const last = journal.records().at(-1)?.seq ?? 0;
  await journal.close();
  const next = await opened(folder, { epoch: 2 });
  expect((await next.append(decision)).seq).toBe(last + 1);
  expect((await readJournalFile(folder)).at(-1)?.seq).toBe(last + 1);
});

test('a writer that died inside a rotation leaves the old journal whole', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  await journal.append(decision);
  await journal.close();
  writeFileSync(path.join(folder, 'journal.ndjson.next'), '{"v":1,"seq":1');
  writeFileSync(path.join(folder, 'journal.000000000001.ndjson'), readFileSync(journalPath(folder)));
  const again = await opened(folder, { epoch: 2, wrap: unsynced });
  expect(again.records()).toHaveLength(1);
  expect(readdirSync(folder)).not.toContain('journal.ndjson.next');
  expect((await readJournalHistory(folder)).map(({ seq }) => seq)).toEqual([1]);
});

test('a rotation that cannot be done is told, loses nothing and is tried again', async () => {
  const folder = temporaryFolder();
  const notes: string[] = [];
  const journal = await opened(folder, { wrap: unsynced, notes });
  await journal.append(decision);
  // Decisions count for ever: too much of this file is still needed.
  for (let at = 0; at < FIRST_ROTATION; at += 1)
    await journal.append({ ...decision, reason: 'y'.repeat(500) });
  while (notes.length === 0) await journal.append({ ...decision, reason: 'z'.repeat(500) });
  expect(notes[0]).toMatch(/goes on in the old one: \d+ bytes of it still count/);
  await journal.append(decision);
  const last = journal.records().at(-1)?.seq ?? 0;
  expect((await readJournalFile(folder)).map(({ seq }) => seq)).toEqual(numbered(last));
});

test('recent records that are large are no reason to go on in the old file', async () => {
  const folder = temporaryFolder();
  const notes: string[] = [];
  const journal = await opened(folder, { wrap: unsynced, notes });
  await journal.append(decision);
  const large = { ...noise, signs: ['x'.repeat(2_000)] };
  for (let at = 0; at < FIRST_ROTATION; at += 1) await journal.append(large);
  expect(notes).toEqual([]);
  expect(archives(folder).length).toBeGreaterThan(1);
  expect((await readJournalFile(folder)).filter(({ kind }) => kind === 'decision')).toHaveLength(1);
});

test('a journal of which much counts for ever still begins anew where that makes it half as long', async () => {
  const folder = temporaryFolder();
  const notes: string[] = [];
  const journal = await opened(folder, { wrap: unsynced, notes });
  for (let at = 0; at < FIRST_ROTATION; at += 1)
    await journal.append({ ...decision, reason: 'y'.repeat(500) });
  while (archives(folder).length === 0) await journal.append(noise);
  const [first] = archives(folder);
  // Not at once again: it lasts until it has doubled.
  await write(journal, 10);
  expect(archives(folder)).toEqual([first]);
  const last = journal.records().at(-1)?.seq ?? 0;
  expect((await readJournalHistory(folder)).map(({ seq }) => seq)).toEqual(numbered(last));
});

test('an archive of another journal is refused: its records are not those of this history', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  await journal.append(decision);
  const foreign = readFileSync(journalPath(folder), 'utf8').replace('2026-01-01', '2025-12-31');
  writeFileSync(path.join(folder, 'journal.000000000001.ndjson'), foreign);
  await expect(readJournalHistory(folder)).rejects.toMatchObject({
    code: 'PCO_JOURNAL_UNREADABLE',
    message: expect.stringContaining('record 1 differs') as string,
  });
});

test('a new file that lacks a carried record is refused', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder, { wrap: unsynced });
  await writeUntilRotated(journal, folder);
  await journal.close();
  const lines = readFileSync(journalPath(folder), 'utf8').split('\n');
  writeFileSync(journalPath(folder), lines.slice(1).join('\n'));
  await expect(opened(folder, { epoch: 2 })).rejects.toMatchObject({
    code: 'PCO_JOURNAL_UNREADABLE',
    message: expect.stringMatching(/expected \d+ records before it, found \d+/) as string,
  });
});
