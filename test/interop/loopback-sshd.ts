/** A real sshd on the loopback with a host key, a user key and a known-hosts file of its own. Ended by its process id. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { hostClock } from '../../src/daemon/host/host-clock.ts';

const SSHD = '/usr/sbin/sshd';
const PROGRAMS = [SSHD, '/usr/bin/ssh', '/usr/bin/ssh-keygen'];
const LIMIT_MS = 20_000;
const LOOK_MS = 20;

/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const sshIsAbsent = process.env['CI'] !== 'true' && !PROGRAMS.every((program) => existsSync(program));

function makeKey(file: string): void {
  execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
}

const publicKey = (file: string): string => readFileSync(`${file}.pub`, 'utf8').trim();

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });

export class LoopbackSshd implements AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  readonly user = os.userInfo().username;
  readonly #child: ChildProcess;

  private constructor(directory: string, port: number, child: ChildProcess) {
    this.directory = directory;
    this.port = port;
    this.#child = child;
  }

  get keyFile(): string {
    return path.join(this.directory, 'user-key');
  }

  /** A key that the server does not know. */
  get strangeKeyFile(): string {
    return path.join(this.directory, 'strange-key');
  }

  knownHosts(kind: 'right' | 'empty' | 'changed'): string {
    const key = { right: 'host-key', empty: undefined, changed: 'strange-key' }[kind];
    const file = path.join(this.directory, `known hosts ${kind}`);
    const line =
      key === undefined
        ? ''
        : `[127.0.0.1]:${String(this.port)} ${publicKey(path.join(this.directory, key))}\n`;
    writeFileSync(file, line);
    return file;
  }

  static async start(directory: string): Promise<LoopbackSshd> {
    mkdirSync(directory, { recursive: true });
    for (const name of ['host-key', 'user-key', 'strange-key']) makeKey(path.join(directory, name));
    writeFileSync(path.join(directory, 'authorized'), `${publicKey(path.join(directory, 'user-key'))}\n`);
    // Where sshd as root separates its rights; the package's service makes it otherwise.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const port = await freePort();
    const config = path.join(directory, 'sshd_config');
    writeFileSync(
      config,
      [
        `Port ${String(port)}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${path.join(directory, 'host-key')}`,
        `AuthorizedKeysFile ${path.join(directory, 'authorized')}`,
        'AuthenticationMethods publickey',
        'PermitRootLogin prohibit-password',
        'PidFile none',
        'StrictModes no',
        'UsePAM no',
        'LogLevel ERROR',
        '',
      ].join('\n'),
    );
    const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: 'ignore' });
    const sshd = new LoopbackSshd(directory, port, child);
    const endMs = hostClock.monotonicMs() + LIMIT_MS;
    while (!(await accepts(port))) {
      if (hostClock.monotonicMs() > endMs || child.exitCode !== null) throw new Error('sshd does not listen');
      await hostClock.sleep(LOOK_MS, new AbortController().signal);
    }
    return sshd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}
