import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecording, type RoundLine } from '../../src/recording/recording-lines.ts';
import { replayRound } from '../../src/recording/replay.ts';
import { RecordingWriter } from '../../src/recording/write-recording.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { lookedAt } from './renamed-worlds.ts';

const FOLDER = path.resolve(import.meta.dirname, '../recordings');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Files of the simulated estate, and of whoever sends one with a problem. */
describe('a recording that was kept', () => {
  test.each(readdirSync(FOLDER))(
    '%s is decided today as it was decided then',
    { timeout: 30_000 },
    (file) => {
      const { rounds, header } = readRecording(readFileSync(path.join(FOLDER, file)), file);
      expect(header.pseudonymised).toBe(true);
      expect(rounds.length).toBeGreaterThan(0);
      for (const { line, differences } of rounds.map(replayRound))
        expect({ line, differences }).toEqual({ line, differences: [] });
    },
  );

  test('the kept recordings show a converged pool, a failover and a blocked plan', () => {
    const plans = readdirSync(FOLDER).flatMap((file) =>
      readRecording(readFileSync(path.join(FOLDER, file)), file).rounds.map(
        ({ decided }) => decided.plan.kind,
      ),
    );
    expect(new Set(plans)).toEqual(new Set(['converged', 'steps', 'blocked']));
  });
});

function written(world: string, primary: 'paris' | 'lyon' = 'lyon'): string {
  const look = lookedAt({ world, primary, decided: 0 });
  const writer = new RecordingWriter('test');
  return `${writer.header(look.nowMs)}${writer.round(look).text}${writer.round(look).text}`;
}

test("replay names what is decided otherwise: the recorded answer, and today's", () => {
  const lines = written('home lost').trimEnd().split('\n');
  const round = JSON.parse(lines[2] ?? '') as {
    facts: { observedAt: string };
    decided: { plan: { steps: string[] } };
  };
  round.decided.plan.steps.shift();
  const { rounds } = readRecording(
    bytes(`${[...lines.slice(0, 2), JSON.stringify(round), lines[3]].join('\n')}\n`),
    'x',
  );
  const [first, second] = rounds.map(replayRound);
  expect(first?.differences.map(({ what }) => what)).toEqual(['plan.steps']);
  expect(first?.differences[0]?.today).toMatch(/^remove-log-shipping:backup, /);
  expect(second?.differences).toEqual([]);
});

test('replay shows every part of the decision that changes with a fact: evidence, variables, drift, plan, ledger, conditions', () => {
  const lost = JSON.parse(written('home lost').trimEnd().split('\n')[2] ?? '') as RoundLine;
  const [header, desired, round] = written('converged').trimEnd().split('\n');
  const changed = { ...lost, facts: (JSON.parse(round ?? '') as { facts: unknown }).facts };
  const { rounds } = readRecording(bytes(`${[header, desired, JSON.stringify(changed)].join('\n')}\n`), 'x');
  const [first] = rounds.map(replayRound);
  const parts = new Set(first?.differences.map(({ what }) => what.split(/[. ]/)[0]));
  expect([...parts].sort()).toEqual(['condition', 'drift', 'evidence', 'ledger', 'plan', 'variable']);
});

const DAMAGE: readonly (readonly [string, (lines: string[]) => void, RegExp])[] = [
  ['an empty file', (lines) => lines.splice(0), /^x\.jsonl:1: this is empty$/],
  ['a file of something else', (lines) => (lines[0] = '{"a":1}'), /^x\.jsonl:1: kind: /],
  [
    'a version of tomorrow',
    (lines) => (lines[0] = lines[0]?.replace('"version":1', '"version":2') ?? ''),
    /^x\.jsonl:1: version: /,
  ],
  [
    'a line that is cut in the middle',
    (lines) => (lines[2] = lines[2]?.slice(0, 500) ?? ''),
    /^x\.jsonl:3: this is no JSON$/,
  ],
  [
    'a round without its desired state',
    (lines) => lines.splice(1, 1),
    /^x\.jsonl:2: no line before this one/,
  ],
  [
    'facts of another form',
    (lines) => (lines[3] = lines[3]?.replace('"share":', '"shares":') ?? ''),
    /^x\.jsonl:4: facts/,
  ],
  [
    'a desired state that is refused',
    (lines) =>
      (lines[1] = lines[1]?.replace('"primaryDatacenter":"lyon"', '"primaryDatacenter":"rome"') ?? ''),
    /^x\.jsonl:2: this desired state is not valid/,
  ],
];

test.each(DAMAGE)('%s is refused with file and line', (_, damage, expected) => {
  const lines = written('home lost').trimEnd().split('\n');
  damage(lines);
  const read = (): unknown => readRecording(bytes(lines.map((line) => `${line}\n`).join('')), 'x.jsonl');
  expect(read).toThrow(PoolError);
  expect(read).toThrow(expected);
});

test('a last line that a crash cut off is left out and counted, wherever it was cut', () => {
  const whole = written('converged', 'paris');
  const { rounds } = readRecording(bytes(whole), 'x');
  const lastStart = whole.trimEnd().lastIndexOf('\n') + 1;
  for (const cut of [lastStart + 1, lastStart + 100, whole.length - 1]) {
    const torn = readRecording(bytes(whole.slice(0, cut)), 'x');
    expect([torn.rounds.length, torn.tornBytes]).toEqual([rounds.length - 1, cut - lastStart]);
  }
});
