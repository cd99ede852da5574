/** Mutants of the judges: an invariant that is never found broken, and one that always is. In the memory of this process. */
import { WorldJudge } from '../../src/simulation/judge-world.ts';
import { PROTECTION_RULES, type ProtectionRule } from '../exploration/judge-protection.ts';

/** Words of WorldJudge's findings. */
const INVARIANTS = [
  'two-writers',
  'salvage',
  'overwritten',
  'unnamed-loss',
  'wrong-copy',
  'sessions',
  'moved',
  'unknown-need',
  'liveness',
] as const;

const WAYS = ['removed', 'negated'] as const;

/** `invariant WORD removed`, `rule SENTENCE negated`. */
export const JUDGE_MUTANTS: readonly string[] = WAYS.flatMap((way) => [
  ...INVARIANTS.map((word) => `invariant ${word} ${way}`),
  ...PROTECTION_RULES.map(({ says }) => `rule ${says} ${way}`),
]);

function changeInvariant(word: string, way: string): void {
  const { prototype } = WorldJudge;
  const violate = Object.getOwnPropertyDescriptor(prototype, 'violate')?.value as (
    this: WorldJudge,
    invariant: string,
    what: string,
  ) => void;
  const accessor = Object.getOwnPropertyDescriptor(prototype, 'violations');
  prototype.violate = function (this: WorldJudge, invariant: string, what: string): void {
    if (invariant !== word) violate.call(this, invariant, what);
  };
  if (way === 'removed' || accessor === undefined) return;
  Object.defineProperty(prototype, 'violations', {
    get(this: WorldJudge): WorldJudge['violations'] {
      const others = accessor.get?.call(this) as WorldJudge['violations'];
      return [...others, { at: 0, invariant: word, what: 'turned around' }];
    },
  });
}

/** For the rest of this process. Throws for a name that is none of JUDGE_MUTANTS. */
export function applyJudgeMutant(name: string): void {
  if (!JUDGE_MUTANTS.includes(name)) throw new RangeError(`no mutant is called ${name}`);
  const [, kind = '', word = '', way = ''] = /^(invariant|rule) (.*) (removed|negated)$/.exec(name) ?? [];
  if (kind === 'invariant') {
    changeInvariant(word, way);
    return;
  }
  const rules = PROTECTION_RULES as ProtectionRule[];
  const at = rules.findIndex(({ says }) => says === word);
  const rule = rules[at];
  if (rule === undefined) return;
  rules[at] = {
    ...rule,
    broken: (truth, policy) => way === 'negated' && !rule.broken(truth, policy),
  };
}
