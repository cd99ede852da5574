/** Journals that released versions have written, kept as they were: this version goes on in them. The way back is refused. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { lastEpochOf, openJournal, readJournalFile } from '../../src/daemon/journal.ts';
import { poolDocument } from '../support/pool-document.ts';
import { pchat } from '../support/pchat.ts';

const KEPT = path.join(import.meta.dirname, 'journals');
const kept = readdirSync(KEPT).map((name) => name.replace(/\.ndjson$/, ''));
const { version } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { readonly version: string };

/** All but `rotated`, which says how many records are before it: the tests of the rotation write their own. */
const KINDS = [
  'break-glass',
  'break-glass-ended',
  'condition',
  'decision',
  'effect',
  'evidence',
  'generation',
  'intent',
  'last-answers',
  'last-listing',
  'loss-seen',
  'outcome',
  'plan',
  'removed',
  'started',
  'transition',
];

interface Place {
  readonly settings: string;
  readonly state: string;
  readonly journal: string;
}

/** A host whose journal is the kept one; `change` what it holds. */
function host(name: string, change = (text: string): string => text): Place {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-upgrade-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const state = path.join(folder, 'state');
  const journal = path.join(state, 'journal.ndjson');
  mkdirSync(state, { mode: 0o700 });
  cpSync(path.join(KEPT, `${name}.ndjson`), journal);
  writeFileSync(journal, change(readFileSync(journal, 'utf8')));
  writeFileSync(path.join(folder, 'pools.yaml'), poolDocument('paris'));
  const settings = path.join(folder, 'settings.yaml');
  writeFileSync(settings, 'desiredState: { file: pools.yaml }\njournal: { directory: state }\n');
  return { settings, state, journal };
}

/** The newest record as a later version might write it. */
const newest = (change: (record: Record<string, unknown>) => object) => (text: string) => {
  const lines = text.trimEnd().split('\n');
  const last = JSON.parse(lines.pop() ?? '') as Record<string, unknown>;
  return `${[...lines, JSON.stringify(change(last))].join('\n')}\n`;
};

test('a journal of the present version is kept for the next one', () => {
  expect(existsSync(path.join(KEPT, `v${version}.ndjson`))).toBe(true);
});

describe.each(kept)('the journal of %s', { timeout: 60_000 }, (name) => {
  test('holds every kind of record, and all are read', async () => {
    const { state, journal } = host(name);
    const records = await readJournalFile(state);
    expect(records).toHaveLength(readFileSync(journal, 'utf8').trimEnd().split('\n').length);
    expect([...new Set(records.map(({ kind }) => kind))].sort()).toEqual(KINDS);
  });

  test('is told by pchat history, line by line', async () => {
    const { settings, state } = host(name);
    const { code, stdout } = await pchat('history', '--all', '--settings', settings);
    expect(code).toBe(0);
    expect(stdout.match(/^\|? *\d+ /gm)).toHaveLength((await readJournalFile(state)).length);
    expect(stdout).not.toContain('undefined');
  });

  test('goes on with the next number, and what was there stays byte by byte', async () => {
    const { state, journal } = host(name);
    const before = readFileSync(journal, 'utf8');
    const old = (await readJournalFile(state)).at(-1);
    const opened = await openJournal(state, hostClock, (await lastEpochOf(state)) + 1);
    expect(opened.notes).toEqual([]);
    const added = await opened.append({ kind: 'started', version: 'next' });
    await opened.close();
    expect(readFileSync(journal, 'utf8').slice(0, before.length)).toBe(before);
    expect(added.seq).toBe((old?.seq ?? 0) + 1);
    expect((await readJournalFile(state)).at(-1)).toEqual(added);
  });

  test.each([
    ['of a newer format', (record: Record<string, unknown>) => ({ ...record, v: 2 }), 'format version 2'],
    ['of a newer kind', (record: Record<string, unknown>) => ({ ...record, kind: 'moon' }), 'kind moon'],
  ])('is refused with a record %s, and left as it is', async (_, change, why) => {
    const { state, journal } = host(name, newest(change));
    const before = readFileSync(journal, 'utf8');
    await expect(openJournal(state, hostClock, 1_000)).rejects.toMatchObject({
      code: 'PCO_JOURNAL_UNREADABLE',
      message: expect.stringContaining(why) as string,
      hint: expect.stringContaining('a newer version has written it: run that version') as string,
    });
    expect(readFileSync(journal, 'utf8')).toBe(before);
  });

  test('is not blamed on a newer version where it is damaged', async () => {
    const { state } = host(name, (text) => text.replace('"v":1', '"v":"1"'));
    await expect(readJournalFile(state)).rejects.toMatchObject({
      hint: expect.stringContaining('restore the file from a copy') as string,
    });
  });
});
