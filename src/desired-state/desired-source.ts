/** The source that the settings name: followed by the daemon, or read once by a command. */
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { acceptFiles, inForceBefore } from './accept-files.ts';
import { createFileSource, directoryReader, fileReader } from './file-source.ts';
import type { SourceReader, WakingSource } from './follow-source.ts';
import { createGitSource, gitReader } from './git-source.ts';
import type { SourceSettings } from './parse-settings.ts';
import type { KnownPool } from './to-desired-pool.ts';

export interface SourceOptions {
  readonly clock: Clock;
  /** For the waits between fetches. */
  readonly random?: Random | undefined;
  /** Accepted before this start, by pool. */
  readonly known: ReadonlyMap<string, KnownPool>;
}

export function createDesiredSource(settings: SourceSettings, options: SourceOptions): WakingSource {
  if (settings.kind !== 'git') return createFileSource({ ...settings, ...options });
  const { fetchEveryMs, ...repository } = settings;
  return createGitSource({ ...repository, ...options, rereadMs: fetchEveryMs });
}

function readerOf(settings: SourceSettings): SourceReader {
  if (settings.kind === 'git') return gitReader(settings);
  return settings.kind === 'file' ? fileReader(settings.file) : directoryReader(settings.directory);
}

export interface ReadDesiredState {
  readonly pools: readonly DesiredPool[];
  /** What was refused beside, one line each. */
  readonly findings: readonly string[];
}

/** Throws PCO_DESIRED_INVALID when nothing of it is valid, PCO_COMMIT_REFUSED when it must not count, PCO_SOURCE_UNREACHABLE when it cannot be read. */
export async function readDesiredState(
  settings: SourceSettings,
  signal: AbortSignal,
): Promise<ReadDesiredState> {
  const reader = readerOf(settings);
  const files = await reader.read(signal).catch((cause: unknown) => {
    if (cause instanceof PoolError && cause.code === 'PCO_COMMIT_REFUSED') throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PoolError('PCO_SOURCE_UNREACHABLE', `${reader.name} cannot be read: ${why}`, { cause });
  });
  const { event } = acceptFiles(files, inForceBefore(new Map()));
  if (event.kind !== 'accepted') throw event.error;
  return event;
}
