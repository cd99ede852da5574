/** What a decision made of facts of which some are unknown; empty when nothing was decided from them. */
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { ground, shapeOf } from '../../src/reconciler/ground-rows.ts';
import { afterStep } from '../../src/reconciler/predict-plan.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import { SITES, type DesiredPool, type Site } from '../../src/topology/pool-topology.ts';

const nowOf = (facts: PoolFacts): number => Date.parse(facts.observedAt);

/** Steps that would run, together with every unknown that one of them needs or that its `done` reads. */
function readingUnknown(pool: DesiredPool, facts: PoolFacts): string[] {
  const { reduction, plan } = decidePool(pool, facts, [], nowOf(facts));
  if (plan.kind !== 'steps') return [];
  const steps = ground(shapeOf(pool.topology, pool.policy));
  const problems: string[] = [];
  let vector: Vector = reduction.vector;
  for (const { action, target } of plan.steps) {
    const step = steps.find((candidate) => candidate.action === action && candidate.target === target);
    const unread = step?.reads.filter((variable) => vector[variable] === 'unknown') ?? [];
    const after = step === undefined ? undefined : afterStep(step, vector);
    const name = `${action}:${target} towards ${pool.primarySite}`;
    if (unread.length > 0) problems.push(`${name} reads ${unread.join(', ')}`);
    if (after === undefined) return [...problems, `${name} has a need that does not hold`];
    vector = after;
  }
  return problems;
}

const isSeen = (facts: PoolFacts, instance: string | undefined): boolean =>
  instance === undefined || facts.instances[instance]?.kind === 'value';

/** A site whose first instance is not seen is not reached, and its copy may be written unless the site is down by evidence. */
function takenForKnown(pool: DesiredPool, facts: PoolFacts, site: Site): string[] {
  const { vector, evidence } = decidePool(pool, facts, [], nowOf(facts)).reduction;
  const { primary } = pool.topology.sites[site].chat;
  if (isSeen(facts, primary)) return [];
  const down = evidence[site].verdict === 'down';
  return [
    ...(vector[`${site}.mgc`] === 'absent' ? [`${site}.mgc is taken for absent`] : []),
    ...(vector[`${site}.cannotWrite`] === 'yes' && !down ? [`${site} is taken for unable to write`] : []),
    ...(vector[`${site}.sessions`] === 'none' && !down ? [`${site} is taken for free of sessions`] : []),
  ];
}

export const decidedFromUnknown = (pool: DesiredPool, facts: PoolFacts): string[] =>
  SITES.flatMap((primarySite) => {
    const wanted = { ...pool, primarySite };
    return [...readingUnknown(wanted, facts), ...SITES.flatMap((site) => takenForKnown(wanted, facts, site))];
  });
