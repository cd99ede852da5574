/** Completion scripts in shells that `npm test` does not ask for: zsh's line editor and PowerShell's engine. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { askZsh, offersIn, withScript, zshIsAbsent } from '../support/completion-shells.ts';
import { pchat } from '../support/pchat.ts';
import { dotnetIsAbsent, dotnetProgram } from './dotnet-program.ts';

/** Lines, and what both shells offer behind them. */
const OFFERED: readonly (readonly [string, readonly string[]])[] = [
  ['pchat valid', ['validate']],
  ['pchat plan --output ', ['text', 'json', 'markdown']],
  ['pchat plan -o js', ['json']],
  ['pchat run --log-format ', ['json', 'text']],
  ['pchat support', ['support-bundle']],
  ['pchat demo --s', ['--share', '--story', '--seed']],
  ['pchat estate ch', ['checker']],
  ['pchat completion ', ['bash', 'zsh', 'powershell']],
  ['pchat plan --pool estate --ou', ['--output', '--out']],
];
const LINES = OFFERED.map(([line]) => line);
const scriptFor = async (shell: string): Promise<string> => (await pchat('completion', shell)).stdout;

describe.skipIf(zshIsAbsent)('completion in zsh (install: zsh)', () => {
  test('offers commands, options and choices', { timeout: 90_000 }, async () => {
    const offers = await withScript('_pchat', await scriptFor('zsh'), (file, folder) =>
      askZsh(file, [...LINES, 'pchat demo --story='], folder),
    );
    expect(offers.slice(0, LINES.length).map((words, at) => [LINES[at], [...words].sort()])).toEqual(
      OFFERED.map(([line, words]) => [line, [...words].sort()]),
    );
    expect(offers.at(-1)).toEqual(['lost', 'planned']);
  });
});

describe.skipIf(dotnetIsAbsent)('completion in PowerShell (install: .NET SDK 10)', () => {
  test(
    'is a script of Windows PowerShell 5.1, and its engine offers the same',
    { timeout: 200_000 },
    async () => {
      const engine = await dotnetProgram('EngineHost');
      await withScript('pchat.ps1', await scriptFor('powershell'), (file, folder) => {
        const dotnet = (...args: readonly string[]): string =>
          execFileSync('dotnet', [engine, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
        expect(JSON.parse(dotnet('--syntax', file))).toMatchObject({ errors: [], newer: [] });
        const asks = [...LINES, 'pchat demo --story=pl'].map(
          (line) =>
            `'|' + (@([System.Management.Automation.CommandCompletion]::CompleteInput('${line}', ${String(line.length)}, $null).CompletionMatches | ForEach-Object { $_.CompletionText }) -join '|')`,
        );
        const asking = path.join(folder, 'ask.ps1');
        writeFileSync(asking, [`. '${file}'`, ...asks, ''].join('\n'));
        const offers = offersIn(dotnet('-File', asking));
        expect(offers.slice(0, LINES.length).map((words, at) => [LINES[at], words])).toEqual(OFFERED);
        expect(offers.at(-1)).toEqual(['--story=planned']);
        return Promise.resolve();
      });
    },
  );
});
