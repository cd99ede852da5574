/**
 * A real estate with a daemon process of its own in a temporary folder: what a person in front of both can do and see. Everything is
 * ended and removed by `await using`, also when the test fails.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { DaemonProcess } from '../../src/cli/estate-story/daemon-process.ts';
import { JournalTail } from '../../src/cli/estate-story/journal-file.ts';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { onlyOnShare } from './kill-points.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import {
  withPrimaryDatacenter,
  type DesiredDocumentOptions,
} from '../../src/simulator/estate/desired-document.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { Site } from '../../src/topology/pool-topology.ts';

export interface WireStageOptions {
  readonly seed: string;
  /** Estate seconds per real second. */
  readonly factor: number;
  readonly overrides: EstateOverrides;
  /** Left out: backup. */
  readonly shareSite?: 'home' | 'backup';
  /** Other values for durations of the settings, by key. Every look at a dead site takes `connect`. */
  readonly durations?: Readonly<Record<string, string>>;
  readonly document?: Partial<DesiredDocumentOptions>;
  /** `journal` of the settings beside its directory. */
  readonly journal?: Readonly<Record<string, unknown>>;
  /** Longest wait for anything; left out: LIMIT_MS. */
  readonly limitMs?: number;
  /** `shell` of the settings; left out: the Node double. */
  readonly shell?: (estate: WireEstate, directory: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** Longer than any part takes on a busy machine; reaching it is a failure that says what was awaited. */
const LIMIT_MS = 40_000;
/** Shorter than anything that is awaited: the journal is looked at this often. */
const LOOK_MS = 4;
const END_LIMIT_MS = 10_000;
const DAEMON_CODE = new URL('../../src/daemon/compose-host.ts', import.meta.url).href;

/**
 * Compiles what the daemon loads, for all who are started with this environment later: a killed daemon leaves no compiled code
 * behind, and starting one would cost more than everything else that it does.
 */
function compileAhead(directory: string): ChildProcess | undefined {
  // Somebody keeps compiled code for longer than one stage.
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return undefined;
  process.env['NODE_COMPILE_CACHE'] = path.join(directory, 'compiled');
  const program = `await import(${JSON.stringify(DAEMON_CODE)})`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
}

export class WireStage implements AsyncDisposable {
  readonly playground: Playground;
  readonly records: JournalRecord[] = [];
  /** What the estate remarked. */
  readonly notes: readonly string[];
  readonly #tail: JournalTail;
  readonly #compiler: ChildProcess | undefined;
  readonly #limitMs: number;
  #daemon: DaemonProcess | undefined;

  private constructor(playground: Playground, notes: readonly string[], limitMs: number) {
    this.#limitMs = limitMs;
    this.playground = playground;
    this.notes = notes;
    this.#compiler = compileAhead(playground.directory);
    this.#tail = new JournalTail(playground.documents.journalDirectory);
  }

  static async open(options: WireStageOptions): Promise<WireStage> {
    const { seed, factor, overrides, durations = {}, document } = options;
    const notes: string[] = [];
    const playground = await openPlayground({
      directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-wire-')),
      shareSite: options.shareSite ?? 'backup',
      nowMs: hostClock.now(),
      document: { drainTimeout: '1s', ...document },
      seed,
      factor,
      overrides,
      onNote: (text) => notes.push(text),
    });
    const { settingsFile } = playground.documents;
    const settings = Object.entries(durations).reduce(
      (text, [key, value]) => text.replace(new RegExp(`^( +${key}: ).*$`, 'm'), `$1${value}`),
      readFileSync(settingsFile, 'utf8'),
    );
    writeFileSync(settingsFile, settings);
    if (options.journal !== undefined) {
      const plain = parse(readFileSync(settingsFile, 'utf8')) as { journal: object };
      writeFileSync(settingsFile, stringify({ ...plain, journal: { ...plain.journal, ...options.journal } }));
    }
    if (options.shell !== undefined) {
      const shell = await options.shell(playground.estate, playground.directory);
      writeFileSync(settingsFile, stringify({ ...(parse(settings) as object), shell }));
    }
    return new WireStage(playground, notes, options.limitMs ?? LIMIT_MS);
  }

  get estate(): WireEstate {
    return this.playground.estate;
  }

  get logFile(): string {
    return path.join(this.playground.directory, 'daemon.log');
  }

  /** Resolves once it listens. Rejects while another one holds the lease. */
  async startDaemon(): Promise<void> {
    this.#daemon = await DaemonProcess.start(this.playground.documents.settingsFile, this.logFile, hostClock);
  }

  async stopDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    await daemon?.endWithin(END_LIMIT_MS, hostClock);
  }

  /** The signal is sent before this returns: what the estate shows in the same turn is what the kill met. */
  killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    return daemon?.end('SIGKILL') ?? Promise.resolve();
  }

  /** As kill -SIGNAL does; the daemon counts as running still. */
  signalDaemon(signal: NodeJS.Signals): void {
    this.#daemon?.signal(signal);
  }

  /** As an assertion of the runtime ends it: no handler runs, the system may write a core dump. */
  abortDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    return daemon?.end('SIGABRT') ?? Promise.resolve();
  }

  get daemonRuns(): boolean {
    return this.#daemon?.running === true;
  }

  /**
   * Right after a log backup that the daemon has seen. One between its last look and the loss of home would leave open until when home
   * lived: what is at risk would grow with the clock, and void approvals.
   */
  async logBackupSeen(): Promise<void> {
    const written = onlyOnShare(this.estate).length;
    await this.until('a log backup', () => onlyOnShare(this.estate).length > written);
    for (const look of ['a look at it', 'another one']) {
      const at = (await this.status())?.observedAt;
      await this.until(look, async () => (await this.status())?.observedAt !== at);
    }
  }

  get daemonPid(): number | undefined {
    return this.#daemon?.pid;
  }

  /** Looks at the journal and asks `seen` until it says yes. */
  async until(what: string, seen: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = hostClock.monotonicMs() + this.#limitMs;
    const { signal } = new AbortController();
    for (;;) {
      this.records.push(...this.#tail.next());
      if (await seen()) return;
      if (this.#daemon?.running === false) throw new Error(`the daemon ended before ${what}`);
      if (hostClock.monotonicMs() > endMs)
        throw new Error(
          `${what} was not seen within ${String(this.#limitMs)} ms; ${await this.#whereThingsStand()}`,
        );
      await hostClock.sleep(LOOK_MS, signal);
    }
  }

  async #whereThingsStand(): Promise<string> {
    const { state, plan, conditions, drift } = (await this.status()) ?? {};
    return JSON.stringify({ state, plan, drift, conditions, journal: this.records.slice(-3) }, null, 1);
  }

  /** undefined: it does not answer, or has not read its desired state yet. */
  async status(): Promise<PoolStatus | undefined> {
    const client = await findDaemon(this.playground.documents.journalDirectory);
    return client === undefined ? undefined : (await client.status()).pools[0];
  }

  /** What of the desired state was refused. */
  async problems(): Promise<readonly string[]> {
    const client = await findDaemon(this.playground.documents.journalDirectory);
    return client === undefined ? [] : (await client.status()).desiredStateProblems;
  }

  /** Converged where the document says now. */
  async converged(site: Site): Promise<void> {
    await this.until(`converged in ${site}`, async () => {
      const status = await this.status();
      return (
        status?.state === 'converged' &&
        status.primarySite === site &&
        status.observedGeneration?.hash === status.generation.hash
      );
    });
  }

  edit(datacenter: string): void {
    this.rewrite((text) => withPrimaryDatacenter(text, datacenter));
  }

  /** As an editor saves: a new file under the old name. */
  rewrite(change: (text: string) => string): void {
    const { desiredFile } = this.playground.documents;
    writeFileSync(`${desiredFile}.new`, change(readFileSync(desiredFile, 'utf8')));
    renameSync(`${desiredFile}.new`, desiredFile);
  }

  /** @param word a verdict, or what `down` rests on */
  async verdictOnHome(word: string): Promise<void> {
    await this.until(`home is ${word}`, async () => {
      const home = (await this.status())?.evidence?.home;
      return (home?.level ?? home?.verdict) === word;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stopDaemon();
    } finally {
      await this.#endCompiler();
      await this.playground.stop();
      rmSync(this.playground.directory, { recursive: true, force: true });
    }
  }
  async #endCompiler(): Promise<void> {
    if (this.#compiler === undefined) return;
    delete process.env['NODE_COMPILE_CACHE'];
    this.#compiler.kill('SIGKILL');
    if (this.#compiler.exitCode === null && this.#compiler.signalCode === null)
      await once(this.#compiler, 'exit');
  }
}
