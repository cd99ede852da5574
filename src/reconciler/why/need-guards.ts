/** Needs as guards: each with its code, the sentence, the facts behind it and what would change it. */
import { verdictWords, type Evidence } from '../../topology/evidence.ts';
import type { DesiredPool, Site } from '../../topology/pool-topology.ts';
import type { PoolFacts } from '../../topology/pool-facts.ts';
import { needsInOrder } from '../check-step.ts';
import type { GuardFact } from '../gates/gate-input.ts';
import type { Obstacle, Plan, PlannedStep } from '../plan.ts';
import type { Reduction } from '../reduce-pool.ts';
import { isVariable } from '../variables.ts';
import { ageOf } from './fact-age.ts';
import type { Guard } from './why.ts';

export interface Seen {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly reduction: Reduction;
  readonly nowMs: number;
}

/** Codes of needs that do not hold, by what is the matter; public and stable. docs/gates.md prints them. */
export const NEED_CODES = {
  EvidenceTooWeak: 'a site is out of sight, and the signs do not suffice to take it for down',
  SightMissing: 'something is out of sight; unknown lets nothing run',
  NotFenced: 'the other copy may still be writable',
  DecisionNeeded: 'a person must name the copy to keep',
  CannotFollow: 'the backup copy cannot go on with the log chain: a gap, another fork or another lineage',
  CopyUnusable: 'a copy is broken, offline, cut or absent',
  CentralManagementUnavailable:
    'Central Management cannot be written, so every cmdlet that changes is refused',
  ShareGone: 'the backup share is lost',
  NeedNotMet: 'another need of the step does not hold',
} as const;
export type NeedCode = keyof typeof NEED_CODES;

const UNUSABLE: readonly string[] = ['broken', 'salvageable', 'offline', 'cut', 'absent'];

export function needCode({ variable, actual, wayOut }: Obstacle): NeedCode {
  if (wayOut.includes('pchat attest')) return actual === 'no' ? 'NotFenced' : 'EvidenceTooWeak';
  if (variable === 'current' && wayOut.includes('pchat decide')) return 'DecisionNeeded';
  if (actual === 'unknown' || actual === 'waiting') return 'SightMissing';
  if (variable.endsWith('.cannotWrite')) return 'NotFenced';
  if (wayOut.includes('pchat decide')) return 'DecisionNeeded';
  if (variable === 'shipping.follows') return 'CannotFollow';
  if (variable.endsWith('.mgc') && UNUSABLE.includes(actual)) return 'CopyUnusable';
  if (variable === 'management') return 'CentralManagementUnavailable';
  return variable === 'share' ? 'ShareGone' : 'NeedNotMet';
}

const EVIDENCE = 'evidence';
const signsOf = (evidence: Evidence, site: string): GuardFact[] => [
  { fact: `${site} is ${verdictWords(evidence)}`, source: EVIDENCE, ageMs: null },
  ...evidence.signs.map(({ source, says, detail, forMs }) => ({
    fact: `${says}: ${detail}`,
    source,
    ageMs: forMs,
  })),
];

/** Where the evidence decides, its signs belong to the answer. */
function factsOf(
  need: Obstacle,
  code: NeedCode | null,
  { pool, facts, reduction, nowMs }: Seen,
): GuardFact[] {
  const source = isVariable(need.variable) ? reduction.because[need.variable].source : 'facts';
  const own: GuardFact = { fact: need.reason, source, ageMs: ageOf(source, facts, nowMs) };
  const site = decidedBySigns(need, code);
  if (site === undefined) return [own];
  return [own, ...signsOf(reduction.evidence[site], pool.topology.sites[site].datacenter)];
}

function decidedBySigns({ variable }: Obstacle, code: NeedCode | null): Site | undefined {
  if (code !== 'EvidenceTooWeak' && code !== 'NotFenced') return undefined;
  return variable.startsWith('backup.') ? 'backup' : 'home';
}

function guardOf(need: Obstacle, holds: boolean, seen: Seen): Guard {
  const code = holds ? null : needCode(need);
  const { variable, actual, wanted } = need;
  return {
    kind: 'need',
    guard: variable,
    open: holds,
    code,
    says: `${variable} is ${actual}, wanted ${wanted}.`,
    facts: factsOf(need, code, seen),
    nextAction: holds ? null : need.wayOut,
  };
}

/** Needs of the next step, and of a blocked plan what it lacks further down. */
export function needGuards(plan: Plan, step: PlannedStep | undefined, seen: Seen): readonly Guard[] {
  const obstacles = plan.kind === 'blocked' ? plan.obstacles : [];
  const needs = step === undefined ? [] : needsInOrder(seen.pool, step, seen.reduction);
  // An obstacle says best what would change it: it knows the way out that the hypothetical plan took.
  const first = needs.map((need) => {
    const obstacle = obstacles.find(({ variable }) => variable === need.variable);
    return guardOf(need.holds ? need : (obstacle ?? need), need.holds, seen);
  });
  const named = new Set(first.filter(({ open }) => !open).map(({ guard }) => guard));
  const later = obstacles.filter(({ variable }) => !named.has(variable));
  return signsOnce([...first, ...later.map((obstacle) => guardOf(obstacle, false, seen))]);
}

/** The signs of a site stand where they are needed first. */
function signsOnce(guards: readonly Guard[]): readonly Guard[] {
  const told = new Set<string>();
  return guards.map((guard) => {
    const verdict = guard.facts.find(({ source }) => source === EVIDENCE)?.fact;
    if (verdict === undefined) return guard;
    if (told.has(verdict)) return { ...guard, facts: guard.facts.slice(0, 1) };
    told.add(verdict);
    return guard;
  });
}
