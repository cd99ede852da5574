/**
 * A real estate with a daemon process of its own in a temporary folder: what a person in front of both can do and see. Everything is
 * ended and removed by `await using`, also when the test fails.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { DaemonProcess } from '../../src/cli/estate-story/daemon-process.ts';
import { JournalTail } from '../../src/cli/estate-story/journal-file.ts';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { Site } from '../../src/topology/pool-topology.ts';

export interface WireStageOptions {
  readonly seed: string;
  /** Estate seconds per real second. */
  readonly factor: number;
  readonly overrides: EstateOverrides;
  /** As the settings spell it. Every look at a dead site takes this long; those who live are already connected. */
  readonly connectDeadline?: string;
}

/** Longer than any part takes on a busy machine; reaching it is a failure that says what was awaited. */
const LIMIT_MS = 40_000;
/** Shorter than anything that is awaited: the journal is looked at this often. */
const LOOK_MS = 4;
const END_LIMIT_MS = 10_000;

export class WireStage implements AsyncDisposable {
  readonly playground: Playground;
  readonly records: JournalRecord[] = [];
  readonly #tail: JournalTail;
  #daemon: DaemonProcess | undefined;

  private constructor(playground: Playground) {
    this.playground = playground;
    this.#tail = new JournalTail(playground.documents.journalDirectory);
  }

  static async open({
    seed,
    factor,
    overrides,
    connectDeadline = '1s',
  }: WireStageOptions): Promise<WireStage> {
    const playground = await openPlayground({
      directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-wire-')),
      shareSite: 'backup',
      nowMs: hostClock.now(),
      document: { drainTimeout: '1s' },
      seed,
      factor,
      overrides,
    });
    const { settingsFile } = playground.documents;
    const settings = readFileSync(settingsFile, 'utf8');
    writeFileSync(settingsFile, settings.replace(/^( +connect: ).*$/m, `$1${connectDeadline}`));
    return new WireStage(playground);
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

  /** The signal is sent before this returns: what the estate shows in the same turn is what the kill met. */
  killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    return daemon?.end('SIGKILL') ?? Promise.resolve();
  }

  /** Looks at the journal and asks `seen` until it says yes. */
  async until(what: string, seen: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = hostClock.monotonicMs() + LIMIT_MS;
    const { signal } = new AbortController();
    for (;;) {
      this.records.push(...this.#tail.next());
      if (await seen()) return;
      if (this.#daemon?.running === false) throw new Error(`the daemon ended before ${what}`);
      if (hostClock.monotonicMs() > endMs)
        throw new Error(
          `${what} was not seen within ${String(LIMIT_MS)} ms; ${await this.#whereThingsStand()}`,
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

  /** As an editor saves: a new file under the old name. */
  edit(datacenter: string): void {
    const { desiredFile } = this.playground.documents;
    writeFileSync(`${desiredFile}.new`, withPrimaryDatacenter(readFileSync(desiredFile, 'utf8'), datacenter));
    renameSync(`${desiredFile}.new`, desiredFile);
  }

  async verdictOnHome(verdict: string): Promise<void> {
    await this.until(
      `home is ${verdict}`,
      async () => (await this.status())?.evidence?.home.verdict === verdict,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const daemon = this.#daemon;
    try {
      await daemon?.endWithin(END_LIMIT_MS, hostClock);
    } finally {
      await this.playground.stop();
      rmSync(this.playground.directory, { recursive: true, force: true });
    }
  }
}
