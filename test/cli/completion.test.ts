import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { askBash, withScript, type BashAnswer } from '../support/completion-shells.ts';
import { pchat } from '../support/pchat.ts';

const LINES = {
  command: 'pchat val',
  nothing: 'pchat ',
  choice: 'pchat plan --output ',
  begun: 'pchat plan -o js',
  joined: 'pchat demo --story=pl',
  option: 'pchat demo --s',
  bundle: 'pchat support-bundle --p',
  below: 'pchat estate ch',
  argument: 'pchat completion p',
  file: 'pchat run --settings my',
  fileArgument: 'pchat validate my',
  free: 'pchat plan --pool ',
  likeCommand: 'pchat plan --pool estate --out',
  unknown: 'pchat nonsense ',
} as const;
const KEYS = Object.keys(LINES) as readonly (keyof typeof LINES)[];

let answer: BashAnswer;
let help: string;
const offered = (line: keyof typeof LINES): readonly string[] => answer.offers[KEYS.indexOf(line)] ?? [];

beforeAll(async () => {
  const script = await pchat('completion', 'bash');
  expect(script).toMatchObject({ code: 0, stderr: '' });
  answer = await withScript('pchat.bash', script.stdout, (file, folder) => {
    writeFileSync(path.join(folder, 'my settings.yaml'), '');
    mkdirSync(path.join(folder, 'mytown'));
    return askBash(file, Object.values(LINES), folder);
  });
  help = (await pchat('help')).stdout;
}, 90_000);

describe('completion in a real bash', () => {
  test('is registered for pchat', () => {
    expect(answer.registered).toBe('complete -F _pchat pchat');
    expect(answer.offers).toHaveLength(KEYS.length);
  });

  test('offers exactly the commands that the help lists', () => {
    const listed = (help.split('\nCommands:\n')[1] ?? '').split('\n\n')[0] ?? '';
    const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(25);
    expect([...offered('nothing')].sort()).toEqual([...names].sort());
  });

  test.each([
    ['the rest of a command', 'command', ['validate']],
    ['the choices of an option', 'choice', ['text', 'json', 'markdown']],
    ['the rest of a choice behind the short option', 'begun', ['json']],
    ['a choice behind an equals sign', 'joined', ['planned']],
    ['the only option that begins so', 'bundle', ['--pseudonyms']],
    ['options that begin so', 'option', ['--share', '--story', '--seed']],
    ['commands below a command', 'below', ['checker']],
    ['the choices of an argument', 'argument', ['powershell']],
    ['options of the command, not of one that a value is called like', 'likeCommand', ['--output', '--out']],
  ] as const)('offers %s', (_, line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test.each([
    ['an option that takes a file', 'file'],
    ['an argument that is a file', 'fileArgument'],
  ] as const)('offers files and folders, also with blanks, for %s', (_, line) => {
    expect([...offered(line)].sort()).toEqual(['my settings.yaml', 'mytown']);
  });

  test('offers nothing where anything may stand', () => {
    expect(offered('free')).toEqual([]);
  });

  test('takes a word that is no command for an argument of the command before it', () => {
    expect(offered('unknown')).toEqual(offered('nothing'));
  });
});

test('a shell that is not known is refused', { timeout: 30_000 }, async () => {
  const { code, stderr } = await pchat('completion', 'fish');
  expect(code).toBe(3);
  expect(stderr).toContain('bash, zsh, powershell');
});
