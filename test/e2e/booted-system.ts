/**
 * This machine's Debian, booted a second time with a systemd of its own: what is written there is gone at the end. Loopback is shared,
 * so what runs inside reaches the servers of a test. Needs root, overlay file systems and systemd-nspawn.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { strangersEnvironment } from './packed-product.ts';

const run = promisify(execFile);
const NSPAWN = '/usr/bin/systemd-nspawn';
const BOOT_LIMIT_MS = 60_000;
const COMMAND_LIMIT_MS = 240_000;
const LOOK_MS = 100;
/** For what npm installs. */
const OVERLAY_SIZE = '3g';

/** In a namespace of its own, so that nothing stays mounted. */
const TRIAL = [
  'mount -t tmpfs tmpfs /mnt',
  'mkdir /mnt/upper /mnt/work /mnt/root',
  'mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root',
].join(' && ');

/** Why this machine cannot; undefined: it can. */
export function whyNoBoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed';
  if (!existsSync(NSPAWN)) return `${NSPAWN} is missing (npm run setup)`;
  if (!['systemd', 'cgroup.controllers'].some((name) => existsSync(path.join('/sys/fs/cgroup', name))))
    return 'systemd needs a group of processes of its own';
  const { status } = spawnSync('unshare', ['--mount', 'sh', '-c', TRIAL]);
  return status === 0 ? undefined : 'an overlay over the root folder cannot be mounted';
}

export interface BootedSystemOptions {
  /** Folders of this machine by the place where the booted one sees them. */
  readonly binds: Readonly<Record<string, { readonly from: string; readonly readOnly?: boolean }>>;
}

export class BootedSystem implements AsyncDisposable {
  readonly #layers: string;
  #container: ChildProcess | undefined;
  #printed = '';
  #init = 0;

  private constructor(layers: string) {
    this.#layers = layers;
  }

  /** Rejects with what systemd printed when it does not come up. */
  static async boot({ binds }: BootedSystemOptions): Promise<BootedSystem> {
    const system = new BootedSystem(mkdtempSync(path.join(os.tmpdir(), 'pchat-boot-')));
    try {
      await system.#mount();
      await system.#start(binds);
      return system;
    } catch (error) {
      await system[Symbol.asyncDispose]();
      throw error;
    }
  }

  get #root(): string {
    return path.join(this.#layers, 'root');
  }

  async #mount(): Promise<void> {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${OVERLAY_SIZE},mode=755`, 'tmpfs', this.#layers]);
    const [upper, work] = ['upper', 'work'].map((name) => path.join(this.#layers, name));
    for (const folder of [upper, work, this.#root]) mkdirSync(folder ?? '');
    const layers = `lowerdir=/,upperdir=${upper ?? ''},workdir=${work ?? ''}`;
    await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.#root]);
    // The Node.js that the product asks for, where its package would put it.
    copyFileSync(process.execPath, path.join(this.#root, 'usr/bin/node'));
    // Services of this machine stay out of it.
    const units = path.join(this.#root, 'etc/systemd/system');
    for (const name of readdirSync(units).filter((unit) => unit.endsWith('.wants')))
      rmSync(path.join(units, name), { recursive: true });
  }

  async #start(binds: BootedSystemOptions['binds']): Promise<void> {
    const bound = Object.entries(binds).map(
      ([at, { from, readOnly }]) => `--bind${readOnly === true ? '-ro' : ''}=${from}:${at}`,
    );
    const name = `--machine=${path.basename(this.#layers).toLowerCase()}`;
    const how = ['--quiet', '--keep-unit', '--register=no', '--console=passive', name];
    const args = [...how, ...bound, '--directory', this.#root, '--boot', 'systemd.unit=basic.target'];
    const container = spawn(NSPAWN, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#container = container;
    for (const stream of [container.stdout, container.stderr])
      stream.on('data', (chunk: Buffer) => (this.#printed += chunk.toString()));
    const endMs = performance.now() + BOOT_LIMIT_MS;
    while (!(await this.#isUp(container.pid ?? 0))) {
      if (container.exitCode !== null || performance.now() > endMs)
        throw new Error(`systemd did not come up: ${this.#printed}`);
      await setTimeout(LOOK_MS);
    }
  }

  async #isUp(nspawn: number): Promise<boolean> {
    const children = `/proc/${String(nspawn)}/task/${String(nspawn)}/children`;
    this.#init = existsSync(children) ? Number(readFileSync(children, 'utf8').trim().split(' ')[0]) : 0;
    if (this.#init === 0) return false;
    const state = await this.type('systemctl is-system-running').catch((error: unknown) => String(error));
    return /running|degraded/.test(state);
  }

  /** A file or folder of the booted system as this machine sees it. */
  file(name: string): string {
    return path.join(this.#root, name);
  }

  /** What root types in `folder`, and what is printed. Rejects, with all of it, when it ends with an error. */
  async type(line: string, folder = '/'): Promise<string> {
    const inside = ['--target', String(this.#init), '--mount', '--uts', '--ipc', '--pid', `--wdns=${folder}`];
    const env = { ...strangersEnvironment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    // A shell whose standard input is a socket takes itself for a remote one, and reads what interactive ones read.
    const shell = ['bash', '--norc', '-euo', 'pipefail', '-c', line];
    const { stdout, stderr } = await run('nsenter', [...inside, ...shell], {
      env,
      timeout: COMMAND_LIMIT_MS,
    });
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const container = this.#container;
    if (container !== undefined && container.exitCode === null && container.signalCode === null) {
      const ended = once(container, 'exit');
      // Its first process takes all others with it; nspawn alone would leave them behind.
      if (this.#init > 0) process.kill(this.#init, 'SIGKILL');
      else container.kill('SIGKILL');
      await ended;
    }
    for (const mounted of [this.#root, this.#layers])
      await run('umount', ['--lazy', mounted]).catch(() => '');
    rmSync(this.#layers, { recursive: true, force: true });
  }
}
