/** Where desired states come from. What is refused or out of reach leaves the last good one in force. */
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { PoolError } from '../topology/pool-error.ts';

export type DesiredEvent =
  | {
      readonly kind: 'accepted';
      /** Every pool in force, also those of a part that was refused now: as they were before. */
      readonly pools: readonly DesiredPool[];
      /** What was refused beside (a broken file among several), one line each; empty: nothing. */
      readonly findings: readonly string[];
    }
  /** It was read and is not valid as a whole. */
  | { readonly kind: 'rejected'; readonly error: PoolError; readonly findings: readonly string[] }
  /** It could not be read: PCO_SOURCE_UNREACHABLE. */
  | { readonly kind: 'unreachable'; readonly error: PoolError; readonly findings: readonly string[] };

export interface DesiredSource {
  /** The first event is the present content; later ones follow changes, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<DesiredEvent>;
}
