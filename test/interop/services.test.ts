/** The service files of Linux and Windows, judged by systemd's own tools and by PowerShell's engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pchat } from '../support/pchat.ts';
import { dotnetIsAbsent, dotnetProgram } from './dotnet-program.ts';

const deploy = path.resolve(import.meta.dirname, '../../deploy');
const ANALYZE = '/usr/bin/systemd-analyze';
/** A missing part is skipped by name on a person's machine; in CI it is a failure. */
const systemdIsAbsent = !existsSync(ANALYZE) && process.env['CI'] !== 'true';
/** In tenths, as systemd-analyze takes it; 1.3 is left for network, V8's memory and the root folder. */
const MOST_EXPOSED = '15';

const unit = readFileSync(path.join(deploy, 'systemd/pchat.service'), 'utf8');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-services-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Judged {
  readonly code: number | null;
  readonly output: string;
}

/** The program of the unit is not installed here; another one stands for it. */
function analyze(args: readonly string[], text = unit): Judged {
  const file = path.join(folder, 'pchat.service');
  writeFileSync(file, text.replaceAll('/usr/bin/pchat', '/bin/true'));
  const { status, stdout, stderr } = spawnSync(ANALYZE, [...args, file], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
  });
  return { code: status, output: stdout + stderr };
}

describe.skipIf(systemdIsAbsent)('the unit of systemd (install: systemd)', () => {
  test('is accepted without a remark', () => {
    expect(analyze(['verify'])).toEqual({ code: 0, output: '' });
  });

  test('is remarked on when a setting is misspelt', () => {
    const { output } = analyze(['verify'], unit.replace('ProtectHome=', 'ProtectHomes='));
    expect(output).toContain('ProtectHomes');
  });

  test('is hardened: its exposure is below the threshold', () => {
    const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`];
    const hardened = analyze(args);
    expect(hardened.code, hardened.output.split('\n').at(-2)).toBe(0);
    expect(analyze(args, unit.replace('NoNewPrivileges=yes', '').replace('PrivateUsers=yes', '')).code).toBe(
      1,
    );
  });

  test('lets its account be made by systemd-sysusers', () => {
    const user = /^User=(.+)$/m.exec(unit)?.[1] ?? '';
    expect(readFileSync(path.join(deploy, 'systemd/pchat.sysusers.conf'), 'utf8')).toMatch(
      new RegExp(`^u ${user} - "[^"]+" /var/lib/pchat$`, 'm'),
    );
  });
});

test('the unit calls a command of the product with options that it has', { timeout: 30_000 }, async () => {
  const [, command = '', option = ''] = /^ExecStart=\/usr\/bin\/pchat (\S+) (--\S+) \S+$/m.exec(unit) ?? [];
  const help = await pchat(command, '--help');
  expect(help).toMatchObject({ code: 0 });
  expect(help.stdout).toContain(`${option} <`);
});

interface Syntax {
  readonly errors: readonly string[];
  readonly newer: readonly string[];
  readonly commands: readonly string[];
}

describe.skipIf(dotnetIsAbsent)('the Windows service (install: .NET SDK 10)', () => {
  const file = path.join(deploy, 'windows/Install-Pchat.ps1');

  test('is installed by a script of Windows PowerShell 5.1', { timeout: 200_000 }, async () => {
    const engine = await dotnetProgram('EngineHost');
    const told = execFileSync('dotnet', [engine, '--syntax', file], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const { errors, newer, commands } = JSON.parse(told) as Syntax;
    expect([errors, newer]).toEqual([[], []]);
    expect(commands).toEqual(expect.arrayContaining(['Set-Acl', 'Get-NodeProgram', 'npm.cmd']));
  });
});

test('the script that installs the Windows service fills in elements that its file has', () => {
  const script = readFileSync(path.join(deploy, 'windows/Install-Pchat.ps1'), 'utf8');
  const service = readFileSync(path.join(deploy, 'windows/pchat-service.xml'), 'utf8');
  const set = [...script.matchAll(/\$service\.service\.([\w.]+) =/g)].map(([, name = '']) => name);
  expect(set).toHaveLength(6);
  const missing = set.filter((name) => service.split(`<${name.split('.').at(-1) ?? ''}>`).length !== 2);
  expect(missing).toEqual([]);
});
