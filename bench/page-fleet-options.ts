/** What the bench of the page and the fleet that it serves say to each other. */

export interface PageFleet {
  /** JSON of a PoolStatus. */
  readonly statusFile: string;
  readonly pools: number;
  /** Changes of pools, by turns. */
  readonly perSecond: number;
  /** Instants that the first pool tells. */
  readonly probesPerSecond: number;
}

/** A line on stdout. */
export interface PageFleetCounts {
  readonly address: string;
  readonly events: number;
}

/** The first pool is stalled, and its message is the instant at which that was said, ms since 1970. */
export const PROBE = 'probe at ';
