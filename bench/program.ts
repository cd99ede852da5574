/** The product's programs as a person starts them: their own processes, ended when the bench no longer needs them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { ChildEstateOptions } from './estate.child.ts';

const MAIN_FILE = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const ESTATE_FILE = fileURLToPath(new URL('estate.child.ts', import.meta.url));
const END_LIMIT_MS = 20_000;

export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], file = MAIN_FILE) {
    this.#child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The first value on stdout that `found` makes of it, or an error with what the program said instead. */
  async saying<T>(found: (stdout: string) => T | undefined, limitMs: number): Promise<T> {
    const limit = AbortSignal.timeout(limitMs);
    for (;;) {
      const value = found(this.#stdout);
      if (value !== undefined) return value;
      if (!this.running || limit.aborted) throw new Error(`the program did not say it: ${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Everything it printed, once it has ended well. */
  async output(limitMs: number): Promise<string> {
    await this.saying(() => (this.running ? undefined : true), limitMs);
    if (this.#child.exitCode !== 0) throw new Error(`the program ended badly: ${this.#stderr}`);
    return this.#stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_LIMIT_MS);
    if (this.running) this.#child.kill('SIGTERM');
    if (this.running) await this.#exited;
    clearTimeout(late);
  }
}

export interface BenchFolder extends Disposable {
  readonly path: string;
}

export function temporaryFolder(): BenchFolder {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-bench-'));
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunningEstate {
  readonly desiredFile: string;
  readonly settingsFile: string;
  readonly journalDirectory: string;
}

const START_LIMIT_MS = 30_000;

/** Cmdlets of the estate take their time; at this speed it is some milliseconds. */
const FACTOR = '60';

/** What does not answer in time is unknown: on a busy machine that would be measured instead. */
const DEADLINES = { connect: '10s', instance: '10s', folder: '10s', shell: '10s', chatServer: '10s' };

function withoutHaste(settingsFile: string): void {
  const settings = parse(readFileSync(settingsFile, 'utf8')) as Readonly<Record<string, unknown>>;
  writeFileSync(settingsFile, stringify({ ...settings, deadlines: DEADLINES }));
}

/** An estate in a process of its own: its work must not weigh on what is measured. */
export function startEstate(folder: string): Promise<RunningEstate & AsyncDisposable> {
  const args = ['--directory', folder, '--factor', FACTOR, '--output', 'json'];
  return estateOf(new Program(['estate', 'run', ...args]));
}

/** The same with options that no command has. */
export const startEstateWith = (options: ChildEstateOptions): Promise<RunningEstate & AsyncDisposable> =>
  estateOf(new Program([JSON.stringify(options)], ESTATE_FILE));

async function estateOf(program: Program): Promise<RunningEstate & AsyncDisposable> {
  const estate = await program.saying(
    (text) => (text.includes('\n') ? (JSON.parse(text) as RunningEstate) : undefined),
    START_LIMIT_MS,
  );
  withoutHaste(estate.settingsFile);
  return { ...estate, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
