/** Brings messages to one receiver, one after another, beside the rounds: nobody waits for it. A few tries each, a bounded queue. */
import type { Clock } from '../ports/clock.ts';
import type { Notice } from './notice.ts';
import type { Sender } from './receiver.ts';

export interface Delivery {
  readonly notice: Notice;
  /** undefined: it was taken; else what was in the way at last. */
  readonly problem: string | undefined;
}

const DEADLINE_MS = 15_000;
/** Waits before the second try and the later ones. */
const WAITS_MS = [2_000, 10_000, 60_000, 300_000] as const;
const MOST_WAITING = 100;

export class Courier {
  readonly #sender: Sender;
  readonly #clock: Clock;
  readonly #ended: (delivery: Delivery) => void;
  readonly #stop = new AbortController();
  readonly #waiting: Notice[] = [];
  #sending: Promise<void> | undefined;

  constructor(sender: Sender, clock: Clock, ended: (delivery: Delivery) => void) {
    this.#sender = sender;
    this.#clock = clock;
    this.#ended = ended;
  }

  /** Returns at once. */
  bring(notice: Notice): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push(notice);
    const oldest = this.#waiting.length > MOST_WAITING ? this.#waiting.shift() : undefined;
    if (oldest !== undefined) this.#ended({ notice: oldest, problem: 'too many wait' });
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** What waits is not sent any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) {
      const problem = await this.#sendOne(notice);
      if (this.#stop.signal.aborted) return;
      this.#ended({ notice, problem });
    }
  }

  async #sendOne(notice: Notice): Promise<string | undefined> {
    for (const leastMs of [...WAITS_MS, undefined]) {
      using deadline = this.#clock.deadline(DEADLINE_MS, this.#stop.signal);
      const answer = await this.#sender.send(notice, deadline.signal);
      if (answer.kind === 'taken') return undefined;
      if (answer.kind === 'refused' || leastMs === undefined) return answer.problem;
      try {
        await this.#clock.sleep(Math.max(leastMs, answer.waitMs), this.#stop.signal);
      } catch {
        // The daemon stops.
        return answer.problem;
      }
    }
    return undefined;
  }
}
