/**
 * What the policy says about drift inside a site: which wants of the goal are left out of the plan because they are only
 * reported, or await an approval. A move between the sites is no drift: as long as one is under way, nothing is left out.
 */
import type { DriftAnswer, DriftField, Policy, Site } from '../topology/pool-topology.ts';
import type { Goal } from './goal.ts';
import { waysToHold, type PoolShape } from './ground-rows.ts';
import type { Predicate } from './predicates.ts';
import { holds } from './predict-plan.ts';
import type { Vector } from './variables.ts';

/** Wants that are not here say where the service lives; they are never left out. */
const FIELDS: Readonly<Partial<Record<Predicate, (vector: Vector) => DriftField>>> = {
  mirrored: () => 'mirroring',
  principalDeclared: () => 'principal',
  witnessed: () => 'witness',
  siteActive: () => 'activeServers',
  objectsAligned: () => 'serverObjects',
  backupRestoring: () => 'shipping',
  follows: () => 'shipping',
  noSecondary: () => 'shipping',
  homeHalvesRight: () => 'shipping',
  backupHalvesRight: () => 'shipping',
  logBackupsOut: () => 'jobs',
  secondaryRunning: (vector) =>
    ['paused', 'partial'].includes(vector['shipping.secondary']) ? 'jobs' : 'shipping',
  logBackupsEnabled: (vector) =>
    vector['home.logBackups'] === 'elsewhere'
      ? 'principal'
      : ['stopped', 'jobless'].includes(vector['home.logBackups'])
        ? 'jobs'
        : 'shipping',
};

/** Nothing that is known says that the service is elsewhere, on its way, or open at two sites. */
export function isSettled(site: Site, vector: Vector): boolean {
  const other = site === 'home' ? 'backup' : 'home';
  const maybe = (value: string, ...values: readonly string[]): boolean =>
    value === 'unknown' || values.includes(value);
  return (
    maybe(vector[`${site}.mgc`], 'online', 'waiting', 'promotable') &&
    maybe(vector.current, site, 'both') &&
    maybe(vector[`${other}.cannotWrite`], 'yes') &&
    maybe(vector.poolState, site === 'home' ? 'normal' : 'failedOver') &&
    (maybe(vector.active, site, `${site}Starting`) ||
      (vector.active === 'other' && maybe(vector[`${site}.sessions`], 'some')))
  );
}

/** What only a person can change is shown as drift, and neither planned nor in the way of anything. */
export const withheld = ({ site, wants }: Goal, vector: Vector): readonly Predicate[] =>
  wants.filter((want) => want === 'objectsAligned' && vector[`${site}.objects`] === 'byHand');

export interface HeldBack {
  readonly wants: readonly Predicate[];
  readonly fields: readonly DriftField[];
}

/** Unmet wants whose field has this answer. One that holds stays a want: no repair of another one may undo it. */
export function heldBack(
  { site, wants }: Goal,
  vector: Vector,
  shape: PoolShape,
  answer: Exclude<DriftAnswer, 'repair'>,
): HeldBack {
  const answers: Policy['drift'] | undefined = isSettled(site, vector) ? shape.drift : undefined;
  const unmet = wants.flatMap((want) => {
    const field = FIELDS[want]?.(vector);
    if (field === undefined || answers?.[field] !== answer) return [];
    const met = waysToHold([want], site, shape).some((way) => holds(way, vector));
    return met ? [] : [{ want, field }];
  });
  return {
    wants: unmet.map(({ want }) => want),
    fields: [...new Set(unmet.map(({ field }) => field))],
  };
}
