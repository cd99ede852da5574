/**
 * A story over a real estate: real sockets, files, shell and daemon process. It plays the world and the administrator, watches
 * through the daemon's own API, and decides nothing for it.
 */
import { renameSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { PoolStatus } from '../../reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../simulator/estate/desired-document.ts';
import type { WireEstate } from '../../simulator/wire/wire-estate.ts';
import { PoolError } from '../../topology/pool-error.ts';
import { findDaemon, type DaemonClient } from '../daemon-client.ts';
import { renderPlan } from '../render-plan.ts';
import { planViewOf } from '../render-status.ts';
import { DaemonProcess } from './daemon-process.ts';
import { describeRecord, journalRecords } from './journal-file.ts';
import type { Playground } from './playground.ts';

export interface StoryOptions {
  readonly playground: Playground;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 100;
/** Longer than any part of the story takes; reaching it means that something is wrong, and says what. */
const PART_LIMIT_MS = 90_000;
/** A daemon at rest ends at once. */
const END_LIMIT_MS = 20_000;
const MORE_MESSAGES = 8;

export class EstateStory {
  readonly #options: StoryOptions;
  readonly #daemon: DaemonProcess;
  readonly #client: DaemonClient;
  #told = 0;
  /** The plan is told before its first step, although the daemon does not wait for the teller. */
  #planPending = false;

  private constructor(options: StoryOptions, daemon: DaemonProcess, client: DaemonClient) {
    this.#options = options;
    this.#daemon = daemon;
    this.#client = client;
  }

  /** Starts a daemon, lets `story` tell, and ends the daemon, also when the story fails. */
  static async play<Report>(
    options: StoryOptions,
    tell: (story: EstateStory) => Promise<Report>,
  ): Promise<Report> {
    const { documents, directory, factor } = options.playground;
    options.say(
      `A simulated estate: its clock runs ${factor} times as fast as yours, and backups are dated by it.`,
    );
    const daemon = await DaemonProcess.start(
      documents.settingsFile,
      path.join(directory, 'daemon.log'),
      options.clock,
    );
    let report: Report;
    let ended: boolean;
    try {
      const client = await findDaemon(documents.journalDirectory);
      if (client === undefined) throw new PoolError('PCO_INTERNAL', 'the daemon does not answer');
      const story = new EstateStory(options, daemon, client);
      // The daemon answers before it has read the desired state.
      await story.until('the pool', async () => (await client.status()).pools.length > 0);
      report = await tell(story);
    } finally {
      ended = await daemon.endWithin(END_LIMIT_MS, options.clock);
    }
    if (!ended) throw new PoolError('PCO_INTERNAL', `the daemon did not stop within ${END_LIMIT_MS} ms`);
    return report;
  }

  get estate(): WireEstate {
    return this.#options.playground.estate;
  }

  get factor(): number {
    return this.#options.playground.factor;
  }

  /** Nothing is told, nothing is done, for so long. */
  async rest(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, this.#options.signal);
  }

  /** As an editor saves: a new file under the old name. */
  async edit(datacenter: string): Promise<void> {
    const { desiredFile } = this.#options.playground.documents;
    const { generation } = await this.status();
    this.say(`The administrator edits one line: primaryDatacenter: ${datacenter}`);
    this.#planPending = true;
    writeFileSync(`${desiredFile}.new`, withPrimaryDatacenter(readFileSync(desiredFile, 'utf8'), datacenter));
    renameSync(`${desiredFile}.new`, desiredFile);
    await this.until('the plan', async () => {
      const { observedGeneration, plan } = await this.status();
      return observedGeneration !== null && observedGeneration.counter > generation.counter && plan !== null;
    });
    const status = await this.status();
    const view = planViewOf(status);
    if (view !== undefined) this.say(renderPlan(view));
    if (status.gate?.kind === 'proceed')
      this.say(
        'Nobody is asked: policy.mode is act and the loss is within policy.maxDataLoss. The steps begin.',
      );
    this.#planPending = false;
  }

  async converge(site: 'home' | 'backup', said: string): Promise<void> {
    await this.until(`converged in ${site}`, async () => {
      const status = await this.status();
      return status.state === 'converged' && status.primarySite === site;
    });
    this.say(`${said}.`);
  }

  async postAgain(): Promise<void> {
    const { estate } = this.#options.playground;
    const before = estate.checker().acknowledged;
    await this.until('new messages', () => estate.checker().acknowledged >= before + MORE_MESSAGES);
    this.say(`Clients post again: ${estate.checker().acknowledged - before} more messages are acknowledged.`);
  }

  async status(): Promise<PoolStatus> {
    const [pool] = (await this.#client.status()).pools;
    if (pool === undefined) throw new PoolError('PCO_INTERNAL', 'the daemon has no pool');
    return pool;
  }

  async until(what: string, seen: () => boolean | Promise<boolean>): Promise<void> {
    const { clock, signal } = this.#options;
    const endMs = clock.monotonicMs() + PART_LIMIT_MS;
    while (!(await seen())) {
      this.#tell();
      if (!this.#daemon.running) throw new PoolError('PCO_INTERNAL', 'the daemon ended');
      if (clock.monotonicMs() > endMs)
        throw new PoolError('PCO_DONE_NOT_SEEN', `${what} was not seen within ${PART_LIMIT_MS / 1_000} s`);
      await clock.sleep(LOOK_MS, signal);
    }
    this.#tell();
  }

  records(): ReturnType<typeof journalRecords> {
    return journalRecords(this.#options.playground.documents.journalDirectory);
  }

  #tell(): void {
    const records = this.records();
    for (const record of records.slice(this.#told)) {
      if (this.#planPending && record.kind === 'intent') return;
      const line = describeRecord(record);
      if (line !== undefined) this.#options.say(`    ${line}`);
      this.#told += 1;
    }
  }

  say(text: string): void {
    this.#tell();
    this.#options.say(text);
  }
}
