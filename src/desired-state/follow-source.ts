/**
 * The loop of every source of the desired state: read, accept, tell what changed, wait for a wake or for time to pass. What
 * reading means comes in; a read that hangs is reported and not begun a second time.
 */
import type { Clock } from '../ports/clock.ts';
import type { DesiredEvent, DesiredSource } from '../ports/desired-source.ts';
import type { Random } from '../ports/random.ts';
import {
  acceptFiles,
  inForceBefore,
  refusedWhole,
  unreachable,
  type InForce,
  type SourceFile,
} from './accept-files.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { KnownPool } from './to-desired-pool.ts';

export interface SourceReader {
  /** For messages: a path, or repository and branch. */
  readonly name: string;
  /** Every file of the source; rejects when it cannot be read, with PCO_COMMIT_REFUSED where it was read and must not count. */
  read(signal: AbortSignal): Promise<readonly SourceFile[]>;
  /** The newest commit that was fetched, whatever became of it; left out: not from Git. */
  attempted?(): string | undefined;
  /** Calls `wake` when the content may have changed. undefined: nobody tells; reading again on time finds it. */
  watch(wake: () => void): { close(): void } | undefined;
}

export interface FollowOptions {
  readonly clock: Clock;
  /** Accepted before this start, by pool; from the journal. */
  readonly known?: ReadonlyMap<string, KnownPool>;
  /** ms of quiet after a change before the source is read; default 50. */
  readonly debounceMs?: number;
  /** ms; the source is read again after this long without a change; default 30,000. */
  readonly rereadMs?: number;
  /** The wait for the next read is a tenth longer or shorter by chance, so that many daemons do not ask at once; left out: as it is. */
  readonly random?: Random | undefined;
  /** ms after which a read that has not ended counts as out of reach; default 10,000. */
  readonly readDeadlineMs?: number;
}

export interface WakingSource extends DesiredSource {
  /** Reads now. */
  reread(): void;
}

export function followSource(reader: SourceReader, options: FollowOptions): WakingSource {
  let wake: () => void = () => undefined;
  return {
    reread: () => {
      wake();
    },
    watch: (signal) =>
      follow(reader, options, signal, (next) => {
        wake = next;
      }),
  };
}

async function* follow(
  reader: SourceReader,
  options: FollowOptions,
  signal: AbortSignal,
  setWake: (wake: () => void) => void,
): AsyncGenerator<DesiredEvent> {
  const { clock, debounceMs = 50, rereadMs = 30_000, readDeadlineMs = 10_000, random } = options;
  const reading = new Reading(reader, clock, readDeadlineMs);
  let inForce = inForceBefore(options.known ?? new Map());
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => {
    changed.resolve(undefined);
  };
  setWake(wake);
  const watcher = reader.watch(wake);
  let last: string | undefined;
  const stopped = (): boolean => signal.aborted;
  try {
    while (!stopped()) {
      const look = await reading.look(signal);
      if (stopped()) return;
      const attempted = reader.attempted?.();
      const said = JSON.stringify([look.kind === 'files' ? look.files : look.message, attempted]);
      if (said !== last) {
        last = said;
        const { event, next } = judged(look, inForce);
        inForce = next;
        yield attempted === undefined ? event : { ...event, attempted };
      }
      await quiet(clock, jittered(rereadMs, random), signal, changed.promise);
      changed = Promise.withResolvers<undefined>();
      await quiet(clock, debounceMs, signal, undefined);
    }
  } finally {
    watcher?.close();
  }
}

/** Part of the wait by which it may be longer or shorter. */
const JITTER = 0.1;

const jittered = (ms: number, random: Random | undefined): number =>
  random === undefined ? ms : ms * (1 + JITTER * (2 * random.next() - 1));

function judged(look: Look, inForce: InForce): { readonly event: DesiredEvent; readonly next: InForce } {
  if (look.kind === 'failed') return { event: unreachable(inForce, look.message, look.cause), next: inForce };
  if (look.kind === 'refused') return { event: refusedWhole(inForce, look.error), next: inForce };
  const accepted = acceptFiles(look.files, inForce);
  return { event: accepted.event, next: accepted.inForce };
}

type Look =
  | { readonly kind: 'files'; readonly files: readonly SourceFile[] }
  | { readonly kind: 'refused'; readonly error: PoolError; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string; readonly cause: unknown };

/** One read at a time: a file on a mount that hangs costs one thread, not one more every half minute. */
class Reading {
  readonly #reader: SourceReader;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #running: Promise<Look> | undefined;

  constructor(reader: SourceReader, clock: Clock, deadlineMs: number) {
    this.#reader = reader;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  async look(signal: AbortSignal): Promise<Look> {
    using deadline = this.#clock.deadline(this.#deadlineMs, signal);
    this.#running ??= this.#read(deadline.signal).finally(() => {
      this.#running = undefined;
    });
    const late = Promise.withResolvers<Look>();
    const message = `${this.#reader.name} was not read within ${String(this.#deadlineMs)} ms`;
    const onAbort = (): void => late.resolve({ kind: 'failed', message, cause: undefined });
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    if (deadline.signal.aborted) onAbort();
    return await Promise.race([this.#running, late.promise]);
  }

  async #read(signal: AbortSignal): Promise<Look> {
    try {
      return { kind: 'files', files: await this.#reader.read(signal) };
    } catch (cause) {
      if (cause instanceof PoolError && cause.code === 'PCO_COMMIT_REFUSED')
        return { kind: 'refused', error: cause, message: cause.message };
      const why = cause instanceof Error ? cause.message : String(cause);
      return { kind: 'failed', message: `${this.#reader.name} cannot be read: ${why}`, cause };
    }
  }
}

/** Returns after `ms`, when `until` settles, or when the signal aborts. */
async function quiet(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  until: Promise<undefined> | undefined,
): Promise<void> {
  const stop = new AbortController();
  const sleep = clock.sleep(ms, AbortSignal.any([signal, stop.signal])).catch(() => undefined);
  await (until === undefined ? sleep : Promise.race([sleep, until]));
  stop.abort();
}
