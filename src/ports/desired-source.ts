/** Where desired states come from. A broken edit is reported and leaves the last good one in force. */
import type { DesiredPool } from '../topology/pool-topology.ts';
import type { PoolError } from '../topology/pool-error.ts';

export type DesiredEvent =
  | { readonly kind: 'accepted'; readonly pools: readonly DesiredPool[] }
  | { readonly kind: 'rejected'; readonly error: PoolError; readonly findings: readonly string[] };

export interface DesiredSource {
  /** The first event is the present content; later ones follow changes, until the signal aborts. */
  watch(signal: AbortSignal): AsyncIterable<DesiredEvent>;
}
