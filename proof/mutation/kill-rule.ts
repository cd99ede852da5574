/** What notices a mutant of a rule about what is given up too early: the rule's own case, in this process. */
import { PROTECTION_RULES, type ProtectionRule } from '../exploration/judge-protection.ts';
import { problemsOf, PROTECTION_CASES } from '../exploration/protection-cases.ts';
import { applyJudgeMutant } from './judge-mutants.ts';
import type { Notice } from './run-step.ts';

function noticed(): Notice | undefined {
  const [how] = Object.keys(PROTECTION_CASES).flatMap(problemsOf);
  return how === undefined ? undefined : { by: 'proof/exploration/protection-cases.ts', how };
}

/** The rules are whole again afterwards. @param name empty: nothing is broken */
export function tryRule(name: string): Notice | undefined {
  const rules = PROTECTION_RULES as ProtectionRule[];
  const whole = [...rules];
  if (name !== '') applyJudgeMutant(name);
  try {
    return noticed();
  } finally {
    rules.splice(0, rules.length, ...whole);
  }
}
