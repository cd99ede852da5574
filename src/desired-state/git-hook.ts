/**
 * What becomes of a forge's delivery. It can do one thing, wake the fetch: what counts is what the fetch finds. Nothing of the body is
 * believed; it is read to leave pushes to other branches alone.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { GitHook, HookDelivery, HookResult } from '../ports/git-hook.ts';
import { authentic, refsOf } from './git-hook-forms.ts';
import type { Forge } from './git-settings-schema.ts';

export interface GitHookOptions {
  readonly forge: Forge;
  readonly branch: string;
  /** Read at every delivery. */
  readonly secret: () => string;
  readonly replayWindowMs: number;
  readonly clock: Clock;
  readonly wake: () => void;
}

/** Deliveries that are remembered; whoever knows the secret must not fill the memory either. */
const MOST_REMEMBERED = 1_000;

export function createGitHook(options: GitHookOptions): GitHook {
  const { forge, branch, secret, replayWindowMs, clock, wake } = options;
  const had = new Remembered(clock, replayWindowMs);
  return {
    receive: (delivery) => {
      const proof = authentic(forge, delivery, secret());
      if (proof === undefined) return 'refused';
      const { id, sentAtMs } = proof;
      if (sentAtMs !== undefined && Math.abs(clock.now() - sentAtMs) > replayWindowMs) return 'stale';
      if (!had.add(keysOf(delivery, id))) return 'replayed';
      return decide(delivery, branch, wake);
    },
  };
}

function decide({ body }: HookDelivery, branch: string, wake: () => void): HookResult {
  const refs = refsOf(body);
  if (refs.length > 0 && !refs.includes(`refs/heads/${branch}`)) return 'ignored';
  wake();
  return 'woken';
}

/** A header with the id is not signed everywhere, so that the body itself counts as well. */
const keysOf = ({ body }: HookDelivery, id: string | undefined): readonly string[] => [
  createHash('sha256').update(body).digest('hex'),
  ...(id === undefined ? [] : [`id ${createHash('sha256').update(id).digest('hex')}`]),
];

class Remembered {
  readonly #clock: Clock;
  readonly #windowMs: number;
  /** Key to the monotonic time at which it was had, oldest first. */
  readonly #had = new Map<string, number>();

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  /** False when one of them was had within the window; all are remembered. */
  add(keys: readonly string[]): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, atMs] of this.#had) {
      if (nowMs - atMs <= this.#windowMs && this.#had.size <= MOST_REMEMBERED) break;
      this.#had.delete(key);
    }
    if (keys.some((key) => this.#had.has(key))) return false;
    for (const key of keys) this.#had.set(key, nowMs);
    return true;
  }
}
