/**
 * The facts that a plan rests on: what the needs and the done of its steps, its goal and its gates spoke of and no earlier step of it
 * brings. When one of them has moved, it is another plan. Pure.
 */
import { verdictWords, type Evidence } from '../topology/evidence.ts';
import type { SavedPlan, UsedFact } from '../topology/saved-plan.ts';
import type { DesiredPool, Site } from '../topology/pool-topology.ts';
import { isLossAbove, type LossLedger } from '../topology/loss-ledger.ts';
import { plannerFor } from './find-plan.ts';
import { goalOf } from './goal.ts';
import { shapeOf, waysToHold, type GroundStep, type PoolShape } from './ground-rows.ts';
import type { Plan } from './plan.ts';
import { afterStep, holds } from './predict-plan.ts';
import { stepKey } from './step-id.ts';
import { ALL_VARIABLES, type Variable, type Vector } from './variables.ts';

/** Steps and waits of the present plan; empty: there is none. */
export function groundPlan(pool: DesiredPool, vector: Vector): readonly GroundStep[] {
  const found = plannerFor(shapeOf(pool.topology, pool.policy)).find(pool.primarySite, vector);
  return 'steps' in found ? found.steps : [];
}

/** Of the goal: the way in which it holds at the end of the course. */
function wanted(site: Site, shape: PoolShape, end: Vector): Variable[] {
  return goalOf(site).wants.flatMap((name) => {
    const way = waysToHold([name], site, shape).find((one) => holds(one, end));
    return way === undefined ? [] : [...way.keys()];
  });
}

/** In the order of the variables' table. */
export function variablesUsed(pool: DesiredPool, vector: Vector): readonly Variable[] {
  const steps = groundPlan(pool, vector);
  if (steps.length === 0) return [];
  const used = new Set<Variable>();
  const brought = new Set<Variable>();
  const use = (names: Iterable<Variable>): void => {
    for (const name of names) if (!brought.has(name)) used.add(name);
  };
  let present = vector;
  for (const step of steps) {
    const variant = step.variants.find(({ needs }) => holds(needs, present)) ?? step.variants[0];
    use(variant?.needs.keys() ?? []);
    use(step.reads);
    for (const name of variant?.sets.keys() ?? []) brought.add(name);
    present = afterStep(step, present) ?? { ...present, ...Object.fromEntries(variant?.sets ?? []) };
  }
  use(wanted(pool.primarySite, shapeOf(pool.topology, pool.policy), present));
  return ALL_VARIABLES.filter((name) => used.has(name));
}

/** What a status shows of a pool, as far as a saved plan needs it. */
export interface PlanSeen {
  readonly pool: string;
  readonly generation: { readonly counter: number; readonly hash: string };
  readonly primarySite: Site;
  readonly seenAt: string;
  readonly plan: Plan;
  readonly ledger: LossLedger;
  readonly evidence: Readonly<Record<Site, Evidence>>;
  readonly variables: Readonly<Record<string, { readonly value: string; readonly because: string }>>;
  /** Variables that the plan used. */
  readonly uses: readonly string[];
}

/** Whether a site can still write is judged from signs: the verdict is a fact of the plan, too. */
const evidenceUsed = ({ uses, evidence }: PlanSeen): UsedFact[] =>
  (['home', 'backup'] as const).flatMap((site) =>
    uses.includes(`${site}.cannotWrite`)
      ? [{ name: `evidence.${site}`, value: verdictWords(evidence[site]), because: evidence[site].changes }]
      : [],
  );

export const factsUsed = (seen: PlanSeen): UsedFact[] => [
  ...seen.uses.map((name) => ({
    name,
    value: seen.variables[name]?.value ?? 'unknown',
    because: seen.variables[name]?.because ?? 'nothing was observed',
  })),
  ...evidenceUsed(seen),
];

export interface MovedFact {
  readonly name: string;
  readonly was: string;
  readonly is: string;
  /** Sentence and source of what is there now. */
  readonly because: string;
}

const minutesOf = (minutes: number | null): string =>
  minutes === null ? 'unknown' : `${minutes.toFixed(2)} minutes`;

/** A smaller loss is no reason to ask again; an unknown one is worse than any. */
function movedLoss(saved: SavedPlan, { ledger }: PlanSeen): MovedFact[] {
  const moved: MovedFact[] = [];
  const { minutes, files } = saved.loss;
  const because = 'loss ledger';
  if (isLossAbove(ledger.lossMinutes, minutes))
    moved.push({ name: 'loss', was: minutesOf(minutes), is: minutesOf(ledger.lossMinutes), because });
  if (ledger.lostFiles > files)
    moved.push({ name: 'lost files', was: String(files), is: String(ledger.lostFiles), because });
  return moved;
}

const keys = (steps: readonly { readonly action: string; readonly target: string }[]): string =>
  steps.map(({ action, target }) => `${action}:${target}`).join(', ');

/** Facts that the saved plan used and that are otherwise now; the steps themselves when no fact tells why they differ. */
export function movedFacts(saved: SavedPlan, seen: PlanSeen): readonly MovedFact[] {
  const { hash, counter } = seen.generation;
  if (saved.generation.hash !== hash) {
    const was = `${String(saved.generation.counter)} ${saved.generation.hash}`;
    return [{ name: 'generation', was, is: `${String(counter)} ${hash}`, because: 'desired state' }];
  }
  const now = new Map(
    factsUsed({
      ...seen,
      uses: saved.facts.map(({ name }) => name).filter((name) => name in seen.variables),
    }).map((fact) => [fact.name, fact]),
  );
  const moved = saved.facts.flatMap(({ name, value }): MovedFact[] => {
    const present = now.get(name);
    if (present?.value === value) return [];
    const because = present?.because ?? 'not observed';
    return [{ name, was: value, is: present?.value ?? 'unknown', because }];
  });
  const worse = [...moved, ...movedLoss(saved, seen)];
  const steps = seen.plan.kind === 'steps' ? seen.plan.steps : [];
  if (worse.length > 0 || keys(steps) === keys(saved.steps)) return worse;
  const is = steps.length === 0 ? seen.plan.kind : steps.map(stepKey).join(', ');
  return [{ name: 'plan', was: keys(saved.steps), is, because: 'planner' }];
}
