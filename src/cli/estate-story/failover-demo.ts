/**
 * The main job as a story over a real estate: real sockets, files, shell and daemon process. It plays the world and the
 * administrator, watches through the daemon's own API, and decides nothing for it.
 */
import { renameSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { PoolStatus } from '../../reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../simulator/estate/desired-document.ts';
import { toArray } from '../../simulator/instance/chunks.ts';
import { PoolError } from '../../topology/pool-error.ts';
import { findDaemon, type DaemonClient } from '../daemon-client.ts';
import { renderEvidence, renderPlan } from '../render-plan.ts';
import { planViewOf } from '../render-status.ts';
import { DaemonProcess } from './daemon-process.ts';
import { describeRecord, journalRecords } from './journal-file.ts';
import type { Playground } from './playground.ts';
import { clockOffsets, lostLogBackups, shippedFiles } from './shipped-files.ts';
import { reportStory, type StoryReport } from './transition-report.ts';

export interface DemoOptions {
  readonly playground: Playground;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 100;
/** Longer than any part of the story takes; reaching it means that something is wrong, and says what. */
const PART_LIMIT_MS = 90_000;
/** How long the story watches that nothing moves by itself. */
const STILL_MS = 2_000;
/** A daemon at rest ends at once. */
const END_LIMIT_MS = 20_000;
const LEAST_FILES = 2;
/** So many messages must be in no file when home is lost, so that something is at risk wherever the share stands. */
const LEAST_MESSAGES = 10;
const MORE_MESSAGES = 8;

export class FailoverDemo {
  readonly #options: DemoOptions;
  readonly #daemon: DaemonProcess;
  readonly #client: DaemonClient;
  #told = 0;
  /** The plan is told before its first step, although the daemon does not wait for the teller. */
  #planPending = false;

  constructor(options: DemoOptions, daemon: DaemonProcess, client: DaemonClient) {
    this.#options = options;
    this.#daemon = daemon;
    this.#client = client;
  }

  static async play(options: DemoOptions): Promise<StoryReport> {
    const { documents, directory, factor } = options.playground;
    options.say(
      `A simulated estate: its clock runs ${factor} times as fast as yours, and backups are dated by it.`,
    );
    const daemon = await DaemonProcess.start(
      documents.settingsFile,
      path.join(directory, 'daemon.log'),
      options.clock,
    );
    let report: StoryReport;
    let ended: boolean;
    try {
      const client = await findDaemon(documents.journalDirectory);
      if (client === undefined) throw new PoolError('PCO_INTERNAL', 'the daemon does not answer');
      report = await new FailoverDemo(options, daemon, client).#play();
    } finally {
      ended = await daemon.endWithin(END_LIMIT_MS, options.clock);
    }
    if (!ended) throw new PoolError('PCO_INTERNAL', `the daemon did not stop within ${END_LIMIT_MS} ms`);
    return report;
  }

  async #play(): Promise<StoryReport> {
    const { estate } = this.#options.playground;
    await this.#converge('home', 'The pool is as declared');
    await estate.fault('clients on');
    this.#say('Chat clients post messages; log backups are taken and shipped ...');
    await this.#until('content of every kind', () => this.#contentOfEveryKind());
    await this.#loseHome();
    await this.#edit('lyon');
    await this.#converge('backup', 'The service lives in lyon');
    await this.#postAgain();
    const lostFiles = lostLogBackups(estate.checker());
    this.#say('The home datacenter comes back: rebuilt, empty.');
    await estate.fault('rebuild site home');
    await this.#until(
      'home answers again',
      async () => (await this.#status()).evidence?.home.verdict === 'alive',
    );
    await this.#edit('paris');
    await this.#converge('home', 'The service lives in paris again, mirrored and shipped');
    await this.#postAgain();
    await estate.fault('clients off');
    return this.#report(lostFiles.length);
  }

  async #loseHome(): Promise<void> {
    const { estate } = this.#options.playground;
    const { uncopied, unapplied, messagesInNoFile } = this.#shipped();
    const { shareSite } = estate.state().options;
    this.#say(
      `The home datacenter is lost: ${uncopied.length} log backups are not copied, ${unapplied.length} not applied, and ` +
        `${messagesInNoFile} messages are in no log backup yet` +
        (shareSite === 'home' ? '. The share dies with it.' : '. The share survives.'),
    );
    await estate.fault('down site home');
    await this.#until(
      'the silence of home',
      async () => (await this.#status()).evidence?.home.verdict === 'silent',
    );
    const { evidence, datacenters } = await this.#status();
    if (evidence !== null) this.#say(renderEvidence(evidence, datacenters));
    await this.#watchNothingMove();
  }

  async #watchNothingMove(): Promise<void> {
    const { clock, signal } = this.#options;
    const intents = (): number => this.#records().filter(({ kind }) => kind === 'intent').length;
    const before = intents();
    await clock.sleep(STILL_MS, signal);
    if (intents() !== before)
      throw new PoolError('PCO_INTERNAL', 'a step was begun although nobody edited the desired state');
    this.#say('Nothing moves by itself: the file still says paris.');
  }

  /** As an editor saves: a new file under the old name. */
  async #edit(datacenter: string): Promise<void> {
    const { desiredFile } = this.#options.playground.documents;
    const { generation } = await this.#status();
    this.#say(`The administrator edits one line: primaryDatacenter: ${datacenter}`);
    this.#planPending = true;
    writeFileSync(`${desiredFile}.new`, withPrimaryDatacenter(readFileSync(desiredFile, 'utf8'), datacenter));
    renameSync(`${desiredFile}.new`, desiredFile);
    await this.#until('the plan', async () => {
      const { observedGeneration, plan } = await this.#status();
      return observedGeneration !== null && observedGeneration.counter > generation.counter && plan !== null;
    });
    const status = await this.#status();
    const view = planViewOf(status);
    if (view !== undefined) this.#say(renderPlan(view));
    if (status.gate?.kind === 'proceed')
      this.#say(
        'Nobody is asked: policy.mode is act and the loss is within policy.maxDataLoss. The steps begin.',
      );
    this.#planPending = false;
  }

  async #converge(site: 'home' | 'backup', said: string): Promise<void> {
    await this.#until(`converged in ${site}`, async () => {
      const status = await this.#status();
      return status.state === 'converged' && status.primarySite === site;
    });
    this.#say(`${said}.`);
  }

  async #postAgain(): Promise<void> {
    const { estate } = this.#options.playground;
    const before = estate.checker().acknowledged;
    await this.#until('new messages', () => estate.checker().acknowledged >= before + MORE_MESSAGES);
    this.#say(
      `Clients post again: ${estate.checker().acknowledged - before} more messages are acknowledged.`,
    );
  }

  #shipped(): ReturnType<typeof shippedFiles> {
    return shippedFiles(this.#options.playground.estate);
  }

  #contentOfEveryKind(): boolean {
    const { uncopied, unapplied, messagesInNoFile } = this.#shipped();
    return (
      uncopied.length >= LEAST_FILES && unapplied.length >= LEAST_FILES && messagesInNoFile >= LEAST_MESSAGES
    );
  }

  async #status(): Promise<PoolStatus> {
    const [pool] = (await this.#client.status()).pools;
    if (pool === undefined) throw new PoolError('PCO_INTERNAL', 'the daemon has no pool');
    return pool;
  }

  async #until(what: string, seen: () => boolean | Promise<boolean>): Promise<void> {
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

  #records(): ReturnType<typeof journalRecords> {
    return journalRecords(this.#options.playground.documents.journalDirectory);
  }

  #tell(): void {
    const records = this.#records();
    for (const record of records.slice(this.#told)) {
      if (this.#planPending && record.kind === 'intent') return;
      const line = describeRecord(record);
      if (line !== undefined) this.#options.say(`    ${line}`);
      this.#told += 1;
    }
  }

  #say(text: string): void {
    this.#tell();
    this.#options.say(text);
  }

  #report(lostFiles: number): StoryReport {
    const { estate } = this.#options.playground;
    const state = estate.state();
    return reportStory({
      records: this.#records(),
      account: estate.checker(),
      acknowledged: toArray(state.chat.acknowledged),
      clockOffsetsMs: clockOffsets(state),
      lostFiles,
    });
  }
}
