/**
 * DesiredSource over one YAML file. Watches the file's folder, because editors and Git replace a file by rename, and reads
 * again now and then in case the file system reports nothing. A broken edit is reported; what was accepted stays in force.
 */
import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { DesiredEvent, DesiredSource } from '../ports/desired-source.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { Generation } from '../topology/pool-topology.ts';
import { desiredStateError, parseDesiredState } from './parse-desired-state.ts';
import { formatFinding, MAX_YAML_BYTES } from './yaml-document.ts';

export interface FileSourceOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Generations accepted before this start, by pool; from the journal. */
  readonly previous?: ReadonlyMap<string, Generation>;
  /** ms of quiet after a change before the file is read; default 50. */
  readonly debounceMs?: number;
  /** The file is read again after this long without a change; default 30,000. */
  readonly rereadMs?: number;
}

type Content =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'failed'; readonly error: PoolError };

export function createFileSource(options: FileSourceOptions): DesiredSource & { reread(): void } {
  let wake: () => void = () => undefined;
  return {
    reread: () => {
      wake();
    },
    watch: (signal) =>
      followFile(options, signal, (next) => {
        wake = next;
      }),
  };
}

async function* followFile(
  options: FileSourceOptions,
  signal: AbortSignal,
  setWake: (wake: () => void) => void,
): AsyncGenerator<DesiredEvent> {
  const { file, clock, debounceMs = 50, rereadMs = 30_000 } = options;
  const generations = new Map(options.previous);
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => {
    changed.resolve(undefined);
  };
  setWake(wake);
  const watcher = watchFolder(file, wake);
  let last: string | undefined;
  const stopped = (): boolean => signal.aborted;
  try {
    while (!stopped()) {
      const content = await readContent(file);
      const seen = content.kind === 'text' ? `text ${content.text}` : `failed ${content.error.message}`;
      if (seen !== last) {
        last = seen;
        yield toEvent(content, file, generations);
      }
      if (stopped()) return;
      await quiet(clock, rereadMs, signal, changed.promise);
      changed = Promise.withResolvers<undefined>();
      await quiet(clock, debounceMs, signal, undefined);
    }
  } finally {
    watcher?.close();
  }
}

/** undefined: the folder cannot be watched (some network file systems); reading again now and then still finds changes. */
function watchFolder(file: string, wake: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(path.dirname(path.resolve(file)), { persistent: false }, (_event, name) => {
      if (name === null || name === path.basename(file)) wake();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    // Reading again on a timer replaces it.
    return undefined;
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

async function readContent(file: string): Promise<Content> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MAX_YAML_BYTES)
      return failed(
        `${file}:1:1: the file has ${(size / MAX_YAML_BYTES).toFixed(1)} MB, at most 1 MB is read`,
        undefined,
        'PCO_DESIRED_INVALID',
      );
    return { kind: 'text', text: await handle.readFile('utf8') };
  } catch (error) {
    return failed(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

const failed = (
  message: string,
  cause: unknown,
  code: 'PCO_SOURCE_UNREACHABLE' | 'PCO_DESIRED_INVALID' = 'PCO_SOURCE_UNREACHABLE',
): Content => ({ kind: 'failed', error: new PoolError(code, message, { cause }) });

function toEvent(content: Content, file: string, generations: Map<string, Generation>): DesiredEvent {
  if (content.kind === 'failed') {
    const { error } = content;
    const kind = error.code === 'PCO_SOURCE_UNREACHABLE' ? 'unreachable' : 'rejected';
    return { kind, error, findings: [error.message] };
  }
  const parsed = parseDesiredState(content.text, file, generations);
  if (parsed.kind === 'invalid')
    return {
      kind: 'rejected',
      error: desiredStateError(parsed.findings),
      findings: parsed.findings.map(formatFinding),
    };
  for (const pool of parsed.pools) generations.set(pool.topology.name, pool.generation);
  return { kind: 'accepted', pools: parsed.pools, findings: [] };
}
