import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ChildManagementShell } from '../../src/connections/management-shell.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { CmdletAnswer } from '../../src/ports/management-shell.ts';
import { PoolError } from '../../src/topology/pool-error.ts';

const script = path.join(import.meta.dirname, 'scripted-shell.mjs');
const never = new AbortController().signal;
const started: ChildManagementShell[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((shell) => shell.stop()));
});

function shell(mode = 'normal', startDeadlineMs = 5000): { shell: ChildManagementShell; events: string[] } {
  const events: string[] = [];
  const child = new ChildManagementShell(
    { command: process.execPath, args: [script, mode], startDeadlineMs },
    hostClock,
    (event) => events.push(event),
  );
  started.push(child);
  return { shell: child, events };
}

const ask = (child: ChildManagementShell, cmdlet: string, deadlineMs = 5000): Promise<CmdletAnswer> =>
  child.invoke(
    { cmdlet, parameters: { Identity: "a'; Remove-Item", ActiveServers: { replace: [] } } },
    { signal: never, deadlineMs },
  );

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (caught: unknown) => (caught instanceof PoolError ? caught.code : String(caught)),
  );

test('hands parameters on as values and returns the objects', async () => {
  const { shell: child } = shell();
  const { objects, warnings } = await ask(child, 'Get-Anything');
  expect(objects).toEqual([
    expect.objectContaining({
      cmdlet: 'Get-Anything',
      parameters: { Identity: "a'; Remove-Item", ActiveServers: { replace: [] } },
      computer: null,
    }),
  ]);
  expect(warnings).toEqual(['w']);
});

test('takes answers in any order over one child', async () => {
  const { shell: child } = shell();
  const answers = await Promise.all(['Slow', 'Quick'].map((cmdlet) => ask(child, cmdlet)));
  expect(answers.map(({ objects }) => objects[0]?.['cmdlet'])).toEqual(['Slow', 'Quick']);
  expect(new Set(answers.map(({ objects }) => objects[0]?.['pid'])).size).toBe(1);
});

test('hands on the environment without the variables that hold secrets', async () => {
  process.env['PCHAT_TEST_SECRET'] = 'planted';
  const child = new ChildManagementShell(
    {
      command: process.execPath,
      args: [script, 'normal'],
      startDeadlineMs: 5000,
      withheldVariables: ['PCHAT_TEST_SECRET'],
    },
    hostClock,
    () => undefined,
  );
  started.push(child);
  const { objects } = await ask(child, 'Environment');
  expect(objects[0]?.['names']).toContain('PATH');
  expect(objects[0]?.['names']).not.toContain('PCHAT_TEST_SECRET');
  delete process.env['PCHAT_TEST_SECRET'];
});

test('ignores lines that only look like frames', async () => {
  const { shell: child, events } = shell();
  expect((await ask(child, 'Noise')).objects).toHaveLength(1);
  expect(events.filter((event) => event === 'ignored-line').length).toBeGreaterThanOrEqual(4);
});

test.each([
  ['Fail', 'PCO_CMDLET_FAILED'],
  ['ReadOnly', 'PCO_CMS_READ_ONLY'],
  ['Unreachable', 'PCO_COMPUTER_UNREACHABLE'],
  ['Die', 'PCO_OUTCOME_UNKNOWN'],
  ['Broken', 'PCO_OUTCOME_UNKNOWN'],
] as const)('%s is %s, and the next cmdlet is answered', async (cmdlet, code) => {
  const { shell: child } = shell();
  expect(await codeOf(ask(child, cmdlet))).toBe(code);
  expect((await ask(child, 'Get-Anything')).objects).toHaveLength(1);
});

test('replaces a child that says nothing to anybody until the deadline', async () => {
  const { shell: child, events } = shell();
  const first = await ask(child, 'Get-Anything');
  expect(await codeOf(ask(child, 'Hang', 100))).toBe('PCO_OUTCOME_UNKNOWN');
  const second = await ask(child, 'Get-Anything');
  expect(second.objects[0]?.['pid']).not.toBe(first.objects[0]?.['pid']);
  expect(events).toContain('ended');
});

test('keeps a child that answers others while one request hangs', async () => {
  const { shell: child } = shell();
  await ask(child, 'Get-Anything');
  const hanging = codeOf(ask(child, 'Hang', 300));
  const first = await ask(child, 'Get-Anything');
  expect(await hanging).toBe('PCO_OUTCOME_UNKNOWN');
  const second = await ask(child, 'Get-Anything');
  expect(second.objects[0]?.['pid']).toBe(first.objects[0]?.['pid']);
});

test.each(['dies', 'future'])('a shell that %s at its start is unavailable', async (mode) => {
  expect(await codeOf(ask(shell(mode).shell, 'Get-Anything'))).toBe('PCO_SHELL_UNAVAILABLE');
});

test('a shell without hello is unavailable after its start deadline', async () => {
  expect(await codeOf(ask(shell('silent', 200).shell, 'Get-Anything'))).toBe('PCO_SHELL_UNAVAILABLE');
});

test('a command that does not exist is unavailable', async () => {
  const child = new ChildManagementShell(
    { command: '/no/such/shell', args: [], startDeadlineMs: 1000 },
    hostClock,
  );
  expect(await codeOf(ask(child, 'Get-Anything'))).toBe('PCO_SHELL_UNAVAILABLE');
});

test('starts nothing after it was stopped', async () => {
  const { shell: child } = shell();
  await ask(child, 'Get-Anything');
  await child.stop();
  expect(await codeOf(ask(child, 'Get-Anything'))).toBe('PCO_SHELL_UNAVAILABLE');
});

test('an answer that comes too late is not taken for that of another request', async () => {
  const { shell: child } = shell();
  const first = await ask(child, 'Get-Anything');
  const late = codeOf(ask(child, 'Slow', 50));
  await ask(child, 'Quick');
  expect(await late).toBe('PCO_OUTCOME_UNKNOWN');
  const next = await Promise.all(['Slow', 'Get-Next'].map((cmdlet) => ask(child, cmdlet)));
  expect(next.map(({ objects }) => [objects[0]?.['cmdlet'], objects[0]?.['pid']])).toEqual([
    ['Slow', first.objects[0]?.['pid']],
    ['Get-Next', first.objects[0]?.['pid']],
  ]);
});
