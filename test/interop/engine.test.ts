/**
 * The channel's script in PowerShell's real engine: nothing newer than Windows PowerShell 5.1 in it, what is given to it stays data,
 * and every way to fail has its own code.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChildManagementShell } from '../../src/connections/management-shell.ts';
import { localChannel, remotingChannel } from '../../src/connections/shell-channels.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { CmdletAnswer, CmdletRequest, ShellValue } from '../../src/ports/management-shell.ts';
import { toPoolError } from '../../src/topology/pool-error.ts';
import { dotnetIsAbsent, dotnetProgram } from './dotnet-program.ts';
import { powershellIn, type EngineOptions } from './engine-shell.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';

const SCRIPTS = fileURLToPath(new URL('../../src/connections/powershell/', import.meta.url));
/** Of a busy machine; what shall pass its deadline has one of its own. */
const LONG_MS = 100_000;
vi.setConfig({ testTimeout: 150_000 });
const never = new AbortController().signal;

let directory = '';
const open: ChildManagementShell[] = [];
let mischief: ChildManagementShell;
let folders = 0;

async function shell(options: EngineOptions, connectionUri?: string): Promise<ChildManagementShell> {
  folders += 1;
  const program = await powershellIn(path.join(directory, String(folders)), options);
  const channel =
    connectionUri === undefined
      ? localChannel(program, LONG_MS)
      : remotingChannel(program, connectionUri, LONG_MS);
  const child = new ChildManagementShell(channel, hostClock);
  open.push(child);
  return child;
}

const ask = (
  child: ChildManagementShell,
  cmdlet: string,
  parameters: CmdletRequest['parameters'] = {},
  deadlineMs = LONG_MS,
): Promise<CmdletAnswer> => child.invoke({ cmdlet, parameters }, { signal: never, deadlineMs });

/** Code, and that of the cause where the outcome is unknown. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (caught: unknown) => {
      const { code, cause } = toPoolError(caught);
      return cause === undefined ? code : `${code} < ${toPoolError(cause).code}`;
    },
  );

const pool = (deed: string): Promise<CmdletAnswer> => ask(mischief, 'Get-CsPool', { Identity: deed });

describe.skipIf(dotnetIsAbsent)("PowerShell's engine (install: .NET SDK 10)", () => {
  beforeAll(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-engine-'));
    await dotnetProgram('EngineHost');
    mischief = await shell({ module: { kind: 'mischief', file: path.join(directory, 'deeds') } });
    await pool('warm');
  }, 200_000);
  afterAll(async () => {
    await Promise.all(open.map((child) => child.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  describe('the script', () => {
    interface Syntax {
      readonly errors: readonly string[];
      readonly newer: readonly string[];
      readonly commands: readonly string[];
      readonly functions: readonly string[];
      readonly variables: readonly string[];
    }
    const syntaxOf = async (file: string): Promise<Syntax> => {
      const program = await dotnetProgram('EngineHost');
      return JSON.parse(execFileSync('dotnet', [program, '--syntax', file], { encoding: 'utf8' })) as Syntax;
    };
    /** Of the core of both engines, of the module PSSession of the core, and what the script itself names by a value. */
    const KNOWN = [
      '"$PSScriptRoot/json.ps1"',
      '$Name',
      'ForEach-Object',
      'Import-Module',
      'New-PSSession',
      'Set-StrictMode',
      'Where-Object',
    ];

    test('has nothing newer than Windows PowerShell 5.1, and uses only commands of its core', async () => {
      const parts = await Promise.all(
        ['json.ps1', 'channel.ps1'].map((name) => syntaxOf(path.join(SCRIPTS, name))),
      );
      const own = parts.flatMap(({ functions }) => functions);
      expect(parts.map(({ errors, newer }) => [errors, newer])).toEqual([
        [[], []],
        [[], []],
      ]);
      expect(
        parts
          .flatMap(({ commands }) => commands)
          .filter((name) => !own.includes(name))
          .sort(),
      ).toEqual(expect.arrayContaining(KNOWN));
      expect(
        parts.flatMap(({ commands }) => commands).filter((name) => ![...own, ...KNOWN].includes(name)),
      ).toEqual([]);
      // powershell.exe reads its input itself for a script that names this variable.
      expect(parts.flatMap(({ variables }) => variables)).not.toContain('input');
    });

    test('is ASCII, because Windows PowerShell takes a file without mark for one of a code page', () => {
      for (const name of ['json.ps1', 'channel.ps1'])
        expect(readFileSync(path.join(SCRIPTS, name), 'latin1')).toMatch(/^[\t\n\x20-\x7e]*$/);
    });

    test('would be caught with any newer construct', async () => {
      const planted = [
        '$a = $true ? 1 : 2',
        'Get-Command a && Get-Command b',
        '$a = $null ?? 1',
        '$a ??= 1',
        '${a}?.Length',
        '${a}?[0]',
        'function f { process { } clean { } }',
        '1..3 | ForEach-Object -Parallel { $_ }',
        'Get-Command a &',
        '$a = 0b11',
        '$a = 1u',
        '$a = "`u{1f600}"',
      ];
      const file = path.join(directory, 'planted.ps1');
      writeFileSync(file, planted.join('\n'));
      const { newer } = await syntaxOf(file);
      expect(newer.map((found) => Number(found.split(':')[0])).sort((a, b) => a - b)).toEqual(
        planted.map((_, index) => index + 1),
      );
    });
  });

  describe('data', () => {
    test('hostile names are just names', async () => {
      const answers = await Promise.all(
        HOSTILE_NAMES.map((name) => ask(mischief, 'Get-CsService', { Identity: name, PoolFqdn: name })),
      );
      expect(answers.map(({ objects }) => objects)).toEqual(
        HOSTILE_NAMES.map((name) => [
          {
            Identity: name,
            PoolFqdn: name,
            PersistentChatServer: false,
            Bound: expect.arrayContaining(['Identity', 'PoolFqdn']) as unknown,
          },
        ]),
      );
    });

    test('any text comes back as it was', async () => {
      const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), 40);
      const answers = await Promise.all(
        texts.map((text) => ask(mischief, 'Get-CsService', { Identity: text })),
      );
      expect(answers.map(({ objects }) => objects[0]?.['Identity'])).toEqual(texts);
    });

    test.each([
      [[], []],
      [
        ['a', "b'; exit"],
        ['a', "b'; exit"],
      ],
      [HOSTILE_NAMES, HOSTILE_NAMES],
    ])('a list is replaced by %j, and an empty one empties it', async (replace, list) => {
      const parameters = { Identity: 'x', ActiveServers: { replace }, Force: true };
      const { objects } = await ask(mischief, 'Set-CsPersistentChatActiveServer', parameters);
      expect(objects).toEqual([{ Identity: 'x', List: list }]);
    });

    test('nothing in the place of a list empties it', async () => {
      const parameters = { Identity: 'x', ActiveServers: null, Force: true };
      const { objects } = await ask(mischief, 'Set-CsPersistentChatActiveServer', parameters);
      expect(objects).toEqual([{ Identity: 'x', List: [] }]);
    });

    test('objects become plain data: words for enums, UTC for dates, text for what lies too deep', async () => {
      const { objects } = await pool('values');
      expect(objects).toEqual([
        {
          Text: 'quote " back\\slash line\n nul\u0000 \u2028 ü\u{1f600}',
          Whole: 42,
          Large: Number('9007199254740993'),
          Fraction: 1.5,
          NotANumber: 'NaN',
          Yes: true,
          Nothing: null,
          Word: 'Friday',
          Day: '2026-11-27T14:00:00.000Z',
          List: ['a', 'b'],
          One: ['a'],
          Empty: [],
          Table: { a: 1 },
          Inner: { a: { b: { c: '@{d=deep}' } } },
          Address: 'https://fe01/',
        },
        { Value: 'bare' },
      ]);
    });

    test('objects that came through remoting keep the words of their enums', async () => {
      expect((await pool('remoted')).objects).toEqual([
        { State: 'Friday', Servers: ['a', 'b'], At: '2026-11-27T14:00:00.000Z', Uri: 'https://fe01/' },
      ]);
    });

    test('a property that throws is null, and the others stay', async () => {
      expect((await pool('thrower')).objects).toEqual([{ Good: 1, Bad: null }]);
    });
  });

  describe('a cmdlet that', () => {
    test.each([
      ['failure', 'PCO_CMDLET_FAILED'],
      ['partly', 'PCO_CMDLET_INCOMPLETE'],
      ['confirmation', 'PCO_SHELL_PROMPT'],
      ['question', 'PCO_SHELL_PROMPT'],
      ['password', 'PCO_SHELL_PROMPT'],
      ['no right', 'PCO_CMDLET_NOT_PERMITTED'],
      ['store is moved', 'PCO_CMS_READ_ONLY'],
      ['five megabytes', 'PCO_ANSWER_TOO_LONG'],
    ])('ends with %s is %s', async (deed, code) => {
      expect(await codeOf(pool(deed))).toBe(code);
    });

    test('warns has its warnings kept, and is no error', async () => {
      expect(await pool('warning')).toEqual({
        objects: [{ Identity: 'warned' }],
        warnings: ['first', 'second'],
      });
    });

    test.each([
      ['progress', 'progressed'],
      ['noise', 'heard'],
    ])('makes %s on the side is heard all the same', async (deed, identity) => {
      expect(await pool(deed)).toEqual({ objects: [{ Identity: identity }], warnings: [] });
    });

    test('says what it was about when it fails', async () => {
      await expect(pool('failure')).rejects.toThrow(
        'it failed (InvalidOperation, Failed,Get-CsPool, a target)',
      );
    });

    test.each<[string, string, Readonly<Record<string, ShellValue>>, string]>([
      ['Remove-Item', 'is not in the table', {}, 'CmdletNotAllowed'],
      ['Get-CsPool', 'gets another parameter', { OutVariable: 'x' }, 'ParameterNotAllowed'],
      [
        'Set-CsPersistentChatState',
        'lacks the parameter without which it is a failback',
        { Identity: 'x' },
        'ParameterMissing',
      ],
      [
        'Stop-CsWindowsService',
        'lacks the name without which it stops everything',
        { ComputerName: 'x' },
        'ParameterMissing',
      ],
    ])('%s, which %s, is not run', async (cmdlet, _, parameters, errorId) => {
      await expect(ask(mischief, cmdlet, parameters)).rejects.toThrow(errorId);
    });

    test('Write-EventLog gets what is written as values, from this computer', async () => {
      const file = path.join(directory, 'logged');
      const own = await shell({ module: { kind: 'mischief', file } });
      const hostile = 'line\r\n$(Remove-Item x) "`\' \u00fc;';
      const entry = { LogName: 'Application', Source: 'pchat-operator', EventId: 1001, EntryType: 'Error' };
      expect((await ask(own, 'Write-EventLog', { ...entry, Message: hostile })).objects).toEqual([]);
      expect(readFileSync(`${file}.event`, 'utf8')).toBe(`Application|pchat-operator|1001|Error|${hostile}`);
      await expect(ask(own, 'Write-EventLog', entry)).rejects.toThrow('ParameterMissing');
      await expect(ask(own, 'Write-EventLog', { ...entry, Message: 'x', EventId: 70_000 })).rejects.toThrow(
        'EventId',
      );
    });

    test('does not end holds up nobody else', async () => {
      const own = await shell({ module: { kind: 'mischief', file: path.join(directory, 'other') } });
      await ask(own, 'Get-CsPool', { Identity: 'warm' });
      const stop = new AbortController();
      const request = { cmdlet: 'Get-CsPool', parameters: { Identity: 'no end' } };
      const hanging = codeOf(own.invoke(request, { signal: stop.signal, deadlineMs: LONG_MS }));
      expect((await ask(own, 'Get-CsPool', { Identity: 'other' })).objects).toHaveLength(1);
      stop.abort();
      expect(await hanging).toBe('PCO_OUTCOME_UNKNOWN < PCO_CANCELLED');
      await own.stop();
    });

    test('kills its shell has an unknown outcome, and the next shell answers', async () => {
      const own = await shell({ module: { kind: 'mischief', file: path.join(directory, 'other') } });
      expect(await codeOf(ask(own, 'Get-CsPool', { Identity: 'death' }))).toBe(
        'PCO_OUTCOME_UNKNOWN < PCO_SHELL_DIED',
      );
      expect((await ask(own, 'Get-CsPool', { Identity: 'next' })).objects).toHaveLength(1);
      await own.stop();
    });

    test('changes and passes its deadline has an unknown outcome and is not sent again', async () => {
      const file = path.join(directory, 'changes');
      const own = await shell({ module: { kind: 'mischief', file } });
      await ask(own, 'Get-CsPool', { Identity: 'warm' });
      const parameters = { Identity: 'x', PoolState: 'FailedOver', Force: true, Confirm: false };
      expect(await codeOf(ask(own, 'Set-CsPersistentChatState', parameters, 8_000))).toBe(
        'PCO_OUTCOME_UNKNOWN < PCO_SHELL_TIMEOUT',
      );
      expect((await ask(own, 'Get-CsPool', { Identity: 'next' })).objects).toHaveLength(1);
      expect(readFileSync(file, 'utf8')).toBe('FailedOver\n');
      await own.stop();
    });
  });

  describe('a shell', () => {
    test('without the module says so', async () => {
      const own = await shell({ module: { kind: 'none' } });
      expect(await codeOf(ask(own, 'Get-CsPool'))).toBe('PCO_SHELL_MODULE_MISSING');
    });

    test.skipIf(process.getuid?.() !== 0)(
      'that is not elevated is named when rights are lacking (root only)',
      async () => {
        const own = await shell({ module: { kind: 'mischief', file: '/dev/null' }, nobody: true });
        expect(await codeOf(ask(own, 'Get-CsPool', { Identity: 'no right' }))).toBe('PCO_SHELL_NOT_ELEVATED');
        expect((await ask(own, 'Get-CsPool', { Identity: 'other' })).objects).toHaveLength(1);
      },
    );

    test('with sessions of an endpoint sends it commands and values only, for it knows no language', async () => {
      const own = await shell(
        { module: { kind: 'mischief', file: '/dev/null' }, endpoint: true },
        'https://fe01.contoso.com/OcsPowershell',
      );
      const answers = await Promise.all(
        HOSTILE_NAMES.map((name) => ask(own, 'Get-CsService', { Identity: name, PoolFqdn: 'p' })),
      );
      expect(answers.map(({ objects }) => objects[0]?.['Identity'])).toEqual(HOSTILE_NAMES);
      const parameters = { Identity: 'x', ActiveServers: { replace: ['a'] } };
      expect((await ask(own, 'Set-CsPersistentChatActiveServer', parameters)).objects[0]?.['List']).toEqual([
        'a',
      ]);
    });

    test('writes to the event log of its own computer, also where the other cmdlets go to an endpoint', async () => {
      const file = path.join(directory, 'beside-endpoint');
      const own = await shell(
        { module: { kind: 'mischief', file }, endpoint: true },
        'https://fe01.contoso.com/OcsPowershell',
      );
      const entry = { LogName: 'Application', Source: 'pchat-operator', EventId: 1000, EntryType: 'Warning' };
      await ask(own, 'Write-EventLog', { ...entry, Message: 'held back' });
      expect(readFileSync(`${file}.event`, 'utf8')).toBe('Application|pchat-operator|1000|Warning|held back');
    });

    test('whose endpoint does not answer is unavailable, with the reason', async () => {
      const own = await shell(
        { module: { kind: 'none' }, endpoint: true },
        'https://fe09.contoso.com/OcsPowershell',
      );
      const work = ask(own, 'Get-CsPool');
      expect(await codeOf(work)).toBe('PCO_SHELL_UNAVAILABLE');
      await expect(work).rejects.toThrow('The SSL connection cannot be established.');
    });
  });
});
