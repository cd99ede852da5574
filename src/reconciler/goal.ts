/** Where the pool shall be, in predicates: one goal per site that the desired state may name. No order, no steps. */
import type { Site } from '../topology/pool-topology.ts';
import type { Predicate } from './predicates.ts';

export interface Goal {
  readonly site: Site;
  readonly wants: readonly Predicate[];
}

/** Protection that may be missing when the service itself can still be brought home: it never holds up the rest. */
const PLACES = ['principalDeclared', 'witnessed'] as const satisfies readonly Predicate[];
/** Nor do halves of log shipping that were left over: what ships does not depend on them. */
const LEFT_OVERS = ['homeHalvesRight', 'backupHalvesRight'] as const satisfies readonly Predicate[];
const PROTECTION = ['mirrored', ...PLACES] as const satisfies readonly Predicate[];

/** The rest of the goal. */
export const without = ({ site, wants }: Goal, left: readonly Predicate[]): Goal => ({
  site,
  wants: wants.filter((want) => !left.includes(want)),
});

// prettier-ignore
const WANTS = {
  home:   ['online', 'homeCurrent', 'backupRestoring', 'follows', 'secondaryRunning', 'logBackupsEnabled', 'poolNormal', 'siteActive', 'objectsAligned', ...PROTECTION, ...LEFT_OVERS],
  // A primary half at backup backs up the log of the copy that serves: it goes last, on the way home (rank).
  backup: ['online', 'backupCurrent', 'homeHarmless', 'logBackupsOut', 'noSecondary', 'poolFailedOver', 'siteActive', 'objectsAligned', ...PROTECTION, 'homeHalvesRight'],
} as const satisfies Record<Site, readonly Predicate[]>;

export const goalOf = (site: Site): Goal => ({ site, wants: WANTS[site] });

/** The goal without what protects the service in its site; tried when the whole goal cannot be reached. */
export const goalWithoutProtection = (goal: Goal): Goal => without(goal, [...PROTECTION, ...LEFT_OVERS]);

/** A mirror that works is worth more than who its principal and its witness are, and than what was left over elsewhere. */
export const goalWithoutPlaces = (goal: Goal): Goal => without(goal, [...PLACES, ...LEFT_OVERS]);

/** All that is left when a person must decide the rest: that only one copy can be written. */
export const goalOfOneWriter = (goal: Goal): Goal => ({ site: goal.site, wants: ['oneWriter'] });

/** Where a mirror waits for a principal that is lost: what the rest needs is seen only once the copy serves again. */
export const goalOfService = (site: Site): Goal => ({ site, wants: ['online'] });
