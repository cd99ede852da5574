/** Loaded before every test file of a mutant: breaks what PCHAT_MUTANT names, in the memory of the file's process only. */
import { applyGateMutant, GATE_MUTANTS } from './gate-mutants.ts';
import { applyJudgeMutant, JUDGE_MUTANTS } from './judge-mutants.ts';

const name = process.env['PCHAT_MUTANT'] ?? '';
if (GATE_MUTANTS.includes(name)) applyGateMutant(name);
else if (JUDGE_MUTANTS.includes(name)) applyJudgeMutant(name);
else if (name !== '') throw new RangeError(`no mutant is called ${name}`);
