/** The shell behind a real sshd: strict about host keys, never asked for a password, and the engine on the other side. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChildManagementShell } from '../../src/connections/management-shell.ts';
import { sshChannel, type SshTarget } from '../../src/connections/shell-channels.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { CmdletAnswer } from '../../src/ports/management-shell.ts';
import { toPoolError } from '../../src/topology/pool-error.ts';
import { dotnetIsAbsent, dotnetProgram } from './dotnet-program.ts';
import { powershellIn } from './engine-shell.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { freePort, LoopbackSshd, sshIsAbsent } from './loopback-sshd.ts';

const LONG_MS = 100_000;
vi.setConfig({ testTimeout: 150_000 });

describe.skipIf(sshIsAbsent || dotnetIsAbsent)(
  'a shell over ssh (install: npm run setup, .NET SDK 10)',
  () => {
    let directory = '';
    let sshd: LoopbackSshd;
    let target: SshTarget;
    const open: ChildManagementShell[] = [];

    beforeAll(async () => {
      directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-ssh-'));
      await dotnetProgram('EngineHost');
      sshd = await LoopbackSshd.start(path.join(directory, 'sshd'));
      target = {
        host: '127.0.0.1',
        port: sshd.port,
        user: sshd.user,
        keyFile: sshd.keyFile,
        knownHostsFile: sshd.knownHosts('right'),
        program: await powershellIn(directory, { module: { kind: 'mischief', file: '/dev/null' } }),
        connectTimeoutMs: 20_000,
      };
    }, 200_000);
    afterAll(async () => {
      await Promise.all(open.map((child) => child.stop()));
      await sshd[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    });

    function shell(changes: Partial<SshTarget> = {}): ChildManagementShell {
      const child = new ChildManagementShell(sshChannel({ ...target, ...changes }, LONG_MS), hostClock);
      open.push(child);
      return child;
    }
    const ask = (child: ChildManagementShell, identity: string): Promise<CmdletAnswer> =>
      child.invoke(
        { cmdlet: 'Get-CsService', parameters: { Identity: identity } },
        { signal: new AbortController().signal, deadlineMs: LONG_MS },
      );
    const codeOf = (child: ChildManagementShell): Promise<string> =>
      ask(child, 'x').then(
        () => 'none',
        (error: unknown) => toPoolError(error).code,
      );

    test('carries hostile names through both shells unharmed', async () => {
      const child = shell();
      const answers = await Promise.all(HOSTILE_NAMES.map((name) => ask(child, name)));
      expect(answers.map(({ objects }) => objects[0]?.['Identity'])).toEqual(HOSTILE_NAMES);
    });

    test('has a command line in which only the settings stand', () => {
      const { args } = sshChannel(target, LONG_MS);
      expect(args.slice(-3, -1)).toEqual(['--', '127.0.0.1']);
      expect(args.at(-1)).toMatch(
        /^\S+powershell\.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand [A-Za-z0-9+/=]+$/,
      );
    });

    test.each<[string, string, () => Partial<SshTarget> | Promise<Partial<SshTarget>>]>([
      [
        'of an unknown host key',
        'PCO_SSH_HOST_KEY_UNKNOWN',
        () => ({ knownHostsFile: sshd.knownHosts('empty') }),
      ],
      [
        'of a changed host key',
        'PCO_SSH_HOST_KEY_CHANGED',
        () => ({ knownHostsFile: sshd.knownHosts('changed') }),
      ],
      ['that refuses the key', 'PCO_SSH_AUTH_REFUSED', () => ({ keyFile: sshd.strangeKeyFile })],
      ['that knows no such user', 'PCO_SSH_AUTH_REFUSED', () => ({ user: 'nobody-of-this-name' })],
      ['that does not listen', 'PCO_SSH_UNREACHABLE', async () => ({ port: await freePort() })],
      ['without PowerShell', 'PCO_SHELL_UNAVAILABLE', () => ({ program: '/no/such/powershell.exe' })],
    ])('to a server %s is %s', async (_, code, changes) => {
      expect(await codeOf(shell(await changes()))).toBe(code);
    });
  },
);
