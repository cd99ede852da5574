/** The table of conditions and what the code says are the same; the compiler sees to it that no reason is outside of the table. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONDITION_TABLE } from '../../src/reconciler/condition-table.ts';
import { GATE_TABLE } from '../../src/reconciler/gates/gate-table.ts';
import { CONDITION_TYPES } from '../../src/topology/condition.ts';

const code = readFileSync(new URL('../../src/reconciler/conditions.ts', import.meta.url), 'utf8');

test('every condition is in the table, in the order of the status', () => {
  expect(Object.keys(CONDITION_TABLE)).toEqual([...CONDITION_TYPES]);
});

test('every reason of the table is given by the code', () => {
  const questions = new Set<string>(GATE_TABLE.map((gate) => gate.code));
  const reasons = Object.entries(CONDITION_TABLE).flatMap(([type, rows]) =>
    Object.keys(rows).filter((reason) => type !== 'AwaitingApproval' || !questions.has(reason)),
  );
  expect(reasons.filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
});

test('every gate that asks is a reason of AwaitingApproval', () => {
  const asking = GATE_TABLE.filter(({ verdict }) => verdict === 'await-approval').map((gate) => gate.code);
  expect(Object.keys(CONDITION_TABLE.AwaitingApproval)).toEqual(['NoQuestion', ...asking]);
});
