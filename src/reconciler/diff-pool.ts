/** What differs from the desired state, in words: one line per want of the goal that does not hold. */
import type { Drift } from '../topology/drift.ts';
import { SITES, type Site } from '../topology/pool-topology.ts';
import { goalOf } from './goal.ts';
import { conditionAt, waysToHold, type PoolShape } from './ground-rows.ts';
import { PREDICATES, type Alternative } from './predicates.ts';
import { holds } from './predict-plan.ts';
import type { Variable, Vector } from './variables.ts';

export function diffPool(goalSite: Site, vector: Vector, shape: PoolShape): readonly Drift[] {
  const drifts = new Map<Variable, Drift>();
  for (const name of goalOf(goalSite).wants) {
    const ways = waysToHold([name], goalSite, shape);
    const [first] = ways;
    if (first === undefined || ways.some((way) => holds(way, vector))) continue;
    for (const [variable, values] of first) {
      if (!values.includes(vector[variable])) {
        drifts.set(variable, { path: variable, wanted: values.join(' or '), actual: vector[variable] });
      }
    }
  }
  return [...drifts.values()];
}

function wantedVariables(site: Site): readonly Variable[] {
  return goalOf(site).wants.flatMap((want) => {
    const alternatives: readonly Alternative[] = PREDICATES[want];
    return alternatives.slice(0, 1).flatMap((first) => [...conditionAt(first, site).keys()]);
  });
}

/** Every path that a drift of any pool can have: what the goals speak of. */
export const DRIFT_PATHS: readonly Variable[] = [...new Set(SITES.flatMap(wantedVariables))].sort();
