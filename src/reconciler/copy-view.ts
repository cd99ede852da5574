/** One site's copy as the reduction sees it: what was observed, and what follows for reading and writing. Types only. */
import type { Site } from '../topology/pool-topology.ts';
import type { Finding } from './finding.ts';
import type { SeenCopy } from './site-copy.ts';

export interface CopyView {
  readonly seen: SeenCopy;
  /** `home.mgc` or `backup.mgc`. */
  readonly mgc: Finding;
  /** `yes` when the site is down by evidence or the copy was seen unable to write. */
  readonly cannotWrite: Finding;
}
export type CopyViews = Readonly<Record<Site, CopyView>>;
