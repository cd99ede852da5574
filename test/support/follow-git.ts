/** A source that follows a branch of a GitBench, event by event. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import type { FetchLimits } from '../../src/desired-state/git-fetch.ts';
import type { AllowedKeys } from '../../src/desired-state/git-signature.ts';
import { createGitSource } from '../../src/desired-state/git-source.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import { GitBench } from './git.ts';

export interface Followed {
  readonly git: GitBench;
  /** The bare clone. */
  readonly clone: string;
  readonly next: () => Promise<DesiredEvent>;
  /** Fetches at once and waits for what that tells. */
  readonly fetched: () => Promise<DesiredEvent>;
}

export function followed(
  start: (git: GitBench) => void,
  place = 'desired-state.yaml',
  signedBy?: AllowedKeys,
  limits: Omit<FetchLimits, 'clock'> & { readonly readDeadlineMs?: number } = {},
): Followed {
  const folder = mkdtempSync(path.join(tmpdir(), 'pchat-git-'));
  const git = new GitBench(folder);
  start(git);
  const stop = new AbortController();
  const source = createGitSource({
    url: git.url,
    branch: 'main',
    path: place,
    directory: path.join(folder, 'clone'),
    signedBy,
    clock: hostClock,
    debounceMs: 1,
    rereadMs: 60_000,
    ...limits,
  });
  const events = source.watch(stop.signal)[Symbol.asyncIterator]();
  onTestFinished(async () => {
    stop.abort();
    await events.return?.();
    rmSync(folder, { recursive: true, force: true });
  });
  const next = async (): Promise<DesiredEvent> => {
    const result = await events.next();
    if (result.done === true) throw new Error('the source ended');
    return result.value;
  };
  return {
    git,
    clone: path.join(folder, 'clone'),
    next,
    fetched: () => {
      const told = next();
      source.reread();
      return told;
    },
  };
}

export const words = (event: DesiredEvent): string =>
  `${event.kind}: ${event.pools.map((pool) => `${pool.topology.name} ${pool.primarySite} ${String(pool.generation.counter)}`).join(', ')}`;
