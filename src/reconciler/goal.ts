/** Where the pool shall be, in predicates: one goal per site that the desired state may name. No order, no steps. */
import type { Site } from '../topology/pool-topology.ts';
import type { Predicate } from './predicates.ts';

export interface Goal {
  readonly site: Site;
  readonly wants: readonly Predicate[];
}

/** Protection that may be missing when the service itself can still be brought home: it never holds up the rest. */
const PROTECTION: Predicate = 'mirrored';

// prettier-ignore
const WANTS = {
  home:   ['online', 'homeCurrent', 'backupRestoring', 'follows', 'secondaryRunning', 'logBackupsEnabled', 'poolNormal', 'siteActive', PROTECTION],
  backup: ['online', 'backupCurrent', 'homeHarmless', 'logBackupsOut', 'noSecondary', 'poolFailedOver', 'siteActive', PROTECTION],
} as const satisfies Record<Site, readonly Predicate[]>;

export const goalOf = (site: Site): Goal => ({ site, wants: WANTS[site] });

/** The goal without the mirror of the site; tried when the whole goal cannot be reached. */
export const goalWithoutProtection = (goal: Goal): Goal => ({
  site: goal.site,
  wants: goal.wants.filter((want) => want !== PROTECTION),
});

/** All that is left when a person must decide the rest: that only one copy can be written. */
export const goalOfOneWriter = (goal: Goal): Goal => ({ site: goal.site, wants: ['oneWriter'] });
