import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  openJournal,
  readJournalFile,
  type FileJournal,
  type JournalFile,
} from '../../src/daemon/journal.ts';
import { openIntents } from '../../src/daemon/journal-records.ts';
import { journalPath } from '../../src/daemon/rotate-journal.ts';
import type { JournalBody } from '../../src/ports/journal.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
const started: JournalBody = { kind: 'started', version: '1' };
const step = {
  pool: 'p',
  round: 'r1',
  generation: { counter: 1, hash: 'abc' },
  action: 'recover-backup',
  target: 'backup',
} as const;
const intent = (attempt: string): JournalBody => ({
  kind: 'intent',
  ...step,
  attempt,
  seedStep: 'failover 4',
  risk: 'no way back',
  facts: 'h',
  outsideMs: 0,
});
const outcome = (attempt: string): JournalBody => ({
  kind: 'outcome',
  ...step,
  attempt,
  result: 'done',
  code: null,
  reason: null,
  durationMs: 1,
  externalMs: 1,
  outsideMs: 1,
  notes: {},
});

async function opened(folder: string, wrap?: (file: JournalFile) => JournalFile): Promise<FileJournal> {
  const journal = await openJournal(folder, clock, 1, wrap === undefined ? {} : { wrap });
  onTestFinished(() => journal.close());
  return journal;
}

describe('the journal', () => {
  test('numbers records without gaps, also when many are appended at once and after a new start', async () => {
    const folder = temporaryFolder();
    const first = await opened(folder);
    await Promise.all(Array.from({ length: 20 }, () => first.append(started)));
    const second = await openJournal(folder, clock, 2);
    await second.append(started);
    await second.close();
    const records = await readJournalFile(folder);
    expect(records.map((record) => record.seq)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    expect(records.at(-1)?.epoch).toBe(2);
  });

  test('cuts off a torn last line, says so, and goes on with the next number', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(started);
    await journal.append(started);
    const whole = readFileSync(journalPath(folder));
    truncateSync(journalPath(folder), whole.length - 10);
    const again = await opened(folder);
    expect(again.notes[0]).toContain('unfinished record');
    expect(again.records()).toHaveLength(1);
    expect((await again.append(started)).seq).toBe(2);
    expect((await readJournalFile(folder)).map((record) => record.seq)).toEqual([1, 2]);
  });

  test.each([
    ['a line that is no JSON', 'nonsense', ':2: this is no JSON'],
    [
      'an unknown version',
      '{"v":2,"seq":2,"epoch":1,"at":"x","kind":"started","version":"1"}',
      'format version 2',
    ],
    ['an unknown kind', '{"v":1,"seq":2,"epoch":1,"at":"x","kind":"wish"}', 'kind wish'],
    [
      'a missing record',
      '{"v":1,"seq":3,"epoch":1,"at":"x","kind":"started","version":"1"}',
      'expected record 2',
    ],
    ['an epoch that goes back', '{"v":1,"seq":2,"epoch":0,"at":"x","kind":"started","version":"1"}', 'epoch'],
    ['a field that is missing', '{"v":1,"seq":2,"epoch":1,"at":"x","kind":"started"}', 'version'],
    [
      'a listing that is missing',
      '{"v":1,"seq":2,"epoch":1,"at":"x","kind":"last-listing","pool":"p"}',
      'the field listing',
    ],
    [
      'answers that are none',
      '{"v":1,"seq":2,"epoch":1,"at":"x","kind":"last-answers","pool":"p","answers":null}',
      'the field answers',
    ],
    [
      'an unknown decision',
      '{"v":1,"seq":2,"epoch":1,"at":"x","kind":"decision","decision":"obey","pool":"p","by":"a","reason":"b"}',
      'decision obey',
    ],
  ])('refuses to start on %s and names the line', async (_name, line, says) => {
    const folder = temporaryFolder();
    await (await opened(folder)).append(started);
    appendFileSync(journalPath(folder), `${line}\n`);
    await expect(openJournal(folder, clock, 2)).rejects.toMatchObject({
      code: 'PCO_JOURNAL_UNREADABLE',
      message: expect.stringContaining(says) as string,
    });
  });

  test('does not take damage in the middle for a torn end', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    for (let index = 0; index < 3; index += 1) await journal.append(started);
    const lines = readFileSync(journalPath(folder), 'utf8').split('\n');
    lines[1] = (lines[1] ?? '').slice(0, 20);
    writeFileSync(journalPath(folder), lines.join('\n'));
    await expect(openJournal(folder, clock, 2)).rejects.toMatchObject({ code: 'PCO_JOURNAL_UNREADABLE' });
  });

  test('reports a full disk, leaves no half record behind and works again when there is room', async () => {
    const folder = temporaryFolder();
    let full = false;
    const journal = await opened(folder, (file) => ({
      ...file,
      write: async (bytes, position) => {
        await file.write(full ? bytes.subarray(0, 15) : bytes, position);
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      },
    }));
    await journal.append(started);
    full = true;
    await expect(journal.append(intent('a'))).rejects.toMatchObject({ code: 'PCO_JOURNAL_UNWRITABLE' });
    expect(readFileSync(journalPath(folder), 'utf8').split('\n')).toHaveLength(2);
    full = false;
    expect((await journal.append(started)).seq).toBe(2);
    expect(await readJournalFile(folder)).toHaveLength(2);
  });

  test('takes no more records once a half record could not be taken back', async () => {
    const folder = temporaryFolder();
    const bad = (): Promise<void> => Promise.reject(new Error('EIO'));
    const journal = await opened(folder, (file) => ({ ...file, sync: bad, truncate: bad }));
    await expect(journal.append(started)).rejects.toMatchObject({ code: 'PCO_JOURNAL_UNWRITABLE' });
    await expect(journal.append(started)).rejects.toMatchObject({
      message: expect.stringContaining('taken back') as string,
    });
  });

  test('knows which intents are still open after a new start', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    for (const body of [intent('a'), outcome('a'), intent('b'), intent('c')]) await journal.append(body);
    const again = await opened(folder);
    expect(openIntents(again.records(), 'p').map((record) => record.attempt)).toEqual(['b', 'c']);
    expect(openIntents(again.records(), 'q')).toEqual([]);
  });
});
