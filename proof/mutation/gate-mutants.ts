/** Mutants of the gates: one code that never closes, and one gate whose answers are turned around. In the memory of this process. */
import type { GateFinding } from '../../src/reconciler/gates/gate-input.ts';
import { gateRow, GATE_TABLE, type GateCode, type GateName } from '../../src/reconciler/gates/gate-table.ts';
import { closed, open, type Judged } from '../../src/reconciler/gates/gate-answers.ts';
import { GATES } from '../../src/reconciler/gates/judge-gates.ts';

/** `gate CODE removed`, `gate NAME negated`. */
export const GATE_MUTANTS: readonly string[] = [
  ...GATE_TABLE.map(({ code }) => `gate ${code} removed`),
  ...[...new Set(GATE_TABLE.map(({ gate }) => gate))].map((gate) => `gate ${gate} negated`),
];

type Judge = (round: Judged) => GateFinding;

const codeOfGate = (name: GateName): GateCode => {
  const row = GATE_TABLE.find(({ gate }) => gate === name);
  if (row === undefined) throw new RangeError(`no gate is called ${name}`);
  return row.code;
};

const withoutCode =
  (judge: Judge, code: GateCode): Judge =>
  (round) => {
    const finding = judge(round);
    return finding.code === code ? open(finding.gate, 'Removed.', finding.facts) : finding;
  };

const turned =
  (judge: Judge, name: GateName): Judge =>
  (round) => {
    const finding = judge(round);
    if (finding.gate !== name) return finding;
    return finding.code === null
      ? closed(round, codeOfGate(name), 'Turned around.', finding.facts)
      : open(name, 'Turned around.', finding.facts);
  };

/** For the rest of this process. Throws for a name that is none of GATE_MUTANTS. */
export function applyGateMutant(name: string): void {
  if (!GATE_MUTANTS.includes(name)) throw new RangeError(`no mutant is called ${name}`);
  const gates = GATES as Judge[];
  const [, word = '', how] = /^gate (.*) (removed|negated)$/.exec(name) ?? [];
  const change = (judge: Judge): Judge =>
    how === 'removed' ? withoutCode(judge, word as GateCode) : turned(judge, word as GateName);
  if (how === 'removed') gateRow(word as GateCode);
  gates.splice(0, gates.length, ...gates.map(change));
}
