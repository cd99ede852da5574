/** What a person has acknowledged is part of the state: seen beside whatever else still holds the pool. In memory, pure. */
import { expect, test } from 'vitest';
import type { Decision } from '../../src/ports/journal.ts';
import { decidePool } from '../../src/reconciler/decide-pool.ts';
import { stepKey } from '../../src/reconciler/step-id.ts';
import { desiredPool } from '../support/desired-pool.ts';
import * as world from '../support/facts.ts';

test('orchestrator#410: a plan that is approved and still held says both, who approved it and what holds it', () => {
  const pool = desiredPool({ primarySite: 'backup', policy: { mode: 'propose' } });
  const person = { pool: 'chat', reason: 'drill', expiresAt: null };
  const decide = (decisions: readonly Decision[]) =>
    decidePool(pool, world.homeLost(), decisions, world.NOW_MS);
  const { plan, gate: asks } = decide([]);
  expect(asks).toMatchObject({ kind: 'await-approval', code: 'ApprovalNeeded' });
  const approve: Decision = {
    ...person,
    by: 'ann',
    decision: 'approve',
    generation: pool.generation,
    steps: plan.kind === 'steps' ? plan.steps.map((step) => stepKey(step)) : [],
    lossMinutes: null,
  };
  const suspend: Decision = { ...person, by: 'bob', decision: 'suspend' };
  const { gate } = decide([approve, suspend]);
  expect(gate).toMatchObject({ kind: 'hold', code: 'Suspended' });
  const approval = gate.findings.find((finding) => finding.gate === 'approval');
  expect([approval?.code, approval?.says]).toEqual([null, 'Approved by ann.']);
  expect(gate.kind === 'proceed' ? '' : gate.nextAction).toContain('pchat resume');
  expect(decide([approve, suspend, { ...person, by: 'bob', decision: 'resume' }]).gate.kind).toBe('proceed');
});
