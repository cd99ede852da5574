/** Every step in files, under hostile names: Microsoft's grammar and PowerShell's parser find what they find under plain ones. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { HOSTILE_NAMES as HOSTILE_FOR_SQL } from '../statements/statement-registry.ts';
import { batchesOf, everyStep, renamed, writtenFiles, WORLDS } from '../support/written-runbooks.ts';
import { dotnetIsAbsent, dotnetProgram } from './dotnet-program.ts';
import { askGrammar } from './grammar.ts';
import { HOSTILE_NAMES as HOSTILE_FOR_SHELL } from './hostile-names.ts';

// eslint-disable-next-line no-control-regex -- such names are refused, see test/runbook
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** A lone surrogate is no text in any file; a name of a database has 128 characters at most. */
const NAMES = [...HOSTILE_FOR_SQL, ...HOSTILE_FOR_SHELL].filter(
  (name) => !CONTROL.test(name) && name.isWellFormed() && name.length < 100,
);
const PLAIN = 'plain';

/** Everything that can be written, and the one step that needs a site that was not failed over; each name writes the same files. */
const filesFor = (name: string) => [
  ...writtenFiles(renamed(WORLDS['home rebuilt'](), name), renamed(everyStep(), name)),
  ...writtenFiles(
    renamed(WORLDS['home lost'](), name),
    renamed(everyStep(), name).filter(({ action }) => action === 'mirror-backup'),
  ),
];

interface Syntax {
  readonly errors: readonly string[];
  readonly newer: readonly string[];
  readonly commands: readonly string[];
  readonly types: readonly string[];
  readonly variables: readonly string[];
}

describe.skipIf(dotnetIsAbsent)('hostile names (install: .NET SDK 10)', () => {
  const batches = (name: string): readonly string[] =>
    filesFor(name)
      .filter((file) => file.name.endsWith('.sql'))
      .flatMap(batchesOf);
  const asked = (texts: readonly string[], version: number) =>
    askGrammar(texts.map((text, at) => ({ id: String(at), version, text })));

  test(
    'under plain names its T-SQL is that of SQL Server 2012 and of 2022',
    { timeout: 60_000 },
    async () => {
      for (const version of [110, 160]) {
        const answers = await asked(batches(PLAIN), version);
        expect(answers.length).toBeGreaterThan(80);
        expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
      }
    },
  );

  test('add nothing to its T-SQL', { timeout: 60_000 }, async () => {
    const shapeOf = async (names: readonly string[]): Promise<readonly string[]> =>
      (await asked(names.flatMap(batches), 160)).map(({ errors, shape }) => [...errors, shape].join());
    const plain = await shapeOf([PLAIN]);
    const hostile = await shapeOf(NAMES);
    const wrong = NAMES.filter((_, at) => {
      const own = hostile.slice(at * plain.length, (at + 1) * plain.length);
      return own.join('\n') !== plain.join('\n');
    });
    expect([NAMES.length > 30, hostile.length, wrong]).toEqual([true, plain.length * NAMES.length, []]);
  });

  test(
    'add nothing to its PowerShell, which is that of Windows PowerShell 5.1',
    { timeout: 60_000 },
    async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-runbook-'));
      try {
        const program = await dotnetProgram('EngineHost');
        const syntaxOf = (names: readonly string[]): Syntax => {
          const file = path.join(folder, 'all.ps1');
          const texts = names.flatMap((name) => filesFor(name).filter((one) => one.name.endsWith('.ps1')));
          writeFileSync(file, `\ufeff${texts.map(({ text }) => text.replace(/^\ufeff/, '')).join('\n')}`);
          return JSON.parse(
            execFileSync('dotnet', [program, '--syntax', file], { encoding: 'utf8', maxBuffer: 1 << 26 }),
          ) as Syntax;
        };
        const plain = syntaxOf([PLAIN]);
        expect([plain.errors, plain.newer]).toEqual([[], []]);
        expect(plain.commands).toEqual(
          expect.arrayContaining(['Copy-Item', 'Set-CsPersistentChatState', 'Install-CsMirrorDatabase']),
        );
        expect(syntaxOf(NAMES)).toEqual(plain);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
