/**
 * A fetch with an end: it is ended when the clone grows over its limit, and leaves no half of a pack behind, so that a repository that is
 * too large fills no disk, however often it is tried.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../ports/clock.ts';
import { PoolError } from '../topology/pool-error.ts';

export interface FetchLimits {
  /** Commits; undefined: all. */
  readonly depth?: number | undefined;
  /** Of the clone; undefined: any size. */
  readonly maxBytes?: number | undefined;
  /** Watches the size while the fetch runs; undefined: it is judged when the fetch has ended. */
  readonly clock?: Clock | undefined;
}

export interface Fetch {
  /** Of the bare clone. */
  readonly directory: string;
  readonly limits: FetchLimits;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

const LOOK_EVERY_MS = 200;
/** Every fetch of something new is one pack. */
const MOST_PACKS = 200;
const BYTES_PER_MEGABYTE = 1_048_576;

/** git's own tidying would hold everything twice for a while; instead a clone of too many packs is fetched anew. */
export function dropScattered(directory: string): void {
  const packs = filesIn(packsOf(directory)).filter((name) => name.endsWith('.pack'));
  if (packs.length >= MOST_PACKS) rmSync(directory, { recursive: true, force: true });
}

const packsOf = (directory: string): string => path.join(directory, 'objects', 'pack');

/** Rejects with PCO_SOURCE_UNREACHABLE when the clone becomes too large; it is thrown away then. What was read from it before is in memory and in the journal. */
export async function boundedFetch({ directory, limits, run }: Fetch, signal: AbortSignal): Promise<void> {
  const packs = packsOf(directory);
  const before = new Set(filesIn(packs));
  const ended = new AbortController();
  const tooLarge = new AbortController();
  const watch = watchSize(packs, limits, tooLarge, AbortSignal.any([signal, ended.signal]));
  try {
    await run(AbortSignal.any([signal, tooLarge.signal]));
  } catch (error) {
    if (!tooLarge.signal.aborted) throw error;
  } finally {
    ended.abort();
    await watch;
    // Of a fetch that was ended, under a name of git's own; what another process of ours writes meanwhile was not begun by us.
    for (const name of filesIn(packs))
      if (name.startsWith('tmp_') && !before.has(name)) rmSync(path.join(packs, name), { force: true });
  }
  if (!tooLarge.signal.aborted && !isOver(packs, limits)) return;
  rmSync(directory, { recursive: true, force: true });
  const megabytes = Math.floor((limits.maxBytes ?? 0) / BYTES_PER_MEGABYTE);
  throw new PoolError(
    'PCO_SOURCE_UNREACHABLE',
    `it is larger than ${String(megabytes)} MB (desiredState.git.maxMegabytes)`,
  );
}

async function watchSize(
  packs: string,
  limits: FetchLimits,
  tooLarge: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = limits;
  if (clock === undefined) return;
  try {
    while (!isOver(packs, limits)) await clock.sleep(LOOK_EVERY_MS, signal);
    tooLarge.abort();
  } catch {
    // The fetch has ended, or whoever wanted it has.
  }
}

const isOver = (packs: string, { maxBytes = Infinity }: FetchLimits): boolean =>
  filesIn(packs).reduce((sum, name) => sum + sizeOf(path.join(packs, name)), 0) > maxBytes;

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A clone that was thrown away; init makes it anew.
    return [];
  }
}

/** 0: git has just renamed or removed it. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
