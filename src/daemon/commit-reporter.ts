/**
 * Sends commit statuses to a forge, one after another, beside the rounds: nobody waits for it, what is older than the newest of its kind is
 * left out, and a forge that does not answer is given up after a few tries.
 */
import type { CommitStatusSettings } from '../desired-state/parse-settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommitStatus } from './commit-status.ts';
import type { Log } from './log.ts';

export type Report = 'sent' | 'given-up';

export interface CommitReporterOptions {
  readonly settings: CommitStatusSettings;
  /** Read at every try. */
  readonly token: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly count: (report: Report) => void;
}

const DEADLINE_MS = 10_000;
/** Waits before the second try and the later ones. */
const WAITS_MS = [2_000, 10_000, 60_000] as const;
/** Statuses that wait for a slow forge; the oldest goes first when there are more. */
const MOST_WAITING = 100;
/** Commits and contexts whose last status is remembered, so that it is not sent twice. */
const MOST_REMEMBERED = 1_000;
const TRY_AGAIN = new Set([408, 425, 429]);
const SERVER_ERROR = 500;

export class CommitReporter {
  readonly #options: CommitReporterOptions;
  readonly #stop = new AbortController();
  /** By commit and context, oldest first. */
  readonly #waiting = new Map<string, CommitStatus>();
  readonly #told = new Map<string, string>();
  #sending: Promise<void> | undefined;

  constructor(options: CommitReporterOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  tell(status: CommitStatus | undefined): void {
    if (status === undefined || this.#stop.signal.aborted) return;
    const key = `${status.commit} ${status.context}`;
    if (this.#told.get(key) === status.gist) return;
    remember(this.#told, key, status.gist, MOST_REMEMBERED);
    remember(this.#waiting, key, status, MOST_WAITING);
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
    const { log, count } = this.#options;
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const [key, status] = next;
      const { commit, context, state } = status;
      const problem = await this.#sendOne(key, status);
      if (this.#stop.signal.aborted) return;
      count(problem === undefined ? 'sent' : 'given-up');
      if (problem !== undefined)
        log.warn('the forge was not told of a commit', { commit, context, state, problem });
    }
  }

  #take(): readonly [string, CommitStatus] | undefined {
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.delete(first[0]);
    return this.#stop.signal.aborted ? undefined : first;
  }

  /** undefined: it was taken; else what was in the way at last. */
  async #sendOne(key: string, status: CommitStatus): Promise<string | undefined> {
    for (const waitMs of [...WAITS_MS, undefined]) {
      const answer = await this.#post(status);
      if (answer.kind === 'taken') return undefined;
      if (answer.kind === 'refused' || waitMs === undefined) return answer.problem;
      // It may be put off again and again, but not beside a newer one.
      if (this.#waiting.has(key)) return answer.problem;
      try {
        await this.#options.clock.sleep(waitMs, this.#stop.signal);
      } catch {
        // The daemon stops.
        return answer.problem;
      }
    }
    return undefined;
  }

  async #post({ commit, context, state, description }: CommitStatus): Promise<Answer> {
    const { settings, token, clock } = this.#options;
    const { api, repository, targetUrl } = settings;
    using deadline = clock.deadline(DEADLINE_MS, this.#stop.signal);
    try {
      const response = await fetch(`${api}/repos/${repository}/statuses/${commit}`, {
        method: 'POST',
        // The token is for this address and no other.
        redirect: 'error',
        signal: deadline.signal,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token()}`,
          'content-type': 'application/json',
          'user-agent': 'pchat-operator',
        },
        body: JSON.stringify({
          state,
          context,
          description,
          ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
        }),
      });
      await response.body?.cancel();
      return judged(response.status);
    } catch (error) {
      return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string };

function judged(status: number): Answer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const problem = `the forge answered ${String(status)}`;
  return { kind: status >= SERVER_ERROR || TRY_AGAIN.has(status) ? 'failed' : 'refused', problem };
}

function remember<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
