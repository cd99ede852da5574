/** Where desired states come from. What is refused or out of reach leaves the last good one in force. */
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { PoolError } from '../topology/pool-error.ts';

interface EventBase {
  /** Every pool in force, also those of a part that was refused or could not be read: as they were before. */
  readonly pools: readonly DesiredPool[];
  /** What was refused or not read, one line each; empty: nothing. */
  readonly findings: readonly string[];
  /** The newest commit that was fetched, whatever became of it; left out: none yet, or not from Git. */
  readonly attempted?: string | undefined;
}

export type DesiredEvent =
  /** It was read; of several files some may have been refused beside. */
  | ({ readonly kind: 'accepted' } & EventBase)
  /** It was read and nothing of it is valid. */
  | ({ readonly kind: 'rejected'; readonly error: PoolError } & EventBase)
  /** It could not be read: PCO_SOURCE_UNREACHABLE. */
  | ({ readonly kind: 'unreachable'; readonly error: PoolError } & EventBase);

export interface DesiredSource {
  /** The first event is the present content; later ones follow changes, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<DesiredEvent>;
}
