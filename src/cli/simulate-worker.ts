/** A thread that plays scenarios: takes one at a time, hands back what came of it. The journal itself stays here. */
import { createHash } from 'node:crypto';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { hostClock } from '../daemon/host/host-clock.ts';
import { playScenario, type Played } from '../simulation/play-scenario.ts';
import type { Scenario } from '../simulation/scenario.ts';
import { shrinkScenario } from '../simulation/shrink-scenario.ts';
import { toPoolError } from '../topology/pool-error.ts';

export interface PlayOrder {
  readonly scenario: Scenario;
  /** A scenario that breaks an invariant is made small too. */
  readonly shrink: boolean;
}

export interface PlayReport extends Omit<Played, 'journal'> {
  readonly journalSha256: string;
  readonly journalRecords: number;
  readonly realMs: number;
  readonly small?: Scenario;
}

type Answer = { readonly report: PlayReport } | { readonly failure: string };

/** How a thread knows what it is started for. */
const PURPOSE = 'play scenarios';
/** Young space of a thread: worlds are short-lived, MiB. */
const YOUNG_MB = 96;

async function play({ scenario, shrink }: PlayOrder): Promise<PlayReport> {
  const startedMs = hostClock.monotonicMs();
  const { journal, ...played } = await playScenario(scenario);
  const realMs = Math.round(hostClock.monotonicMs() - startedMs);
  const small =
    shrink && played.violations.length > 0 ? await shrinkScenario(scenario, playScenario) : undefined;
  return {
    ...played,
    journalSha256: createHash('sha256').update(journal).digest('hex'),
    journalRecords: journal.split('\n').length - 1,
    realMs,
    ...(small === undefined ? {} : { small }),
  };
}

async function answerTo(order: PlayOrder): Promise<Answer> {
  try {
    return { report: await play(order) };
  } catch (error) {
    return { failure: `${order.scenario.name}: ${toPoolError(error).message}` };
  }
}

/** One thread; ends with its scope. */
export class ScenarioThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL(import.meta.url), {
    workerData: PURPOSE,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });

  play(order: PlayOrder): Promise<PlayReport> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker.removeAllListeners();
      worker.once('message', (answer: Answer) => {
        if ('report' in answer) resolve(answer.report);
        else reject(new Error(answer.failure));
      });
      worker.once('error', reject);
      worker.once('exit', (code) =>
        reject(new Error(`a thread ended with ${String(code)} before its answer`)),
      );
      worker.postMessage(order);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.removeAllListeners().terminate();
  }
}

if (workerData === PURPOSE) {
  // Errors are values here; nobody reads where they were made.
  Error.stackTraceLimit = 0;
  parentPort?.on('message', (order: PlayOrder) => {
    void answerTo(order).then((answer) => parentPort?.postMessage(answer));
  });
}
