/** Follows the desired state and the journal without the lease, for commands that only look: what would a daemon go by now? */
import { existsSync } from 'node:fs';
import { desiredFromJournal, poolsInForce, withRecord, withSource } from '../daemon/break-glass.ts';
import { standingDecisions } from '../daemon/decisions.ts';
import { hostClock } from '../daemon/host/host-clock.ts';
import { readJournalFile } from '../daemon/journal.ts';
import { journalPath } from '../daemon/rotate-journal.ts';
import { knownPoolsOf } from '../daemon/known-pools.ts';
import { createDesiredSource } from '../desired-state/desired-source.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { DesiredEvent } from '../ports/desired-source.ts';
import type { Decision, JournalRecord } from '../ports/journal.ts';
import { toPoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';

export interface PoolInForce {
  readonly pool: DesiredPool;
  readonly decisions: readonly Decision[];
}

const recordsIn = async (directory: string): Promise<readonly JournalRecord[]> =>
  existsSync(journalPath(directory)) ? readJournalFile(directory) : [];

export class DesiredFollower {
  readonly #directory: string;
  #event: DesiredEvent;
  /** Of the watch behind the rounds. */
  #failure: unknown;

  private constructor(directory: string, event: DesiredEvent, rest: AsyncIterator<DesiredEvent>) {
    this.#directory = directory;
    this.#event = event;
    this.#follow(rest).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Resolves once the source was looked at; the watch ends with the signal. Throws PCO_JOURNAL_UNREADABLE. */
  static async start({ desiredState, journal }: Settings, signal: AbortSignal): Promise<DesiredFollower> {
    const known = knownPoolsOf(await recordsIn(journal.directory));
    const source = createDesiredSource(desiredState, { clock: hostClock, known });
    const events = source.watch(signal)[Symbol.asyncIterator]();
    const first = await events.next();
    signal.throwIfAborted();
    if (first.done === true) throw new TypeError('a source without a first event');
    return new DesiredFollower(journal.directory, first.value, events);
  }

  async #follow(events: AsyncIterator<DesiredEvent>): Promise<void> {
    for (let next = await events.next(); next.done !== true; next = await events.next())
      this.#event = next.value;
  }

  /** What of the source was refused or could not be read, one line each. */
  get findings(): readonly string[] {
    return this.#event.findings;
  }

  async pools(): Promise<readonly PoolInForce[]> {
    if (this.#failure !== undefined) throw toPoolError(this.#failure);
    const records = await recordsIn(this.#directory);
    const { state, ended } = withSource(desiredFromJournal(records), this.#event);
    const present = ended === undefined ? state : withRecord(state, ended);
    return poolsInForce(present, hostClock.now()).pools.map((pool) => ({
      pool,
      decisions: standingDecisions(records, pool.topology.name),
    }));
  }
}
