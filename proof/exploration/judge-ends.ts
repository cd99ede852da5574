/** Once faults stop: from every world that was expanded with everything alive and seen, following the plan must come to an end. */
import { SITES, type Site } from '../../src/topology/pool-topology.ts';
import type { Node, Violation } from './explorer.ts';
import { ALL_PARTIES } from './sight.ts';

export interface Ends {
  converged: number;
  /** A person has to repair or to provide something; the command is named. */
  asked: number;
  /** The way leads to a world that was not expanded any more. */
  open: number;
  /** Steps and waits of the longest way. */
  longest: number;
}

/** Longer than any way that ends. */
const LIMIT = 60;

type End =
  | { readonly kind: 'converged' | 'asked' | 'open' }
  | { readonly kind: 'circle'; readonly way: readonly string[] };

/** A person is asked at most once which copy to keep, and keeps to it. */
function follow(start: Node, goal: Site): { readonly end: End; readonly length: number } {
  const way: string[] = [];
  const met = new Set<string>();
  let decided = 'nothing';
  for (let at = start, length = 0; length < LIMIT; length += 1) {
    const answer = at.plans.get(`${goal}|${decided}`) ?? at.plans.get(`${goal}|nothing`);
    if (answer === undefined) return { end: { kind: 'open' }, length };
    const { plan } = answer;
    if (plan.kind === 'converged') return { end: { kind: 'converged' }, length };
    const mark = `${String(at.id)}|${decided}`;
    if (met.has(mark)) return { end: { kind: 'circle', way }, length };
    met.add(mark);
    if (plan.kind === 'blocked') {
      const site = SITES.find((one) => at.plans.get(`${goal}|keep ${one}`)?.plan.kind === 'steps');
      if (decided !== 'nothing' || site === undefined) return { end: { kind: 'asked' }, length };
      decided = `keep ${site}`;
      way.push(`a person decides: ${decided}`);
      continue;
    }
    const step = plan.kind === 'steps' ? plan.first : undefined;
    const key = step === undefined ? 'wait|nothing' : `${step.action}:${step.target}|${answer.decided}`;
    const next = at.after.get(key);
    way.push(key);
    if (next === undefined) return { end: { kind: 'open' }, length };
    at = next;
  }
  return { end: { kind: 'circle', way }, length: LIMIT };
}

export function judgeEnds(nodes: readonly Node[]): {
  readonly ends: Ends;
  readonly violations: readonly Violation[];
} {
  const ends: Ends = { converged: 0, asked: 0, open: 0, longest: 0 };
  const violations: Violation[] = [];
  for (const node of nodes) {
    if (node.world.alive !== ALL_PARTIES || node.plans.size === 0) continue;
    for (const goal of SITES) {
      const { end, length } = follow(node, goal);
      if (end.kind !== 'circle') {
        ends[end.kind] += 1;
        ends.longest = Math.max(ends.longest, length);
        continue;
      }
      violations.push({
        kind: 'no end',
        what: end.way.slice(-3).join(', then '),
        node,
        how: `towards ${goal}`,
        details: end.way,
      });
    }
  }
  return { ends, violations };
}
