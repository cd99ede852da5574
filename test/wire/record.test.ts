import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { register as registerAdopt } from '../../src/cli/command-adopt.ts';
import { replayFile } from '../../src/cli/command-replay.ts';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { recordRounds, type RecordWork } from '../../src/cli/record-rounds.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { openJournal } from '../../src/daemon/journal.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { parseSettings, type Settings } from '../../src/desired-state/parse-settings.ts';
import { Pseudonyms } from '../../src/recording/pseudonyms.ts';
import { RecordingWriter, type WrittenRound } from '../../src/recording/write-recording.ts';
import { mainFile } from '../support/pchat.ts';

const TIMEOUT = { timeout: 120_000 };

let playground: Playground;
let settings: Settings;

beforeAll(async () => {
  playground = await openPlayground({
    directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-record-')),
    factor: 5,
    seed: 'record',
    shareSite: 'backup',
    nowMs: hostClock.now(),
    document: { mode: 'observe' },
  });
  const { settingsFile } = playground.documents;
  // A busy machine is no silent site.
  const patient = readFileSync(settingsFile, 'utf8').replaceAll(/^( {2}\w+): \d+m?s$/gm, '$1: 10s');
  writeFileSync(settingsFile, patient);
  settings = parseSettings(patient, settingsFile);
});
afterAll(async () => {
  await playground.stop();
  rmSync(playground.directory, { recursive: true, force: true });
});

const file = (name: string): string => path.join(playground.directory, name);
const linesOf = (name: string): Record<string, unknown>[] =>
  readFileSync(file(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const work = (more: Partial<RecordWork> = {}): RecordWork => ({
  pool: undefined,
  rounds: 2,
  forMs: undefined,
  everyMs: 10,
  writer: new RecordingWriter('test'),
  signal: new AbortController().signal,
  onRound: () => undefined,
  ...more,
});

test(
  'record writes what a live estate shows and what people decided, under pseudonyms, and replay decides it alike',
  TIMEOUT,
  async () => {
    const journal = await openJournal(playground.documents.journalDirectory, hostClock, 1);
    const said = { pool: 'contoso-chat', by: 'Annegret', reason: 'Wartung am Wochenende', expiresAt: null };
    await journal.append({ kind: 'decision', decision: 'suspend', ...said });
    await journal.close();
    const enough = new AbortController();
    const sighted: WrittenRound[] = [];
    const onRound: RecordWork['onRound'] = (_, __, round) => {
      expect(round.distorted).toEqual([]);
      if (round.judgement.evidence.home.verdict === 'alive') sighted.push(round);
      if (sighted.length === 2) enough.abort();
    };
    const writer = new RecordingWriter('test', new Pseudonyms(new Uint8Array(32).fill(5)));
    const recorded = await recordRounds(
      settings,
      file('a.jsonl'),
      work({ writer, onRound, rounds: undefined, signal: enough.signal }),
    );
    expect(sighted.map(({ judgement }) => judgement.hold)).toEqual(['Suspended', 'Suspended']);
    expect(linesOf('a.jsonl').map(({ kind }) => kind)).toEqual([
      'recording',
      'desired',
      ...Array.from({ length: recorded }, () => 'round'),
    ]);
    const text = readFileSync(file('a.jsonl'), 'utf8');
    expect(text.match(/contoso|sql-|-par-|\bparis\b|lyon|pchat-op|fs0|annegret|wartung/gi)).toBeNull();
    const { rounds, different, warnings } = await replayFile(file('a.jsonl'));
    expect([rounds.length, different, warnings]).toEqual([recorded, 0, []]);
  },
);

test('record never writes over a file', TIMEOUT, async () => {
  writeFileSync(file('mine.txt'), 'mine');
  const refused = recordRounds(settings, file('mine.txt'), work());
  await expect(refused).rejects.toThrow(/mine\.txt is there already$/);
  expect(readFileSync(file('mine.txt'), 'utf8')).toBe('mine');
});

test('record of a pool that nobody declares names it and begins no file', TIMEOUT, async () => {
  const refused = recordRounds(settings, file('c.jsonl'), work({ pool: 'other' }));
  await expect(refused).rejects.toThrow(/declares no pool other$/);
  expect(() => readFileSync(file('c.jsonl'))).toThrow(/ENOENT/);
});

test('record ends when its time is over, and its file holds the rounds that are whole', TIMEOUT, async () => {
  const rounds = await recordRounds(
    settings,
    file('d.jsonl'),
    work({ rounds: undefined, forMs: 1_500, everyMs: 100 }),
  );
  expect(linesOf('d.jsonl').filter(({ kind }) => kind === 'round')).toHaveLength(rounds);
});

test(
  'Ctrl-C ends record with 0 and leaves a whole file; a line that a crash tears is left out with a word',
  TIMEOUT,
  async () => {
    const { settingsFile } = playground.documents;
    const args = [
      'record',
      file('b.jsonl'),
      '--for',
      '10m',
      '--every',
      '50ms',
      '-o',
      'json',
      '-s',
      settingsFile,
    ];
    const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    try {
      let told = '';
      let answer = '';
      child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
      child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      await expect.poll(() => told, { timeout: 90_000 }).toContain('round 2: contoso-chat: ');
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      const { rounds } = JSON.parse(answer) as { rounds: number };
      expect(readFileSync(file('b.jsonl'), 'utf8')).toContain('sql-par-1.contoso.com');
      appendFileSync(file('b.jsonl'), '{"kind":"round","po');
      const replayed = await replayFile(file('b.jsonl'));
      expect([replayed.rounds.length, replayed.different]).toEqual([rounds, 0]);
      expect(replayed.warnings).toEqual([expect.stringContaining('(19 bytes)')]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  },
);

test(
  'adopt over the wire writes a valid desired state, and a second time refuses to write over it',
  TIMEOUT,
  async () => {
    const { settingsFile } = playground.documents;
    const program = new Command('pchat').exitOverride();
    registerAdopt(program);
    const args = ['adopt', '--out', file('adopted.yaml'), '--home-quarantine', 'D:\\Quarantine\\paris'];
    const rest = [
      '--backup-quarantine',
      'D:\\Quarantine\\lyon',
      '--mirroring-share',
      '\\\\fs01\\mgc-mirroring',
    ];
    const adopt = (): Promise<unknown> =>
      program.parseAsync([...args, ...rest, '-s', settingsFile], { from: 'user' });
    await adopt();
    const text = readFileSync(file('adopted.yaml'), 'utf8');
    const parsed = parseDesiredState(text, 'adopted.yaml');
    expect(parsed).toMatchObject({
      kind: 'ok',
      pools: [{ policy: { mode: 'observe' }, primarySite: 'home' }],
    });
    expect(text).toContain('share: \\\\fs01\\mgc-logs # log shipping of sql-par-1.contoso.com');
    await expect(adopt()).rejects.toThrow(/adopted\.yaml is there already$/);
    expect(readFileSync(file('adopted.yaml'), 'utf8')).toBe(text);
  },
);
