/** What the page knows, and how it knows it. Types only. */
import type { DaemonStatus, PoolStatus } from '../../../src/reconciler/pool-status.ts';
import type { Why } from '../../../src/reconciler/why/why.ts';
import type { FleetRow } from '../model/fleet-row.ts';

export type Link =
  /** Nothing was read yet. */
  | { readonly kind: 'connecting' }
  /** The stream is open and everything that it named was read. */
  | { readonly kind: 'live' }
  /** What is shown is as old as `sinceMs` at least, by the daemon's clock. */
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly because: string }
  /** The daemon wants a token; `refused`: the one that was given is not in force. */
  | { readonly kind: 'token'; readonly refused: boolean };

export type DaemonHead = Pick<
  DaemonStatus,
  'version' | 'epoch' | 'startedAt' | 'desiredStateProblems' | 'desiredStateReachable'
>;

/** The pool that is open, whole. */
export interface Watched {
  readonly name: string;
  /** null: not read yet; `gone`: there is no such pool. */
  readonly pool: PoolStatus | 'gone' | null;
  readonly tag: string | null;
  /** null: not observed yet. */
  readonly why: Why | null;
}

export interface LiveState {
  readonly link: Link;
  readonly daemon: DaemonHead | null;
  readonly rows: ReadonlyMap<string, FleetRow>;
  readonly watched: Watched | null;
  /** Instant at which another process of the daemon was met, by its own word; null: it is the one of the beginning. */
  readonly restartedAt: string | null;
}

export const NOTHING_KNOWN: LiveState = {
  link: { kind: 'connecting' },
  daemon: null,
  rows: new Map(),
  watched: null,
  restartedAt: null,
};
