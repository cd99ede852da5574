/** The daemon as a process of its own, started as a person would start it, and ended by signal. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../ports/clock.ts';
import { PoolError } from '../../topology/pool-error.ts';

const START_LIMIT_MS = 20_000;

const mainFile = (): string => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../main.${extension}`, import.meta.url));
};

export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Resolves once it listens; its log goes to `logFile`. */
  static async start(settingsFile: string, logFile: string, clock: Clock): Promise<DaemonProcess> {
    const args = [mainFile(), 'run', '--settings', settingsFile];
    // A group of its own: Ctrl-C at the terminal must reach the daemon once, from its owner; twice ends it at once.
    const detached = process.platform !== 'win32';
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached });
    const log = createWriteStream(logFile, { flags: 'a' });
    child.stderr.pipe(log);
    const daemon = new DaemonProcess(child);
    const stopped = new AbortController();
    try {
      await Promise.race([
        once(child.stdout, 'data'),
        daemon.#exited.then(() => {
          throw new PoolError('PCO_INTERNAL', `the daemon ended at once; see ${logFile}`);
        }),
        clock.sleep(START_LIMIT_MS, stopped.signal).then(() => {
          throw new PoolError(
            'PCO_INTERNAL',
            `the daemon did not start within ${START_LIMIT_MS} ms; see ${logFile}`,
          );
        }),
      ]);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      stopped.abort();
    }
    child.stdout.resume();
    return daemon;
  }

  /** undefined: it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sent at once; what becomes of it is the daemon's matter. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGABRT'): Promise<void> {
    if (this.running) this.#child.kill(signal);
    if (this.running) await this.#exited;
  }

  /** Asks it to end, and ends it when it has not after `limitMs`; false: it had to. */
  async endWithin(limitMs: number, clock: Clock): Promise<boolean> {
    const ended = new AbortController();
    const late = clock.sleep(limitMs, ended.signal).then(
      async () => {
        await this.end('SIGKILL');
        return false;
      },
      // Ended in time.
      () => true,
    );
    await this.end('SIGTERM');
    ended.abort();
    return late;
  }
}
