/**
 * Turns the rows of the action table into steps of one pool: sites filled in, alternatives multiplied out, and what the pool
 * does not have (a mirror, a required order) left out. Pure; no search here.
 */
import { otherSite, type PoolTopology, type Policy, type Site } from '../topology/pool-topology.ts';
import { ACTION_TABLE, WAIT_TABLE, type ActionRow, type WaitId } from './action-table.ts';
import {
  EFFECTS,
  PREDICATES,
  type Alternative,
  type Change,
  type Effect,
  type Predicate,
} from './predicates.ts';
import type { Risk } from './plan.ts';
import type { ActionId, StepTarget } from './step-id.ts';
import { isVariable, type Variable } from './variables.ts';

/** Variable -> allowed values, sites filled in. */
export type Condition = ReadonlyMap<Variable, readonly string[]>;

export interface GroundVariant {
  readonly needs: Condition;
  readonly sets: ReadonlyMap<Variable, string>;
}

export interface GroundStep {
  readonly action: ActionId | WaitId;
  readonly target: StepTarget;
  /** A deed of the world: planned, never run. */
  readonly waits: boolean;
  readonly seedStep: string | null;
  readonly risk: Risk;
  readonly rank: number;
  readonly what: string;
  readonly row: ActionRow<ActionId | WaitId>;
  readonly site: Site;
  /** Alternatives of one deed; the first whose needs hold is meant. */
  readonly variants: readonly GroundVariant[];
  /** A row may be taken only when each of these is known. */
  readonly reads: readonly Variable[];
}

/** What of a pool decides how rows are grounded. */
export interface PoolShape {
  readonly mirrored: Readonly<Record<Site, boolean>>;
  readonly mirrorBeforeActivation: Policy['mirrorBeforeActivation'];
  /** Left out: every drift is repaired. */
  readonly drift?: Policy['drift'];
}

export const shapeOf = (topology: PoolTopology, policy: Policy): PoolShape => ({
  mirrored: {
    home: topology.sites.home.chat.mirror !== undefined,
    backup: topology.sites.backup.chat.mirror !== undefined,
  },
  mirrorBeforeActivation: policy.mirrorBeforeActivation,
  drift: policy.drift,
});

export const shapeKey = (shape: PoolShape): string =>
  `${String(shape.mirrored.home)}/${String(shape.mirrored.backup)}/${shape.mirrorBeforeActivation}/${Object.values(shape.drift ?? {}).join()}`;

function variableAt(template: string, site: Site): Variable | undefined {
  const name = template.replace(/^S\./, `${site}.`).replace(/^O\./, `${otherSite(site)}.`);
  return isVariable(name) ? name : undefined;
}

/** `S`, `SStarting`, `diverged-O`: site words inside values. */
const valueAt = (template: string, site: Site): string =>
  template.replace(/^S(?=$|[A-Z])/, site).replace(/(^|-)O(?=$|[A-Z])/, `$1${otherSite(site)}`);

export function conditionAt(alternative: Alternative, site: Site): Condition {
  const condition = new Map<Variable, readonly string[]>();
  for (const [template, values] of Object.entries(alternative)) {
    const variable = variableAt(template, site);
    if (variable !== undefined)
      condition.set(
        variable,
        values.map((value) => valueAt(value, site)),
      );
  }
  return condition;
}

/** Both at once; undefined when they contradict each other. */
export function conjoin(a: Condition, b: Condition): Condition | undefined {
  const both = new Map(a);
  for (const [variable, values] of b) {
    const before = both.get(variable);
    const narrowed = before === undefined ? values : before.filter((value) => values.includes(value));
    if (narrowed.length === 0) return undefined;
    both.set(variable, narrowed);
  }
  return both;
}

export function alternativesOf(name: Predicate, site: Site, shape: PoolShape): readonly Condition[] {
  if (name === 'mirroredAsPolicyAsks' && shape.mirrorBeforeActivation === 'preferred') return [new Map()];
  return PREDICATES[name].map((alternative) => conditionAt(alternative, site));
}

/** Every way in which all predicates hold together. */
export function waysToHold(names: readonly Predicate[], site: Site, shape: PoolShape): readonly Condition[] {
  let ways: Condition[] = [new Map()];
  for (const name of names) {
    const next = alternativesOf(name, site, shape);
    ways = ways.flatMap((way) => next.map((more) => conjoin(way, more)).filter((both) => both !== undefined));
  }
  return ways;
}

function setsAt(change: Change, site: Site, shape: PoolShape): ReadonlyMap<Variable, string> {
  const sets = new Map<Variable, string>();
  for (const [template, value] of Object.entries(change.set)) {
    const variable = variableAt(template, site);
    if (variable === undefined) continue;
    const unwanted =
      (variable === 'home.mirror' && !shape.mirrored.home) ||
      (variable === 'backup.mirror' && !shape.mirrored.backup);
    if (!unwanted) sets.set(variable, valueAt(value, site));
  }
  return sets;
}

function withEffect(
  variants: readonly GroundVariant[],
  name: Effect,
  site: Site,
  shape: PoolShape,
): GroundVariant[] {
  const changes: readonly Change[] = EFFECTS[name];
  return variants.flatMap((variant) =>
    changes.flatMap((change) => {
      const needs = conjoin(variant.needs, conditionAt(change.when ?? {}, site));
      const sets = new Map([...variant.sets, ...setsAt(change, site, shape)]);
      return needs === undefined ? [] : [{ needs, sets }];
    }),
  );
}

function groundRow(
  row: ActionRow<ActionId | WaitId>,
  target: StepTarget,
  waits: boolean,
  shape: PoolShape,
): GroundStep {
  const site: Site = target === 'backup' ? 'backup' : 'home';
  let variants: GroundVariant[] = waysToHold(row.needs, site, shape).map((needs) => ({
    needs,
    sets: new Map(),
  }));
  for (const effect of row.effects) variants = withEffect(variants, effect, site, shape);
  const reads = new Set(waysToHold(row.done, site, shape).flatMap((way) => [...way.keys()]));
  return {
    action: row.id,
    target,
    waits,
    seedStep: row.seed[target] ?? null,
    risk: row.risk,
    rank: row.rank,
    what: row.what,
    row,
    site,
    variants,
    reads: [...reads],
  };
}

/** Sorted by rank, then name: the order of the rows in the table has no influence on anything. */
export function ground(
  shape: PoolShape,
  rows: readonly ActionRow[] = ACTION_TABLE,
  waits: readonly ActionRow<WaitId>[] = WAIT_TABLE,
): readonly GroundStep[] {
  const steps = [
    ...rows.flatMap((row) => row.targets.map((target) => groundRow(row, target, false, shape))),
    ...waits.flatMap((row) => row.targets.map((target) => groundRow(row, target, true, shape))),
  ];
  const name = (step: GroundStep): string => `${step.action}:${step.target}`;
  return steps.sort((a, b) => a.rank - b.rank || (name(a) < name(b) ? -1 : 1));
}
